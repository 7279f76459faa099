/** Where a trustee reads what is finalised and hands in what it makes: the daemon's own chain, or peers that are asked. */
import type { Transaction } from '../../ledger/index.ts'
import type { Standing } from './duty.ts'

/** What became of a transaction that was handed in: a code as the pool gives it. */
export interface Handed {
  readonly code: string
  readonly detail: string
}

/** The port between a trustee and a network. */
export interface TrusteeBoard {
  /** Elections, finalised by a quorum, in which a trustee may have something to do. */
  standings(): Promise<readonly Standing[]>
  /** A finalised transaction by its id, checked to be the one; undefined where it cannot be had now. */
  transaction(id: Uint8Array): Promise<Transaction | undefined>
  /** Hands an encoded transaction in. */
  submit(bytes: Uint8Array): Promise<Handed>
  /** Whether a transaction that was handed in still waits to be finalised, as far as is known. */
  isWaiting(id: string): boolean
}
