/**
 * Schnorr proofs as Belenios makes them (specification 4.5, 4.6.1): (challenge, response) with A = g^w, challenge = H(A) and
 * response = w - x * challenge. The verifier computes A = g^response X^challenge and compares the challenges.
 */
import {
  combination,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  type Point,
  pointToHex,
  type Random,
  randomScalar,
} from '../crypto/index.ts'
import type { Proof } from './types.ts'

/** Proof of knowledge of x in X = g^x. `text` makes the hashed text from A's text. */
export function proveKnowledge(secret: bigint, text: (commitment: string) => string, random: Random): Proof {
  const w = randomScalar(random)
  const challenge = hashToScalar(text(pointToHex(multiplySecret(GENERATOR, w))))
  return { challenge, response: modOrder(w - secret * challenge) }
}

/** Whether the proof shows knowledge of the exponent of `key`. */
export function verifyKnowledge(key: Point, proof: Proof, text: (commitment: string) => string): boolean {
  const commitment = combination([
    [GENERATOR, proof.response],
    [key, proof.challenge],
  ])
  return hashToScalar(text(pointToHex(commitment))) === proof.challenge
}

/** The text of `Hpok` (4.5): proof of knowledge of a trustee's private key. */
export function knowledgeText(key: Point): (commitment: string) => string {
  const prefix = `pok|Ed25519|${pointToHex(key)}|`
  return (commitment) => prefix + commitment
}

/** The text of a signature on a message (4.6.1). */
function messageText(message: string): (commitment: string) => string {
  return (commitment) => `sigmsg|${message}|${commitment}`
}

/** A signature on a message (4.6.1). */
export function signMessage(signing: bigint, message: string, random: Random): Proof {
  return proveKnowledge(signing, messageText(message), random)
}

/** Whether the signature on a message is that of the verification key. */
export function verifyMessage(verification: Point, message: string, signature: Proof): boolean {
  return verifyKnowledge(verification, signature, messageText(message))
}
