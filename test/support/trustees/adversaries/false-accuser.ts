/** Complains of a good share, with a proof that holds: of what it really received. */
import { assert, unwrap } from '../../../../base/index.ts'
import { createComplaint, decodeShare, encodeComplaint } from '../../../../election/index.ts'
import { memberNumber, proveShare, trusteePlace } from '../../../../ledger/index.ts'
import { seededRandom } from '../../parties.ts'
import { type Adversary, resigned, standingOf, stolenKeys, tampering } from '../tampering.ts'

/** `accused`: the number of the member that is accused, from 0. */
export function falseAccuser(accused: number): Adversary {
  return (corrupted) =>
    tampering(corrupted, async (transaction) => {
      if (transaction.kind !== 'ceremonyKey') return transaction
      const { uuid, trustee, attempt } = transaction
      const { record, ceremony } = await standingOf(corrupted, uuid)
      const dealer = ceremony.members[accused]
      const number = memberNumber(ceremony, trusteePlace(record.draft, trustee) ?? -1)
      assert(dealer?.dealing !== undefined && number !== undefined, 'both are members')
      const dealing = await corrupted.board.transaction(dealer.dealing.transaction)
      assert(dealing?.kind === 'ceremonyDealing', 'the dealing is finalised')
      const share = dealing.shares[number]!
      const { decryption } = stolenKeys(corrupted, uuid, attempt)
      const random = seededRandom(`false complaint of ${corrupted.name}`)
      const complaint = encodeComplaint(createComplaint(decryption, unwrap(decodeShare(share)), random))
      const branch = proveShare(dealing.shares, number)
      return resigned(corrupted, {
        kind: 'ceremonyComplaint',
        ...{ uuid, trustee, attempt, dealer: dealer.place, share, branch, complaint },
      })
    })
}
