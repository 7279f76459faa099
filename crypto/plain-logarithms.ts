/**
 * Discrete logarithms in BigInt, where there is no kernel: the m in 0..bound with [m]G = P, by baby steps and giant steps.
 *
 * A table of N baby steps holds the y coordinates of [j]G for j = 0..N. As -P = (-x, y), a y found in the table covers both
 * signs, so a giant step covers 2N + 1 candidates. Only the y coordinate of each step is computed, from affine points and for
 * a pair of steps at once: y(C + D) and y(C - D) share their products, and a block of pairs shares one inversion
 * (Montgomery's trick), about 6 field multiplications a step. The addition law is complete on this curve, so no
 * denominator is zero and there are no special cases.
 *
 * Memory: the table is two typed arrays of 4 bytes a slot with twice as many slots as entries, 16 MiB at the largest size; a slot
 * keeps 32 bits of y beside the 21 that choose it, and a hit counts only when [m]G = P.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import type { Logarithms } from './arithmetic.ts'
import { GENERATOR, multiply, type Point } from './group.ts'
import { type LogarithmPlan, planLogarithms } from './logarithm-plan.ts'

const { Fp } = ed25519.Point
const { p: P, d: D } = ed25519.Point.CURVE()
const MAX_BLOCK = 512

interface Affine {
  readonly x: bigint
  readonly y: bigint
}

/** For `count` logarithms in 0..bound; the table is built at the first use. */
export function createPlainLogarithms(bound: bigint, count: number): Logarithms {
  const plan = planLogarithms(bound, count)
  const { size, width, giants } = plan
  let babies: BabySteps | undefined
  let strides: readonly Affine[] | undefined
  return {
    find(point) {
      babies ??= babySteps(size)
      strides ??= multiplesOf(multiply(GENERATOR, BigInt(width)), Math.min(MAX_BLOCK, Math.ceil(giants / 2)))
      return search(point, { ...plan, babies, strides })
    },
  }
}

interface Search extends LogarithmPlan {
  readonly babies: BabySteps
  /** [k * width]G for k = 1, 2, ... */
  readonly strides: readonly Affine[]
}

/** Giant step i looks at the candidates (2N + 1) * i + N - N..N. Blocks of them lie around a middle one. */
function search(point: Point, { bound, size, width, giants, babies, strides }: Search): bigint | undefined {
  const around = strides.length
  for (let middle = around; middle - around < giants; middle += 2 * around + 1) {
    const center = BigInt(width) * BigInt(middle) + BigInt(size)
    const start = affine(point.subtract(multiply(GENERATOR, center)))
    const found = { value: undefined as bigint | undefined }
    const tryAt = (y: bigint, giant: number): void => {
      for (const baby of babies.lookup(y))
        for (const offset of [baby, -baby]) {
          const candidate = BigInt(width) * BigInt(giant) + BigInt(size + offset)
          if (candidate < 0n || candidate > BigInt(bound)) continue
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
  const inverses = Fp.invertBatch(us.map((u) => mod(1n - u * u)))
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
  const inverses = Fp.invertBatch(points.map(({ Z }) => Z))
  return points.map(({ X, Y }, index) => ({ x: mod(X * inverses[index]!), y: mod(Y * inverses[index]!) }))
}

const affine = (point: Point): Affine => point.toAffine()

/** The representative of a number in 0..p-1. */
function mod(value: bigint): bigint {
  const remainder = value % P
  return remainder < 0n ? remainder + P : remainder
}
