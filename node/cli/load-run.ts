/** `psephos load run UUID`: casts prepared ballots at a fixed rate and says what became of them. */

import { equalBytes, toHex } from '../../base/index.ts'
import type { ElectionRecord } from '../../ledger/index.ts'
import type { OfferedTransaction } from '../../network/index.ts'
import { type Clock, systemClock } from '../index.ts'
import type { Context } from './context.ts'
import { CommandError, orFail } from './error.ts'
import { readInput } from './files.ts'
import { PREPARED_BYTES_MAX } from './limits.ts'
import { decodeBallotFile, type Purpose } from './load/ballot-file.ts'
import type { Percentiles } from './load/percentiles.ts'
import { ballotsNeeded, type LoadOutcome, runLoad } from './load/run.ts'
import { reachTakers } from './load/takers.ts'
import { purposeOf } from './load-prepare.ts'
import { type NetworkOptions, networkOf, withClient } from './network.ts'
import { isoTime, type Output, pairs, table } from './output.ts'

export interface LoadRunOptions extends NetworkOptions {
  readonly ballots: string
  /** Ballots of the file to pass over. */
  readonly skip: number
  /** Ballots a second. */
  readonly rate: number
  readonly seconds: number
  readonly warmUp: number
  readonly settle: number
}

/** The system's clock with times that are finer than a millisecond and never go back. */
export const steadyClock: Clock = {
  ...systemClock,
  now: () => performance.timeOrigin + performance.now(),
}

/** Casts the ballots; fails with `ballots-lost` where a peer took one that did not become final in time. */
export async function runLoadRun(uuid: string, options: LoadRunOptions, context: Context): Promise<void> {
  const { output } = context
  const signal = context.signal()
  const { ballots, ...purpose } = await readBallots(uuid, options)
  const { trust, peers } = await networkOf(options, context)
  const outcome = await withClient(trust, peers, context, async ({ client, transport }) => {
    const { record, height } = orFail(await client.election(uuid))
    requirePurpose(purpose, record, trust.networkId, options)
    const takers = await reachTakers(transport, peers, output)
    output.progress(`load: ${ballots.length} ballots, ${options.rate} a second, over ${takers.length} peers`)
    return runLoad(
      {
        ballots,
        rate: options.rate,
        seconds: options.seconds,
        warmUpS: options.warmUp,
        settleS: options.settle,
      },
      { client, takers, height, blockIntervalMs: trust.genesis.parameters.blockIntervalMs },
      { clock: steadyClock, signal },
      (book, due) => output.progress(`load: ${due} due, ${book.settled()} final or refused`),
    )
  })
  if (signal.aborted)
    throw new CommandError('interrupted', 'stopped on request; ballots that were taken still become final')
  report(uuid, options, outcome, output)
}

async function readBallots(
  uuid: string,
  options: LoadRunOptions,
): Promise<Purpose & { readonly ballots: readonly OfferedTransaction[] }> {
  const { ballots: path, skip, rate, seconds, warmUp } = options
  const read = decodeBallotFile(await readInput(path, PREPARED_BYTES_MAX))
  if (!read.ok) throw new CommandError(read.error.code, `${path}: ${read.error.detail}`)
  const { ballots, ...purpose } = read.value
  if (purpose.uuid !== uuid)
    throw new CommandError('wrong-election', `the ballots in ${path} are for election ${purpose.uuid}`)
  const needed = ballotsNeeded({ rate, seconds, warmUpS: warmUp })
  if (ballots.length < skip + needed)
    throw new CommandError(
      'too-few-ballots',
      `${path} has ${ballots.length} ballots; ${rate} a second need ${needed}${skip > 0 ? ` after the first ${skip}` : ''}: prepare more, or ask for less`,
    )
  return { ...purpose, ballots: ballots.slice(skip, skip + needed) }
}

function requirePurpose(
  purpose: Purpose,
  record: ElectionRecord,
  networkId: Uint8Array,
  { ballots: path, warmUp, seconds }: LoadRunOptions,
): void {
  const here = purposeOf(record, networkId)
  if (!equalBytes(purpose.networkId, here.networkId))
    throw new CommandError(
      'wrong-network',
      `the ballots in ${path} are for network ${toHex(purpose.networkId)}`,
    )
  if (!equalBytes(purpose.electionHash, here.electionHash))
    throw new CommandError('wrong-election', `the ballots in ${path} are for another form of this election`)
  const { uuid, opensAt, closesAt } = record.draft
  if (record.phase === 'frozen')
    throw new CommandError('not-open', `election ${uuid} opens at ${isoTime(opensAt)}`)
  if (record.phase !== 'open')
    throw new CommandError('not-open', `election ${uuid} is in phase ${record.phase}`)
  if (Date.now() + 1000 * (warmUp + seconds) >= closesAt)
    throw new CommandError(
      'closes-too-soon',
      `election ${uuid} closes at ${isoTime(closesAt)}, before the load would be over`,
    )
}

function report(uuid: string, options: LoadRunOptions, outcome: LoadOutcome, output: Output): void {
  const { fates, window, shares } = outcome
  const refusals = Object.entries(fates.refused).map(([code, count]) => `${count} ${code}`)
  const busy = shares.reduce((sum, share) => sum + share.busy, 0)
  const unanswered = shares.reduce((sum, share) => sum + share.unanswered, 0)
  output.say(
    pairs([
      ['offered', `${fates.offered} ballots, ${options.rate} a second`],
      ['accepted', `${fates.accepted}`],
      ['refused', refusals.join(', ') || '0'],
      ['busy', `${busy} times a ballot was told to come again, ${unanswered} times nothing`],
      ['finalised', `${fates.finalised}`],
      ['lost', `${fates.lost} accepted and not final ${options.settle} s after the last was due`],
      ['untaken', `${fates.untaken}`],
      [
        'in the window',
        `${window.finalisedPerSecond.toFixed(1)} finalised a second over ${options.seconds} s, ${window.ballotsPerBlock.toFixed(1)} ballots a block, ${window.behind} due and not final at its end`,
      ],
    ]),
  )
  const row = (name: string, { p50, p95, p99, max }: Percentiles): readonly (string | number)[] => [
    name,
    ...[p50, p95, p99, max].map((ms) => (ms === null ? '-' : Math.round(ms))),
  ]
  output.say(
    `\n${table([
      ['milliseconds to finality', 'p50', 'p95', 'p99', 'max'],
      row('from when it was due', window.fromDue),
      row('from handing it in', window.fromHandingIn),
    ])}`,
  )
  const columns = ['handedIn', 'taken', 'refused', 'busy', 'unanswered'] as const
  output.say(
    `\n${table([
      ['peer', 'handed in', 'taken', 'refused', 'busy', 'unanswered'],
      ...shares.map((share) => [share.peer, ...columns.map((column) => share[column])]),
    ])}`,
  )
  const { seconds, rate, warmUp } = options
  const isOk = fates.lost === 0 && fates.finalised > 0
  output.end({
    ok: isOk,
    election: uuid,
    rate,
    ...fates,
    busy,
    unanswered,
    window: { seconds, warmUp, ...window },
    peers: shares,
  })
  if (fates.lost > 0)
    throw new CommandError(
      'ballots-lost',
      `${fates.lost} of ${fates.accepted} accepted ballots were not final in time`,
    )
  if (!isOk) throw new CommandError('nothing-finalised', 'no ballot became final; the codes above say why')
}
