/**
 * The PointBatch port: the group arithmetic of verifying many equations at once, about PUBLIC points and scalars only (time depends on
 * the data). Why it convinces: docs/accelerators.md.
 *
 * Every point that a batch keeps is in the prime-order subgroup: octupled ones by construction, taken ones by the caller's word, sums
 * because it is a group.
 */

import type { Point } from './group.ts'

/** A multiple of a kept point. */
export interface Term {
  readonly index: number
  /** In 0..q-1. Shorter ones cost less. */
  readonly scalar: bigint
}

/** Points of one verification, held by whoever does the arithmetic. They are numbered from 0 in order of arrival. */
export interface PointBatch {
  /** How many points are kept; at most `MAX_BATCH_POINTS`. */
  readonly count: number
  /**
   * Keeps [8]P of each of n points, given by their coordinates (n x 64 bytes, as `encodeCoordinates` has them). False, and nothing is
   * kept, where a coordinate is not below p or a point is not on the curve.
   */
  octuple(coordinates: Uint8Array): boolean
  /** Keeps a point of the subgroup, which nothing here checks. */
  take(point: Point): void
  /** Keeps the sum of kept points, one or more. */
  sum(indexes: readonly number[]): void
  /** The encodings of the kept points from..to-1, 32 bytes each. */
  encodings(from: number, to: number): Uint8Array
  /** Whether the terms and [generator]g add up to the neutral element. */
  vanishes(terms: readonly Term[], generator: bigint): boolean
}

/** Lends an empty batch, which is good for nothing once `work` has returned. `work` does not ask for another one. */
export type WithPointBatch = <T>(work: (batch: PointBatch) => T) => T
