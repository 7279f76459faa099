/**
 * Baby steps and giant steps of discrete logarithms: the y coordinates of C + [k]D for k = -r..r around a centre C, and a table of them.
 *
 * Both are computed from affine coordinates, two k beside each other in the lanes. With u = d x1 x2 y1 y2 the sum's y is
 * (y1 y2 + x1 x2) / (1 - u) and the difference's (y1 y2 - x1 x2) / (1 + u): both denominators come from one inverse of 1 - u^2, and all of
 * those from one inversion (Montgomery's trick), 11 multiplications for four steps. The addition law is complete on this curve, so no
 * denominator is zero.
 *
 * A *key* is the low 64 bits of a y. A slot of the table has 8 bytes: the key's low half, and above it the number of its step, plus
 * one; 0 is an empty slot. The key's high half chooses the slot; what is taken is looked for in the following ones.
 */
import { add, copy, FIELD, invert, laneToBytes, multiply, square, subtract } from './field'
import { normalise } from './encoding'
import { addPoint, blendPoint, copyPoint, D, doubleRepeatedly, ONE, POINT } from './point'

/** Bytes of a pair of strides: x, y and x y. */
export const STRIDE: usize = 3 * FIELD
/** Bytes of scratch that a pair of strides wants: a point and a field element at first, then what `stepKeys` keeps. */
export const STEP_SCRATCH: usize = POINT + FIELD
/** u, 1 - u^2, and the product of those before it. */
const STEP: usize = 3 * FIELD

const U: usize = 0
const REST: usize = FIELD
const BEFORE: usize = 2 * FIELD

const TWICE = memory.data(320)
const LAST = memory.data(320)
const FACTOR = memory.data(80)
const PRODUCT = memory.data(80)
const INVERSE = memory.data(80)
const XX = memory.data(80)
const YY = memory.data(80)
const A = memory.data(80)
const B = memory.data(80)
const NUMBER = memory.data(32)

/** [1]D, [2]D, ... [2 count]D of a pair that has D in both lanes, two a pair of strides. */
export function prepareStrides(strides: usize, pair: usize, count: i32, scratch: usize): void {
  doubleRepeatedly(TWICE, pair, 1)
  blendPoint(LAST, pair, TWICE)
  for (let i = 0; i < count; i++) {
    const p = scratch + i * POINT
    copyPoint(p, LAST)
    if (i + 1 < count) addPoint(LAST, LAST, TWICE)
  }
  normalise(scratch, count, scratch + count * POINT)
  for (let i = 0; i < count; i++) {
    const stride = strides + i * STRIDE
    memory.copy(stride, scratch + i * POINT, 2 * FIELD)
    multiply(stride + 2 * FIELD, stride, stride + FIELD)
  }
}

/**
 * The keys of C + [k]D for k = -2 count..2 count, in this order, of a centre with Z = 1 in both lanes.
 * `scratch`: STEP_SCRATCH a pair of strides.
 */
export function stepKeys(keys: usize, centre: usize, strides: usize, count: i32, scratch: usize): void {
  const x = centre
  const y = centre + FIELD
  multiply(FACTOR, x, y)
  multiply(FACTOR, FACTOR, D)
  copy(PRODUCT, ONE)
  for (let i = 0; i < count; i++) {
    const at = scratch + i * STEP
    multiply(at + U, FACTOR, strides + i * STRIDE + 2 * FIELD)
    square(A, at + U)
    subtract(at + REST, ONE, A)
    copy(at + BEFORE, PRODUCT)
    multiply(PRODUCT, PRODUCT, at + REST)
  }
  invert(PRODUCT, PRODUCT)
  const middle = keys + 8 * (2 * count)
  storeKey(middle, y)
  for (let i = count - 1; i >= 0; i--) {
    const at = scratch + i * STEP
    const stride = strides + i * STRIDE
    multiply(INVERSE, PRODUCT, at + BEFORE)
    multiply(PRODUCT, PRODUCT, at + REST)
    multiply(XX, x, stride)
    multiply(YY, y, stride + FIELD)
    add(A, ONE, at + U)
    multiply(A, INVERSE, A)
    add(B, YY, XX)
    multiply(A, A, B)
    const step = 8 * (2 * i + 1)
    storeKey(middle + step, A)
    storeKey(middle + step + 8, A + 4)
    subtract(A, ONE, at + U)
    multiply(A, INVERSE, A)
    subtract(B, YY, XX)
    multiply(A, A, B)
    storeKey(middle - step, A)
    storeKey(middle - step - 8, A + 4)
  }
}

// @ts-ignore: decorator
@inline function storeKey(key: usize, lane: usize): void {
  laneToBytes(NUMBER, lane)
  store<u64>(key, load<u64>(NUMBER))
}

/** Puts the keys of the steps first, first + 1, ... into a table of mask + 1 slots, of which enough are empty. */
export function insertSteps(table: usize, mask: u32, keys: usize, count: i32, first: u32): void {
  for (let i = 0; i < count; i++) {
    const key = load<u64>(keys + 8 * i)
    let slot = (key >> 32) as u32 & mask
    while (load<u64>(table + ((slot as usize) << 3)) != 0) slot = (slot + 1) & mask
    store<u64>(table + ((slot as usize) << 3), (((first + i + 1) as u64) << 32) | (key & 0xffffffff))
  }
}

/**
 * Finds the next key, of `count`, that the table has. The cursor, three words, says where to look: which key, how many of its slots were seen;
 * and where one was found: the number of the step. It starts as zeros and is left so that another call goes on.
 */
export function nextMatch(table: usize, mask: u32, keys: usize, count: i32, cursor: usize): bool {
  let seen = load<u32>(cursor, 4)
  for (let i = load<i32>(cursor); i < count; i++, seen = 0) {
    const key = load<u64>(keys + 8 * i)
    const from = (key >> 32) as u32
    for (; ; seen++) {
      const slot = load<u64>(table + (((from + seen) & mask) as usize << 3))
      if (slot == 0) break
      if ((slot as u32) != (key as u32)) continue
      store<i32>(cursor, i)
      store<u32>(cursor, seen + 1, 4)
      store<u32>(cursor, ((slot >> 32) as u32) - 1, 8)
      return true
    }
  }
  return false
}
