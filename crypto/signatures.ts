/**
 * Ed25519 signatures of validators, registrars, administrators and trustees: one strict rule for the whole network.
 *
 * RFC 8032 section 5.1.7 leaves choices open and implementations made different ones (Chalkias, Garillot, Nikolaenko,
 * "Taming the many EdDSAs", 2020). A ledger on which some nodes verify with OpenSSL (behind `node:crypto`) and others
 * here cannot afford one signature on which they differ. The rule:
 *
 * 1. S < q: no second encoding of a signature.
 * 2. The public key A is canonical, in the prime-order subgroup and not the identity. Keys of small or mixed order are
 *    refused, so that no signature holds for two messages and the cofactor cannot matter on the key's side.
 * 3. R is not the identity (libsodium refuses it too; an honest signer meets it never).
 * 4. The cofactorless equation, in the form that compares bytes: the encoding of [S]B - [k]A is R. So an R that is not
 *    canonical, or has a component of small order, never matches.
 *
 * Where noble and OpenSSL differ (run on both, see the test): noble's `zip215: false` uses the cofactored equation, so it
 * takes an R or A of mixed order that OpenSSL refuses; OpenSSL takes a key of small order and, as it hashes the bytes it
 * was given, a key that is not canonical. {@link isStrictSignature} is rules 1 to 3. After it OpenSSL's answer is the rule's
 * answer, so Node.js uses OpenSSL for the equation; noble's is not, which is why browsers compute rule 4 here.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, equalBytes, toHex } from '../base/index.ts'
import { GENERATOR, IDENTITY, modOrder, ORDER, type Point } from './group.ts'
import { REMEMBERED_KEYS } from './limits.ts'
import { OPENSSL } from './openssl.ts'
import { combination, decodePoint } from './points.ts'

/** Bytes of a public key, a private key (seed) and a signature. */
export const PUBLIC_KEY_BYTES = 32
export const PRIVATE_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** The public key of a 32-byte private key. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(privateKey)
}

/** The Signer port: signs in the name of one key, which it does not give away. */
export interface Signer {
  readonly publicKey: Uint8Array
  /** RFC 8032 signature, deterministic. */
  sign(message: Uint8Array): Uint8Array
}

/** A signer for many signatures: the key is taken in once. */
export function createSigner(privateKey: Uint8Array): Signer {
  const publicKey = publicKeyOf(privateKey)
  const own = privateKey.slice()
  const signWith = OPENSSL?.signerOf(own) ?? ((message: Uint8Array) => sign(message, own))
  return { publicKey, sign: signWith }
}

/** RFC 8032 signature, deterministic. */
export function sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return ed25519.sign(message, privateKey)
}

/** Whether a public key may be registered: canonical, in the prime-order subgroup, not the identity. Never throws. */
export function isStrictPublicKey(publicKey: Uint8Array): boolean {
  return keyPoint(publicKey) !== undefined
}

/**
 * Rules 1 to 3: everything but the equation. With it, OpenSSL's answer and {@link verifySignature} are the same for every
 * input. Costs a subgroup check the first time a key is seen, next to nothing later. Never throws.
 */
export function isStrictSignature(signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  if (littleEndian(signature.subarray(32)) >= ORDER) return false
  return !equalBytes(signature.subarray(0, 32), IDENTITY_BYTES) && keyPoint(publicKey) !== undefined
}

/** Whether the signature is good under the strict rule. Never throws. */
export function verifySignature(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (!isStrictSignature(signature, publicKey)) return false
  return (OPENSSL?.verifyEquation ?? verifyEquation)(message, signature, publicKey)
}

/** Rule 4: whether [S]B - [k]A encodes to R, as OpenSSL computes it too. For signatures that rules 1 to 3 let pass. */
export function verifyEquation(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const key = keyPoint(publicKey)
  if (key === undefined) return false
  const r = signature.subarray(0, 32)
  const k = littleEndian(sha512(concat(r, publicKey, message))) % ORDER
  const commitment = combination([
    [GENERATOR, littleEndian(signature.subarray(32))],
    [key, modOrder(-k)],
  ])
  return equalBytes(commitment.toBytes(), r)
}

const IDENTITY_BYTES = IDENTITY.toBytes()

/** Checked keys by their hexadecimal text; forgotten all at once when full. Only speed depends on it. */
const remembered = new Map<string, Point | undefined>()

function keyPoint(publicKey: Uint8Array): Point | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return undefined
  const name = toHex(publicKey)
  if (remembered.has(name)) return remembered.get(name)
  const decoded = decodePoint(Uint8Array.from(publicKey).reverse())
  const point = decoded.ok && !decoded.value.is0() ? decoded.value : undefined
  if (remembered.size >= REMEMBERED_KEYS) remembered.clear()
  remembered.set(name, point)
  return point
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`)
}
