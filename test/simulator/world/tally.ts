/** What a run counts: the faults that came to pass, the rules that fired, heights and ballots. */

/** Faults that came to pass, each counted once. */
export interface Faults {
  dropped: number
  delayed: number
  heldUp: number
  repeated: number
  failedRequests: number
  partitions: number
  deafness: number
  kills: number
  powerCuts: number
  tornWrites: number
  diskFailures: number
}

export interface Tally {
  readonly faults: Faults
  /** How often each rule of consensus/README.md fired in correct nodes. */
  readonly rules: Map<string, number>
  /** Ballots that voters handed in. */
  ballots: number
}

export function createTally(): Tally {
  return {
    faults: {
      dropped: 0,
      delayed: 0,
      heldUp: 0,
      repeated: 0,
      failedRequests: 0,
      partitions: 0,
      deafness: 0,
      kills: 0,
      powerCuts: 0,
      tornWrites: 0,
      diskFailures: 0,
    },
    rules: new Map(),
    ballots: 0,
  }
}
