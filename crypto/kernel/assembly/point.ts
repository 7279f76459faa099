/**
 * Pairs of points of edwards25519, the two lanes of one computation: extended coordinates (Hisil, Wong, Carter, Dawson 2008, sections
 * 3.1 and 3.3, a = -1), whose addition law is complete on this curve, so that no input needs a case of its own.
 *
 * A point is 320 bytes: X, Y, Z, T, each a pair of field elements. An *addend* is the second operand of an addition:
 * Y + X, Y - X, 2dT, 2Z (320 bytes); an *affine addend* is one with Z = 1 and without the last (240 bytes).
 *
 * Coordinates of points are reduced, except those of `fromAddend`, which are 2-fold; the operands of every multiplication here are at most
 * 4-fold and 4-fold (see the bounds in field.ts).
 */
import {
  add, blend, copy, FIELD, invert, isZeroLane, multiply, negateWhere, powerForRoot, setSmall, spread, square,
  squareDoubled, subtract,
} from './field'

export const POINT: usize = 4 * FIELD
export const ADDEND: usize = 4 * FIELD
export const AFFINE_ADDEND: usize = 3 * FIELD

const X: usize = 0
const Y: usize = FIELD
const Z: usize = 2 * FIELD
const T: usize = 3 * FIELD
const PLUS: usize = 0
const MINUS: usize = FIELD
const T2D: usize = 2 * FIELD
const Z2: usize = 3 * FIELD

/** d, 2d, 1/d and a square root of -1, in both lanes. */
export const D = memory.data(80)
export const TWO_D = memory.data(80)
const INVERSE_D = memory.data(80)
export const ROOT = memory.data(80)
export const ONE = memory.data(80)
/** The neutral element, as a point and as an addend. */
export const NEUTRAL = memory.data(320)
export const NEUTRAL_ADDEND = memory.data(320)

const A = memory.data(80)
const B = memory.data(80)
const C = memory.data(80)
const E = memory.data(80)
const F = memory.data(80)
const G = memory.data(80)
const H = memory.data(80)

/** d = -121665/121666 (RFC 8032, section 5.1), and 2^((p - 1)/4), a square root of -1 since 2 is no square. */
export function initialise(): void {
  setSmall(ONE, 1)
  setSmall(A, -121665)
  setSmall(B, 121666)
  invert(B, B)
  multiply(D, A, B)
  add(C, D, D)
  multiply(TWO_D, C, ONE)
  invert(INVERSE_D, D)
  // (p - 1)/4 = 2^253 - 5 = 2 (2^252 - 3) + 1
  setSmall(A, 2)
  powerForRoot(B, A)
  square(B, B)
  multiply(ROOT, B, A)
  setNeutral(NEUTRAL)
  toAddend(NEUTRAL_ADDEND, NEUTRAL)
}

export function setNeutral(p: usize): void {
  setSmall(p + X, 0)
  setSmall(p + Y, 1)
  setSmall(p + Z, 1)
  setSmall(p + T, 0)
}

export function copyPoint(d: usize, p: usize): void {
  for (let i: usize = 0; i < POINT; i += FIELD) copy(d + i, p + i)
}

/** [2]P; without T where `hasT` is not set (7 multiplications instead of 8). */
export function double(d: usize, p: usize, hasT: bool): void {
  square(A, p + X)
  square(B, p + Y)
  squareDoubled(C, p + Z)
  add(E, p + X, p + Y)
  square(E, E)
  // All four with the sign changed, which leaves the products.
  add(H, A, B)
  subtract(E, H, E)
  subtract(G, A, B)
  add(F, C, G)
  multiply(d + X, E, F)
  multiply(d + Y, G, H)
  multiply(d + Z, F, G)
  if (hasT) multiply(d + T, E, H)
}

/** [2^times]P */
export function doubleRepeatedly(d: usize, p: usize, times: i32): void {
  double(d, p, times == 1)
  for (let i = 1; i < times; i++) double(d, d, i == times - 1)
}

/** P + Q, or P - Q where `isNegative`, for an addend: 8 multiplications. */
export function addAddend(d: usize, p: usize, q: usize, isNegative: bool): void {
  multiply(C, p + Z, q + Z2)
  addCommon(d, p, q, isNegative)
}

/** The same for an affine addend: 7 multiplications. */
export function addAffine(d: usize, p: usize, q: usize, isNegative: bool): void {
  add(C, p + Z, p + Z)
  addCommon(d, p, q, isNegative)
}

// @ts-ignore: decorator
@inline function addCommon(d: usize, p: usize, q: usize, isNegative: bool): void {
  subtract(A, p + Y, p + X)
  multiply(A, A, q + (isNegative ? PLUS : MINUS))
  add(B, p + Y, p + X)
  multiply(B, B, q + (isNegative ? MINUS : PLUS))
  multiply(E, p + T, q + T2D)
  if (isNegative) {
    add(F, C, E)
    subtract(G, C, E)
  } else {
    subtract(F, C, E)
    add(G, C, E)
  }
  subtract(E, B, A)
  add(H, B, A)
  multiply(d + X, E, F)
  multiply(d + Y, G, H)
  multiply(d + Z, F, G)
  multiply(d + T, E, H)
}

/** The addend of a point, which lies elsewhere. */
export function toAddend(d: usize, p: usize): void {
  multiply(d + T2D, p + T, TWO_D)
  add(d + PLUS, p + Y, p + X)
  subtract(d + MINUS, p + Y, p + X)
  add(d + Z2, p + Z, p + Z)
}

/** The affine addend of a point with Z = 1, which lies elsewhere. */
export function toAffineAddend(d: usize, p: usize): void {
  multiply(d + T2D, p + T, TWO_D)
  add(d + PLUS, p + Y, p + X)
  subtract(d + MINUS, p + Y, p + X)
}

/** Q, or -Q, all coordinates doubled: 1 multiplication. */
export function fromAddend(d: usize, q: usize, isNegative: bool): void {
  copy(d + Z, q + Z2)
  fromCommon(d, q, isNegative)
}
export function fromAffine(d: usize, q: usize, isNegative: bool): void {
  setSmall(d + Z, 2)
  fromCommon(d, q, isNegative)
}
// @ts-ignore: decorator
@inline function fromCommon(d: usize, q: usize, isNegative: bool): void {
  multiply(d + T, q + T2D, INVERSE_D)
  add(d + Y, q + PLUS, q + MINUS)
  if (isNegative) {
    subtract(d + X, q + MINUS, q + PLUS)
    negateWhere(d + T, d + T, true, true)
  } else subtract(d + X, q + PLUS, q + MINUS)
}

/** P + Q for two points: 9 multiplications. */
export function addPoint(d: usize, p: usize, q: usize): void {
  toAddend(SUM_ADDEND, q)
  addAddend(d, p, SUM_ADDEND, false)
}
const SUM_ADDEND = memory.data(320)

/** An affine addend whose lanes come from two, each negated where its flag is set. */
export function blendAffine(d: usize, a: usize, isA: bool, b: usize, isB: bool): void {
  blend(d + PLUS, a + (isA ? MINUS : PLUS), b + (isB ? MINUS : PLUS))
  blend(d + MINUS, a + (isA ? PLUS : MINUS), b + (isB ? PLUS : MINUS))
  blend(d + T2D, a + T2D, b + T2D)
  if (isA || isB) negateWhere(d + T2D, d + T2D, isA, isB)
}
/** An addend whose lanes come from two, each negated where its flag is set. */
export function blendAddend(d: usize, a: usize, isA: bool, b: usize, isB: bool): void {
  blendAffine(d, a, isA, b, isB)
  blend(d + Z2, a + Z2, b + Z2)
}
/** A lane of an affine addend in both lanes, each negated where its flag is set. */
export function spreadAffine(d: usize, q: usize, isSecond: bool, isA: bool, isB: bool): void {
  if (isA != isB) {
    spread(A, q + PLUS, isSecond)
    spread(B, q + MINUS, isSecond)
    blend(d + PLUS, isA ? B : A, isB ? B : A)
    blend(d + MINUS, isA ? A : B, isB ? A : B)
  } else {
    spread(d + PLUS, q + (isA ? MINUS : PLUS), isSecond)
    spread(d + MINUS, q + (isA ? PLUS : MINUS), isSecond)
  }
  spread(d + T2D, q + T2D, isSecond)
  if (isA || isB) negateWhere(d + T2D, d + T2D, isA, isB)
}
/** A point whose lanes come from two. */
export function blendPoint(d: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < POINT; i += FIELD) blend(d + i, a + i, b + i)
}
/** A lane of a point in both lanes. */
export function spreadPoint(d: usize, p: usize, isSecond: bool): void {
  for (let i: usize = 0; i < POINT; i += FIELD) spread(d + i, p + i, isSecond)
}

/** Whether a lane (0 or 4 bytes on) of a point is the neutral element: X = 0 and Y = Z. */
export function isNeutralLane(p: usize, lane: usize): bool {
  multiply(A, p + X, ONE)
  subtract(B, p + Y, p + Z)
  multiply(B, B, ONE)
  return isZeroLane(A + lane) && isZeroLane(B + lane)
}
