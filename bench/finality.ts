/**
 * How long one ballot takes to be final on an idle network of four daemons on this machine: from handing it to one of them until a certified
 * block with it was read. Ballots come one after the other, at times that do not follow the network's own rhythm.
 *
 * The block is asked for every few milliseconds from the handing in on, which is all that the figures are too large by. The parts: until
 * the peer has answered (it verifies the ballot); from then until the time in the block's header, at which its proposer began to build
 * it (negative where that was sooner); and from there until the block was read.
 *
 * Reference: the verification of one ballot in this process.
 */

import { setTimeout as wait } from 'node:timers/promises'
import type { OfferedTransaction } from '../network/index.ts'
import { measureBallot } from '../node/cli/demo/plan.ts'
import { orFail } from '../node/cli/error.ts'
import { follow } from '../node/cli/load/follow.ts'
import { steadyClock } from '../node/cli/load-run.ts'
import { systemRandom } from '../node/index.ts'
import { type OpenElection, openElection, YES_OR_NO } from './casting.ts'
import { between, costsOf } from './costs.ts'
import { type Daemons, onDaemons } from './daemons.ts'
import { against, type BenchOptions, percentile, type Report } from './report.ts'

const VALIDATORS = 4
const DEFAULT_BALLOTS = 50
/** Cast before the measured ones: what a program does for the first time it does slowly. */
const WARM_UP_BALLOTS = 8
const LOOK_MS = 5
/** The pause before a ballot, evenly spread: longer than a ballot takes, so that the network is at rest. */
const PAUSE_MS = { least: 400, most: 1600 }
const FINAL_TIMEOUT_MS = 30_000

/** When things happened to one ballot; milliseconds since 1970. */
interface Passage {
  readonly handedIn: number
  readonly answered: number
  /** In the block's header. */
  readonly built: number
  readonly read: number
}

/** Prints `finality.*`. */
export async function run(report: Report, { ballots = DEFAULT_BALLOTS }: BenchOptions): Promise<void> {
  await onDaemons(VALIDATORS, async (daemons) => {
    const election = await openElection(daemons, ballots + WARM_UP_BALLOTS)
    const { verifyMs } = measureBallot(YES_OR_NO, [[1]], systemRandom)
    const passages: Passage[] = []
    let before = await costsOf(daemons.pids)
    for (const [i, ballot] of election.ballots.entries()) {
      await wait(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least))
      if (i === WARM_UP_BALLOTS) before = await costsOf(daemons.pids)
      const passage = await castOne(daemons, election, i, ballot)
      if (i >= WARM_UP_BALLOTS) passages.push(passage)
    }
    const after = await costsOf(daemons.pids)
    tell(passages, verifyMs, report)
    if (before === undefined || after === undefined) return
    const cpuMs = between(before, after).cpuMs.reduce((sum, ms) => sum + ms, 0) / ballots
    report({
      bench: 'finality.cpu',
      value: cpuMs,
      unit: 'ms',
      note: `of a core, all ${VALIDATORS} daemons together, a ballot; the pauses with their heartbeats are in it`,
    })
  })
}

async function castOne(
  { connection }: Daemons,
  { uuid, takers }: OpenElection,
  place: number,
  ballot: OfferedTransaction,
): Promise<Passage> {
  const { client } = connection
  const { height } = orFail(await client.election(uuid))
  const taker = takers[place % takers.length]!
  const stop = AbortSignal.timeout(FINAL_TIMEOUT_MS)
  const found = new AbortController()
  const handedIn = steadyClock.now()
  let answered = Number.NaN
  let passage: { readonly built: number; readonly read: number } | undefined
  const answer = taker.submit([ballot]).then(([outcome]) => {
    answered = steadyClock.now()
    if (outcome?.code !== 'accepted') throw new Error(`a ballot was refused: ${outcome?.detail ?? ''}`)
  })
  const signal = AbortSignal.any([stop, found.signal])
  const looks = { from: height + 1, blockIntervalMs: 0, lookMs: LOOK_MS }
  await Promise.all([
    answer,
    follow(looks, { client, clock: steadyClock, signal }, ({ time, transactions }, read) => {
      if (!transactions.some((bytes) => Buffer.compare(bytes, ballot.bytes) === 0)) return
      passage = { built: time, read }
      found.abort()
    }),
  ])
  if (passage === undefined) throw new Error(`a ballot was not final within ${FINAL_TIMEOUT_MS} ms`)
  return { handedIn, answered, ...passage }
}

function tell(passages: readonly Passage[], verifyMs: number, report: Report): void {
  const note = `${passages.length} ballots one after the other, looked for every ${LOOK_MS} ms`
  const whole = passages.map(({ handedIn, read }) => read - handedIn)
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const)
    report({
      bench: `finality.${name}`,
      value: percentile(whole, share),
      unit: 'ms',
      reference: against('one verification', percentile(whole, share), verifyMs),
      note,
    })
  const parts: Readonly<Record<string, (passage: Passage) => number>> = {
    'answer.p50': ({ handedIn, answered }) => answered - handedIn,
    'proposal.p50': ({ answered, built }) => built - answered,
    'agreement.p50': ({ built, read }) => read - built,
  }
  for (const [name, part] of Object.entries(parts))
    report({ bench: `finality.${name}`, value: percentile(passages.map(part), 0.5), unit: 'ms' })
}
