/** Running sums of weighted points: the tally, and whatever else adds the same multiple of many points at once. */
import { bits } from './digits'
import { FIELD } from './field'
import {
  addAddend, addAffine, copyPoint, doubleRepeatedly, POINT, toAddend, toAffineAddend,
} from './point'

const P = memory.data(320)
const ADDEND = memory.data(320)

/**
 * Adds `count` pairs with Z = 1 to as many sums, each times the same number of 32 bytes, little-endian, below 2^253, or takes them away.
 * A number of 1 costs an addition; others are doubled and added from their highest bit on.
 */
export function addMultiples(sums: usize, pairs: usize, count: i32, scalar: usize, isNegative: bool): void {
  const top = highestBit(scalar)
  if (top < 0) return
  for (let i = 0; i < count; i++) {
    const pair = pairs + i * POINT
    const sum = sums + i * POINT
    toAffineAddend(ADDEND, pair)
    if (top == 0) {
      addAffine(sum, sum, ADDEND, isNegative)
      continue
    }
    copyPoint(P, pair)
    for (let bit = top - 1; bit >= 0; bit--) {
      doubleRepeatedly(P, P, 1)
      if (bits(scalar, bit, 1)) addAffine(P, P, ADDEND, false)
    }
    toAddend(ADDEND, P)
    addAddend(sum, sum, ADDEND, isNegative)
  }
}

/** The place of the highest bit of 32 bytes; -1 for zero. */
function highestBit(scalar: usize): i32 {
  for (let word = 3; word >= 0; word--) {
    const value = load<u64>(scalar + 8 * word)
    if (value != 0) return 64 * word + 63 - (clz<u64>(value) as i32)
  }
  return -1
}
