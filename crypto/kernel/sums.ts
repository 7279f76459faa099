/** Sums of weighted points on the kernel: two neighbouring points of a row at a time, one row after the other. */
import { assert } from '../../base/index.ts'
import type { WeightedPoints } from '../arithmetic.ts'
import { ORDER, POINT_BYTES, type Point, pointFromCoordinates, writeCoordinates } from '../group.ts'
import type { KernelMemory } from './memory.ts'

const SCALAR_BYTES = 32

/** See `Arithmetic.addWeighted`. */
export function addWeighted(
  memory: KernelMemory,
  sums: readonly Point[],
  rows: readonly WeightedPoints[],
): readonly Point[] | undefined {
  const { functions, sizes } = memory
  memory.release()
  const count = Math.ceil(sums.length / 2)
  const totals = memory.reserve(count * sizes.point)
  const coordinates = memory.put(writeCoordinates(sums))
  functions.readExtended(totals, coordinates, sums.length)
  const pairs = memory.reserve(count * sizes.point)
  const flags = memory.reserve(sums.length)
  const encoded = memory.reserve(sums.length * POINT_BYTES)
  const scalar = memory.reserve(SCALAR_BYTES)
  for (const { points, weight } of rows) {
    assert(points.length === sums.length * POINT_BYTES, 'a row has a point for each sum')
    const size = weight < 0n ? -weight : weight
    assert(size < ORDER, 'a weight is less than the order')
    memory.write(encoded, points)
    functions.decode(pairs, flags, encoded, sums.length)
    if (memory.read(flags, sums.length).some((flag) => flag !== 0)) return undefined
    memory.writeScalar(scalar, size)
    functions.addMultiples(totals, pairs, count, scalar, weight < 0n ? 1 : 0)
  }
  functions.normalise(totals, count, memory.reserve(count * sizes.field))
  functions.writeAffine(coordinates, totals, sums.length)
  const affine = memory.read(coordinates, sums.length * 2 * SCALAR_BYTES)
  return sums.map((_, i) =>
    pointFromCoordinates(affine.subarray(2 * SCALAR_BYTES * i, 2 * SCALAR_BYTES * (i + 1))),
  )
}
