/** Discrete logarithms of tallies (specification 4.21): the m in 0..bound with [m]G = P. */
import { assert } from '../base/index.ts'
import { arithmetic, type Logarithms } from '../crypto/index.ts'
import { MAX_TOTAL_WEIGHT } from './limits.ts'

/**
 * For `count` logarithms in 0..bound, which share a table; its size follows from both, so that a small election's is tiny. `bound` is at
 * most {@link MAX_TOTAL_WEIGHT}.
 */
export function createLogarithms(bound: bigint, count: number): Logarithms {
  assert(bound >= 0n && bound <= MAX_TOTAL_WEIGHT, 'the bound of a logarithm is within its limit')
  return arithmetic().logarithms(bound, count)
}
