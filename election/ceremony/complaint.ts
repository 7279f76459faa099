/**
 * Complaints about bad shares, which Belenios does not have: there a member whose check fails can only stop (specification 4.6.5,
 * step 5), and nobody else can tell whether the dealer or the member is at fault. Here the member publishes the shared secret
 * alpha^dk of that one share, with a proof (Chaum, Pedersen 1992) that it belongs to its encryption key; then everybody opens the
 * share and sees. The challenge hashes everything that the statement is about and both commitments.
 *
 * Assumption: an attempt in which somebody complained is given up, and every member takes new keys and a new polynomial for the next.
 * For a dealer may make its alpha out of another dealer's (the same one, or one times a known power of g) and send a bad
 * share on purpose; the victim's complaint then opens the other dealer's share too. Comparing alphas cannot prevent that.
 */
import { concat, ok, type Refusal, type Result, refuse, toHex } from '../../base/index.ts'
import {
  combination,
  decodePoint,
  encodePoint,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  POINT_BYTES,
  type Point,
  pointsToHex,
  type Random,
  randomScalar,
  sha256,
} from '../../crypto/index.ts'
import { decodeProof, encodeProof, PROOF_BYTES } from '../proof-bytes.ts'
import { shareWithin } from './share.ts'
import type { Complaint, EncryptedShare, SharePlace } from './types.ts'

const COMPLAINT_BYTES = POINT_BYTES + PROOF_BYTES

/** The complaint of the member whose decryption key this is. That the share is bad is not looked at. */
export function createComplaint(decryption: bigint, share: EncryptedShare, random: Random): Complaint {
  const key = multiplySecret(GENERATOR, decryption)
  const sharedSecret = multiplySecret(share.alpha, decryption)
  const w = randomScalar(random)
  const commitments = [multiplySecret(GENERATOR, w), multiplySecret(share.alpha, w)] as const
  const challenge = challengeOf(key, share, sharedSecret, commitments)
  return { sharedSecret, proof: { challenge, response: modOrder(w - decryption * challenge) } }
}

/**
 * Who is at fault: the dealer, when the share is bad; the complainer, when it is good; nobody yet, when the proof does not hold
 * (the complaint says nothing then). Never throws.
 */
export function judgeComplaint(
  place: SharePlace,
  share: EncryptedShare,
  complaint: Complaint,
): 'dealer' | 'complainer' | 'proof-invalid' {
  if (!isProven(place.recipient.encryption, share, complaint)) return 'proof-invalid'
  return shareWithin(place, share, complaint.sharedSecret).ok ? 'complainer' : 'dealer'
}

function isProven(key: Point, share: EncryptedShare, { sharedSecret, proof }: Complaint): boolean {
  const a = combination([
    [GENERATOR, proof.response],
    [key, proof.challenge],
  ])
  const b = combination([
    [share.alpha, proof.response],
    [sharedSecret, proof.challenge],
  ])
  return challengeOf(key, share, sharedSecret, [a, b]) === proof.challenge
}

function challengeOf(
  key: Point,
  { alpha, beta, data }: EncryptedShare,
  sharedSecret: Point,
  commitments: readonly [Point, Point],
): bigint {
  const points = pointsToHex([key, alpha, beta, sharedSecret, ...commitments])
  return hashToScalar(`psephos/complaint/1|Ed25519|${toHex(sha256(data))}|${points.join(',')}`)
}

/** 96 bytes: the shared secret, challenge and response, big-endian. */
export function encodeComplaint({ sharedSecret, proof }: Complaint): Uint8Array {
  return concat(encodePoint(sharedSecret), encodeProof(proof))
}

/** The complaint of 96 bytes; its point is checked and its scalars reduced, its proof is not looked at. */
export function decodeComplaint(bytes: Uint8Array): Result<Complaint, Refusal<'complaint-malformed'>> {
  if (bytes.length !== COMPLAINT_BYTES)
    return refuse('complaint-malformed', `a complaint has ${COMPLAINT_BYTES} bytes, not ${bytes.length}`)
  const proof = decodeProof(bytes.subarray(POINT_BYTES))
  if (proof === undefined)
    return refuse('complaint-malformed', 'a scalar of the proof is not reduced modulo the order')
  const sharedSecret = decodePoint(bytes.subarray(0, POINT_BYTES))
  return sharedSecret.ok
    ? ok({ sharedSecret: sharedSecret.value, proof })
    : refuse('complaint-malformed', `shared secret: ${sharedSecret.error.detail}`)
}
