/**
 * The commitments that the verification of a proof recomputes: [response] of fixed points plus [challenge] of given ones, for
 * both halves of a ciphertext at once.
 *
 * - A *fixed* pair of points (g and an election's key; g twice) has a table of its signed digits, [d 2^(W i)]: only additions.
 * - A *given* pair (alpha and beta; two credentials) is doubled bit by bit, and each scalar that wants it adds the doublings at its non-zero
 *   digits to the buckets of their sizes (Yao's method). All scalars of a pair go along with one run of doublings, which costs as much as
 *   one plain multiplication: both branches of a 0/1 proof, the overall and the blank proof, and the order q, of which the
 *   pair's lanes are in the subgroup exactly if they come to the neutral element.
 *
 * Digits of a run are those of the non-adjacent form of width 5: odd, at most 15 in size, one in six positions not zero.
 */
import { normalise } from './encoding'
import {
  addAddend, addAffine, addPoint, AFFINE_ADDEND, blendAddend, blendAffine, blendPoint, copyPoint, double, doubleRepeatedly,
  fromAddend, fromAffine, isNeutralLane, NEUTRAL, NEUTRAL_ADDEND, POINT, setNeutral, spreadPoint, toAddend, toAffineAddend,
} from './point'
import { NAF_DIGITS, recode, recodeOdd } from './digits'

/** Bits of a digit of a fixed point: 37 additions, and a table of 37 * 64 pairs, 568 kB. */
const FIXED_WIDTH: i32 = 7
const FIXED_DIGITS: i32 = 37
const FIXED_HALF: i32 = 64
/** Bytes of a fixed pair's table. */
export const FIXED: usize = AFFINE_ADDEND * 37 * 64
/** Scalars that go along with one run of doublings: their buckets, 84 kB, stay in the processor's cache. */
export const RUN_SCALARS: i32 = 32
/** Buckets of a scalar: of sizes 1, 3, ... 15. */
const ODD_BUCKETS: i32 = 8
/** Bits of a digit where the lanes have scalars of their own; a neighbour's zero digit saves nothing there. */
const APART_WIDTH: i32 = 4
const APART_DIGITS: i32 = 64
const APART_BUCKETS: i32 = 8

const P = memory.data(320)
const Q = memory.data(320)
const RUNNING = memory.data(320)
const SUM = memory.data(320)
const GATHERED = memory.data(320)
const APART = memory.data(320 * 9)
const BUCKETS = memory.data(320 * 8 * 33)
/** Which buckets of each scalar are filled. */
const FILLED = memory.data(33)
/** The digits of each scalar, and first those of the order. */
const DIGITS = memory.data(264 * 33)
/** Whether some scalar has a digit at a position. */
const IS_WANTED = memory.data(264)
const FIRST = memory.data(64)
const SECOND = memory.data(64)
/** q = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const ORDER = memory.data<u8>([
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
])

export function initialise(): void { recodeOdd(DIGITS, ORDER) }

// ---- fixed pairs ---------------------------------------------------------------------------------------------------
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
  recode(FIRST, scalar, FIXED_WIDTH, FIXED_DIGITS)
  let isEmpty = true
  for (let i = 0; i < FIXED_DIGITS; i++) {
    const digit = load<i8>(FIRST + i) as i32
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

// ---- given pairs ---------------------------------------------------------------------------------------------------
/**
 * Adds [scalar] of a given pair, the same for both lanes, to a point, for each of up to RUN_SCALARS scalars and as many addresses of points
 * (32 bits each). Bit 0 and 1 of the answer say whether the lanes are in the prime-order subgroup, where that is asked for.
 */
export function addGiven(outs: usize, pair: usize, scalars: usize, count: i32, isChecked: bool): i32 {
  for (let k = 1; k <= count; k++) recodeOdd(DIGITS + k * NAF_DIGITS, scalars + (k - 1) * 32)
  return run(outs, pair, count, isChecked)
}

/** Whether the lanes of a pair are in the prime-order subgroup: bit 0 and bit 1. */
export function inSubgroup(pair: usize): i32 { return run(0, pair, 0, true) }

function run(outs: usize, pair: usize, count: i32, isChecked: bool): i32 {
  const from = isChecked ? 0 : 1
  for (let k = from; k <= count; k++) store<u8>(FILLED + k, 0)
  const last = findWanted(from, count)
  copyPoint(P, pair)
  for (let i = 0; i <= last; i++) {
    const isWanted = load<u8>(IS_WANTED + i) != 0
    if (i > 0) double(P, P, isWanted)
    if (!isWanted) continue
    toAddend(Q, P)
    for (let k = from; k <= count; k++) {
      const digit = load<i8>(DIGITS + k * NAF_DIGITS + i) as i32
      if (digit != 0) toBucket(k, digit)
    }
  }
  for (let k = 1; k <= count; k++) addOddBuckets(load<u32>(outs + (k - 1) * 4), k)
  if (!isChecked) return 3
  setNeutral(P)
  addOddBuckets(P, 0)
  return (isNeutralLane(P, 0) ? 1 : 0) | (isNeutralLane(P, 4) ? 2 : 0)
}

/** Notes where some scalar has a digit; the highest such position. */
function findWanted(from: i32, count: i32): i32 {
  let last = -1
  for (let i = 0; i < (NAF_DIGITS as i32); i++) {
    let all = 0
    for (let k = from; k <= count; k++) all |= load<i8>(DIGITS + k * NAF_DIGITS + i) as i32
    store<u8>(IS_WANTED + i, all != 0 ? 1 : 0)
    if (all != 0) last = i
  }
  return last
}

/** Adds Q, or takes it off, to the bucket of a digit of scalar k. */
function toBucket(k: i32, digit: i32): void {
  const place = abs(digit) >> 1
  const bucket = BUCKETS + (k * ODD_BUCKETS + place) * POINT
  const filled = load<u8>(FILLED + k) as i32
  if (filled & (1 << place)) addAddend(bucket, bucket, Q, digit < 0)
  else fromAddend(bucket, Q, digit < 0)
  store<u8>(FILLED + k, (filled | (1 << place)) as u8)
}

/** Adds 1 * bucket 0 + 3 * bucket 1 + 5 * bucket 2 + ...: the sum of all, and twice that of i * bucket i by running sums from the top. */
function addOddBuckets(out: usize, k: i32): void {
  const filled = load<u8>(FILLED + k) as i32
  if (filled == 0) return
  const buckets = BUCKETS + k * ODD_BUCKETS * POINT
  let isRunning = false
  let hasSum = false
  for (let place = ODD_BUCKETS - 1; place >= 0; place--) {
    if (filled & (1 << place)) {
      if (isRunning) addPoint(RUNNING, RUNNING, buckets + place * POINT)
      else copyPoint(RUNNING, buckets + place * POINT)
      isRunning = true
    }
    if (!isRunning || place == 0) continue
    if (hasSum) addPoint(SUM, SUM, RUNNING)
    else copyPoint(SUM, RUNNING)
    hasSum = true
  }
  addPoint(out, out, RUNNING)
  if (!hasSum) return
  // Twice added, not doubled: as dear, and a sum that is one bucket with one point in it is 2-fold, too much for a doubling.
  toAddend(Q, SUM)
  addAddend(out, out, Q, false)
  addAddend(out, out, Q, false)
}

/** Adds [a] and [b] of the lanes of a given pair to the lanes of a point; the answer as that of `inSubgroup`, where it is asked for. */
export function addGivenApart(out: usize, pair: usize, a: usize, b: usize, isChecked: bool): i32 {
  recode(FIRST, a, APART_WIDTH, APART_DIGITS)
  recode(SECOND, b, APART_WIDTH, APART_DIGITS)
  store<u8>(FILLED, 0)
  findWanted(isChecked ? 0 : 1, 0)
  for (let size = 0; size <= APART_BUCKETS; size++) copyPoint(APART + size * POINT, NEUTRAL)
  copyPoint(P, pair)
  for (let i = 0; i < APART_WIDTH * APART_DIGITS; i++) {
    const isApart = i % APART_WIDTH == 0
    const isOrder = load<u8>(IS_WANTED + i) != 0
    if (i > 0) double(P, P, isApart || isOrder)
    if (!isApart && !isOrder) continue
    toAddend(Q, P)
    if (isOrder) toBucket(0, load<i8>(DIGITS + i))
    if (isApart) toApart(load<i8>(FIRST + i / APART_WIDTH), load<i8>(SECOND + i / APART_WIDTH))
  }
  addApartBuckets(out)
  if (!isChecked) return 3
  setNeutral(P)
  addOddBuckets(P, 0)
  return (isNeutralLane(P, 0) ? 1 : 0) | (isNeutralLane(P, 4) ? 2 : 0)
}

/** Adds the lanes of Q to the buckets of their digits; digit 0 has one that nobody looks at. */
function toApart(x: i32, y: i32): void {
  if (x == 0 && y == 0) return
  blendAddend(GATHERED, x == 0 ? NEUTRAL_ADDEND : Q, x < 0, y == 0 ? NEUTRAL_ADDEND : Q, y < 0)
  const first = APART + abs(x) * POINT
  const second = APART + abs(y) * POINT
  if (first == second) {
    addAddend(first, first, GATHERED, false)
    return
  }
  blendPoint(SUM, first, second)
  addAddend(SUM, SUM, GATHERED, false)
  blendPoint(first, SUM, first)
  blendPoint(second, second, SUM)
}

/** Adds 1 * bucket 1 + 2 * bucket 2 + ...: by running sums from the top, each is added twice. */
function addApartBuckets(out: usize): void {
  copyPoint(RUNNING, APART + APART_BUCKETS * POINT)
  addPoint(out, out, RUNNING)
  for (let size = APART_BUCKETS - 1; size >= 1; size--) {
    addPoint(RUNNING, RUNNING, APART + size * POINT)
    addPoint(out, out, RUNNING)
  }
}

/** Adds one lane of a point, the first or the second, to lane b alone. */
export function addToSecond(out: usize, point: usize, isSecond: bool): void {
  spreadPoint(P, point, isSecond)
  toAddend(Q, P)
  blendAddend(GATHERED, NEUTRAL_ADDEND, false, Q, false)
  addAddend(out, out, GATHERED, false)
}
