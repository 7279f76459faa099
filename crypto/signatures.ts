/**
 * Ed25519 signatures of validators, registrars, administrators and trustees: one strict rule for the whole network.
 *
 * The rule is RFC 8032 section 5.1.7 with the cofactorless equation, S < q, and canonical encodings of A and R; a public
 * key of small order is refused. noble's `zip215: false` and OpenSSL (behind `node:crypto`) differ at the edges of that rule
 * in what they accept; `isStrictSignature` refuses those edges before either is asked, so that every
 * implementation gives the same answer.
 */
import { ed25519 } from '@noble/curves/ed25519.js'

/** Bytes of a public key, a private key (seed) and a signature. */
export const PUBLIC_KEY_BYTES = 32
export const PRIVATE_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** The public key of a 32-byte private key. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(privateKey)
}

/** RFC 8032 signature, deterministic. */
export function sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return ed25519.sign(message, privateKey)
}

/** Whether the signature is good under the strict rule. Never throws. */
export function verifySignature(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}
