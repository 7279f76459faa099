/**
 * The PointBatch port on the kernel. Points lie two a pair, in the slots of a pair's lanes; what comes together begins with a pair of its
 * own, so that now and then a slot stays empty. They are brought to Z = 1 when somebody first asks for their encodings or for a sum of
 * multiples, all with one inversion.
 */
import { assert } from '../../base/index.ts'
import type { PointBatch, Term } from '../batch.ts'
import { GENERATOR, ORDER, POINT_BYTES, type Point, writeCoordinates } from '../group.ts'
import { MAX_BATCH_POINTS } from '../limits.ts'
import type { KernelMemory } from './memory.ts'

const SCALAR_BYTES = 32
/** Bytes of a point's coordinates, x and y. */
const AFFINE_BYTES = 64
const EXTENDED_BYTES = 128
/** A point whose neighbour's slot is empty takes a pair, and so does the generator. */
const MAX_PAIRS = MAX_BATCH_POINTS + 1

/** An empty batch in memory that is lent for it. */
export function createKernelBatch(memory: KernelMemory): PointBatch {
  const { functions, sizes } = memory
  const pairs = memory.reserve(MAX_PAIRS * sizes.point)
  const addends = memory.reserve(MAX_PAIRS * sizes.affineAddend)
  /** The slot of each kept point. */
  const slots: number[] = []
  let pairCount = 0
  /** Pairs that have Z = 1, and those whose affine addends are there. */
  let normalised = 0
  let added = 0

  const pairAt = (index: number): number => pairs + index * sizes.point
  /** Slots of `count` points in pairs of their own. */
  const keep = (count: number): void => {
    assert(slots.length + count <= MAX_BATCH_POINTS, 'a batch is not asked to keep too many points')
    for (let i = 0; i < count; i++) slots.push(2 * pairCount + i)
    pairCount += Math.ceil(count / 2)
  }
  const slotOf = (index: number): number => {
    const slot = slots[index]
    assert(slot !== undefined, 'a point that is asked for was kept')
    return slot
  }
  const normalise = (): void => {
    if (normalised === pairCount) return
    const mark = memory.mark()
    const count = pairCount - normalised
    functions.normalise(pairAt(normalised), count, memory.reserve(count * sizes.field))
    normalised = pairCount
    memory.releaseTo(mark)
  }
  const writeExtended = (pair: number, points: readonly Point[]): void => {
    const mark = memory.mark()
    const coordinates = writeCoordinates(points)
    assert(coordinates.length === points.length * EXTENDED_BYTES, 'a point has four coordinates')
    functions.readExtended(pair, memory.put(coordinates), points.length)
    memory.releaseTo(mark)
  }
  /** A pair with the point of a slot in both lanes. */
  const spread = (slot: number): number => {
    const pair = memory.reserve(sizes.point)
    functions.spreadPoint(pair, pairAt(Math.floor(slot / 2)), slot % 2)
    return pair
  }
  const prepareAddends = (): void => {
    normalise()
    functions.toAffineAddends(addends + added * sizes.affineAddend, pairAt(added), pairCount - added)
    added = pairCount
  }

  // The generator is in every sum of multiples: it has the first pair, slot 0.
  writeExtended(pairAt(pairCount++), [GENERATOR])
  return {
    get count() {
      return slots.length
    },
    octuple: (coordinates) => {
      const count = coordinates.length / AFFINE_BYTES
      if (!Number.isInteger(count)) return false
      assert(slots.length + count <= MAX_BATCH_POINTS, 'a batch is not asked to keep too many points')
      const mark = memory.mark()
      const first = pairAt(pairCount)
      const isGood = functions.readAffine(first, memory.put(coordinates), count) !== 0
      memory.releaseTo(mark)
      if (!isGood) return false
      functions.doubleAll(first, Math.ceil(count / 2), 3)
      keep(count)
      return true
    },
    take: (point) => {
      const pair = pairAt(pairCount)
      keep(1)
      writeExtended(pair, [point])
    },
    sum: (indexes) => {
      const [first, ...others] = indexes.map(slotOf)
      assert(first !== undefined, 'a sum has at least one summand')
      const mark = memory.mark()
      const sum = spread(first)
      for (const slot of others) functions.addPoint(sum, sum, spread(slot))
      functions.copyPoint(pairAt(pairCount), sum)
      memory.releaseTo(mark)
      keep(1)
    },
    encodings: (from, to) => {
      normalise()
      const mark = memory.mark()
      const encoded = memory.reserve(2 * pairCount * POINT_BYTES)
      functions.encode(encoded, pairs, 2 * pairCount)
      const all = memory.read(encoded, 2 * pairCount * POINT_BYTES)
      memory.releaseTo(mark)
      const bytes = new Uint8Array((to - from) * POINT_BYTES)
      for (let index = from; index < to; index++) {
        const at = slotOf(index) * POINT_BYTES
        bytes.set(all.subarray(at, at + POINT_BYTES), (index - from) * POINT_BYTES)
      }
      return bytes
    },
    vanishes: (terms, generator) => {
      prepareAddends()
      const mark = memory.mark()
      const scalars = writeScalars(memory, terms, slotOf, 2 * pairCount)
      assert(generator >= 0n && generator < ORDER, 'a scalar is reduced modulo the order')
      memory.writeScalar(scalars, generator)
      const sum = memory.reserve(sizes.point)
      const digits = memory.reserve(2 * pairCount * sizes.batchDigits)
      functions.sumOfMultiples(sum, addends, scalars, 2 * pairCount, windowFor(terms), digits)
      const isNeutral = functions.isNeutral(sum) !== 0
      memory.releaseTo(mark)
      return isNeutral
    },
  }
}

/** Multiplications of an addition to a bucket, and of the two by which a bucket is summed up. */
const ADD_COST = 7
const BUCKET_COST = 18
const WIDTHS = [4, 5, 6, 7, 8, 9, 10] as const

/** The cheapest width of a window for these terms: additions to buckets against those that sum the buckets up. */
function windowFor(terms: readonly Term[]): number {
  let bits = 0
  for (const { scalar } of terms) bits += scalar < SHORT ? 128 : 253
  const cost = (width: number): number =>
    (bits * ADD_COST) / width + (253 / width) * 2 ** (width - 1) * BUCKET_COST
  return WIDTHS.reduce((best, width) => (cost(width) < cost(best) ? width : best))
}
const SHORT = 2n ** 129n

/** The scalars of all slots, 0 where no term is about it; terms about one point add up. */
function writeScalars(
  memory: KernelMemory,
  terms: readonly Term[],
  slotOf: (index: number) => number,
  slots: number,
): number {
  const scalars = memory.reserve(slots * SCALAR_BYTES)
  memory.clear(scalars, slots * SCALAR_BYTES)
  const seen = new Map<number, bigint>()
  for (const { index, scalar } of terms) {
    assert(scalar >= 0n && scalar < ORDER, 'a scalar is reduced modulo the order')
    const slot = slotOf(index)
    const before = seen.get(slot)
    const sum = before === undefined ? scalar : (before + scalar) % ORDER
    seen.set(slot, sum)
    memory.writeScalar(scalars + slot * SCALAR_BYTES, sum)
  }
  return scalars
}
