/** What the pool holds and says: a transaction that waits, what became of an offered one, and where only a few may wait at once. */
import { toHex } from '../base/index.ts'
import type { Decoded, RejectionCode, Transaction } from '../ledger/index.ts'

/** What became of an offered transaction. */
export interface PoolOutcome {
  /** `known`: waiting or final already. `busy`: no room at the moment; come again. */
  readonly code: 'accepted' | 'known' | 'busy' | RejectionCode
  readonly detail: string
  /** It came with a wrong accelerator: no honest node passes such a one on. */
  readonly hasWrongAccelerator?: true
}

/** A transaction that waits. */
export interface PoolEntry extends Decoded {
  /** What came beside a ballot and was found right. */
  readonly accelerator?: Uint8Array
  /** Taken from a client or made here, not heard by gossip: this node answers for its spreading. */
  readonly isOurs: boolean
  readonly addedAt: number
  /** See {@link slotOf}. */
  readonly slot: string | undefined
}

/** Rejections that hold in every state: whoever passes such a transaction on did not check it. */
const NEVER_VALID: ReadonlySet<PoolOutcome['code']> = new Set<PoolOutcome['code']>([
  'malformed',
  'bad-signature',
  'ballot-invalid',
  'key-invalid',
  // What a step of a ceremony is held against belongs to its attempt, and does not change any more.
  'ceremony-invalid',
])

/** Rejections that a later block time, or another block before, may lift. */
export const MAY_BECOME_VALID: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'unknown-election',
  'wrong-phase',
  'roll-incomplete',
  'not-open',
])

/** Whether a transaction with this outcome is bad whatever the state: no honest peer passes it on. */
export function isNeverValid(code: PoolOutcome['code']): boolean {
  return NEVER_VALID.has(code)
}

/**
 * Where only a few transactions may wait at once, because only one will count: a voter's ballots, a trustee's attempts at one duty,
 * evidence against one validator.
 * Undefined for what is limited otherwise (rolls have many chunks, drafts have administrators).
 */
export function slotOf(transaction: Transaction): string | undefined {
  switch (transaction.kind) {
    case 'ballot':
      return `${transaction.ballot.uuid}/${toHex(transaction.ballot.credential)}`
    case 'evidence':
      return `evidence/${toHex(transaction.validator)}`
    case 'draft':
    case 'rollChunk':
    case 'rollSignature':
      return undefined
    default:
      return `${transaction.uuid}/${transaction.kind}/${toHex(transaction.trustee)}`
  }
}
