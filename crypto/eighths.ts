/**
 * The eighth of a point A of the prime-order subgroup: the one point P of the subgroup with [8]P = A. Whoever is shown any P on the curve
 * with [8]P = A knows that A is in the subgroup, since 8 is the cofactor of edwards25519 (docs/accelerators.md).
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { GENERATOR, modOrder, type Point } from './group.ts'

const EIGHTH = ed25519.Point.Fn.inv(8n)

/** k/8 modulo q: [k/8]P is the eighth of [k]P. Takes the time of any product modulo q, so that k may be secret. */
export function eighthOf(scalar: bigint): bigint {
  return modOrder(scalar * EIGHTH)
}

/** [8]P, in three doublings. */
export function octupled(point: Point): Point {
  return point.double().double().double()
}

/** The eighth of g. Of a copy of g, since g itself would first have its tables made. */
export const GENERATOR_EIGHTH: Point = ed25519.Point.fromAffine(GENERATOR.toAffine()).multiplyUnsafe(EIGHTH)
