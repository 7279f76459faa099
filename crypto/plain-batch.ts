/**
 * The PointBatch port in BigInt: where there is nothing faster, and what faster ones are compared with.
 *
 * Sums of multiples are Pippenger's (the bucket method; Bernstein, Doumen, Lange, Oosterwijk 2012, section 4): digit by digit from the
 * top, each point goes into the bucket of its digit, and running sums multiply all buckets at once.
 */
import { assert, fromHex } from '../base/index.ts'
import type { PointBatch, Term, WithPointBatch } from './batch.ts'
import { decodeCoordinates } from './coordinates.ts'
import {
  type Addend,
  addTo,
  doubleRepeatedly,
  EXTENDED_IDENTITY,
  type Extended,
  fromPoint,
  isIdentity,
  toAddend,
  toPoint,
} from './edwards.ts'
import { GENERATOR, ORDER, type Point, pointsToHex } from './group.ts'
import { MAX_BATCH_POINTS } from './limits.ts'

/** Lends batches of this arithmetic. */
export const withPlainBatch: WithPointBatch = (work) => work(createBatch())

function createBatch(): PointBatch {
  const kept: Extended[] = []
  const addends = new Map<number, Addend>()
  const at = (index: number): Extended => {
    const point = kept[index]
    assert(point !== undefined, 'a point that is asked for was kept')
    return point
  }
  const addendAt = (index: number): Addend => {
    let addend = addends.get(index)
    if (addend === undefined) {
      addend = toAddend(at(index))
      addends.set(index, addend)
    }
    return addend
  }
  const keep = (points: readonly Extended[]): void => {
    assert(kept.length + points.length <= MAX_BATCH_POINTS, 'a batch is not asked to keep too many points')
    for (const point of points) kept.push(point)
  }
  return {
    get count() {
      return kept.length
    },
    octuple: (coordinates) => {
      const points = decodeCoordinates(coordinates)
      if (points === undefined) return false
      keep(points.map((point) => doubleRepeatedly(fromPoint(point), 3)))
      return true
    },
    take: (point: Point) => keep([fromPoint(point)]),
    sum: (indexes) => {
      assert(indexes.length > 0, 'a sum has at least one summand')
      keep([indexes.slice(1).reduce((sum, index) => addTo(sum, addendAt(index), false), at(indexes[0]!))])
    },
    encodings: (from, to) => {
      const points = Array.from({ length: to - from }, (_, index) => toPoint(at(from + index)))
      return fromHex(pointsToHex(points).join(''))!
    },
    vanishes: (terms, generator) => {
      const addend = toAddend(fromPoint(GENERATOR))
      const all = terms.map(({ index, scalar }): Multiple => ({ addend: addendAt(index), scalar }))
      return isIdentity(sumOfMultiples([...all, { addend, scalar: generator }]))
    },
  }
}

interface Multiple extends Pick<Term, 'scalar'> {
  readonly addend: Addend
}

function sumOfMultiples(multiples: readonly Multiple[]): Extended {
  for (const { scalar } of multiples)
    assert(scalar >= 0n && scalar < ORDER, 'a scalar is reduced modulo the order')
  const largest = multiples.reduce((most, { scalar }) => (scalar > most ? scalar : most), 1n)
  const bits = largest.toString(2).length
  // Additions to buckets against those that sum the buckets up: the width is about the logarithm of the number of points.
  const width = Math.max(2, Math.ceil(Math.log2(multiples.length + 1)) - 2)
  let total = EXTENDED_IDENTITY
  for (let digit = Math.ceil(bits / width) - 1; digit >= 0; digit--) {
    total = doubleRepeatedly(total, width)
    total = addTo(total, toAddend(sumOfDigits(multiples, digit * width, width)), false)
  }
  return total
}

/** The sum of the points, each as often as its digit of `width` bits above `shift` says. */
function sumOfDigits(multiples: readonly Multiple[], shift: number, width: number): Extended {
  const buckets: (Extended | undefined)[] = []
  for (const { addend, scalar } of multiples) {
    const digit = Number(BigInt.asUintN(width, scalar >> BigInt(shift)))
    if (digit > 0) buckets[digit] = addTo(buckets[digit] ?? EXTENDED_IDENTITY, addend, false)
  }
  let sum = EXTENDED_IDENTITY
  let running = EXTENDED_IDENTITY
  for (let digit = buckets.length - 1; digit > 0; digit--) {
    const bucket = buckets[digit]
    if (bucket !== undefined) running = addTo(running, toAddend(bucket), false)
    sum = addTo(sum, toAddend(running), false)
  }
  return sum
}
