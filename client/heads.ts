/** The certified heads that a client has seen: two different ones at one height prove that the network has forked. */
import { refuse } from '../base/index.ts'
import type { VerifiedHead } from './certified.ts'
import { HEADS_REMEMBERED } from './limits.ts'
import type { ClientError } from './types.ts'

/** Remembers heads; bounded. */
export interface Heads {
  /** The fork that this head completes, if it does. */
  note(head: VerifiedHead, peer: string): ClientError | undefined
}

/** An empty memory. */
export function createHeads(): Heads {
  const seen = new Map<number, { readonly blockId: string; readonly peer: string }>()
  return {
    note: (head, peer) => {
      const { height } = head.header
      const earlier = seen.get(height)
      if (earlier === undefined) {
        if (seen.size >= HEADS_REMEMBERED) seen.delete(Math.min(...seen.keys()))
        seen.set(height, { blockId: head.blockId, peer })
        return undefined
      }
      if (earlier.blockId === head.blockId) return undefined
      return refuse(
        'fork',
        `a quorum signed two blocks at height ${height}: ${earlier.blockId} (from ${earlier.peer}) and ${head.blockId} (from ${peer}); more than a third of the validators are faulty, believe neither`,
      ).error
    },
  }
}
