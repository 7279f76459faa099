/**
 * Two correct nodes with one key (T30, T31; S. Bano et al., *Twins: BFT systems made robust*, arXiv 2004.10617): a validator that was copied,
 * or restored from a backup while the first one still runs. Neither does anything wrong by itself; together they equivocate, forget and
 * double-vote in all the ways that partitions allow. In the paper a generator lists scenarios: who proposes in each round, and who hears whom.
 * Proposers rotate here, so the schedule decides instead, for each window of time, into which sides the network falls, which twin is on
 * which side, and who is away and so cannot be proposer. It hopes for two sides that are a quorum with a twin each.
 *
 * The schedule is a function of the dice alone. Until the network heals it holds for all seats (`reaches`); the twins keep to it
 * afterwards too.
 */
import type { Adversary, AdversaryKind, CreateAdversary, Dice, Reaches } from '../types.ts'
import { setBounded } from './recollection.ts'
import { send } from './speech.ts'

/** Names of twins: the second one's is the first one's with this behind it. */
const SECOND = / twin$/
/** A window lasts for some rounds, or for part of one. */
const MIN_WINDOW_MS = 300
const MAX_WINDOW_MS = 2500
/** How often both twins are on the same side, and somebody is on no side in a window. */
const TOGETHER = 0.15
const AWAY = 0.1
/** How often a window has no partition at all, so that something is final now and then. */
const WHOLE = 0.3
/** Windows whose sides are remembered: questions come roughly in order of time. */
const MAX_WINDOWS = 8

export const twins: AdversaryKind = {
  describe: 'two correct nodes with one key, and partitions that give each of them other company',
  seatsPerIndex: 2,
  conspire: (dice): CreateAdversary => {
    const reaches = aSchedule(dice)
    return Object.assign(() => aTwin(reaches), { reaches })
  },
}

function aTwin(reaches: Reaches): Adversary {
  return {
    say: (message, hands) => [
      send(
        hands.others.filter((name) => reaches(hands.self.name, name, hands.nowMs())),
        message,
      ),
    ],
    hear: (from, _message, hands) => reaches(from, hands.self.name, hands.nowMs()),
  }
}

/** Who hears whom, and when: both are in the same side of their window, and neither is away. */
export function aSchedule(dice: Dice): Reaches {
  const windowMs = dice.fork('length').between(MIN_WINDOW_MS, MAX_WINDOW_MS)
  const windows = new Map<number, (name: string) => number | undefined>()
  return (from, to, atMs) => {
    const number = Math.floor(atMs / windowMs)
    const sideOf = windows.get(number) ?? sidesOf(dice.fork(`window ${number}`))
    setBounded(windows, number, sideOf, MAX_WINDOWS)
    const side = sideOf(from)
    return side !== undefined && side === sideOf(to)
  }
}

/** The side of each seat in a window; undefined: away. */
function sidesOf(dice: Dice): (name: string) => number | undefined {
  const isWhole = dice.chance(WHOLE)
  const sides = dice.pick([2, 2, 2, 3])
  /** The first side may be the larger one, so that it is a quorum more often. */
  const share = dice.pick([0.4, 0.5, 0.7])
  const isTogether = isWhole || dice.chance(TOGETHER)
  const known = new Map<string, number | undefined>()
  const sideOf = (name: string): number | undefined => {
    if (known.has(name)) return known.get(name)
    const own = dice.fork(name)
    const first = name.replace(SECOND, '')
    let side: number | undefined
    if (own.chance(AWAY)) side = undefined
    else if (isWhole) side = 0
    else if (first !== name && !isTogether) side = ((sideOf(first) ?? 0) + 1) % sides
    else if (first !== name) side = sideOf(first)
    else side = own.chance(share) ? 0 : own.between(1, sides - 1)
    known.set(name, side)
    return side
  }
  return sideOf
}
