/**
 * What a trustee does: the transaction that fulfils a duty, out of its seed and of what is finalised. Nothing is kept: an act that
 * is made again after a restart has the same keys, coefficients and shares (T23), and only fresh randomness in its proofs.
 */
import { assert, equalBytes, ok, type Refusal, type Result, refuse } from '../../base/index.ts'
import { modOrder, type Random } from '../../crypto/index.ts'
import {
  type CeremonyKeys,
  ceremonyKeys,
  coefficientBytes,
  coefficientPoints,
  createCertificate,
  createComplaint,
  createMemberKey,
  createPartialDecryption,
  createPublicPolynomial,
  createShare,
  createTrusteeKey,
  decodeShare,
  decodeTally,
  encodeComplaint,
  encodeMemberKey,
  encodePartialDecryption,
  encodePublicPolynomial,
  encodeTrusteeCertificate,
  encodeTrusteeKey,
  openShare,
  polynomialAt,
  type SharePlace,
} from '../../election/index.ts'
import {
  certificateOf,
  commitmentTo,
  contextOf,
  electionOf,
  memberNumber,
  polynomialOf,
  proveShare,
  sharesRoot,
  signTransaction,
  type Transaction,
  type TransactionOf,
  type Unsigned,
} from '../../ledger/index.ts'
import {
  ceremonyPolynomial,
  ceremonySeed,
  mandatoryPrivateKey,
  trusteePublicKey,
  trusteeSigningKey,
} from '../trustee-secrets.ts'
import type { Duty, Standing } from './duty.ts'
import { isOurs } from './own-parts.ts'

/** What acts are made with. */
export interface Actor {
  readonly networkId: Uint8Array
  readonly seed: Uint8Array
  readonly random: Random
  /** Lets others have the processor: between two shares. */
  readonly pause: () => Promise<void>
  /** A finalised transaction by its id; undefined where it cannot be had now. */
  readonly transaction: (id: Uint8Array) => Promise<Transaction | undefined>
}

/** Why an act cannot be made: `later` mends itself, the other needs an operator. */
export type ActRefusal = Refusal<'later' | 'other-seed'>

type Act = Result<Transaction, ActRefusal>

/** The signed transaction that fulfils a duty. */
export async function act(actor: Actor, duty: Duty, standing: Standing): Promise<Act> {
  if (!isOurs(actor, duty, standing))
    return refuse('other-seed', 'something else was published with the signing key of this seed')
  switch (duty.kind) {
    case 'key':
      return ok(publishKey(actor, standing))
    case 'certificate':
      return ok(certify(actor, duty, standing))
    case 'commitment':
      return ok(commit(actor, duty, standing))
    case 'dealing':
      return ok(await deal(actor, duty, standing))
    case 'share':
      return checkShares(actor, duty, standing)
    case 'decryption':
      return decrypt(actor, duty, standing)
  }
}

function signed({ networkId, seed }: Actor, body: Unsigned<Transaction>): Transaction {
  return signTransaction(networkId, body, trusteeSigningKey(seed))
}

interface Place {
  readonly networkId: Uint8Array
  readonly uuid: string
}

const placeOf = ({ networkId }: Actor, { record }: Standing): Place => ({
  networkId,
  uuid: record.draft.uuid,
})

/** What every step of a ceremony says. */
function stepOf(
  actor: Actor,
  { record, ceremony }: Standing,
): { readonly uuid: string; readonly trustee: Uint8Array; readonly attempt: number } {
  return { uuid: record.draft.uuid, trustee: trusteePublicKey(actor.seed), attempt: ceremony.attempt }
}

function keysOf(actor: Actor, standing: Standing): CeremonyKeys {
  return ceremonyKeys(ceremonySeed(actor.seed, placeOf(actor, standing), standing.ceremony.attempt))
}

function secretPolynomial(actor: Actor, standing: Standing): readonly bigint[] {
  const { trusteeThreshold } = standing.record.draft
  return ceremonyPolynomial(actor.seed, placeOf(actor, standing), standing.ceremony.attempt, trusteeThreshold)
}

function numberOf({ ceremony }: Standing, place: number): number {
  const number = memberNumber(ceremony, place)
  assert(number !== undefined, "a duty in a ceremony is a member's")
  return number
}

function isMandatory({ place }: Duty, { ceremony }: Standing): boolean {
  return place < ceremony.mandatory.length
}

function mandatoryKey(actor: Actor, standing: Standing): bigint {
  return mandatoryPrivateKey(actor.seed, placeOf(actor, standing), standing.ceremony.attempt)
}

function publishKey(actor: Actor, standing: Standing): Transaction {
  const key = createTrusteeKey(mandatoryKey(actor, standing), actor.random)
  return signed(actor, { kind: 'trusteeKey', ...stepOf(actor, standing), key: encodeTrusteeKey(key) })
}

function certify(actor: Actor, { place }: Duty, standing: Standing): Transaction {
  const context = contextOf(standing.record.draft, standing.ceremony)
  const index = numberOf(standing, place) + 1
  const certificate = createCertificate(context, index, keysOf(actor, standing), actor.random)
  return signed(actor, {
    kind: 'ceremonyCertificate',
    ...stepOf(actor, standing),
    certificate: encodeTrusteeCertificate(certificate),
  })
}

function commit(actor: Actor, duty: Duty, standing: Standing): Transaction {
  const step = stepOf(actor, standing)
  const secrets = isMandatory(duty, standing)
    ? [mandatoryKey(actor, standing)]
    : secretPolynomial(actor, standing)
  const points = coefficientBytes(coefficientPoints(secrets))
  const commitment = commitmentTo({ networkId: actor.networkId, ...step }, points)
  return signed(actor, { kind: 'ceremonyCommitment', ...step, commitment })
}

async function deal(actor: Actor, { place }: Duty, standing: Standing): Promise<Transaction> {
  const { random, pause } = actor
  const keys = keysOf(actor, standing)
  const secret = secretPolynomial(actor, standing)
  const certificates = standing.ceremony.members.map(certificateOf)
  const context = contextOf(standing.record.draft, standing.ceremony)
  const index = numberOf(standing, place) + 1
  const polynomial = createPublicPolynomial({ context, certificates, index }, keys, secret, random)
  const shares: Uint8Array[] = []
  for (const [i, { encryption }] of certificates.entries()) {
    shares.push(createShare(keys, encryption, polynomialAt(secret, i + 1), random))
    await pause()
  }
  return signed(actor, {
    kind: 'ceremonyDealing',
    ...stepOf(actor, standing),
    polynomial: encodePublicPolynomial(polynomial),
    shares,
  })
}

/** One dealer's share for us: opened, or what to say about it. */
type Opened =
  | { readonly kind: 'good'; readonly share: bigint }
  | { readonly kind: 'bad'; readonly dealing: TransactionOf<'ceremonyDealing'> }
  | { readonly kind: 'missing' }

/** Opens what a member dealt us. The dealing comes from anywhere: the state's root of its shares says whether it is the one. */
async function openFrom(actor: Actor, duty: Duty, standing: Standing, dealer: number): Promise<Opened> {
  const { dealing } = standing.ceremony.members[dealer]!
  assert(dealing !== undefined, 'every member has dealt')
  const transaction = await actor.transaction(dealing.transaction)
  if (
    transaction?.kind !== 'ceremonyDealing' ||
    !equalBytes(sharesRoot(transaction.shares), dealing.sharesRoot)
  )
    return { kind: 'missing' }
  const number = numberOf(standing, duty.place)
  const share = decodeShare(transaction.shares[number] ?? new Uint8Array(0))
  assert(share.ok, 'finalised shares have points of the group')
  const opened = openShare(
    sharePlace(standing, dealer, number),
    share.value,
    keysOf(actor, standing).decryption,
  )
  return opened.ok ? { kind: 'good', share: opened.value } : { kind: 'bad', dealing: transaction }
}

function sharePlace({ ceremony: { members } }: Standing, dealer: number, number: number): SharePlace {
  const [from, to] = [members[dealer], members[number]]
  assert(from !== undefined && to !== undefined, 'shares go from member to member')
  return {
    dealer: certificateOf(from),
    recipient: certificateOf(to),
    index: number + 1,
    coefficients: polynomialOf(from).coefficients,
  }
}

/** Our share of the key: the sum of what all members dealt us; or the first bad share. */
async function ownShare(
  actor: Actor,
  duty: Duty,
  standing: Standing,
): Promise<
  | { readonly kind: 'good'; readonly share: bigint }
  | { readonly kind: 'bad'; readonly dealer: number; readonly dealing: TransactionOf<'ceremonyDealing'> }
  | { readonly kind: 'missing' }
> {
  let sum = 0n
  for (const [dealer] of standing.ceremony.members.entries()) {
    const opened = await openFrom(actor, duty, standing, dealer)
    await actor.pause()
    if (opened.kind === 'missing') return opened
    if (opened.kind === 'bad') return { ...opened, dealer }
    sum += opened.share
  }
  return { kind: 'good', share: modOrder(sum) }
}

async function checkShares(actor: Actor, duty: Duty, standing: Standing): Promise<Act> {
  const own = await ownShare(actor, duty, standing)
  if (own.kind === 'missing') return refuse('later', 'a dealing of the ceremony cannot be read yet')
  if (own.kind === 'bad') return ok(complain(actor, duty, standing, own))
  const key = createMemberKey(keysOf(actor, standing).signing, own.share, actor.random)
  return ok(signed(actor, { kind: 'ceremonyKey', ...stepOf(actor, standing), key: encodeMemberKey(key) }))
}

function complain(
  actor: Actor,
  { place }: Duty,
  standing: Standing,
  { dealer, dealing }: { readonly dealer: number; readonly dealing: TransactionOf<'ceremonyDealing'> },
): Transaction {
  const number = numberOf(standing, place)
  const share = dealing.shares[number]!
  const decoded = decodeShare(share)
  assert(decoded.ok, 'finalised shares have points of the group')
  const complaint = createComplaint(keysOf(actor, standing).decryption, decoded.value, actor.random)
  return signed(actor, {
    kind: 'ceremonyComplaint',
    ...stepOf(actor, standing),
    dealer: standing.ceremony.members[dealer]!.place,
    share,
    branch: proveShare(dealing.shares, number),
    complaint: encodeComplaint(complaint),
  })
}

/** The private key that the published one belongs to. */
async function decryptionKey(
  actor: Actor,
  duty: Duty,
  standing: Standing,
): Promise<Result<bigint, ActRefusal>> {
  if (isMandatory(duty, standing)) return ok(mandatoryKey(actor, standing))
  const own = await ownShare(actor, duty, standing)
  if (own.kind === 'missing') return refuse('later', 'a dealing of the ceremony cannot be read yet')
  return own.kind === 'good'
    ? ok(own.share)
    : refuse('other-seed', 'the shares of this election do not open with the keys of this seed')
}

async function decrypt(actor: Actor, duty: Duty, standing: Standing): Promise<Act> {
  const { record } = standing
  const { uuid, questions } = record.draft
  const election = electionOf(record)
  assert(election !== undefined, 'an election that is being decrypted was opened')
  assert(record.tally !== undefined, 'an election that is being decrypted has a tally')
  const tally = decodeTally(questions, record.tally)
  assert(tally.ok, 'a finalised tally is well-formed')
  const privateKey = await decryptionKey(actor, duty, standing)
  if (!privateKey.ok) return privateKey
  const decryption = createPartialDecryption(election, tally.value, privateKey.value, actor.random)
  const trustee = trusteePublicKey(actor.seed)
  const body = {
    kind: 'partialDecryption',
    uuid,
    trustee,
    decryption: encodePartialDecryption(decryption),
  } as const
  return ok(signed(actor, body))
}
