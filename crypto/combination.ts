/**
 * Sums of multiples of public points, `[k1]P1 + [k2]P2 + ...`: what the verification of every proof comes down to.
 *
 * A point takes part as a {@link Base}, made once and used for several sums:
 * - a fixed base (the generator, an election's key) has a table of all its signed digits: additions only;
 * - a variable base (a ciphertext's half, a credential) has its doublings [16^i]P: Yao's method then adds each of them to the
 *   bucket of its digit (Straus' idea with the roles of doublings and digits swapped). The doublings cost as much as one plain
 *   multiplication and serve the two branches of a 0/1 proof, the blank proof and the subgroup check [q]P = 0 alike.
 *
 * All variable bases of one sum share the buckets. For public data only: time depends on the scalars.
 */
import { assert, ok, type Result } from '../base/index.ts'
import {
  type Addend,
  addTo,
  doubleRepeatedly,
  EXTENDED_IDENTITY,
  type Extended,
  fromAddend,
  fromPoint,
  isIdentity,
  toAddend,
  toAffineAddends,
  toPoint,
} from './edwards.ts'
import {
  decodeCurvePoint,
  GENERATOR,
  ORDER,
  outsideSubgroup,
  type Point,
  type PointRefusal,
} from './group.ts'

/** A public point prepared for multiplications. Opaque: made by `fixedBase`, `variableBase` or `decodeBase`. */
export interface Base {
  readonly point: Point
  /** Bits of a digit. */
  readonly width: number
  /** Fixed: [d * 2^(width * i)]P at `i * half + d - 1`, d = 1..half. Variable: [2^(width * i)]P at `i`. */
  readonly addends: readonly Addend[]
  readonly isFixed: boolean
}

/** Bits of a scalar: q < 2^253. */
const SCALAR_BITS = 253
/** 4 balances the additions to buckets (253/4) against those that sum the buckets up (2 * 8). */
const VARIABLE_WIDTH = 4
/** 5 for a key: 816 points, about 150 KB, so that the keys of 1,000 elections in parallel fit a node's memory. */
const KEY_WIDTH = 5
/** 8 for the generator, which has one table in the whole process: 4,096 points, about 800 KB. */
const GENERATOR_WIDTH = 8
/** Recoding works on limbs of 40 bits: the least common multiple of 4, 5 and 8, and exact as a number. */
const LIMB_BITS = 40

const tables = new WeakMap<Point, Base>()

/** The base of a point that is used again and again (6 ms to make for a key, remembered for this very object). */
export function fixedBase(point: Point): Base {
  const known = tables.get(point)
  if (known !== undefined) return known
  const width = point === GENERATOR ? GENERATOR_WIDTH : KEY_WIDTH
  const half = 1 << (width - 1)
  const table: Extended[] = []
  let step = fromPoint(point)
  for (let i = 0; i <= SCALAR_BITS / width; i++) {
    const addend = toAddend(step)
    let multiple = step
    for (let d = 1; d <= half; d++) {
      table.push(multiple)
      multiple = addTo(multiple, addend, false)
    }
    step = doubleRepeatedly(step, width)
  }
  const base: Base = { point, width, addends: toAffineAddends(table), isFixed: true }
  tables.set(point, base)
  return base
}

/** The base of a point that takes part in a few sums. */
export function variableBase(point: Point): Base {
  const addends: Addend[] = []
  let step = fromPoint(point)
  for (let bit = 0; bit < SCALAR_BITS; bit += VARIABLE_WIDTH) {
    if (bit > 0) step = doubleRepeatedly(step, VARIABLE_WIDTH)
    addends.push(toAddend(step))
  }
  return { point, width: VARIABLE_WIDTH, addends, isFixed: false }
}

/** The base of 32 big-endian bytes, with all the checks of `decodePoint`; the subgroup check reuses the doublings. */
export function decodeBase(bytes: Uint8Array): Result<Base, PointRefusal> {
  const point = decodeCurvePoint(bytes)
  if (!point.ok) return point
  const base = variableBase(point.value)
  return isIdentity(sum([[base, ORDER]])) ? ok(base) : outsideSubgroup()
}

/** [k1]P1 + [k2]P2 + ... for scalars in 0..q-1. */
export function combinationOf(terms: readonly (readonly [Base, bigint])[]): Point {
  for (const [, scalar] of terms)
    assert(scalar >= 0n && scalar < ORDER, 'a scalar is reduced modulo the order')
  return toPoint(sum(terms))
}

function sum(terms: readonly (readonly [Base, bigint])[]): Extended {
  const buckets = new Array<Extended | undefined>((1 << (VARIABLE_WIDTH - 1)) + 1).fill(undefined)
  let total: Extended | undefined
  for (const [base, scalar] of terms) {
    const half = 1 << (base.width - 1)
    const digits = signedDigits(scalar, base.width)
    for (let i = 0; i < digits.length; i++) {
      const digit = digits[i]!
      if (digit === 0) continue
      const size = Math.abs(digit)
      if (base.isFixed) total = addOrStart(total, base.addends[i * half + size - 1]!, digit < 0)
      else buckets[size] = addOrStart(buckets[size], base.addends[i]!, digit < 0)
    }
  }
  return addBuckets(total, buckets)
}

function addOrStart(sum: Extended | undefined, addend: Addend, negative: boolean): Extended {
  return sum === undefined ? fromAddend(addend, negative) : addTo(sum, addend, negative)
}

/** total + 1 * buckets[1] + 2 * buckets[2] + ...: by running sums from the top, each bucket is added twice. */
function addBuckets(total: Extended | undefined, buckets: readonly (Extended | undefined)[]): Extended {
  let result = total
  let running: Extended | undefined
  for (let size = buckets.length - 1; size >= 1; size--) {
    const bucket = buckets[size]
    if (bucket !== undefined)
      running = running === undefined ? bucket : addTo(running, toAddend(bucket), false)
    if (running !== undefined)
      result = result === undefined ? running : addTo(result, toAddend(running), false)
  }
  return result ?? EXTENDED_IDENTITY
}

/** The scalar in base 2^width with digits in -half+1..half, lowest first. */
function signedDigits(scalar: bigint, width: number): Int16Array {
  const full = 1 << width
  const perLimb = LIMB_BITS / width
  const limbs = Math.ceil((SCALAR_BITS + 1) / LIMB_BITS)
  const digits = new Int16Array(limbs * perLimb)
  let carry = 0
  for (let i = 0; i < limbs; i++) {
    let limb = Number(BigInt.asUintN(LIMB_BITS, scalar >> BigInt(i * LIMB_BITS)))
    for (let k = 0; k < perLimb; k++) {
      const digit = (limb % full) + carry
      limb = Math.floor(limb / full)
      carry = digit > full / 2 ? 1 : 0
      digits[i * perLimb + k] = digit - carry * full
    }
  }
  return digits
}
