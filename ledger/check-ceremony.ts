/** Everything cheap about a step of the key ceremony: who, which attempt, which step, not twice. Proofs are `verify-ceremony.ts`'s. */
import { ok, type Result, refuse, toHex, unreachable } from '../base/index.ts'
import { POINT_BYTES } from '../crypto/index.ts'
import { commitmentTo, memberNumber } from './ceremony.ts'
import type { ElectionState } from './election-state.ts'
import { POLYNOMIAL_OVERHEAD_BYTES } from './limits.ts'
import { allTrustees, trusteeName, trusteePlace } from './trustees.ts'
import type { CeremonyMember, CeremonyStep, Rejection, Transaction, TransactionOf } from './types.ts'

/** The kinds of transaction that a ceremony is made of. */
export type CeremonyTransaction = Extract<Transaction, { readonly kind: 'trusteeKey' | `ceremony${string}` }>

const STEP_OF: Readonly<Record<CeremonyTransaction['kind'], CeremonyStep>> = {
  ceremonyCertificate: 'certificates',
  ceremonyCommitment: 'commitments',
  trusteeKey: 'dealings',
  ceremonyDealing: 'dealings',
  ceremonyKey: 'keys',
  ceremonyComplaint: 'keys',
}

/** Whether a transaction is a step of a ceremony. */
export function isCeremonyTransaction(transaction: Transaction): transaction is CeremonyTransaction {
  return Object.hasOwn(STEP_OF, transaction.kind)
}

/** The number of a ceremony transaction's author among the members, from 0; the transaction was checked. */
export function authorNumber({ record, ceremony }: ElectionState, trustee: Uint8Array): number | undefined {
  const place = trusteePlace(record.draft, trustee)
  return place === undefined ? undefined : memberNumber(ceremony, place)
}

/** Everything cheap about a step of a ceremony; the election is in phase `draft`. */
export function checkCeremonyStep(
  election: ElectionState,
  transaction: CeremonyTransaction,
): Result<void, Rejection> {
  const { record, ceremony } = election
  const { draft } = record
  const place = trusteePlace(draft, transaction.trustee)
  const isMandatory = place !== undefined && place < draft.mandatoryTrustees.length
  if (place === undefined || !mayDo(transaction, isMandatory)) {
    const role = transaction.kind === 'trusteeKey' ? 'mandatory trustee' : 'threshold trustee'
    return refuse('unknown-trustee', `the election has no ${role} with the key ${toHex(transaction.trustee)}`)
  }
  const number = memberNumber(ceremony, place)
  if (number === undefined && !isMandatory)
    return refuse('trustee-excluded', `${trusteeName(draft, place)} was left out of the ceremony`)
  if (transaction.attempt !== ceremony.attempt)
    return refuse(
      'wrong-attempt',
      `the ceremony is in attempt ${ceremony.attempt}, not ${transaction.attempt}`,
    )
  const step = STEP_OF[transaction.kind]
  if (step !== ceremony.step)
    return refuse('wrong-step', `the ceremony is at its step "${ceremony.step}", this belongs to "${step}"`)
  const member: Omit<CeremonyMember, 'place'> = ceremony.members[number ?? -1] ?? ceremony.mandatory[place]!
  const done = (what: string): Result<never, Rejection> =>
    refuse('step-done', `${trusteeName(draft, place)} has published its ${what} already`)
  switch (transaction.kind) {
    case 'ceremonyCertificate':
      return member.certificate === undefined ? ok(undefined) : done('certificate')
    case 'ceremonyCommitment':
      return member.commitment === undefined ? ok(undefined) : done('commitment')
    case 'ceremonyDealing':
      return member.dealing === undefined ? checkDealing(election, transaction) : done('dealing')
    case 'trusteeKey':
      return member.key === undefined ? ok(undefined) : done('key')
    case 'ceremonyKey':
      return member.key === undefined ? ok(undefined) : done('key share')
    case 'ceremonyComplaint':
      if (member.key !== undefined) return done('key share, and with it accepted all shares,')
      return checkAccused(election, transaction, place)
    default:
      return unreachable(transaction)
  }
}

/** Mandatory trustees commit to a key and reveal it; the others do everything else. */
function mayDo({ kind }: CeremonyTransaction, isMandatory: boolean): boolean {
  return isMandatory ? kind === 'ceremonyCommitment' || kind === 'trusteeKey' : kind !== 'trusteeKey'
}

/** A dealing's size: each point in it costs a subgroup check later. */
function checkDealing(
  { record: { draft }, ceremony }: ElectionState,
  { polynomial, shares }: TransactionOf<'ceremonyDealing'>,
): Result<void, Rejection> {
  const size = ceremony.members.length
  if (shares.length !== size) return refuse('ceremony-invalid', `${shares.length} shares for ${size} members`)
  const length = POLYNOMIAL_OVERHEAD_BYTES + POINT_BYTES * draft.trusteeThreshold
  return polynomial.length === length
    ? ok(undefined)
    : refuse('ceremony-invalid', `a polynomial of ${polynomial.length} bytes, not ${length}`)
}

function checkAccused(
  { record: { draft }, ceremony }: ElectionState,
  { dealer }: TransactionOf<'ceremonyComplaint'>,
  accuser: number,
): Result<void, Rejection> {
  if (memberNumber(ceremony, dealer) === undefined)
    return refuse('ceremony-invalid', `place ${dealer} is not that of a member; complained of can be members`)
  return dealer === accuser
    ? refuse('ceremony-invalid', `${allTrustees(draft)[accuser]?.name ?? ''} complains of itself`)
    : ok(undefined)
}

/** The commitment that a dealing or a key must open, as the ledger computes it. */
export function commitmentOf(
  networkId: Uint8Array,
  { uuid, attempt, trustee }: CeremonyTransaction,
  points: Uint8Array,
): Uint8Array {
  return commitmentTo({ networkId, uuid, attempt, trustee }, points)
}
