/**
 * What happens in a run, out of its seed: how many validators, who of them is an adversary of which kind, what fails when, who casts
 * a ballot where. Everything is decided here, before the run, but for what the network does to each message.
 */
import { maxFaulty } from '../../consensus/index.ts'
import { choose, createDice } from './dice.ts'
import { PROFILES, type Profile, profileNamed, type Range } from './profiles.ts'
import type { AdversaryKind, Dice, Seat } from './types.ts'
import type { Ailment } from './world/files.ts'

/** Something that happens at a time after the start of the run. Those of a plan are in order. */
export type Event = { readonly atMs: number } & (
  | {
      readonly type: 'partition'
      readonly forMs: number
      /** These hear the others no more; `isMutual`: and the others do not hear them. */
      readonly members: readonly string[]
      readonly isMutual: boolean
    }
  | {
      readonly type: 'deafness'
      readonly forMs: number
      readonly kinds: readonly string[]
      /** Seats that miss statements of these kinds, mostly. */
      readonly members: readonly string[]
      readonly percent: number
    }
  | {
      readonly type: 'kill' | 'powerCut'
      readonly seat: string
      /** After so many effects on disk and network from then on. */
      readonly moments: number
      readonly downMs: number
    }
  | {
      readonly type: 'ailment'
      readonly seat: string
      readonly ailment: Ailment
      readonly forMs: number
    }
  | { readonly type: 'cast'; readonly seat: string; readonly voter: number; readonly version: number }
  | { readonly type: 'arrive'; readonly seat: string }
)

export interface NetworkPlan {
  readonly delayMs: Range
  /** Probabilities. */
  readonly dropped: number
  readonly repeated: number
  readonly heldUp: number
  readonly failedRequests: number
}

export interface Plan {
  readonly seed: number
  readonly profile: string
  readonly n: number
  readonly seats: readonly Seat[]
  /** Kinds by index of the validator. */
  readonly adversaries: ReadonlyMap<number, string>
  /** How wrong each seat's clock is. */
  readonly skewsMs: ReadonlyMap<string, number>
  /** The run begins so long before the election closes. */
  readonly closesAfterMs: number
  readonly network: NetworkPlan
  readonly events: readonly Event[]
  readonly safetyMs: number
}

/** The most that correct clocks are wrong. */
export const MAX_SKEW_MS = 400
/** Voters of the prepared roll, and how many of them ever vote in a run: ballots are costly to make and kept in the process. */
export const VOTERS = 24
const VERSIONS = 2
const ACTIVE_VOTERS = 12
/** So long before its end nothing new fails, so that the last faults have time to do harm. */
const QUIET_END_MS = 1000
/** Ballots that are cast shortly before or after the closing, and how shortly. */
const LATE_BALLOTS = 3
const LATE_MS = 600
/** An election that closes outside the run. */
const FAR_MS = 1_800_000

/** Sizes by weight: small networks are cheap, and have all the trouble that large ones have. */
const SIZES: readonly number[] = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 7, 7, 7, 10]

const KINDS = ['proposal', 'prepare', 'commit', 'roundChange'] as const

/** The plan of a seed; `profileName` instead of the one that the seed would take. */
export function createPlan(
  seed: number,
  profileName: string | undefined,
  kinds: Readonly<Record<string, AdversaryKind>>,
): Plan {
  const dice = createDice(`psephos ${seed}`)
  const profile = profileName ?? pickProfile(dice.fork('profile'))
  const knobs = profileNamed(profile, kinds)
  const n = dice.fork('size').pick(SIZES)
  const adversaries = placeAdversaries(dice.fork('adversaries'), n, knobs, kinds)
  const seats = seatsOf(dice.fork('seats'), n, knobs, adversaries, kinds)
  const skew = dice.fork('skews')
  const isSkewed = skew.chance(0.7)
  const safetyMs = dice.fork('time').between(10, 18) * 1000
  const closesAfterMs = dice.fork('closing').chance(knobs.closing / 100)
    ? dice.fork('closing time').between(5000, safetyMs + 4000)
    : FAR_MS
  return {
    seed,
    profile,
    n,
    seats,
    adversaries,
    skewsMs: new Map(seats.map(({ name }) => [name, isSkewed ? skew.between(-MAX_SKEW_MS, MAX_SKEW_MS) : 0])),
    closesAfterMs,
    network: networkOf(dice.fork('network'), knobs),
    events: [...eventsOf(dice, knobs, seats, safetyMs), ...lateBallots(dice, seats, closesAfterMs)].sort(
      (a, b) => a.atMs - b.atMs,
    ),
    safetyMs,
  }
}

/** Ballots cast around the closing, where it is in reach: some are in time and some are not. */
function lateBallots(dice: Dice, seats: readonly Seat[], closesAfterMs: number): readonly Event[] {
  if (closesAfterMs === FAR_MS) return []
  const own = dice.fork('late ballots')
  const correct = seats.filter(({ role }) => role === 'correct').map(({ name }) => name)
  return Array.from({ length: LATE_BALLOTS }, () => ({
    atMs: closesAfterMs + own.between(-LATE_MS, LATE_MS),
    type: 'cast',
    seat: own.pick(correct),
    voter: own.between(0, ACTIVE_VOTERS - 1),
    version: own.between(0, VERSIONS - 1),
  }))
}

/** The name of a validator's seat. */
export function seatName(index: number): string {
  return `validator ${index + 1}`
}

function pickProfile(dice: Dice): string {
  const names = Object.entries(PROFILES).flatMap(([name, { weight }]) => new Array<string>(weight).fill(name))
  return dice.pick(names)
}

function placeAdversaries(
  dice: Dice,
  n: number,
  { adversaries, only }: Profile,
  kinds: Readonly<Record<string, AdversaryKind>>,
): ReadonlyMap<number, string> {
  const names = Object.keys(kinds)
  if (names.length === 0) return new Map()
  const indices = Array.from({ length: n }, (_, index) => index)
  const places = choose(dice, indices, Math.min(maxFaulty(n), dice.between(...adversaries)))
  // Half of the conspiracies are of one kind.
  const one = only ?? (dice.chance(0.5) ? dice.pick(names) : undefined)
  return new Map(places.map((index) => [index, one ?? dice.pick(names)]))
}

function seatsOf(
  dice: Dice,
  n: number,
  knobs: Profile,
  adversaries: ReadonlyMap<number, string>,
  kinds: Readonly<Record<string, AdversaryKind>>,
): readonly Seat[] {
  const validators = Array.from({ length: n }, (_, index): readonly Seat[] => {
    const name = seatName(index)
    const kind = adversaries.get(index)
    if (kind === undefined) return [{ name, index, role: 'correct' }]
    const puppet: Seat = { name, index, role: 'puppet' }
    return kinds[kind]!.seatsPerIndex === 1 ? [puppet] : [puppet, { ...puppet, name: `${name} twin` }]
  })
  const observer: Seat = { name: 'observer 1', index: undefined, role: 'observer' }
  return [...validators.flat(), ...(dice.chance(knobs.observer / 100) ? [observer] : [])]
}

function networkOf(dice: Dice, knobs: Profile): NetworkPlan {
  const thousandth = (range: Range): number => dice.between(...range) / 1000
  return {
    delayMs: [dice.between(0, 5), dice.between(...knobs.delayMs) + 5],
    dropped: thousandth(knobs.dropped),
    repeated: thousandth(knobs.repeated),
    heldUp: thousandth(knobs.heldUp),
    failedRequests: thousandth(knobs.failedRequests),
  }
}

function eventsOf(dice: Dice, knobs: Profile, seats: readonly Seat[], safetyMs: number): readonly Event[] {
  const names = seats.map(({ name }) => name)
  const correct = seats.filter(({ role }) => role === 'correct').map(({ name }) => name)
  const mortal = seats.filter(({ role }) => role !== 'puppet').map(({ name }) => name)
  const lastMs = safetyMs - QUIET_END_MS
  const some = (name: string, range: Range, make: (dice: Dice, atMs: number) => Event): readonly Event[] => {
    const own = dice.fork(name)
    return Array.from({ length: own.between(...range) }, () => make(own, own.between(200, lastMs)))
  }
  const death =
    (type: 'kill' | 'powerCut') =>
    (own: Dice, atMs: number): Event => ({
      atMs,
      type,
      seat: own.pick(mortal),
      moments: own.between(0, 30),
      downMs: own.chance(0.3) ? own.between(1, 200) : own.between(200, 6000),
    })
  const events: readonly Event[] = [
    ...some('partitions', knobs.partitions, (own, atMs) => ({
      atMs,
      type: 'partition',
      forMs: own.between(500, 8000),
      members: choose(own, names, own.chance(0.4) ? 1 : own.between(1, names.length - 1)),
      isMutual: own.chance(0.6),
    })),
    ...some('deafness', knobs.deafness, (own, atMs) => ({
      atMs,
      type: 'deafness',
      forMs: own.between(300, 5000),
      kinds: choose(own, KINDS, own.between(1, 2)),
      members: choose(own, names, own.between(1, names.length)),
      percent: own.pick([60, 90, 100]),
    })),
    ...some('kills', knobs.kills, death('kill')),
    ...some('power cuts', knobs.powerCuts, death('powerCut')),
    ...some('ailments', knobs.diskFailures, (own, atMs) => ({
      atMs,
      type: 'ailment',
      seat: own.pick(mortal),
      ailment: own.pick(['full', 'failing'] as const),
      forMs: own.between(100, 4000),
    })),
    ...some('ballots', knobs.ballots, (own, atMs) => ({
      atMs,
      type: 'cast',
      seat: own.pick(correct),
      voter: own.between(0, ACTIVE_VOTERS - 1),
      version: own.between(0, VERSIONS - 1),
    })),
    ...seats
      .filter(({ role }) => role === 'observer')
      .map(
        ({ name }): Event => ({
          atMs: dice.fork('arrival').between(3000, lastMs),
          type: 'arrive',
          seat: name,
        }),
      ),
  ]
  return events
}
