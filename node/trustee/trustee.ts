/**
 * A trustee at work: for each election whose draft names its key it goes through the key ceremony, and after the closing it publishes
 * its partial decryption, with no person in the loop. It reads finalised state only (T22: what it decrypts is the tally that a
 * quorum certified, and nothing else; T24: it goes through the ceremony that a quorum certified), keeps nothing on disk but its
 * seed, and does again after a restart whatever is not finalised yet (T23).
 *
 * It runs inside a validator's daemon, or alone (`psephos trustee run`): what differs is its {@link TrusteeBoard}.
 */
import { toHex } from '../../base/index.ts'
import type { Random } from '../../crypto/index.ts'
import { encodeTransaction, transactionId } from '../../ledger/index.ts'
import type { Clock, Timer } from '../clock.ts'
import { TRUSTEE_RETRY_MS } from '../limits.ts'
import type { Logger } from '../log.ts'
import { trusteePublicKey } from '../trustee-secrets.ts'
import { type Actor, act } from './acts.ts'
import type { TrusteeBoard } from './board.ts'
import { type Duty, dutyOf, type Standing } from './duty.ts'

export interface TrusteeOptions {
  readonly networkId: Uint8Array
  readonly seed: Uint8Array
}

export interface TrusteeDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly board: TrusteeBoard
  readonly logger: Logger
  /** Told once when reading or handing in fails in a way that will not pass (a damaged disk, a fork). */
  readonly onFailure: (error: unknown) => void
}

interface Offered {
  readonly bytes: Uint8Array
  readonly id: string
  readonly at: number
}

export class Trustee {
  readonly #dependencies: TrusteeDependencies
  readonly #actor: Actor
  readonly #publicKey: Uint8Array
  /** What was made and is not finalised yet, by duty: offered again as it is. */
  readonly #offered = new Map<string, Offered>()
  /** Duties that could not be fulfilled, and from when on they are tried again. */
  readonly #refused = new Map<string, number>()
  #timer: Timer | undefined
  #turn: Promise<void> = Promise.resolve()
  #isAllowed = true
  #isLooking = false
  #isStopped = false

  constructor({ networkId, seed }: TrusteeOptions, dependencies: TrusteeDependencies) {
    const { random, clock, board } = dependencies
    this.#dependencies = dependencies
    this.#publicKey = trusteePublicKey(seed)
    const transaction: Actor['transaction'] = (id) => board.transaction(id)
    this.#actor = { networkId, seed, random, transaction, pause: () => clock.pause() }
  }

  /** Looks now, whenever `look` is called, and after a while in any case. */
  start(): void {
    this.look()
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#turn
  }

  /**
   * Whether it may act: what a node sees while it catches up is past, and what it would say about it nobody waits for any more.
   * It may, unless told otherwise.
   */
  allow(isAllowed: boolean): void {
    this.#isAllowed = isAllowed
    this.look()
  }

  /** Something may have been finalised. While it is at work, one look more is enough. */
  look(): void {
    if (this.#isLooking || !this.#isActive()) return
    this.#isLooking = true
    this.#turn = this.#turn
      .then(() => {
        this.#isLooking = false
        return this.#fulfilAll()
      })
      .catch((error: unknown) => this.#fail(error))
  }

  #isActive(): boolean {
    return this.#isAllowed && !this.#isStopped
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#timer?.cancel()
    this.#dependencies.onFailure(error)
  }

  /** Blocks may stop coming while what we offered is lost: look again after a while in any case. */
  #lookLater(): void {
    this.#timer = this.#dependencies.clock.setTimer(TRUSTEE_RETRY_MS, () => {
      this.look()
      this.#lookLater()
    })
  }

  async #fulfilAll(): Promise<void> {
    if (!this.#isActive()) return
    const present = new Set<string>()
    for (const standing of await this.#dependencies.board.standings()) {
      if (!this.#isActive()) return
      const duty = dutyOf(standing, this.#publicKey)
      if (duty === undefined) continue
      const key = `${standing.record.draft.uuid}/${duty.kind}/${standing.ceremony.attempt}`
      present.add(key)
      await this.#fulfil(key, duty, standing)
    }
    for (const known of [this.#offered, this.#refused])
      for (const key of known.keys()) if (!present.has(key)) known.delete(key)
  }

  async #fulfil(key: string, duty: Duty, standing: Standing): Promise<void> {
    const { clock, board, logger } = this.#dependencies
    const { uuid } = standing.record.draft
    const fields = { election: uuid, duty: duty.kind, attempt: standing.ceremony.attempt }
    const offered = this.#offered.get(key) ?? (await this.#make(key, duty, standing, fields))
    if (offered === undefined || this.#isStopped) return
    const isNew = !this.#offered.has(key)
    if (!isNew && (board.isWaiting(offered.id) || clock.now() - offered.at < TRUSTEE_RETRY_MS)) return
    this.#offered.set(key, { ...offered, at: clock.now() })
    const { code, detail: reason } = await board.submit(offered.bytes)
    if (code === 'accepted' || code === 'known') logger.info('trustee', { ...fields, code })
    else logger.warn('trustee: the transaction was not taken', { ...fields, code, reason })
  }

  async #make(
    key: string,
    duty: Duty,
    standing: Standing,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<Offered | undefined> {
    const { clock, logger } = this.#dependencies
    if (clock.now() < (this.#refused.get(key) ?? 0)) return undefined
    const made = await act(this.#actor, duty, standing)
    if (!made.ok) {
      const { code, detail: reason } = made.error
      const isPassing = code === 'later'
      this.#refused.set(key, isPassing ? clock.now() + TRUSTEE_RETRY_MS : Number.POSITIVE_INFINITY)
      if (isPassing) logger.warn('trustee: not yet', { ...fields, reason })
      else logger.error('trustee: this home cannot do its part', { ...fields, reason })
      return undefined
    }
    await clock.pause()
    return {
      bytes: encodeTransaction(made.value),
      id: toHex(transactionId(made.value)),
      at: clock.now(),
    }
  }
}
