/** Consensus messages of heights that this node has not reached yet, bounded a validator, so that nobody takes another's room. */
import type { AuthenticMessage } from '../consensus/index.ts'
import type { WholeBlock } from '../ledger/index.ts'
import { MAX_HEIGHTS_AHEAD, MAX_INBOX_BYTES_PER_VALIDATOR, MAX_INBOX_PER_VALIDATOR } from './limits.ts'

interface Kept {
  readonly message: AuthenticMessage
  readonly block: WholeBlock | undefined
}

export class Inbox {
  readonly #kept = new Map<number, Kept[]>()

  /** Messages kept of the validator that has most. */
  get fullest(): number {
    return Math.max(0, ...[...this.#kept.values()].map(({ length }) => length))
  }

  /** Keeps a message of a height from `height` on; what does not fit is dropped (its author repeats it). */
  put(message: AuthenticMessage, block: WholeBlock | undefined, height: number): void {
    const { statement, validator } = message.signed
    if (statement.height < height || statement.height > height + MAX_HEIGHTS_AHEAD) return
    const kept = this.#kept.get(validator) ?? []
    const bytes = kept.reduce((sum, one) => sum + (one.block?.bytes.length ?? 0), block?.bytes.length ?? 0)
    if (kept.length >= MAX_INBOX_PER_VALIDATOR || bytes > MAX_INBOX_BYTES_PER_VALIDATOR) return
    kept.push({ message, block })
    this.#kept.set(validator, kept)
  }

  /** Takes out the messages of a height, in order of arrival of each validator; older ones are dropped. */
  take(height: number): readonly Kept[] {
    const taken: Kept[] = []
    for (const [validator, all] of [...this.#kept]) {
      const later = all.filter(({ message }) => message.signed.statement.height > height)
      taken.push(...all.filter(({ message }) => message.signed.statement.height === height))
      if (later.length === 0) this.#kept.delete(validator)
      else this.#kept.set(validator, later)
    }
    return taken
  }
}
