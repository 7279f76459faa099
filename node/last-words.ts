/**
 * The last that each validator was heard to say: its signed statement of the highest slot, out of consensus messages (what they carry
 * along, too) and certificates. A validator that starts asks its peers for its own (`own-key.ts`): what comes back with its signature
 * tells it whether its key was used since.
 *
 * One statement a validator, all signatures verified before. It is not written down: after a start the journal and the certificates of
 * the last blocks bring back what matters. */
import {
  type AuthenticMessage,
  type Certificate,
  decodeCertificate,
  type Signed,
  signaturesOf,
} from '../consensus/index.ts'
import { type ChainStore, compareSlots, type Journal } from '../storage/index.ts'
import { slotOf } from './consensus-message.ts'
import { decodeRecord } from './journal-record.ts'
import { RECALLED_CERTIFICATES } from './limits.ts'

export class LastWords {
  readonly #words = new Map<number, Signed>()
  readonly #onHeard: (signed: Signed) => void

  /** `onHeard` is told of every statement, known ones too. */
  constructor(onHeard: (signed: Signed) => void) {
    this.#onHeard = onHeard
  }

  /** The statement of the highest slot that this validator was heard to make. */
  of(validator: number): Signed | undefined {
    return this.#words.get(validator)
  }

  /** Takes note of a statement whose signature was verified. */
  note(signed: Signed): void {
    const known = this.#words.get(signed.validator)
    if (known === undefined || compareSlots(slotOf(signed.statement), slotOf(known.statement)) > 0)
      this.#words.set(signed.validator, signed)
    this.#onHeard(signed)
  }

  /** Takes note of all that a message says and carries. */
  noteMessage(message: AuthenticMessage): void {
    for (const signed of signaturesOf(message)) this.note(signed)
  }

  /** Takes note of the commits in a certificate that was verified. */
  noteCertificate({ height, round, blockId, signatures }: Certificate): void {
    for (const one of signatures) this.note({ statement: { kind: 'commit', height, round, blockId }, ...one })
  }

  /**
   * Takes note of what is stored: what certified the last blocks, and the journal, which has every message of the height under way.
   * That height and those after it are where a validator could still contradict itself.
   */
  async recall(store: ChainStore, journal: Journal): Promise<void> {
    for (const record of journal.records()) {
      const decoded = decodeRecord(record)
      if (decoded.ok && decoded.value.input.type === 'message') this.noteMessage(decoded.value.input.message)
    }
    const head = store.height()
    for (let height = Math.max(1, head - RECALLED_CERTIFICATES + 1); height <= head; height++) {
      const stored = await store.block(height)
      const certificate = stored && decodeCertificate(stored.certificate)
      if (certificate?.ok === true) this.noteCertificate(certificate.value)
    }
  }
}
