/** Reveals other coefficients than those it committed to, with shares and signatures that fit them. */
import { unwrap } from '../../../../base/index.ts'
import { deriveScalar } from '../../../../crypto/index.ts'
import {
  type CeremonyKeys,
  createPublicPolynomial,
  createShare,
  decodeTrusteeCertificate,
  encodePublicPolynomial,
  polynomialAt,
} from '../../../../election/index.ts'
import {
  contextOf,
  memberNumber,
  type Transaction,
  type TransactionOf,
  trusteePlace,
} from '../../../../ledger/index.ts'
import type { Standing } from '../../../../node/trustee/duty.ts'
import { seededRandom } from '../../parties.ts'
import { seedOf } from '../material.ts'
import { type Adversary, type Corrupted, resigned, standingOf, stolenKeys, tampering } from '../tampering.ts'

export const brokenCommitment: Adversary = (corrupted) =>
  tampering(corrupted, async (transaction) =>
    transaction.kind === 'ceremonyDealing'
      ? otherDealing(corrupted, transaction, await standingOf(corrupted, transaction.uuid))
      : transaction,
  )

/** A dealing of other coefficients, in which nothing is wrong but that nobody committed to it. */
export function otherDealing(
  corrupted: Corrupted,
  dealing: TransactionOf<'ceremonyDealing'>,
  { record, ceremony }: Standing,
): Transaction {
  const { name } = corrupted
  const keys: CeremonyKeys = stolenKeys(corrupted, dealing.uuid, dealing.attempt)
  const context = contextOf(record.draft, ceremony)
  const secret = Array.from({ length: context.threshold }, (_, k) =>
    deriveScalar(seedOf(name), `another polynomial/${dealing.attempt}/${k}`),
  )
  const certificates = ceremony.members.map(({ certificate }) =>
    unwrap(decodeTrusteeCertificate(certificate!)),
  )
  const place = trusteePlace(record.draft, dealing.trustee)!
  const index = memberNumber(ceremony, place)! + 1
  const random = seededRandom(`another dealing of ${name}`)
  const polynomial = createPublicPolynomial({ context, certificates, index }, keys, secret, random)
  return resigned(corrupted, {
    ...dealing,
    polynomial: encodePublicPolynomial(polynomial),
    shares: certificates.map(({ encryption }, i) =>
      createShare(keys, encryption, polynomialAt(secret, i + 1), random),
    ),
  })
}
