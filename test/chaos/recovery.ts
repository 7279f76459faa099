/** How long a network takes to go on: from the moment at which enough daemons are ready again to the next new finalised height. */
import { START_WAIT_MS } from '../../node/limits.ts'
import type { Sighting } from './facts.ts'

/** One loss of the quorum and what became of it. */
export interface Recovery {
  /** When a quorum was ready again. */
  readonly returnedAt: number
  /** Until the next new height was final; absent: the quorum was lost again first, or the run ended. */
  readonly afterMs?: number
  /** In which that height was decided. */
  readonly round?: number
}

/** The recoveries in sightings, which are in order of time; `quorum` daemons have to be ready. Nobody is ready at first. */
export function recoveries(sightings: readonly Sighting[], quorum: number): readonly Recovery[] {
  const found: Recovery[] = []
  const ready = new Set<number>()
  let highest = 0
  let returnedAt: number | undefined
  for (const sighting of sightings) {
    const { at, place } = sighting
    if (sighting.type === 'finalised') {
      if (sighting.height <= highest) continue
      highest = sighting.height
      if (returnedAt === undefined) continue
      found.push({ returnedAt, afterMs: at - returnedAt, round: sighting.round })
      returnedAt = undefined
      continue
    }
    const before = ready.size
    if (sighting.type === 'ready') ready.add(place)
    else ready.delete(place)
    if (before < quorum && ready.size >= quorum) returnedAt = at
    if (before >= quorum && ready.size < quorum && returnedAt !== undefined) {
      found.push({ returnedAt })
      returnedAt = undefined
    }
  }
  if (returnedAt !== undefined) found.push({ returnedAt })
  return found
}

/** Within which an idle machine recovers when the height is decided in that round; README.md beside this file says why. */
export function boundMs(
  round: number,
  timing: {
    readonly roundTimeoutMs: number
    readonly roundTimeoutStepMs: number
    readonly roundTimeoutCapMs: number
  },
): number {
  const { roundTimeoutMs, roundTimeoutStepMs, roundTimeoutCapMs } = timing
  return START_WAIT_MS + 2 * Math.min(roundTimeoutMs + round * roundTimeoutStepMs, roundTimeoutCapMs)
}
