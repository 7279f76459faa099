/** No block of the future: when the first correct daemon says that a block is final, its time is at most `maxLeadMs` ahead. */
import type { BlockFact, Sighting, Violation } from '../facts.ts'

/** Judges the blocks whose finality was seen; sightings carry the time of a correct clock. */
export function judgeTimes(
  blocks: readonly BlockFact[],
  sightings: readonly Sighting[],
  maxLeadMs: number,
): readonly Violation[] {
  const finalAt = new Map<number, number>()
  for (const sighting of sightings) {
    if (sighting.type !== 'finalised') continue
    finalAt.set(sighting.height, Math.min(sighting.at, finalAt.get(sighting.height) ?? sighting.at))
  }
  return blocks.flatMap(({ height, time }) => {
    const at = finalAt.get(height)
    if (at === undefined || time <= at + maxLeadMs) return []
    return [
      { judge: 'times', detail: `the block of height ${height} is ${time - at} ms ahead of its finality` },
    ]
  })
}
