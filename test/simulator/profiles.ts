/**
 * Profiles: how much of which faults a run has. A profile gives ranges; the plan throws the dice. A run without a named profile
 * takes one by weight.
 */

/** From, to; both possible. */
export type Range = readonly [low: number, high: number]

export interface Profile {
  /** One line for people. */
  readonly describe: string
  /** How often it is taken when none is named. */
  readonly weight: number
  /** Milliseconds that a message takes, at most so long. */
  readonly delayMs: Range
  /** In a thousand: messages lost, doubled, and held up for longer than a round. */
  readonly dropped: Range
  readonly repeated: Range
  readonly heldUp: Range
  /** In a thousand: requests that fail, before or in the middle of their answer. */
  readonly failedRequests: Range
  /** How many of each in the safety phase. */
  readonly partitions: Range
  /** Windows in which some do not hear one or two kinds of statements. */
  readonly deafness: Range
  readonly kills: Range
  readonly powerCuts: Range
  readonly diskFailures: Range
  /** Adversaries: at most as many as n bears. */
  readonly adversaries: Range
  /** In a hundred: an observer comes late; the election closes before the end. */
  readonly observer: number
  readonly closing: number
  /** Ballots cast. */
  readonly ballots: Range
}

const NONE: Range = [0, 0]

const CALM: Profile = {
  describe: 'delays only: what every other profile must be better than',
  weight: 4,
  delayMs: [5, 60],
  dropped: NONE,
  repeated: NONE,
  heldUp: NONE,
  failedRequests: NONE,
  partitions: NONE,
  deafness: NONE,
  kills: NONE,
  powerCuts: NONE,
  diskFailures: NONE,
  adversaries: NONE,
  observer: 50,
  closing: 60,
  ballots: [6, 14],
}

export const PROFILES: Readonly<Record<string, Profile>> = {
  calm: CALM,
  lossy: {
    ...CALM,
    describe: 'messages lost, doubled, late and out of order; requests that break off',
    weight: 10,
    delayMs: [20, 250],
    dropped: [20, 300],
    repeated: [20, 150],
    heldUp: [5, 60],
    failedRequests: [50, 400],
  },
  partitions: {
    ...CALM,
    describe: 'the network splits: in two, one way only, or around one validator',
    weight: 12,
    delayMs: [10, 120],
    dropped: [0, 50],
    partitions: [2, 5],
    failedRequests: [0, 100],
  },
  votes: {
    ...CALM,
    describe:
      'some do not hear proposals, prepares, commits or round changes: rounds end prepared and are taken up again',
    weight: 18,
    delayMs: [10, 120],
    dropped: [0, 80],
    deafness: [4, 9],
  },
  crashes: {
    ...CALM,
    describe: 'processes die and power fails at any moment, also in the middle of writing',
    weight: 16,
    delayMs: [5, 100],
    dropped: [0, 50],
    deafness: [0, 3],
    kills: [2, 6],
    powerCuts: [2, 6],
  },
  disks: {
    ...CALM,
    describe: 'disks are full or fail for a while, and power fails',
    weight: 8,
    kills: [0, 2],
    powerCuts: [0, 3],
    diskFailures: [1, 4],
  },
  byzantine: {
    ...CALM,
    describe: 'as many adversaries as n bears, in a network that is nearly well',
    weight: 16,
    delayMs: [5, 150],
    dropped: [0, 80],
    repeated: [0, 50],
    adversaries: [1, 3],
  },
  storm: {
    ...CALM,
    describe: 'everything at once',
    weight: 16,
    delayMs: [10, 200],
    dropped: [0, 150],
    repeated: [0, 100],
    heldUp: [0, 30],
    failedRequests: [0, 200],
    partitions: [0, 3],
    deafness: [1, 5],
    kills: [0, 3],
    powerCuts: [0, 3],
    diskFailures: [0, 1],
    adversaries: [0, 3],
  },
}

/** Names of the profiles. */
export const PROFILE_NAMES: readonly string[] = Object.keys(PROFILES)
