/**
 * Proofs that one of several statements is true without saying which (specification 4.12 and 4.13; Cramer, Damgard,
 * Schoenmakers 1994). Branch j states: "this ciphertext encrypts the value M_j". The interval, overall and blank proofs of a
 * ballot are all of this form; they differ in their branches and in the text that is hashed before the commitments.
 *
 * The verifier recomputes A_j = g^response alpha^challenge and B_j = y^response (beta / g^M_j)^challenge, and wants the
 * challenges to add up to the hash of everything. The text binds election, credential and ciphertexts (T01, T02, T03).
 *
 * The prover knows the randomness r and plaintext m of every ciphertext, so each commitment is a multiple of the fixed points g
 * and y alone, also in the branches that are not true: A_j = g^(response + r challenge), B_j = y^(same) g^(challenge (m -
 * M_j)). True and simulated branches take the same steps with the same kinds of secret scalars.
 */
import { assert, toHex } from '../base/index.ts'
import {
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  POINT_BYTES,
  type Point,
  pointsToHex,
  type Random,
  randomScalar,
} from '../crypto/index.ts'
import type { Proof } from './types.ts'

/** A statement with what its prover knows of the ciphertext. */
export interface Witness {
  /** The ciphertext's randomness r. */
  readonly randomness: bigint
  /** Its plaintext m. */
  readonly plaintext: number
  /** The value M that the branch states. */
  readonly value: number
}

/**
 * Whether a proof's challenges add up to the hash of its text and of the commitments that were recomputed from it: A and B of each branch,
 * encoded. There is a branch a statement.
 */
export function isChallenge(text: string, commitments: Uint8Array, proofs: readonly Proof[]): boolean {
  assert(commitments.length === 2 * POINT_BYTES * proofs.length, 'a branch has two commitments')
  const sum = proofs.reduce((challenges, { challenge }) => challenges + challenge, 0n)
  return hashToScalar(text + pointsText(commitments)) === modOrder(sum)
}

/** `A0,B0,A1,B1,...` of encoded points one after the other. */
export function pointsText(encoded: Uint8Array): string {
  const hex = toHex(encoded)
  const texts: string[] = []
  for (let at = 0; at < hex.length; at += 2 * POINT_BYTES) texts.push(hex.slice(at, at + 2 * POINT_BYTES))
  return texts.join(',')
}

/** Proofs for the witnesses' statements, of which the one at `truth` is true. */
export function proveDisjunction(
  text: string,
  key: Point,
  witnesses: readonly Witness[],
  truth: number,
  random: Random,
): readonly Proof[] {
  const drafts = witnesses.map(({ plaintext, value }, index) => {
    // Uniform in either kind of branch: w of a true one, response + r challenge of a simulated one.
    const exponent = randomScalar(random)
    const drawn = randomScalar(random)
    const challenge = index === truth ? 0n : drawn
    // The second exponent of B is 0 in the true branch, and the time must not tell: one more, and g taken off again.
    const shift = modOrder(challenge * BigInt(plaintext - value) + 1n)
    const a = multiplySecret(GENERATOR, exponent)
    const b = multiplySecret(key, exponent).add(multiplySecret(GENERATOR, shift)).subtract(GENERATOR)
    return { challenge, exponent, commitments: [a, b] }
  })
  const hash = hashToScalar(text + commitmentsText(drafts.flatMap(({ commitments }) => commitments)))
  const simulated = drafts.reduce((sum, { challenge }) => sum + challenge, 0n)
  return drafts.map(({ challenge: drafted, exponent }, index) => {
    const challenge = index === truth ? modOrder(hash - simulated) : drafted
    return { challenge, response: modOrder(exponent - witnesses[index]!.randomness * challenge) }
  })
}

/** `A0,B0,A1,B1,...` */
function commitmentsText(commitments: readonly Point[]): string {
  return pointsToHex(commitments).join(',')
}
