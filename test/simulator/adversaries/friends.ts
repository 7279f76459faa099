/** What conspirators vote for: blocks that one of them put forward, and that the others support as soon as they hear of them. */
import type { BlockId } from '../../../consensus/index.ts'
import type { Hands } from '../types.ts'
import { setBounded } from './recollection.ts'
import { type Said, type Slot, votes } from './speech.ts'

const MAX_PROMOTED = 128

export class Friends {
  readonly #promoted = new Map<BlockId, true>()

  /** From now on all friends vote for this block wherever it is proposed. */
  promote(id: BlockId): void {
    setBounded(this.#promoted, id, true, MAX_PROMOTED)
  }

  isPromoted(id: BlockId): boolean {
    return this.#promoted.has(id)
  }

  /** Answers the proposal of a promoted block with a prepare and a commit; whether it was one. */
  support({ message }: Said, hands: Hands): boolean {
    if (message.kind !== 'proposal' || !this.isPromoted(message.signed.statement.blockId)) return false
    const { height, round, blockId }: Slot = message.signed.statement
    hands.send(votes(hands, { height, round, blockId }, hands.others))
    return true
  }
}
