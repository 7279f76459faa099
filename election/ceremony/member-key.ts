/**
 * Members' keys (specification 4.6.6): member j decrypts with S_j, the sum of its shares, and publishes g^(S_j) with a proof of
 * knowledge and its signature. Anybody can compute the key from the dealers' coefficients; the proof shows that the member
 * has opened its shares. The specification's `private_key` field, S_j encrypted to its own member, is not made: the shares stay
 * on the ledger.
 */
import { assert, concat, ok, type Refusal, type Result, refuse } from '../../base/index.ts'
import {
  decodePoint,
  encodePoint,
  POINT_BYTES,
  type Point,
  pointToHex,
  type Random,
} from '../../crypto/index.ts'
import { decodeProof, encodeProof, PROOF_BYTES } from '../proof-bytes.ts'
import { signMessage, verifyMessage } from '../schnorr.ts'
import { createTrusteeKey, verifyTrusteeKey } from '../trustees.ts'
import type { TrusteePublicKey } from '../types.ts'
import { commitmentAt } from './coefficients.ts'
import type { TrusteeCertificate } from './types.ts'

const MEMBER_KEY_BYTES = POINT_BYTES + 2 * PROOF_BYTES

/** Whose key: the certificate (verified), the index, from 1, and {@link combinedCoefficients} of every dealer. */
export interface MemberKeyPlace {
  readonly certificate: TrusteeCertificate
  readonly index: number
  readonly combined: readonly Point[]
}

/** A member's public key, signed. `share`: S_j, in 1..q-1. */
export function createMemberKey(signing: bigint, share: bigint, random: Random): TrusteePublicKey {
  const key = createTrusteeKey(share, random)
  return { ...key, signature: signMessage(signing, pointToHex(key.publicKey), random) }
}

/** Whether the key is not neutral, follows from the coefficients, and its proof and signature hold. Never throws. */
export function verifyMemberKey(
  { certificate, index, combined }: MemberKeyPlace,
  key: TrusteePublicKey,
): Result<void, Refusal<'member-key-invalid'>> {
  const { publicKey, signature } = key
  if (!commitmentAt(combined, index).equals(publicKey))
    return refuse('member-key-invalid', 'the key does not follow from the coefficients')
  if (!verifyTrusteeKey(key))
    return refuse('member-key-invalid', "the key is neutral, or its proof of knowledge doesn't hold")
  return signature !== undefined && verifyMessage(certificate.verification, pointToHex(publicKey), signature)
    ? ok(undefined)
    : refuse('member-key-invalid', "the key's signature")
}

/** 160 bytes: the key, its proof of knowledge and its signature, challenge before response. */
export function encodeMemberKey({ publicKey, proof, signature }: TrusteePublicKey): Uint8Array {
  assert(signature !== undefined, "a member's key is signed")
  return concat(encodePoint(publicKey), encodeProof(proof), encodeProof(signature))
}

/** The key of 160 bytes; its point is checked and its scalars reduced, proof and signature are not looked at. */
export function decodeMemberKey(
  bytes: Uint8Array,
): Result<TrusteePublicKey, Refusal<'member-key-malformed'>> {
  if (bytes.length !== MEMBER_KEY_BYTES)
    return refuse('member-key-malformed', `a member's key has ${MEMBER_KEY_BYTES} bytes, not ${bytes.length}`)
  const proof = decodeProof(bytes.subarray(POINT_BYTES, POINT_BYTES + PROOF_BYTES))
  const signature = decodeProof(bytes.subarray(POINT_BYTES + PROOF_BYTES))
  if (proof === undefined || signature === undefined)
    return refuse('member-key-malformed', 'a scalar is not reduced modulo the order')
  const publicKey = decodePoint(bytes.subarray(0, POINT_BYTES))
  return publicKey.ok
    ? ok({ publicKey: publicKey.value, proof, signature })
    : refuse('member-key-malformed', publicKey.error.detail)
}
