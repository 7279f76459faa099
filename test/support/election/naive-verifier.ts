/**
 * The verification of a disjunctive proof as the specification has it (4.12), on noble's points and one thing after the other. It
 * checks neither subgroups nor shapes, so that a test can show what the equations alone let pass.
 */
import {
  GENERATOR,
  hashToScalar,
  modOrder,
  multiply,
  type Point,
  pointsToHex,
} from '../../../crypto/index.ts'
import type { Proof } from '../../../election/index.ts'

/** "This ciphertext encrypts the value." */
export interface NaiveStatement {
  readonly alpha: Point
  readonly beta: Point
  readonly value: number
}

/** The statements of a 0/1 proof. */
export function zeroOrOne(alpha: Point, beta: Point): readonly NaiveStatement[] {
  return [0, 1].map((value) => ({ alpha, beta, value }))
}

/** Whether the proofs show that one of the statements is true. */
export function isDisjunction(
  text: string,
  key: Point,
  statements: readonly NaiveStatement[],
  proofs: readonly Proof[],
): boolean {
  const commitments = statements.flatMap(({ alpha, beta, value }, index) => {
    const { challenge, response } = proofs[index]!
    const shifted = beta.subtract(multiply(GENERATOR, BigInt(value)))
    return [
      multiply(GENERATOR, response).add(multiply(alpha, challenge)),
      multiply(key, response).add(multiply(shifted, challenge)),
    ]
  })
  const challenges = proofs.reduce((sum, { challenge }) => sum + challenge, 0n)
  return hashToScalar(text + pointsToHex(commitments).join(',')) === modOrder(challenges)
}
