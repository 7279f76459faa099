/**
 * Discrete logarithms of tallies (specification 4.21): the m in 0..bound with [m]G = P, by baby steps and giant steps.
 *
 * A table of N baby steps holds the y coordinates of [j]G for j = 0..N. As -P = (-x, y), a y found in the table covers both
 * signs, so a giant step covers 2N + 1 candidates. Only the y coordinate of each step is computed, from affine points and for
 * a pair of steps at once: y(C + D) and y(C - D) share their products, and a block of pairs shares one inversion
 * (Montgomery's trick), about 6 field multiplications a step. The addition law is complete on this curve, so no
 * denominator is zero and there are no special cases.
 *
 * Memory: the table is two typed arrays of 4 bytes a slot with twice as many slots as entries, 16 MiB at the largest size
 * ({@link MAX_LOGARITHM_TABLE} = 2^20 entries); a slot keeps 32 bits of y beside the 21 that choose it, and a hit counts only
 * when [m]G = P. N is chosen for the bound and the number of logarithms, so that a small election's table is tiny. All
 * ciphertexts of one result share one table.
 *
 * The points and logarithms are public: time depends on them.
 */
import { assert } from '../base/index.ts'
import { GENERATOR, multiply, type Point } from '../crypto/index.ts'
import { MAX_LOGARITHM_TABLE, MAX_TOTAL_WEIGHT } from './limits.ts'
import { invert, reduce } from './modular.ts'

const P = 2n ** 255n - 19n
/** -121665/121666 (RFC 8032, section 5.1). */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
const MAX_BLOCK = 512

interface Affine {
  readonly x: bigint
  readonly y: bigint
}

/** Finds logarithms up to one bound. */
export interface Logarithms {
  /** The m in 0..bound with [m]G = P, or undefined where there is none. */
  find(point: Point): bigint | undefined
}

/** A table for `count` logarithms in 0..bound; `bound` is at most {@link MAX_TOTAL_WEIGHT}. Built at the first use. */
export function createLogarithms(bound: bigint, count: number): Logarithms {
  assert(bound >= 0n, 'the bound of a logarithm is not negative')
  assert(bound <= MAX_TOTAL_WEIGHT, 'the bound of a logarithm is within its limit')
  const size = tableSize(Number(bound), count)
  const width = 2 * size + 1
  const giants = Math.ceil((Number(bound) + 1) / width)
  let babies: BabySteps | undefined
  let strides: readonly Affine[] | undefined
  return {
    find(point) {
      babies ??= babySteps(size)
      strides ??= multiplesOf(multiply(GENERATOR, BigInt(width)), Math.min(MAX_BLOCK, Math.ceil(giants / 2)))
      return search(point, { bound, size, giants, babies, strides })
    },
  }
}

/** N with the least work: N baby steps, and for each logarithm bound / (2N + 1) giant ones. */
function tableSize(bound: number, count: number): number {
  return Math.min(MAX_LOGARITHM_TABLE, bound, Math.max(1, Math.ceil(Math.sqrt((count * bound) / 2))))
}

interface Search {
  readonly bound: bigint
  readonly size: number
  readonly giants: number
  readonly babies: BabySteps
  /** [k * width]G for k = 1, 2, ... */
  readonly strides: readonly Affine[]
}

/** Giant step i looks at the candidates (2N + 1) * i + N - N..N. Blocks of them lie around a middle one. */
function search(point: Point, { bound, size, giants, babies, strides }: Search): bigint | undefined {
  const width = 2 * size + 1
  const around = strides.length
  for (let middle = around; middle - around < giants; middle += 2 * around + 1) {
    const center = BigInt(width) * BigInt(middle) + BigInt(size)
    const start = affine(point.subtract(multiply(GENERATOR, center)))
    const found = { value: undefined as bigint | undefined }
    const tryAt = (y: bigint, giant: number): void => {
      for (const baby of babies.lookup(y))
        for (const offset of [baby, -baby]) {
          const candidate = BigInt(width) * BigInt(giant) + BigInt(size + offset)
          if (candidate < 0n || candidate > bound) continue
          if (multiply(GENERATOR, candidate).equals(point)) found.value = candidate
        }
    }
    tryAt(start.y, middle)
    sumsAndDifferences(start, strides, (index, sum, difference) => {
      // P - [center]G + [k * width]G belongs to an earlier giant step, the difference to a later one.
      tryAt(sum, middle - index - 1)
      tryAt(difference, middle + index + 1)
    })
    if (found.value !== undefined) return found.value
  }
  return undefined
}

/** A hash table from y coordinates to baby steps. */
interface BabySteps {
  /** The j with that y, or a few that share most of its bits; mostly none. */
  lookup(y: bigint): readonly number[]
}

function babySteps(size: number): BabySteps {
  const slotBits = Math.max(2, Math.ceil(Math.log2(size + 1)) + 1)
  const mask = 2 ** slotBits - 1
  const tags = new Uint32Array(2 ** slotBits)
  /** j + 1; 0 for an empty slot. */
  const steps = new Uint32Array(2 ** slotBits)
  const slotOf = (y: bigint): number => Number(BigInt.asUintN(32, y >> 32n)) & mask
  const insert = (y: bigint, step: number): void => {
    let slot = slotOf(y)
    while (steps[slot] !== 0) slot = (slot + 1) & mask
    tags[slot] = Number(BigInt.asUintN(32, y))
    steps[slot] = step + 1
  }
  forEachBabyStep(size, insert)
  return {
    lookup: (y) => {
      const tag = Number(BigInt.asUintN(32, y))
      const found: number[] = []
      for (let slot = slotOf(y); steps[slot] !== 0; slot = (slot + 1) & mask)
        if (tags[slot] === tag) found.push(steps[slot]! - 1)
      return found
    },
  }
}

function forEachBabyStep(size: number, use: (y: bigint, step: number) => void): void {
  const around = Math.min(MAX_BLOCK, Math.ceil(size / 2))
  const multiples = multiplesOf(GENERATOR, around)
  for (let middle = around; middle - around <= size; middle += 2 * around + 1) {
    const put = (y: bigint, step: number): void => {
      if (step <= size) use(y, step)
    }
    const center = affine(multiply(GENERATOR, BigInt(middle)))
    put(center.y, middle)
    sumsAndDifferences(center, multiples, (index, sum, difference) => {
      put(sum, middle + index + 1)
      put(difference, middle - index - 1)
    })
  }
}

/**
 * The y coordinates of C + D and C - D for each D. With u = d x1 x2 y1 y2 they are (y1 y2 + x1 x2) / (1 - u) and
 * (y1 y2 - x1 x2) / (1 + u); both denominators come from one inverse of 1 - u^2.
 */
function sumsAndDifferences(
  center: Affine,
  others: readonly Affine[],
  use: (index: number, sum: bigint, difference: bigint) => void,
): void {
  const factor = mod(D * mod(center.x * center.y))
  const us = others.map(({ x, y }) => mod(factor * mod(x * y)))
  const inverses = invertAll(us.map((u) => mod(1n - u * u)))
  for (const [index, { x, y }] of others.entries()) {
    const u = us[index]!
    const inverse = inverses[index]!
    const xx = center.x * x
    const yy = center.y * y
    use(index, mod(mod(yy + xx) * mod(inverse * (1n + u))), mod(mod(yy - xx) * mod(inverse * (1n - u))))
  }
}

/** [1]Q, [2]Q, ... [count]Q in affine coordinates. */
function multiplesOf(point: Point, count: number): readonly Affine[] {
  const points: Point[] = []
  let current = point
  for (let index = 0; index < count; index++) {
    points.push(current)
    current = current.add(point)
  }
  const inverses = invertAll(points.map(({ Z }) => Z))
  return points.map(({ X, Y }, index) => ({ x: mod(X * inverses[index]!), y: mod(Y * inverses[index]!) }))
}

const affine = (point: Point): Affine => point.toAffine()

/** The inverses of values that are not zero, with one exponentiation. */
function invertAll(values: readonly bigint[]): readonly bigint[] {
  const prefixes: bigint[] = []
  let product = 1n
  for (const value of values) {
    prefixes.push(product)
    product = mod(product * value)
  }
  let rest = invert(product, P)
  const inverses = new Array<bigint>(values.length)
  for (let index = values.length - 1; index >= 0; index--) {
    inverses[index] = mod(rest * prefixes[index]!)
    rest = mod(rest * values[index]!)
  }
  return inverses
}

const mod = (value: bigint): bigint => reduce(value, P)
