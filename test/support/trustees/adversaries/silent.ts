/** Says nothing of one kind, and everything else as it should be. */
import type { TransactionKind } from '../../../../ledger/index.ts'
import { type Adversary, tampering } from '../tampering.ts'

/** Withholds its transactions of this kind. */
export function silentIn(kind: TransactionKind): Adversary {
  return (corrupted) =>
    tampering(corrupted, async (transaction) => (transaction.kind === kind ? undefined : transaction))
}
