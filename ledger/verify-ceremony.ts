/**
 * The proofs of a key ceremony's steps. Expects what `check-ceremony.ts` has accepted. Every answer depends on the transaction and on
 * what members published in earlier steps of the same attempt, which cannot change any more: so it may be remembered by a
 * transaction's id.
 *
 * What a dealer sends to one member only that member can read; the ledger checks all that is public, and judges complaints.
 */
import { assert, equalBytes, ok, type Result, refuse, toHex, unreachable } from '../base/index.ts'
import { encodePoint, type Point, sha256 } from '../crypto/index.ts'
import {
  coefficientBytes,
  combinedCoefficients,
  decodeComplaint,
  decodeMemberKey,
  decodePublicPolynomial,
  decodeShare,
  decodeTrusteeCertificate,
  decodeTrusteeKey,
  judgeComplaint,
  verifyCertificate,
  verifyMemberKey,
  verifyPublicPolynomial,
  verifyTrusteeKey,
} from '../election/index.ts'
import { contextOf, memberNumber } from './ceremony.ts'
import { authorNumber, type CeremonyTransaction, commitmentOf } from './check-ceremony.ts'
import type { ElectionState } from './election-state.ts'
import { TRUSTEES_DEPTH } from './limits.ts'
import { isInList } from './merkle.ts'
import { certificateOf, polynomialOf, trusteeName, trusteePlace } from './trustees.ts'
import type { Ceremony, CeremonyFault, Rejection, TransactionOf } from './types.ts'

type Verified = Result<void, Rejection>

/** The proofs of a step. A refusal names the author (T19's rule, for ceremonies). */
export function verifyCeremonyStep(
  networkId: Uint8Array,
  election: ElectionState,
  transaction: CeremonyTransaction,
): Verified {
  if (transaction.kind === 'ceremonyCommitment') return ok(undefined)
  if (transaction.kind === 'trusteeKey') return verifyMandatoryKey(networkId, election, transaction)
  const number = authorNumber(election, transaction.trustee)
  assert(number !== undefined, 'a checked step of a ceremony is by a member')
  const invalid = (why: string): Verified => {
    const place = trusteePlace(election.record.draft, transaction.trustee)
    return refuse('ceremony-invalid', `of ${trusteeName(election.record.draft, place ?? 0)}: ${why}`)
  }
  switch (transaction.kind) {
    case 'ceremonyCertificate':
      return verifyMemberCertificate(election, transaction, number, invalid)
    case 'ceremonyDealing':
      return verifyDealing(networkId, election, transaction, number, invalid)
    case 'ceremonyKey':
      return verifyKeyShare(election, transaction, number, invalid)
    case 'ceremonyComplaint':
      return verifyComplaint(election, transaction, number, invalid)
    default:
      return unreachable(transaction)
  }
}

function verifyMandatoryKey(
  networkId: Uint8Array,
  { record: { draft }, ceremony }: ElectionState,
  transaction: TransactionOf<'trusteeKey'>,
): Verified {
  const place = trusteePlace(draft, transaction.trustee)
  const { commitment } = ceremony.mandatory[place ?? -1] ?? {}
  assert(place !== undefined && commitment !== undefined, 'a key is revealed by who committed to one')
  const invalid = (why: string): Verified => refuse('key-invalid', `of ${trusteeName(draft, place)}: ${why}`)
  const key = decodeTrusteeKey(transaction.key)
  if (!key.ok) return invalid(key.error.detail)
  if (!verifyTrusteeKey(key.value))
    return invalid('neutral, or the proof that the trustee knows the private key is wrong')
  const opened = commitmentOf(networkId, transaction, encodePoint(key.value.publicKey))
  return equalBytes(commitment, opened) ? ok(undefined) : invalid('not the key that it committed to')
}

type Invalid = (why: string) => Verified

function verifyMemberCertificate(
  { record, ceremony }: ElectionState,
  { certificate }: TransactionOf<'ceremonyCertificate'>,
  number: number,
  invalid: Invalid,
): Verified {
  const decoded = decodeTrusteeCertificate(certificate)
  if (!decoded.ok) return invalid(decoded.error.detail)
  return verifyCertificate(contextOf(record.draft, ceremony), number + 1, decoded.value)
    ? ok(undefined)
    : invalid('the certificate is not signed by its own key for this attempt and number')
}

function verifyDealing(
  networkId: Uint8Array,
  { record, ceremony }: ElectionState,
  dealing: TransactionOf<'ceremonyDealing'>,
  number: number,
  invalid: Invalid,
): Verified {
  const polynomial = decodePublicPolynomial(dealing.polynomial)
  if (!polynomial.ok) return invalid(polynomial.error.detail)
  const { commitment } = ceremony.members[number]!
  const opened = commitmentOf(networkId, dealing, coefficientBytes(polynomial.value.coefficients))
  if (commitment === undefined || !equalBytes(commitment, opened))
    return invalid(`the coefficients are not those it committed to (they give ${toHex(opened)})`)
  const verified = verifyPublicPolynomial(
    {
      context: contextOf(record.draft, ceremony),
      certificates: ceremony.members.map(certificateOf),
      index: number + 1,
    },
    polynomial.value,
  )
  if (!verified.ok) return invalid(verified.error.detail)
  for (const [i, share] of dealing.shares.entries()) {
    const decoded = decodeShare(share)
    if (!decoded.ok) return invalid(`the share of member ${i + 1}: ${decoded.error.detail}`)
  }
  return ok(undefined)
}

/** Products of all members' coefficients, by the first member's dealing. Only speed depends on it. */
const products = new WeakMap<
  object,
  { readonly dealings: readonly unknown[]; readonly points: readonly Point[] }
>()

/** The product of all members' coefficients for each power: what key shares follow from. */
export function productOf({ members }: Ceremony): readonly Point[] {
  const dealings = members.map(({ dealing }) => dealing)
  const [first] = dealings
  assert(first !== undefined, 'every member has dealt')
  const known = products.get(first)
  if (known?.dealings.every((dealing, i) => dealing === dealings[i])) return known.points
  const points = combinedCoefficients(members.map((member) => polynomialOf(member).coefficients))
  products.set(first, { dealings, points })
  return points
}

function verifyKeyShare(
  { ceremony }: ElectionState,
  { key }: TransactionOf<'ceremonyKey'>,
  number: number,
  invalid: Invalid,
): Verified {
  const decoded = decodeMemberKey(key)
  if (!decoded.ok) return invalid(decoded.error.detail)
  const certificate = certificateOf(ceremony.members[number]!)
  const at = { certificate, index: number + 1, combined: productOf(ceremony) }
  const verified = verifyMemberKey(at, decoded.value)
  return verified.ok ? ok(undefined) : invalid(verified.error.detail)
}

/** What a complaint proves, whichever of the two it convicts. */
function verifyComplaint(
  election: ElectionState,
  transaction: TransactionOf<'ceremonyComplaint'>,
  number: number,
  invalid: Invalid,
): Verified {
  const { members } = election.ceremony
  const dealing = members[memberNumber(election.ceremony, transaction.dealer) ?? -1]?.dealing
  assert(dealing !== undefined, 'every member has dealt before complaints')
  const { share, branch } = transaction
  if (!isInList(dealing.sharesRoot, TRUSTEES_DEPTH, number, sha256(share), branch))
    return invalid('this is not the share that the dealer has dealt to it')
  const judged = verdictOn(election, transaction, number)
  return judged === 'proof-invalid' || judged === undefined
    ? invalid('the proof of what it received is wrong')
    : ok(undefined)
}

function verdictOn(
  { ceremony }: ElectionState,
  { dealer: place, share, complaint }: TransactionOf<'ceremonyComplaint'>,
  number: number,
): 'dealer' | 'complainer' | 'proof-invalid' | undefined {
  const dealer = ceremony.members[memberNumber(ceremony, place) ?? -1]
  const [encrypted, proof] = [decodeShare(share), decodeComplaint(complaint)]
  if (dealer === undefined || !encrypted.ok || !proof.ok) return undefined
  const at = {
    dealer: certificateOf(dealer),
    recipient: certificateOf(ceremony.members[number]!),
    index: number + 1,
    coefficients: polynomialOf(dealer).coefficients,
  }
  return judgeComplaint(at, encrypted.value, proof.value)
}

/** Who is at fault by a complaint that was verified (T18). */
export function convictedBy(
  election: ElectionState,
  transaction: TransactionOf<'ceremonyComplaint'>,
): CeremonyFault {
  const { record, ceremony } = election
  const accuser = trusteePlace(record.draft, transaction.trustee)
  const number = authorNumber(election, transaction.trustee)
  assert(accuser !== undefined && number !== undefined, 'a checked complaint is by a member')
  const { attempt } = ceremony
  return verdictOn(election, transaction, number) === 'dealer'
    ? { place: transaction.dealer, attempt, kind: 'bad-share', other: accuser }
    : { place: accuser, attempt, kind: 'false-complaint', other: transaction.dealer }
}
