/**
 * When each ballot of a load is due. The times are fixed before it begins and wait for nothing: where the network falls behind, ballots
 * that are late count from when they were due, so that its waiting shows in the figures instead of slowing the load down.
 */

/** Times are of the clock that the load runs on, in milliseconds. */
export interface Schedule {
  readonly total: number
  dueAt(ballot: number): number
  /** How many are due by then. */
  dueBy(time: number): number
}

/** So many ballots at even distances from a start on. */
export function evenly(startMs: number, perSecond: number, total: number): Schedule {
  return {
    total,
    dueAt: (ballot) => startMs + (1000 * ballot) / perSecond,
    dueBy: (time) =>
      time < startMs ? 0 : Math.min(total, Math.floor(((time - startMs) * perSecond) / 1000) + 1),
  }
}
