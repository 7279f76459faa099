/**
 * What a dishonest member of a key ceremony publishes: anything, rightly signed as a transaction. With nothing changed, what these
 * functions make is what an honest member would make.
 */
import { strict as assert } from 'node:assert'
import { concat } from '../../base/index.ts'
import { GENERATOR, multiplySecret, type Point, pointToHex } from '../../crypto/index.ts'
import {
  certificateMessages,
  certificatesText,
  certificateText,
  coefficientsText,
} from '../../election/ceremony/messages.ts'
import {
  type CeremonyContext,
  coefficientBytes,
  coefficientPoints,
  createTrusteeKey,
  encodeMemberKey,
  type TrusteeCertificate,
} from '../../election/index.ts'
import { encodeProof } from '../../election/proof-bytes.ts'
import { signMessage } from '../../election/schnorr.ts'
import {
  commitmentTo,
  signTransaction,
  type Transaction,
  type TransactionKind,
  type TransactionOf,
  type Unsigned,
} from '../../ledger/index.ts'
import {
  type Attempt,
  dealingBy,
  memberCertificates,
  memberKeys,
  memberPolynomial,
  memberShare,
} from './ceremony-builders.ts'
import { privateKeyOf, seededRandom } from './parties.ts'

type Step = Extract<TransactionKind, `ceremony${string}`>
/** What a step says beside its author and attempt. */
type Content = { [K in Step]: Omit<Unsigned<TransactionOf<K>>, 'uuid' | 'trustee' | 'attempt'> }[Step]

/** A step of a ceremony with any content, signed by its author. */
export function stepBy<C extends Content>(at: Attempt, name: string, content: C): TransactionOf<C['kind']> {
  const member = at.draft.trustees.find((trustee) => trustee.name === name)
  assert.ok(member, `${name} is a trustee`)
  const { attempt, draft, networkId } = at
  const body: Unsigned<Transaction> = { ...content, uuid: draft.uuid, trustee: member.publicKey, attempt }
  return signTransaction(networkId, body, privateKeyOf(name)) as TransactionOf<C['kind']>
}

/** The number of a member, from 1. */
export function indexOf({ members }: Attempt, name: string): number {
  const index = members.findIndex((member) => member.name === name) + 1
  assert.ok(index > 0, `${name} is a member`)
  return index
}

const contextOf = ({ members, draft }: Attempt): CeremonyContext => ({
  size: members.length,
  threshold: draft.trusteeThreshold,
})

/** What is different about a certificate. */
export interface CertificateChanges {
  readonly context?: CeremonyContext
  readonly index?: number
  readonly verification?: Point
  readonly encryption?: Point
  /** Whose signature it has. */
  readonly signing?: bigint
}

export function certificateOf(
  at: Attempt,
  name: string,
  changes: CertificateChanges = {},
): TrusteeCertificate {
  const keys = memberKeys(at, name)
  const verification = changes.verification ?? multiplySecret(GENERATOR, keys.signing)
  const encryption = changes.encryption ?? multiplySecret(GENERATOR, keys.decryption)
  const text = certificateText(changes.context ?? contextOf(at), changes.index ?? indexOf(at, name), {
    verification,
    encryption,
  })
  const signature = signMessage(changes.signing ?? keys.signing, text, seededRandom(`${name} certifies`))
  return { verification, encryption, signature }
}

/** What is different about what a dealer reveals. */
export interface RevealChanges {
  readonly certificates?: readonly TrusteeCertificate[]
  /** Whose signature the coefficients have. */
  readonly signing?: bigint
  /** Whose signature certificates and coefficients have. */
  readonly overall?: bigint
  /** The coefficients that are signed, where others are revealed. */
  readonly signed?: readonly Point[]
}

/** The encoded polynomial of a dealer: these coefficients, signed. */
export function revealed(
  at: Attempt,
  name: string,
  coefficients: readonly Point[] = coefficientPoints(memberPolynomial(at, name)),
  changes: RevealChanges = {},
): Uint8Array {
  const { signing } = memberKeys(at, name)
  const random = seededRandom(`${name} reveals`)
  const messages = certificateMessages(contextOf(at), changes.certificates ?? memberCertificates(at))
  const signed = changes.signed ?? coefficients
  return concat(
    encodeProof(signMessage(changes.signing ?? signing, coefficientsText(signed), random)),
    encodeProof(signMessage(changes.overall ?? signing, certificatesText(messages, signed), random)),
    coefficientBytes(coefficients),
  )
}

/** The commitment of a dealer to any bytes. */
export function commitmentWith(
  at: Attempt,
  name: string,
  coefficients: Uint8Array,
): TransactionOf<'ceremonyCommitment'> {
  const member = at.draft.trustees.find((trustee) => trustee.name === name)!
  const { attempt, draft, networkId } = at
  const place = { networkId, uuid: draft.uuid, attempt, trustee: member.publicKey }
  return stepBy(at, name, { kind: 'ceremonyCommitment', commitment: commitmentTo(place, coefficients) })
}

/** The dealing of a member with any polynomial and shares. */
export function dealingWith(
  at: Attempt,
  name: string,
  content: { readonly polynomial?: Uint8Array; readonly shares?: readonly Uint8Array[] },
): TransactionOf<'ceremonyDealing'> {
  const { polynomial, shares } = dealingBy(at, name)
  return stepBy(at, name, { kind: 'ceremonyDealing', polynomial, shares, ...content })
}

/** The key share of a member that has another share, or signs with another key. */
export function keyWith(
  at: Attempt,
  name: string,
  changes: { readonly share?: bigint; readonly signing?: bigint },
): TransactionOf<'ceremonyKey'> {
  const random = seededRandom(`${name} has a key`)
  const key = createTrusteeKey(changes.share ?? memberShare(at, name), random)
  const signing = changes.signing ?? memberKeys(at, name).signing
  const signature = signMessage(signing, pointToHex(key.publicKey), random)
  return stepBy(at, name, { kind: 'ceremonyKey', key: encodeMemberKey({ ...key, signature }) })
}
