/** Deals one member a share that is well encrypted and wrong: not on the polynomial that it revealed. */
import { assert, unwrap } from '../../../../base/index.ts'
import { modOrder } from '../../../../crypto/index.ts'
import { createShare, decodeTrusteeCertificate, polynomialAt } from '../../../../election/index.ts'
import { ceremonyPolynomial } from '../../../../node/trustee-secrets.ts'
import { seededRandom } from '../../parties.ts'
import { seedOf } from '../material.ts'
import { type Adversary, resigned, standingOf, stolenKeys, tampering } from '../tampering.ts'

/** `victim`: the number of the member that is cheated, from 0. */
export function badDealer(victim: number): Adversary {
  return (corrupted) =>
    tampering(corrupted, async (transaction) => {
      if (transaction.kind !== 'ceremonyDealing') return transaction
      const { uuid, attempt } = transaction
      const { record, ceremony } = await standingOf(corrupted, uuid)
      const certificate = ceremony.members[victim]?.certificate
      assert(certificate !== undefined, 'the victim is a member')
      const { encryption } = unwrap(decodeTrusteeCertificate(certificate))
      const { networkId, name } = corrupted
      const polynomial = ceremonyPolynomial(
        seedOf(name),
        { networkId, uuid },
        attempt,
        record.draft.trusteeThreshold,
      )
      const wrong = modOrder(polynomialAt(polynomial, victim + 1) + 1n)
      const keys = stolenKeys(corrupted, uuid, attempt)
      const share = createShare(keys, encryption, wrong, seededRandom(`bad share of ${name}`))
      return resigned(corrupted, { ...transaction, shares: transaction.shares.with(victim, share) })
    })
}
