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
import {
  eighthOf,
  GENERATOR,
  GENERATOR_EIGHTH,
  hashToScalar,
  modOrder,
  multiplySecret,
  octupled,
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

/** Proofs, and what an accelerator has of them. */
export interface Disjunction {
  readonly proofs: readonly Proof[]
  /** The eighths of the commitments A and B of each branch. */
  readonly eighths: readonly Point[]
}

/** Proofs for the witnesses' statements, of which the one at `truth` is true. */
export function proveDisjunction(
  text: string,
  key: Point,
  witnesses: readonly Witness[],
  truth: number,
  random: Random,
): Disjunction {
  const drafts = witnesses.map(({ plaintext, value }, index) => {
    // Uniform in either kind of branch: w of a true one, response + r challenge of a simulated one.
    const exponent = randomScalar(random)
    const drawn = randomScalar(random)
    const challenge = index === truth ? 0n : drawn
    // The second exponent of B is 0 in the true branch, and the time must not tell: one more, and g taken off again.
    const shift = modOrder(challenge * BigInt(plaintext - value) + 1n)
    const a = multiplySecret(GENERATOR, eighthOf(exponent))
    const b = multiplySecret(key, eighthOf(exponent))
      .add(multiplySecret(GENERATOR, eighthOf(shift)))
      .subtract(GENERATOR_EIGHTH)
    return { challenge, exponent, eighths: [a, b] }
  })
  const eighths = drafts.flatMap((draft) => draft.eighths)
  const hash = hashToScalar(text + commitmentsText(eighths.map(octupled)))
  const simulated = drafts.reduce((sum, { challenge }) => sum + challenge, 0n)
  const proofs = drafts.map(({ challenge: drafted, exponent }, index) => {
    const challenge = index === truth ? modOrder(hash - simulated) : drafted
    return { challenge, response: modOrder(exponent - witnesses[index]!.randomness * challenge) }
  })
  return { proofs, eighths }
}

/** `A0,B0,A1,B1,...` */
function commitmentsText(commitments: readonly Point[]): string {
  return pointsToHex(commitments).join(',')
}
