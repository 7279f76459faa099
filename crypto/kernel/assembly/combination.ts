/**
 * The commitments that the verification of a proof recomputes: [response] of fixed points plus [challenge] of given ones, for
 * both halves of a ciphertext at once.
 *
 * - A *fixed* pair of points (g and an election's key; g twice) has a table of its signed digits, [d 2^(W i)]: only additions.
 * - A *given* pair (alpha and beta; two credentials) has its doublings [16^i]. Yao's method then adds each of them to the bucket of its
 *   digit. The doublings cost as much as one plain multiplication, and serve both branches of a 0/1 proof, the blank proof and the
 *   check that [q]P = 0 alike.
 */
import { normalise } from './encoding'
import {
  ADDEND, addAddend, addAffine, addPoint, AFFINE_ADDEND, blendAddend, blendAffine, blendPoint, copyPoint, doubleRepeatedly,
  fromAddend, fromAffine, isNeutralLane, NEUTRAL, NEUTRAL_ADDEND, POINT, setNeutral, spreadPoint, toAddend,
  toAffineAddend,
} from './point'
import { DIGITS, recode } from './digits'

/** Bits of a digit of a given point: balances the additions to 8 buckets (253 / 4) against those that sum the buckets up (2 * 8). */
export const GIVEN_WIDTH: i32 = 4
export const GIVEN_DIGITS: i32 = 64
const GIVEN_BUCKETS: i32 = 8
/** Bytes of a given pair's doublings. */
export const GIVEN: usize = ADDEND * 64
/** Bits of a digit of a fixed point: 37 additions, and a table of 37 * 64 pairs, 568 kB. */
export const FIXED_WIDTH: i32 = 7
export const FIXED_DIGITS: i32 = 37
const FIXED_HALF: i32 = 64
/** Bytes of a fixed pair's table. */
export const FIXED: usize = AFFINE_ADDEND * 37 * 64

const P = memory.data(320)
const Q = memory.data(320)
const RUNNING = memory.data(320)
const BUCKETS = memory.data(320 * 9)
const GATHERED = memory.data(320)
const FIRST = memory.data(64)
const SECOND = memory.data(64)
const ORDER_DIGITS = memory.data(64)
/** q = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const ORDER = memory.data<u8>([
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
])

export function initialise(): void { recode(ORDER_DIGITS, ORDER, GIVEN_WIDTH, GIVEN_DIGITS) }

/** The doublings of a pair of points. */
export function prepareGiven(given: usize, pair: usize): void {
  copyPoint(P, pair)
  for (let i = 0; i < GIVEN_DIGITS; i++) {
    if (i > 0) doubleRepeatedly(P, P, GIVEN_WIDTH)
    toAddend(given + i * ADDEND, P)
  }
}

/** The table of a pair of points. `scratch`: a point and a field element an entry. */
export function prepareFixed(fixed: usize, pair: usize, scratch: usize): void {
  const entries = FIXED_DIGITS * FIXED_HALF
  copyPoint(P, pair)
  for (let i = 0; i < FIXED_DIGITS; i++) {
    toAddend(Q, P)
    let last = P
    for (let k = 0; k < FIXED_HALF; k++) {
      const entry = scratch + (i * FIXED_HALF + k) * POINT
      if (k == 0) copyPoint(entry, P)
      else addAddend(entry, last, Q, false)
      last = entry
    }
    doubleRepeatedly(P, P, FIXED_WIDTH)
  }
  normalise(scratch, entries, scratch + entries * POINT)
  for (let i = 0; i < entries; i++) toAffineAddend(fixed + i * AFFINE_ADDEND, scratch + i * POINT)
}

/** [scalar] of a fixed pair, the same for both lanes. */
export function multiplyFixed(out: usize, fixed: usize, scalar: usize): void {
  recode(DIGITS, scalar, FIXED_WIDTH, FIXED_DIGITS)
  let isEmpty = true
  for (let i = 0; i < FIXED_DIGITS; i++) {
    const digit = load<i8>(DIGITS + i) as i32
    if (digit == 0) continue
    const entry = fixed + (i * FIXED_HALF + abs(digit) - 1) * AFFINE_ADDEND
    if (isEmpty) fromAffine(out, entry, digit < 0)
    else addAffine(out, out, entry, digit < 0)
    isEmpty = false
  }
  if (isEmpty) setNeutral(out)
}

/** [a] and [b] of the lanes of a fixed pair. */
export function multiplyFixedApart(out: usize, fixed: usize, a: usize, b: usize): void {
  recode(FIRST, a, FIXED_WIDTH, FIXED_DIGITS)
  recode(SECOND, b, FIXED_WIDTH, FIXED_DIGITS)
  setNeutral(out)
  for (let i = 0; i < FIXED_DIGITS; i++) {
    const x = load<i8>(FIRST + i) as i32
    const y = load<i8>(SECOND + i) as i32
    if (x == 0 && y == 0) continue
    blendAffine(GATHERED, fixedEntry(fixed, i, x), x < 0, fixedEntry(fixed, i, y), y < 0)
    addAffine(out, out, GATHERED, false)
  }
}

// @ts-ignore: decorator
@inline function fixedEntry(fixed: usize, i: i32, digit: i32): usize {
  return digit == 0 ? NEUTRAL_ADDEND : fixed + (i * FIXED_HALF + abs(digit) - 1) * AFFINE_ADDEND
}

/** Adds [scalar] of a given pair, the same for both lanes, to a point. */
export function addGiven(out: usize, given: usize, scalar: usize): void {
  recode(DIGITS, scalar, GIVEN_WIDTH, GIVEN_DIGITS)
  addGivenDigits(out, given, DIGITS)
}

function addGivenDigits(out: usize, given: usize, digits: usize): void {
  let filled = 0
  for (let i = 0; i < GIVEN_DIGITS; i++) {
    const digit = load<i8>(digits + i) as i32
    if (digit == 0) continue
    const size = abs(digit)
    const bucket = BUCKETS + size * POINT
    const addend = given + i * ADDEND
    if (filled & (1 << size)) addAddend(bucket, bucket, addend, digit < 0)
    else fromAddend(bucket, addend, digit < 0)
    filled |= 1 << size
  }
  addBuckets(out, filled)
}

/** Adds 1 * bucket 1 + 2 * bucket 2 + ...: by running sums from the top, each filled bucket is added twice. */
function addBuckets(out: usize, filled: i32): void {
  let isRunning = false
  for (let size = GIVEN_BUCKETS; size >= 1; size--) {
    if (filled & (1 << size)) {
      if (isRunning) addPoint(RUNNING, RUNNING, BUCKETS + size * POINT)
      else copyPoint(RUNNING, BUCKETS + size * POINT)
      isRunning = true
    }
    if (isRunning) addPoint(out, out, RUNNING)
  }
}

/** Adds [a] and [b] of the lanes of a given pair to the lanes of a point. */
export function addGivenApart(out: usize, given: usize, a: usize, b: usize): void {
  recode(FIRST, a, GIVEN_WIDTH, GIVEN_DIGITS)
  recode(SECOND, b, GIVEN_WIDTH, GIVEN_DIGITS)
  for (let size = 0; size <= GIVEN_BUCKETS; size++) copyPoint(BUCKETS + size * POINT, NEUTRAL)
  for (let i = 0; i < GIVEN_DIGITS; i++) {
    const x = load<i8>(FIRST + i) as i32
    const y = load<i8>(SECOND + i) as i32
    if (x == 0 && y == 0) continue
    const addend = given + i * ADDEND
    blendAddend(GATHERED, x == 0 ? NEUTRAL_ADDEND : addend, x < 0, y == 0 ? NEUTRAL_ADDEND : addend, y < 0)
    const first = BUCKETS + abs(x) * POINT
    const second = BUCKETS + abs(y) * POINT
    if (first == second) {
      addAddend(first, first, GATHERED, false)
      continue
    }
    blendPoint(Q, first, second)
    addAddend(Q, Q, GATHERED, false)
    blendPoint(first, Q, first)
    blendPoint(second, second, Q)
  }
  addBuckets(out, (1 << (GIVEN_BUCKETS + 1)) - 2)
}

/** Whether each lane of a given pair is in the prime-order subgroup, [q]P = 0: bit 0 and bit 1. */
export function inSubgroup(given: usize): i32 {
  setNeutral(P)
  addGivenDigits(P, given, ORDER_DIGITS)
  return (isNeutralLane(P, 0) ? 1 : 0) | (isNeutralLane(P, 4) ? 2 : 0)
}

/** Adds one lane of a point, the first or the second, to lane b alone. */
export function addToSecond(out: usize, point: usize, isSecond: bool): void {
  spreadPoint(P, point, isSecond)
  toAddend(Q, P)
  blendAddend(GATHERED, NEUTRAL_ADDEND, false, Q, false)
  addAddend(out, out, GATHERED, false)
}
