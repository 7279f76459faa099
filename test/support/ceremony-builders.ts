/**
 * Key ceremonies for tests, by members whose secrets follow from their names: every transaction of a ceremony, each of which a
 * test may replace by a bad one. Written with the functions of `election/`, not with the daemon's trustee.
 */
import { strict as assert } from 'node:assert'
import { unwrap } from '../../base/index.ts'
import { deriveScalar, modOrder } from '../../crypto/index.ts'
import {
  type CeremonyKeys,
  ceremonyKeys,
  coefficientBytes,
  coefficientPoints,
  createCertificate,
  createComplaint,
  createMemberKey,
  createPublicPolynomial,
  createShare,
  decodeShare,
  encodeComplaint,
  encodeMemberKey,
  encodePublicPolynomial,
  encodeTrusteeCertificate,
  polynomialAt,
  type TrusteeCertificate,
  trusteeSeedOf,
} from '../../election/index.ts'
import {
  type Ceremony,
  commitmentTo,
  type ElectionDraft,
  type Party,
  proveShare,
  signTransaction,
  type Transaction,
  type TransactionOf,
} from '../../ledger/index.ts'
import { privateKeyOf, seededRandom } from './parties.ts'

/** One attempt at a ceremony, and who takes part in it. */
export interface Attempt {
  readonly networkId: Uint8Array
  readonly draft: ElectionDraft
  /** In the order of the draft. */
  readonly members: readonly Party[]
  readonly attempt: number
}

/** The attempt of a draft: the first with everybody, a later one without those named. */
export function anAttempt(
  networkId: Uint8Array,
  draft: ElectionDraft,
  attempt = 1,
  without: readonly string[] = [],
): Attempt {
  return { networkId, draft, members: draft.trustees.filter(({ name }) => !without.includes(name)), attempt }
}

const label = ({ draft, attempt }: Attempt, name: string): string => `${draft.uuid}/${attempt}/${name}`

/** A member's private keys. */
export function memberKeys(at: Attempt, name: string): CeremonyKeys {
  return ceremonyKeys(trusteeSeedOf(seededRandom(`seed ${label(at, name)}`)(64)))
}

/** A member's secret polynomial. */
export function memberPolynomial(at: Attempt, name: string): readonly bigint[] {
  return Array.from({ length: at.draft.trusteeThreshold }, (_, k) =>
    deriveScalar(privateKeyOf(name), `polynomial ${label(at, name)}/${k}`),
  )
}

const contextOf = ({ members, draft }: Attempt): { readonly size: number; readonly threshold: number } => ({
  size: members.length,
  threshold: draft.trusteeThreshold,
})

const certificates = new WeakMap<Attempt, readonly TrusteeCertificate[]>()

/** All members' certificates, always the same ones for an attempt. */
export function memberCertificates(at: Attempt): readonly TrusteeCertificate[] {
  const made =
    certificates.get(at) ??
    at.members.map(({ name }, i) => {
      const random = seededRandom(`certificate ${label(at, name)}`)
      return createCertificate(contextOf(at), i + 1, memberKeys(at, name), random)
    })
  certificates.set(at, made)
  return made
}

const numberOf = ({ members }: Attempt, name: string): number => {
  const number = members.findIndex((member) => member.name === name)
  assert.ok(number >= 0, `${name} is a member`)
  return number
}

const actOf = (
  { draft, members, attempt }: Attempt,
  name: string,
): { readonly uuid: string; readonly trustee: Uint8Array; readonly attempt: number } => {
  const member = members.find((one) => one.name === name)
  assert.ok(member, `${name} is a member`)
  return { uuid: draft.uuid, trustee: member.publicKey, attempt }
}

/** A member's certificate; another `seed` makes another signature. */
export function certificateBy(at: Attempt, name: string, seed?: string): Transaction {
  const number = numberOf(at, name)
  const made =
    seed === undefined
      ? memberCertificates(at)[number]!
      : createCertificate(contextOf(at), number + 1, memberKeys(at, name), seededRandom(seed))
  const body = {
    kind: 'ceremonyCertificate',
    ...actOf(at, name),
    certificate: encodeTrusteeCertificate(made),
  } as const
  return signTransaction(at.networkId, body, privateKeyOf(name))
}

export function commitmentBy(
  at: Attempt,
  name: string,
  polynomial: readonly bigint[] = memberPolynomial(at, name),
): Transaction {
  const act = actOf(at, name)
  const coefficients = coefficientBytes(coefficientPoints(polynomial))
  const commitment = commitmentTo({ networkId: at.networkId, ...act }, coefficients)
  return signTransaction(at.networkId, { kind: 'ceremonyCommitment', ...act, commitment }, privateKeyOf(name))
}

/** What a dealer may do differently. */
export interface DealingChanges {
  readonly polynomial?: readonly bigint[]
  /** By the recipient's number from 0: another encrypted share, given the right one. */
  readonly shares?: Readonly<Record<number, (right: Uint8Array) => Uint8Array>>
}

export function dealingBy(
  at: Attempt,
  name: string,
  changes: DealingChanges = {},
): TransactionOf<'ceremonyDealing'> {
  const random = seededRandom(`dealing ${label(at, name)}`)
  const keys = memberKeys(at, name)
  const all = memberCertificates(at)
  const secret = changes.polynomial ?? memberPolynomial(at, name)
  const polynomial = createPublicPolynomial(
    { context: contextOf(at), certificates: all, index: numberOf(at, name) + 1 },
    keys,
    secret,
    random,
  )
  const shares = all.map(({ encryption }, i) => {
    const right = createShare(keys, encryption, polynomialAt(secret, i + 1), random)
    return changes.shares?.[i]?.(right) ?? right
  })
  const transaction = signTransaction(
    at.networkId,
    { kind: 'ceremonyDealing', ...actOf(at, name), polynomial: encodePublicPolynomial(polynomial), shares },
    privateKeyOf(name),
  )
  assert.ok(transaction.kind === 'ceremonyDealing')
  return transaction
}

/** A member's share of the key, if all members dealt what they are known for. */
export function memberShare(at: Attempt, name: string): bigint {
  const index = numberOf(at, name) + 1
  const dealt = at.members.map((dealer) => polynomialAt(memberPolynomial(at, dealer.name), index))
  return modOrder(dealt.reduce((sum, share) => sum + share, 0n))
}

export function keyBy(at: Attempt, name: string, share: bigint = memberShare(at, name)): Transaction {
  const random = seededRandom(`key ${label(at, name)}`)
  const key = encodeMemberKey(createMemberKey(memberKeys(at, name).signing, share, random))
  return signTransaction(at.networkId, { kind: 'ceremonyKey', ...actOf(at, name), key }, privateKeyOf(name))
}

/** The complaint of a member about what a dealer dealt it, justified or not. */
export function complaintBy(
  at: Attempt,
  name: string,
  dealing: TransactionOf<'ceremonyDealing'>,
  dealer: string,
): TransactionOf<'ceremonyComplaint'> {
  const number = numberOf(at, name)
  const share = dealing.shares[number]!
  const random = seededRandom(`complaint ${label(at, name)}`)
  const complaint = createComplaint(memberKeys(at, name).decryption, unwrap(decodeShare(share)), random)
  const { mandatoryTrustees, trustees } = at.draft
  const place = [...mandatoryTrustees, ...trustees].findIndex((trustee) => trustee.name === dealer)
  const transaction = signTransaction(
    at.networkId,
    {
      kind: 'ceremonyComplaint',
      ...actOf(at, name),
      dealer: place,
      share,
      branch: proveShare(dealing.shares, number),
      complaint: encodeComplaint(complaint),
    },
    privateKeyOf(name),
  )
  assert.ok(transaction.kind === 'ceremonyComplaint')
  return transaction
}

/** All transactions of an honest attempt, by step; all of them fit one block, in this order. */
export interface CeremonyRun {
  readonly certificates: readonly Transaction[]
  readonly commitments: readonly Transaction[]
  readonly dealings: readonly TransactionOf<'ceremonyDealing'>[]
  readonly keys: readonly Transaction[]
  readonly all: readonly Transaction[]
}

export function aCeremonyRun(
  networkId: Uint8Array,
  draft: ElectionDraft,
  attempt?: number,
  without?: readonly string[],
): CeremonyRun {
  const at = anAttempt(networkId, draft, attempt, without)
  const names = at.members.map(({ name }) => name)
  const certified = names.map((name) => certificateBy(at, name))
  const commitments = names.map((name) => commitmentBy(at, name))
  const dealings = names.map((name) => dealingBy(at, name))
  const keys = names.map((name) => keyBy(at, name))
  return {
    certificates: certified,
    commitments,
    dealings,
    keys,
    all: [...certified, ...commitments, ...dealings, ...keys],
  }
}

/** A member's share of the key that a finished ceremony made. */
export function shareOf(draft: ElectionDraft, ceremony: Ceremony, name: string): bigint {
  const mandatory = draft.mandatoryTrustees.length
  const members = ceremony.members.map(({ place }) => draft.trustees[place - mandatory]!)
  return memberShare({ networkId: new Uint8Array(32), draft, members, attempt: ceremony.attempt }, name)
}
