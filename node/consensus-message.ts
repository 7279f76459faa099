/** What the runner needs to know about the core's messages: how they are put together, and which block travels with them. */
import type { BlockId, Draft, Message, Signed, Statement } from '../consensus/index.ts'
import type { SigningSlot } from '../storage/index.ts'

/** Order of the statements of a round (`SigningSlot`). */
const STEP: Readonly<Record<Draft['kind'], number>> = { roundChange: 0, proposal: 1, prepare: 2, commit: 3 }

/** The slot that a statement takes. */
export function slotOf({ height, round, kind }: Statement): SigningSlot {
  return { height, round, step: STEP[kind] }
}

/** The message of a draft and its signature. */
export function messageOf(draft: Draft, validator: number, signature: Uint8Array): Message {
  switch (draft.kind) {
    case 'proposal': {
      const signed: Signed<'proposal'> = { statement: draft.statement, validator, signature }
      return { kind: 'proposal', signed, roundChanges: draft.roundChanges, prepares: draft.prepares }
    }
    case 'roundChange': {
      const signed: Signed<'roundChange'> = { statement: draft.statement, validator, signature }
      return { kind: 'roundChange', signed, prepares: draft.prepares }
    }
    case 'prepare':
      return { kind: 'prepare', signed: { statement: draft.statement, validator, signature } }
    case 'commit':
      return { kind: 'commit', signed: { statement: draft.statement, validator, signature } }
  }
}

/** The block whose bytes travel with a message, or that the message speaks of. */
export function messageBlockId(message: Message): BlockId | undefined {
  return message.kind === 'roundChange'
    ? message.signed.statement.prepared?.blockId
    : message.signed.statement.blockId
}

/** Whether a message travels without the bytes of its block. */
export function isBare(message: Message): boolean {
  return message.kind === 'prepare' || message.kind === 'commit'
}
