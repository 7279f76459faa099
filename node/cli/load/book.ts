/**
 * What becomes of each ballot of a load: when it was due, first handed in, taken by a peer, and seen in a certified block.
 *
 * Ballots are recognised in blocks by the hash of their encoding, which is the only one that they have.
 */

import { createHash } from 'node:crypto'
import { assert } from '../../../base/index.ts'
import type { FinalisedBlock } from '../../../client/index.ts'
import type { OfferedTransaction, SubmitOutcome } from '../../../network/index.ts'
import { type Percentiles, percentilesOf } from './percentiles.ts'
import type { Schedule } from './schedule.ts'

/** A block with ballots of the load, and when it was noticed. */
export interface NoticedBlock {
  readonly height: number
  /** By its proposer's clock. */
  readonly time: number
  readonly noticedAt: number
  readonly ballots: number
}

/** What a peer did with a ballot. */
export type Reception = 'taken' | 'busy' | 'refused'

/** The fates of all ballots that were due. A ballot is lost when a peer took it and it was in no block by the end. */
export interface Fates {
  readonly offered: number
  readonly accepted: number
  /** By code; `known` was cast before this load. */
  readonly refused: Readonly<Record<string, number>>
  readonly finalised: number
  readonly lost: number
  /** Neither taken nor refused by anybody, however often they were handed in. */
  readonly untaken: number
}

/** What happened between two times. */
export interface WindowFigures {
  /** Ballots that were due. */
  readonly offered: number
  /** Ballots in blocks that were noticed, whenever they were due. */
  readonly finalised: number
  readonly finalisedPerSecond: number
  readonly blocks: number
  readonly ballotsPerBlock: number
  /** Ballots due by the end of it that were not final then. */
  readonly behind: number
  /** Of the ballots that were due in it. */
  readonly fromDue: Percentiles
  readonly fromHandingIn: Percentiles
}

export interface Book {
  handedIn(ballot: number, at: number): void
  /** What a peer's answer means; after `busy` the ballot is to be handed in again. */
  answered(ballot: number, outcome: SubmitOutcome, at: number): Reception
  /** The request with it brought no answer: somebody may have taken it. */
  unanswered(ballot: number): void
  noticed(block: FinalisedBlock, at: number): void
  /** How many are final or refused. */
  settled(): number
  blocks(): readonly NoticedBlock[]
  /** Of one ballot, or NaN: times of handing in, being taken, being final. */
  times(ballot: number): { readonly handedIn: number; readonly accepted: number; readonly final: number }
  fates(): Fates
  window(from: number, to: number): WindowFigures
}

/** A book in which nothing has happened yet. */
export function createBook(ballots: readonly OfferedTransaction[], schedule: Schedule): Book {
  const { total } = schedule
  assert(ballots.length >= total, 'there are as many ballots as are due')
  const byHash = new Map<string, number>()
  for (let i = 0; i < total; i++) byHash.set(hashOf(ballots[i]!.bytes), i)
  const [handedInAt, acceptedAt, finalAt] = [never(total), never(total), never(total)]
  const isRefused = new Uint8Array(total)
  const isUnsure = new Uint8Array(total)
  const refused = new Map<string, number>()
  const blocks: NoticedBlock[] = []
  let finalised = 0
  let refusedInVain = 0

  const isFinal = (i: number): boolean => !Number.isNaN(finalAt[i]!)
  return {
    handedIn: (i, at) => {
      if (Number.isNaN(handedInAt[i]!)) handedInAt[i] = at
    },
    answered: (i, { code }, at) => {
      // "Known" to a peer that may have heard of it from us is as good as taken.
      if (code === 'accepted' || (code === 'known' && (isUnsure[i] === 1 || isFinal(i)))) {
        if (Number.isNaN(acceptedAt[i]!)) acceptedAt[i] = at
        return 'taken'
      }
      if (code === 'busy') return 'busy'
      refused.set(code, (refused.get(code) ?? 0) + 1)
      isRefused[i] = 1
      if (!isFinal(i)) refusedInVain++
      return 'refused'
    },
    unanswered: (i) => {
      isUnsure[i] = 1
    },
    noticed: ({ height, time, transactions }, at) => {
      let count = 0
      for (const bytes of transactions) {
        const i = byHash.get(hashOf(bytes))
        if (i === undefined || isFinal(i)) continue
        count++
        finalAt[i] = at
        if (isRefused[i] === 1) refusedInVain--
      }
      finalised += count
      if (count > 0) blocks.push({ height, time, noticedAt: at, ballots: count })
    },
    settled: () => finalised + refusedInVain,
    blocks: () => blocks,
    times: (i) => ({ handedIn: handedInAt[i]!, accepted: acceptedAt[i]!, final: finalAt[i]! }),
    fates: () => {
      let [accepted, lost, untaken] = [0, 0, 0]
      for (let i = 0; i < total; i++) {
        const isAccepted = !Number.isNaN(acceptedAt[i]!) || isFinal(i)
        if (isAccepted) accepted++
        if (isAccepted && !isFinal(i)) lost++
        if (!isAccepted && isRefused[i] === 0) untaken++
      }
      return { offered: total, accepted, refused: Object.fromEntries(refused), finalised, lost, untaken }
    },
    window: (from, to) => {
      const inside = blocks.filter(({ noticedAt }) => noticedAt >= from && noticedAt < to)
      const ballotsInside = inside.reduce((sum, block) => sum + block.ballots, 0)
      const [fromDue, fromHandingIn]: [number[], number[]] = [[], []]
      let [offered, behind] = [0, 0]
      for (let i = 0; i < total; i++) {
        const due = schedule.dueAt(i)
        if (due >= to) break
        if (!(finalAt[i]! < to) && isRefused[i] === 0) behind++
        if (due < from) continue
        offered++
        if (!isFinal(i)) continue
        fromDue.push(finalAt[i]! - due)
        // Whoever saw it in a block before the answer came has handed it in nevertheless.
        fromHandingIn.push(finalAt[i]! - handedInAt[i]!)
      }
      return {
        offered,
        finalised: ballotsInside,
        finalisedPerSecond: (1000 * ballotsInside) / (to - from),
        blocks: inside.length,
        ballotsPerBlock: inside.length === 0 ? 0 : ballotsInside / inside.length,
        behind,
        fromDue: percentilesOf(fromDue),
        fromHandingIn: percentilesOf(fromHandingIn),
      }
    },
  }
}

function never(count: number): Float64Array {
  return new Float64Array(count).fill(Number.NaN)
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64')
}
