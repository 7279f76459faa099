/**
 * One sum of many multiples, [k1]P1 + [k2]P2 + ...: Pippenger's method. Points are affine addends, two a pair; scalars have 32 bytes,
 * little-endian, below 2^253. The two lanes work on the same point and two neighbouring windows of its scalar, so that the buckets
 * are summed up half as often; scalars of 128 bits are skipped in the upper half of the windows, and both lanes are busy all the same.
 */
import { bits } from './digits'
import {
  addAffine, addPoint, AFFINE_ADDEND, blendPoint, copyPoint, doubleRepeatedly, isNeutralLane, NEUTRAL, POINT, setNeutral,
  spreadAffine, spreadPoint,
} from './point'

/** The widest window, in bits: 512 buckets, 164 kB. */
export const MAX_WINDOW: i32 = 10
/** Bytes of the digits of a scalar: 64 windows, of the narrowest that is worth while, 4 bits. */
export const BATCH_DIGITS: usize = 2 * 64

const TOTAL = memory.data(320)
const RUNNING = memory.data(320)
const SUM = memory.data(320)
const P = memory.data(320)
const ADDEND = memory.data(240)
const BUCKETS = memory.data(320 * 513)

/** The digits of a scalar, as in `recode`, of 16 bits each. */
function recodeWide(digits: usize, scalar: usize, width: i32, windows: i32): void {
  const half = 1 << (width - 1)
  let carry = 0
  for (let i = 0; i < windows; i++) {
    let digit = bits(scalar, i * width, width) + carry
    carry = digit > half ? 1 : 0
    digit -= carry * 2 * half
    store<i16>(digits + 2 * i, digit as i16)
  }
}

/**
 * The sum of [scalar] times point over `count` points, in lane a (and lane b). `width`: bits of a window, 4 to MAX_WINDOW; the more points,
 * the more buckets are worth while. `scratch`: BATCH_DIGITS a point.
 */
export function sumOfMultiples(
  out: usize, addends: usize, scalars: usize, count: i32, width: i32, scratch: usize,
): void {
  // An even number of windows that holds 254 bits: the carry out of 253 has room.
  const windows = ((254 + 2 * width - 1) / (2 * width)) * 2
  const half = 1 << (width - 1)
  for (let i = 0; i < count; i++) recodeWide(scratch + i * BATCH_DIGITS, scalars + i * 32, width, windows)
  setNeutral(TOTAL)
  for (let window = windows - 2; window >= 0; window -= 2) {
    doubleRepeatedly(TOTAL, TOTAL, 2 * width)
    for (let size = 0; size <= half; size++) copyPoint(BUCKETS + size * POINT, NEUTRAL)
    let isEmpty = true
    for (let i = 0; i < count; i++) {
      const digits = load<u32>(scratch + i * BATCH_DIGITS + 2 * window)
      if (digits == 0) continue
      isEmpty = false
      toBuckets(addends + (i >> 1) * AFFINE_ADDEND, (i & 1) != 0, ((digits << 16) as i32) >> 16, (digits as i32) >> 16)
    }
    if (!isEmpty) addBuckets(half)
  }
  // Lane b has the odd windows.
  spreadPoint(SUM, TOTAL, true)
  doubleRepeatedly(SUM, SUM, width)
  spreadPoint(TOTAL, TOTAL, false)
  addPoint(out, TOTAL, SUM)
}

/** Adds a point to the buckets of its two digits; digit 0 has one that nobody looks at. */
function toBuckets(addend: usize, isSecond: bool, x: i32, y: i32): void {
  spreadAffine(ADDEND, addend, isSecond, x < 0, y < 0)
  const first = BUCKETS + abs(x) * POINT
  const second = BUCKETS + abs(y) * POINT
  if (first == second) {
    addAffine(first, first, ADDEND, false)
    return
  }
  blendPoint(P, first, second)
  addAffine(P, P, ADDEND, false)
  blendPoint(first, P, first)
  blendPoint(second, second, P)
}

/** Adds 1 * bucket 1 + 2 * bucket 2 + ... to the total. */
function addBuckets(half: i32): void {
  copyPoint(RUNNING, BUCKETS + half * POINT)
  copyPoint(SUM, RUNNING)
  for (let size = half - 1; size >= 1; size--) {
    addPoint(RUNNING, RUNNING, BUCKETS + size * POINT)
    addPoint(SUM, SUM, RUNNING)
  }
  addPoint(TOTAL, TOTAL, SUM)
}

/** Whether lane a of a point is the neutral element. */
export function isNeutral(point: usize): bool { return isNeutralLane(point, 0) }
