/**
 * Points from and to bytes: the 32 big-endian bytes of Belenios, which are those of RFC 8032 (section 5.1.2) reversed, and affine
 * coordinates of 32 little-endian bytes each.
 *
 * Many at a time, two a pair: point 2i is lane a of pair i, point 2i + 1 its lane b; where their number is odd the last lane b is the
 * neutral element.
 */
import {
  add, blend, copy, FIELD, invert, isZeroLane, laneFromWords, laneToBytes, multiply, negateWhere, powerForRoot, square,
  subtract,
} from './field'
import { D, ONE, POINT, ROOT } from './point'

/** Bytes of an encoded point, and of one affine coordinate. */
export const BYTES: usize = 32

const U = memory.data(80)
const V = memory.data(80)
const V3 = memory.data(80)
const X = memory.data(80)
const CHECK = memory.data(80)
const OTHER = memory.data(80)
const NUMBER = memory.data(32)

/** Whether 255 bits are below p. */
function isCanonical(w0: u64, w1: u64, w2: u64, w3: u64): bool {
  return !(w3 == 0x7fffffffffffffff && (w2 & w1) == u64.MAX_VALUE && w0 >= 0xffffffffffffffed)
}

/** Reads the y of an encoded point into a lane; the sign bit, or -1 where the number is not below p. */
function readY(lane: usize, source: usize): i32 {
  const w0 = bswap<u64>(load<u64>(source, 24))
  const w1 = bswap<u64>(load<u64>(source, 16))
  const w2 = bswap<u64>(load<u64>(source, 8))
  const top = bswap<u64>(load<u64>(source))
  const w3 = top & 0x7fffffffffffffff
  laneFromWords(lane, w0, w1, w2, w3)
  return isCanonical(w0, w1, w2, w3) ? ((top >> 63) as i32) : -1
}

/**
 * Decodes `count` encoded points to pairs with Z = 1. A flag a point: 0 where it is the canonical encoding of a point on the curve,
 * 1 where it is not; that lane then holds something that is no point.
 */
export function decode(pairs: usize, flags: usize, source: usize, count: i32): void {
  for (let i = 0; i < count; i += 2) {
    const hasSecond = i + 1 < count
    const p = pairs + (i >> 1) * POINT
    const at = source + i * BYTES
    const signA = readY(p + FIELD, at)
    const signB = hasSecond ? readY(p + FIELD + 4, at + BYTES) : 0
    if (!hasSecond) laneFromWords(p + FIELD + 4, 1, 0, 0, 0)
    const good = rootOfY(p)
    store<u8>(flags + i, signA >= 0 && (good & 1) && setSign(p, 0, signA) ? 0 : 1)
    if (hasSecond) store<u8>(flags + i + 1, signB >= 0 && (good & 2) && setSign(p, 4, signB) ? 0 : 1)
    copy(p + 2 * FIELD, ONE)
    multiply(p + 3 * FIELD, p, p + FIELD)
  }
}

/** X of both lanes out of Y, either root (RFC 8032, section 5.1.3); bit 0 and 1 say for which lane there is one. */
function rootOfY(p: usize): i32 {
  const y = p + FIELD
  multiply(y, y, ONE)
  square(CHECK, y)
  subtract(U, CHECK, ONE)
  multiply(V, CHECK, D)
  add(V, V, ONE)
  square(V3, V)
  multiply(V3, V3, V)
  // x = u v^3 (u v^7)^((p - 5) / 8)
  square(X, V3)
  multiply(X, X, V)
  multiply(X, X, U)
  powerForRoot(X, X)
  multiply(X, X, V3)
  multiply(X, X, U)
  square(CHECK, X)
  multiply(CHECK, CHECK, V)
  // v x^2 is u, or -u where x has to be multiplied by the root of -1, or x is none.
  multiply(OTHER, X, ROOT)
  subtract(V3, CHECK, U)
  multiply(V3, V3, ONE)
  add(CHECK, CHECK, U)
  multiply(CHECK, CHECK, ONE)
  const isRootA = isZeroLane(V3)
  const isRootB = isZeroLane(V3 + 4)
  const isOtherA = isZeroLane(CHECK)
  const isOtherB = isZeroLane(CHECK + 4)
  blend(p, isRootA ? X : OTHER, isRootB ? X : OTHER)
  return (isRootA || isOtherA ? 1 : 0) | (isRootB || isOtherB ? 2 : 0)
}

/** Gives X of a lane the sign; false for the sign of zero. */
function setSign(p: usize, lane: usize, sign: i32): bool {
  laneToBytes(NUMBER, p + lane)
  const isOdd = (load<u8>(NUMBER) & 1) as i32
  if (isOdd == sign) return true
  if ((load<u64>(NUMBER) | load<u64>(NUMBER, 8) | load<u64>(NUMBER, 16) | load<u64>(NUMBER, 24)) == 0) return false
  negateWhere(p, p, lane == 0, lane != 0)
  return true
}

/**
 * Reads `count` points from affine coordinates, x then y, to pairs with Z = 1 and a 2-fold y. False where one is not canonical or not on the curve:
 * -x^2 + y^2 = 1 + d x^2 y^2.
 */
export function readAffine(pairs: usize, source: usize, count: i32): bool {
  for (let i = 0; i < count; i += 2) {
    const p = pairs + (i >> 1) * POINT
    const at = source + i * 2 * BYTES
    const hasSecond = i + 1 < count
    if (!readCoordinate(p, at) || !readCoordinate(p + FIELD, at + BYTES)) return false
    if (!hasSecond) {
      laneFromWords(p + 4, 0, 0, 0, 0)
      laneFromWords(p + FIELD + 4, 1, 0, 0, 0)
    } else if (!readCoordinate(p + 4, at + 2 * BYTES) || !readCoordinate(p + FIELD + 4, at + 3 * BYTES)) return false
    copy(p + 2 * FIELD, ONE)
    // x + y is 3-fold then, the most that `square` takes.
    multiply(p, p, ONE)
    multiply(p + 3 * FIELD, p, p + FIELD)
    square(U, p)
    square(V, p + FIELD)
    subtract(V, V, U)
    subtract(V, V, ONE)
    square(U, p + 3 * FIELD)
    multiply(U, U, D)
    subtract(V, V, U)
    multiply(V, V, ONE)
    if (!isZeroLane(V) || !isZeroLane(V + 4)) return false
  }
  return true
}

/** Reads `count` points from their extended coordinates, X, Y, Z and T, 32 bytes each, which are not checked. */
export function readExtended(pairs: usize, source: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const lane = pairs + (i >> 1) * POINT + (i & 1) * 4
    for (let k = 0; k < 4; k++) {
      const at = source + (4 * i + k) * BYTES
      laneFromWords(lane + k * FIELD, load<u64>(at), load<u64>(at, 8), load<u64>(at, 16), load<u64>(at, 24))
    }
  }
  const pairCount = (count + 1) >> 1
  if (count & 1) setNeutralSecond(pairs + (pairCount - 1) * POINT)
  for (let i: usize = 0; i < <usize>(4 * pairCount); i++) multiply(pairs + i * FIELD, pairs + i * FIELD, ONE)
}

function setNeutralSecond(p: usize): void {
  for (let k = 0; k < 4; k++) laneFromWords(p + k * FIELD + 4, k == 1 || k == 2 ? 1 : 0, 0, 0, 0)
}

function readCoordinate(lane: usize, source: usize): bool {
  const w0 = load<u64>(source)
  const w1 = load<u64>(source, 8)
  const w2 = load<u64>(source, 16)
  const w3 = load<u64>(source, 24)
  laneFromWords(lane, w0, w1, w2, w3)
  return w3 >> 63 == 0 && isCanonical(w0, w1, w2, w3)
}

/**
 * Makes Z = 1 in `count` pairs, with one inversion for all (Montgomery's trick): 6 multiplications a pair. `scratch`: FIELD bytes a
 * pair.
 */
export function normalise(pairs: usize, count: i32, scratch: usize): void {
  if (count == 0) return
  copy(X, ONE)
  for (let i = 0; i < count; i++) {
    copy(scratch + i * FIELD, X)
    multiply(X, X, pairs + i * POINT + 2 * FIELD)
  }
  invert(X, X)
  for (let i = count - 1; i >= 0; i--) {
    const p = pairs + i * POINT
    multiply(U, X, scratch + i * FIELD)
    multiply(X, X, p + 2 * FIELD)
    multiply(p, p, U)
    multiply(p + FIELD, p + FIELD, U)
    copy(p + 2 * FIELD, ONE)
    multiply(p + 3 * FIELD, p, p + FIELD)
  }
}

/** Encodes `count` points of pairs with Z = 1. */
export function encode(target: usize, pairs: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const lane = pairs + (i >> 1) * POINT + (i & 1) * 4
    const out = target + i * BYTES
    laneToBytes(NUMBER, lane)
    const sign = (load<u8>(NUMBER) & 1) as u64
    laneToBytes(NUMBER, lane + FIELD)
    store<u64>(out, bswap<u64>(load<u64>(NUMBER, 24) | (sign << 63)))
    store<u64>(out, bswap<u64>(load<u64>(NUMBER, 16)), 8)
    store<u64>(out, bswap<u64>(load<u64>(NUMBER, 8)), 16)
    store<u64>(out, bswap<u64>(load<u64>(NUMBER)), 24)
  }
}

/** Writes `count` points of pairs with Z = 1 as affine coordinates. */
export function writeAffine(target: usize, pairs: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const lane = pairs + (i >> 1) * POINT + (i & 1) * 4
    laneToBytes(target + i * 2 * BYTES, lane)
    laneToBytes(target + i * 2 * BYTES + BYTES, lane + FIELD)
  }
}
