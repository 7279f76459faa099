/**
 * The kernel: the Ed25519 group operations that the verification of ballots needs, for PUBLIC data only. Its memory beyond `heap` is the
 * caller's: every function gets the addresses of what it reads and writes, and checks nothing of them.
 *
 * field.ts has the representation of numbers and the bounds that make each step safe, point.ts the formulas. Two computations run side by
 * side in the lanes of one: the halves of a ciphertext, which share their exponents; a generator and a key; two credentials.
 */
import * as batch from './batch'
import * as combination from './combination'
import {
  FIELD, multiplicationsDone, multiply as multiplyFields, square as squareFields, squaringsDone,
} from './field'
import { STEP_SCRATCH, STRIDE } from './logarithm'
import * as points from './point'
import * as subgroup from './subgroup'

export { decode, encode, normalise, readAffine, readExtended, writeAffine } from './encoding'
export {
  addGiven, addGivenApart, addToSecond, inSubgroup, multiplyFixed, multiplyFixedApart, prepareFixed,
} from './combination'
export { isNeutral, sumOfMultiples } from './batch'
export { insertSteps, nextMatch, prepareStrides, stepKeys } from './logarithm'
export { checkSubgroup } from './subgroup'
export { addMultiples } from './sums'
export { addPoint, blendPoint, copyPoint, doubleRepeatedly, setNeutral, spreadPoint } from './point'

// ---- what the caller lays out its memory by ------------------------------------------------------------------------
export const pointBytes: i32 = points.POINT as i32
export const affineAddendBytes: i32 = points.AFFINE_ADDEND as i32
export const fieldBytes: i32 = FIELD as i32
/** Bytes of scratch that `sumOfMultiples` wants for each point. */
export const batchDigitsBytes: i32 = batch.BATCH_DIGITS as i32
/** Scalars that `addGiven` takes at once. */
export const runScalars: i32 = combination.RUN_SCALARS
export const fixedBytes: i32 = combination.FIXED as i32
/** Bytes of scratch that `prepareFixed` wants. */
export const fixedScratchBytes: i32 = (combination.FIXED / points.AFFINE_ADDEND * (points.POINT + FIELD)) as i32
/** Bytes of a pair of strides, and of the scratch that goes with it. */
export const strideBytes: i32 = STRIDE as i32
export const stepScratchBytes: i32 = STEP_SCRATCH as i32
/** Where the caller's memory begins. */
export function heap(): usize { return (__heap_base + 15) & ~15 }

points.initialise()
combination.initialise()
subgroup.initialise()

/** Affine addends of `count` pairs with Z = 1. */
export function toAffineAddends(addends: usize, pairs: usize, count: i32): void {
  for (let i = 0; i < count; i++) points.toAffineAddend(addends + i * points.AFFINE_ADDEND, pairs + i * points.POINT)
}

/** `times` doublings of each of `count` pairs, in place. */
export function doubleAll(pairs: usize, count: i32, times: i32): void {
  for (let i = 0; i < count; i++) points.doubleRepeatedly(pairs + i * points.POINT, pairs + i * points.POINT, times)
}

// ---- for measuring -------------------------------------------------------------------------------------------------
/** `count` multiplications in a row, of a pair by itself. */
export function multiplications(pair: usize, count: i32): void {
  for (let i = 0; i < count; i++) multiplyFields(pair, pair, pair)
}
/** `count` squarings in a row. */
export function squarings(pair: usize, count: i32): void {
  for (let i = 0; i < count; i++) squareFields(pair, pair)
}
/** Multiplications and squarings of pairs so far, in the build that counts; 0 in others. */
export function countedMultiplications(): i32 { return multiplicationsDone as i32 }
export function countedSquarings(): i32 { return squaringsDone as i32 }
