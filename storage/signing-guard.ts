/** The rule of the last-signed record, apart from where it is kept. */
import { assert, equalBytes, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { StorageError } from './errors.ts'
import { Turns } from './turns.ts'
import type { LastSigned, SigningSlot } from './types.ts'

/** The highest slot and the hash of the bytes signed in it. */
export interface SignedSlot {
  readonly slot: SigningSlot
  /** SHA-256. */
  readonly hash: Uint8Array
}

/** What the guard stands on. */
export interface SigningGuardOptions {
  /** For messages: where the record is kept. */
  readonly place: string
  readonly recorded: SignedSlot | undefined
  readonly hash: (bytes: Uint8Array) => Uint8Array
  /** Makes a record durable before it resolves. */
  readonly save: (record: SignedSlot) => Promise<void>
}

/** The one implementation of `LastSigned`; its adapters differ in `save`. After a failed save it signs nothing more. */
export class SigningGuard implements LastSigned {
  readonly #options: SigningGuardOptions
  readonly #turns = new Turns()
  #recorded: SignedSlot | undefined
  /** The signature in the recorded slot, once made by this process. */
  #signature: Uint8Array | undefined
  #refusal: StorageError | undefined

  constructor(options: SigningGuardOptions) {
    this.#options = options
    this.#recorded = options.recorded
  }

  sign(
    slot: SigningSlot,
    bytes: Uint8Array,
    sign: (bytes: Uint8Array) => Uint8Array,
  ): Promise<Result<Uint8Array, Refusal<'slot-regression' | 'conflicting-statement'>>> {
    assertSlot(slot)
    const own = bytes.slice()
    return this.#turns.take(async () => {
      if (this.#refusal !== undefined) throw this.#refusal
      const hash = this.#options.hash(own)
      const order = this.#recorded === undefined ? 1 : compareSlots(slot, this.#recorded.slot)
      if (order < 0) {
        return refuse(
          'slot-regression',
          `${words(slot)} is below ${words(this.#recorded!.slot)}, the last one signed`,
        )
      }
      if (order === 0 && !equalBytes(hash, this.#recorded!.hash)) {
        return refuse('conflicting-statement', `another statement was already signed for ${words(slot)}`)
      }
      if (order > 0) await this.#record({ slot: { ...slot }, hash })
      this.#signature ??= sign(own).slice()
      return ok(this.#signature.slice())
    })
  }

  last(): SigningSlot | undefined {
    return this.#recorded === undefined ? undefined : { ...this.#recorded.slot }
  }

  mayHaveSigned(slot: SigningSlot, bytes: Uint8Array): boolean {
    assertSlot(slot)
    if (this.#recorded === undefined) return false
    const order = compareSlots(slot, this.#recorded.slot)
    return order < 0 || (order === 0 && equalBytes(this.#options.hash(bytes), this.#recorded.hash))
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      this.#refusal = new StorageError('closed', `${this.#options.place}: the last-signed record is closed`)
    })
  }

  async #record(next: SignedSlot): Promise<void> {
    try {
      await this.#options.save(next)
    } catch (error) {
      this.#refusal =
        error instanceof StorageError
          ? error
          : new StorageError('failed', `${this.#options.place}: cannot be written`, error)
      throw this.#refusal
    }
    this.#recorded = next
    this.#signature = undefined
  }
}

/** Whether a value can be a slot's number. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Negative when the first slot is below the second one. */
export function compareSlots(a: SigningSlot, b: SigningSlot): number {
  return a.height - b.height || a.round - b.round || a.step - b.step
}

function assertSlot(slot: SigningSlot): void {
  assert(isCount(slot.height), "a slot's height is a count")
  assert(isCount(slot.round), "a slot's round is a count")
  assert(isCount(slot.step), "a slot's step is a count")
}

function words(slot: SigningSlot): string {
  return `height ${slot.height}, round ${slot.round}, step ${slot.step}`
}
