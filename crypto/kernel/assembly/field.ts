/**
 * Pairs of elements of the field of p = 2^255 - 19, the two lanes of one computation.
 *
 * An element is ten signed limbs of 32 bits in radix 2^25.5 (Bernstein, "Curve25519", PKC 2006): the sum of x_i 2^ceil(25.5 i). A pair is
 * 80 bytes: a_0, b_0, a_1, b_1, ...; lane b of the pair at `p` is what lies at `p + 4`.
 *
 * Bounds. An element is *reduced* where |x_i| <= 1.01 * 2^25 for even i and 1.01 * 2^24 for odd i: what `multiply`, `square` and
 * `fromBytes` (twice that) store. `add` and `subtract` do not carry: the sum of k reduced elements is a *k-fold* one.
 * - `multiply` takes a k-fold and an m-fold one with k m <= 25: a column is at most (5 * 19 + 5 * 19 * 2 / 4) 2^50 * 1.01^2 k m < 2^57.2 k m,
 *   below the 2^62 that `reduce` wants; a 32-bit limb holds 60-fold elements.
 * - `square` and `squareDoubled` take up to 3-fold ones: nineteen times a limb must stay below 2^31.
 * - `reduce` leaves column 1 at most 2^24 + 2^16 and column 5 at most 2^24 + 2^12 (the last carries), the others at most half of their
 *   modulus: reduced again.
 *
 * Nothing here is secret: branches and addresses depend on the data.
 */
import * as scalar from './field-scalar'
import * as simd from './field-simd'

/** Bytes of a pair. */
export const FIELD: usize = 80

/** The build of the benchmark counts, and that of the tests checks all bounds; in others neither is even compiled. */
const IS_COUNTING: bool = isDefined(COUNT_OPERATIONS)
const IS_CHECKING: bool = isDefined(CHECK_BOUNDS)
export let multiplicationsDone: i64 = 0
export let squaringsDone: i64 = 0

// @ts-ignore: decorator
@inline export function multiply(d: usize, a: usize, b: usize): void {
  if (IS_COUNTING) multiplicationsDone++
  if (IS_CHECKING && foldsOf(a) * foldsOf(b) > 25) unreachable()
  if (ASC_FEATURE_SIMD) simd.multiply(d, a, b)
  else scalar.multiply(d, a, b)
}
// @ts-ignore: decorator
@inline export function square(d: usize, a: usize): void {
  if (IS_COUNTING) squaringsDone++
  if (IS_CHECKING && foldsOf(a) > 3) unreachable()
  if (ASC_FEATURE_SIMD) simd.square(d, a)
  else scalar.square(d, a)
}
/** 2 a^2, reduced. */
// @ts-ignore: decorator
@inline export function squareDoubled(d: usize, a: usize): void {
  if (IS_COUNTING) squaringsDone++
  if (IS_CHECKING && foldsOf(a) > 3) unreachable()
  if (ASC_FEATURE_SIMD) simd.squareDoubled(d, a)
  else scalar.squareDoubled(d, a)
}
// @ts-ignore: decorator
@inline export function add(d: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_SIMD) simd.add(d, a, b)
  else scalar.add(d, a, b)
}
// @ts-ignore: decorator
@inline export function subtract(d: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_SIMD) simd.subtract(d, a, b)
  else scalar.subtract(d, a, b)
}
// @ts-ignore: decorator
@inline export function copy(d: usize, a: usize): void {
  // Not `memory.copy`, which is a call out of the engine's own code: as slow as half a multiplication.
  if (ASC_FEATURE_SIMD) simd.copy(d, a)
  else scalar.copy(d, a)
}

/** The least k for which both lanes are k-fold. */
function foldsOf(pair: usize): f64 {
  let most: f64 = 1
  for (let i: usize = 0; i < FIELD; i += 4) {
    const bound: f64 = (i / 8) & 1 ? 1.01 * 16777216 : 1.01 * 33554432
    most = max(most, ceil(abs<f64>(load<i32>(pair + i) as f64) / bound))
  }
  return most
}

/** Both lanes to a small number. */
export function setSmall(d: usize, value: i32): void {
  for (let i: usize = 0; i < FIELD; i += 8) store<u64>(d + i, 0)
  store<i32>(d, value)
  store<i32>(d, value, 4)
}

/** Lane a of `a` beside lane b of `b`. */
// @ts-ignore: decorator
@inline export function blend(d: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_SIMD) simd.blend(d, a, b)
  else scalar.blend(d, a, b)
}
/** One lane of `a`, the first or the second, in both lanes. */
// @ts-ignore: decorator
@inline export function spread(d: usize, a: usize, isSecond: bool): void {
  if (ASC_FEATURE_SIMD) {
    if (isSecond) simd.spreadSecond(d, a)
    else simd.spreadFirst(d, a)
  } else if (isSecond) scalar.spreadSecond(d, a)
  else scalar.spreadFirst(d, a)
}
/** Each lane, or minus it where its flag is set. */
// @ts-ignore: decorator
@inline export function negateWhere(d: usize, a: usize, isA: bool, isB: bool): void {
  if (ASC_FEATURE_SIMD) simd.negateWhere(d, a, isA, isB)
  else scalar.negateWhere(d, a, isA, isB)
}

/** a^(2^times) */
export function squareRepeatedly(d: usize, a: usize, times: i32): void {
  square(d, a)
  for (let i = 1; i < times; i++) square(d, d)
}

// ---- exponentiation ------------------------------------------------------------------------------------------------
const T0 = memory.data(80)
const T1 = memory.data(80)
const T2 = memory.data(80)
const BASE = memory.data(80)

/** T2 = a^(2^250 - 1), T1 = a^11: the addition chain of Bernstein's implementation, 249 squarings and 10 multiplications. */
function powerChain(a: usize): void {
  square(T0, a)
  squareRepeatedly(T1, T0, 2)
  multiply(T1, a, T1)
  multiply(T0, T0, T1) // a^11
  square(T2, T0)
  multiply(T1, T1, T2) // 2^5 - 1
  squareRepeatedly(T2, T1, 5)
  multiply(T1, T2, T1) // 2^10 - 1
  squareRepeatedly(T2, T1, 10)
  multiply(T2, T2, T1) // 2^20 - 1
  squareRepeatedly(T3, T2, 20)
  multiply(T2, T3, T2) // 2^40 - 1
  squareRepeatedly(T2, T2, 10)
  multiply(T1, T2, T1) // 2^50 - 1
  squareRepeatedly(T2, T1, 50)
  multiply(T2, T2, T1) // 2^100 - 1
  squareRepeatedly(T3, T2, 100)
  multiply(T2, T3, T2) // 2^200 - 1
  squareRepeatedly(T2, T2, 50)
  multiply(T2, T2, T1) // 2^250 - 1
}
const T3 = memory.data(80)

/** 1/a = a^(p - 2); 0 for 0. `a` is at most 3-fold. */
export function invert(d: usize, a: usize): void {
  copy(BASE, a)
  powerChain(BASE)
  squareRepeatedly(T2, T2, 5)
  multiply(d, T2, T0) // 2^255 - 21
}

/** a^((p - 5) / 8), what square roots of fractions are made of (RFC 8032, section 5.1.3). */
export function powerForRoot(d: usize, a: usize): void {
  copy(BASE, a)
  powerChain(BASE)
  squareRepeatedly(T2, T2, 2)
  multiply(d, T2, BASE) // 2^252 - 3
}

// ---- bytes ---------------------------------------------------------------------------------------------------------
const M26: u64 = 0x3ffffff
const M25: u64 = 0x1ffffff

/** A lane from 255 bits, little-endian: four words. The result is 2-fold. */
export function laneFromWords(lane: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  store<i32>(lane, (w0 & M26) as i32)
  store<i32>(lane, ((w0 >> 26) & M25) as i32, 8)
  store<i32>(lane, (((w0 >> 51) | (w1 << 13)) & M26) as i32, 16)
  store<i32>(lane, ((w1 >> 13) & M25) as i32, 24)
  store<i32>(lane, ((w1 >> 38) & M26) as i32, 32)
  store<i32>(lane, (w2 & M25) as i32, 40)
  store<i32>(lane, ((w2 >> 25) & M26) as i32, 48)
  store<i32>(lane, (((w2 >> 51) | (w3 << 13)) & M25) as i32, 56)
  store<i32>(lane, ((w3 >> 12) & M26) as i32, 64)
  store<i32>(lane, ((w3 >> 38) & M25) as i32, 72)
}

/** The canonical value of a reduced lane as 32 bytes, little-endian. */
export function laneToBytes(out: usize, lane: usize): void {
  let x0 = load<i32>(lane) as i64, x1 = load<i32>(lane, 8) as i64, x2 = load<i32>(lane, 16) as i64
  let x3 = load<i32>(lane, 24) as i64, x4 = load<i32>(lane, 32) as i64, x5 = load<i32>(lane, 40) as i64
  let x6 = load<i32>(lane, 48) as i64, x7 = load<i32>(lane, 56) as i64, x8 = load<i32>(lane, 64) as i64
  let x9 = load<i32>(lane, 72) as i64
  // The quotient by p, rounded down: it is that of x + 19 by 2^255, the 19 brought up by the carries (|x| < 2^255 + 2^254).
  let q = (19 * x9 + (1 << 24)) >> 25
  q = (x0 + q) >> 26
  q = (x1 + q) >> 25
  q = (x2 + q) >> 26
  q = (x3 + q) >> 25
  q = (x4 + q) >> 26
  q = (x5 + q) >> 25
  q = (x6 + q) >> 26
  q = (x7 + q) >> 25
  q = (x8 + q) >> 26
  q = (x9 + q) >> 25
  x0 += 19 * q
  x1 += x0 >> 26
  x2 += x1 >> 25
  x3 += x2 >> 26
  x4 += x3 >> 25
  x5 += x4 >> 26
  x6 += x5 >> 25
  x7 += x6 >> 26
  x8 += x7 >> 25
  x9 += x8 >> 26
  const y0 = (x0 as u64) & M26, y1 = (x1 as u64) & M25, y2 = (x2 as u64) & M26, y3 = (x3 as u64) & M25
  const y4 = (x4 as u64) & M26, y5 = (x5 as u64) & M25, y6 = (x6 as u64) & M26, y7 = (x7 as u64) & M25
  const y8 = (x8 as u64) & M26, y9 = (x9 as u64) & M25
  store<u64>(out, y0 | (y1 << 26) | (y2 << 51))
  store<u64>(out, (y2 >> 13) | (y3 << 13) | (y4 << 38), 8)
  store<u64>(out, y5 | (y6 << 25) | (y7 << 51), 16)
  store<u64>(out, (y7 >> 13) | (y8 << 12) | (y9 << 38), 24)
}

const ZERO_TEST = memory.data(32)

/** Whether a reduced lane is 0 modulo p. */
export function isZeroLane(lane: usize): bool {
  laneToBytes(ZERO_TEST, lane)
  return (
    (load<u64>(ZERO_TEST) | load<u64>(ZERO_TEST, 8) | load<u64>(ZERO_TEST, 16) | load<u64>(ZERO_TEST, 24)) == 0
  )
}
