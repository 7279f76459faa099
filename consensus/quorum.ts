/**
 * The only place where thresholds are computed [R1] and proposers named [R2].
 *
 * With n validators and f = floor((n - 1) / 3) of them faulty, a quorum of floor((n + f) / 2) + 1 is the smallest for which
 * two quorums share more than f validators, so at least one honest one; and the n - f honest ones are a quorum.
 */
import { assert } from '../base/index.ts'

/** How many of n validators may be faulty: floor((n - 1) / 3). */
export function maxFaulty(n: number): number {
  assert(Number.isSafeInteger(n) && n >= 1, 'a validator set has at least one member')
  return Math.floor((n - 1) / 3)
}

/** How many of n validators decide: the smallest number such that two quorums share more than f. */
export function quorum(n: number): number {
  return Math.floor((n + maxFaulty(n)) / 2) + 1
}

/** How many of n validators include an honest one: f + 1. */
export function oneHonest(n: number): number {
  return maxFaulty(n) + 1
}

/** Index of the proposer of a round: (height + round) modulo n. */
export function proposerOf(height: number, round: number, n: number): number {
  assert(n >= 1, 'a validator set has at least one member')
  // Reduced first: heights go up to 2^53 - 1, where a plain sum is no longer exact.
  return ((height % n) + (round % n)) % n
}
