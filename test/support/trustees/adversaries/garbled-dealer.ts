/** Deals one member a share that it cannot decrypt. */
import { assert } from '../../../../base/index.ts'
import { type Adversary, resigned, tampering } from '../tampering.ts'

/** `victim`: the number of the member that is cheated, from 0. */
export function garbledDealer(victim: number): Adversary {
  return (corrupted) =>
    tampering(corrupted, async (transaction) => {
      if (transaction.kind !== 'ceremonyDealing') return transaction
      const share = transaction.shares[victim]
      assert(share !== undefined, 'the victim is a member')
      // The points at the beginning are left alone: everybody sees whether they are points.
      const garbled = share.with(-1, share.at(-1)! ^ 1)
      return resigned(corrupted, { ...transaction, shares: transaction.shares.with(victim, garbled) })
    })
}
