/**
 * Polynomials over Z_q and the commitments to their coefficients (specification 4.6.4 to 4.6.6): a_0, a_1, ... and
 * A_k = g^(a_k), the constant one first. {@link polynomialAt} evaluates the former for a dealer, {@link commitmentAt} the latter for
 * everybody else.
 */
import { assert, concat } from '../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  IDENTITY,
  modOrder,
  multiply,
  multiplySecret,
  type Point,
} from '../../crypto/index.ts'

/** The commitments to the coefficients of a secret polynomial. */
export function coefficientPoints(polynomial: readonly bigint[]): readonly Point[] {
  return polynomial.map((coefficient) => multiplySecret(GENERATOR, coefficient))
}

/** The encoded points one after the other. */
export function coefficientBytes(points: readonly Point[]): Uint8Array {
  return concat(...points.map(encodePoint))
}

/** f(index) modulo q. */
export function polynomialAt(polynomial: readonly bigint[], index: number): bigint {
  const x = BigInt(index)
  return polynomial.reduceRight((sum, coefficient) => modOrder(sum * x + coefficient), 0n)
}

/**
 * g^f(index): the product of A_k^(index^k). By Horner's rule, whose exponents are the small index alone: twenty times as
 * fast as the sum of multiples. Public points only.
 */
export function commitmentAt(coefficients: readonly Point[], index: number): Point {
  const x = BigInt(index)
  return coefficients.reduceRight((sum, coefficient) => multiply(sum, x).add(coefficient), IDENTITY)
}

/** The product over the dealers for each k: the commitments to the sum of all polynomials. The first one is the sub-key. */
export function combinedCoefficients(all: readonly (readonly Point[])[]): readonly Point[] {
  const [first = [], ...others] = all
  assert(
    others.every(({ length }) => length === first.length),
    'every dealer has threshold many coefficients',
  )
  return first.map((point, k) => others.reduce((product, list) => product.add(list[k]!), point))
}
