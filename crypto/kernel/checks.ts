/** The verdicts on sent points, on the kernel; `assembly/subgroup.ts` says how. */
import { assert } from '../../base/index.ts'
import { GOOD_POINT, MALFORMED_POINT, OUTSIDE_SUBGROUP, type PointVerdict } from '../arithmetic.ts'
import { POINT_BYTES } from '../group.ts'
import { POINTS_AT_ONCE } from './limits.ts'
import type { KernelMemory } from './memory.ts'

/** See `Arithmetic.check`. */
export function checkPoints(memory: KernelMemory, encoded: Uint8Array): readonly PointVerdict[] {
  assert(encoded.length % POINT_BYTES === 0, 'points are whole')
  const verdicts: PointVerdict[] = []
  for (let at = 0; at < encoded.length; at += POINTS_AT_ONCE * POINT_BYTES) {
    memory.release()
    for (const verdict of decodeChecked(memory, encoded.subarray(at, at + POINTS_AT_ONCE * POINT_BYTES))
      .verdicts)
      verdicts.push(verdict)
  }
  return verdicts
}

/** Decodes some points to pairs with Z = 1 in the kernel's memory, with their verdicts. */
export function decodeChecked(
  memory: KernelMemory,
  encoded: Uint8Array,
): { readonly pairs: number; readonly verdicts: readonly PointVerdict[] } {
  const { functions, sizes } = memory
  const count = encoded.length / POINT_BYTES
  const pairCount = Math.ceil(count / 2)
  const pairs = memory.reserve(pairCount * sizes.point)
  const flags = memory.reserve(count)
  const results = memory.reserve(pairCount)
  functions.decode(pairs, flags, memory.put(encoded), count)
  functions.checkSubgroup(results, pairs, pairCount)
  const malformed = memory.read(flags, count)
  const inside = memory.read(results, pairCount)
  const verdicts = Array.from({ length: count }, (_, i): PointVerdict => {
    if (malformed[i] !== 0) return MALFORMED_POINT
    return (inside[i >> 1]! & (1 << (i & 1))) !== 0 ? GOOD_POINT : OUTSIDE_SUBGROUP
  })
  return { pairs, verdicts }
}
