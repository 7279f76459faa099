/**
 * Yes-or-no ballots through four daemons of their own on this machine, in by the door of voters, noticed as final in certified blocks.
 *
 * First a part of the ballots is offered at once, more than the network can take: what became final a second from the first block on is its
 * capacity, and warms it up. Then ballots are due at a fixed rate (`--rate`, or eight tenths of the capacity) for a window (`--seconds`, or
 * as long as the ballots suffice): what became final in it, and how long each took from when it was due. Only that rate is one that
 * the network keeps up; the capacity says where it ends.
 *
 * Reference: what one core of this process verifies (by accelerators, in a batch of 256), times the cores, divided by the validators, each of which verifies every ballot.
 */
import { availableParallelism } from 'node:os'
import { assert, unwrap } from '../base/index.ts'
import { arithmetic } from '../crypto/index.ts'
import { type SentBallot, verifySentBallots } from '../election/index.ts'
import { decodeTransaction, electionOf } from '../ledger/index.ts'
import { ballotsNeeded } from '../node/cli/load/run.ts'
import { systemRandom } from '../node/index.ts'
import { cast, castAtOnce, type OpenElection, openElection, progress } from './casting.ts'
import { between, costsOf } from './costs.ts'
import { type Daemons, onDaemons } from './daemons.ts'
import { against, type BenchOptions, type Report } from './report.ts'

const VALIDATORS = 4
const DEFAULT_BALLOTS = 6000
const DEFAULT_SECONDS = 60
const WARM_UP_S = 3
const SETTLE_S = 60
/** The part of the ballots that is cast at once. */
const AT_ONCE = 0.2
/** Of the capacity: what can be expected to be kept up. Ballots that come at once travel in larger batches than those that come evenly. */
const RATE_OF_CAPACITY = 0.8
const VERIFIED = 256

/** Prints `network.*`. */
export async function run(report: Report, options: BenchOptions): Promise<void> {
  const { ballots = DEFAULT_BALLOTS } = options
  await onDaemons(VALIDATORS, async (daemons) => {
    const election = await openElection(daemons, ballots)
    const verified = verifiedPerSecond(election)
    const first = Math.ceil(AT_ONCE * ballots)
    progress(`${first} ballots at once`)
    const { rate: capacity, perBlock } = await castAtOnce(daemons, election, election.ballots.slice(0, first))
    report({
      bench: 'network.capacity',
      value: capacity,
      unit: 'ballots/s',
      reference: against('verification alone', capacity, verified),
      note: `${first} ballots at once, ${perBlock.toFixed(0)} a block, ${VALIDATORS} daemons, ${availableParallelism()} cores`,
    })
    const rate = options.rate ?? Math.max(1, Math.floor(RATE_OF_CAPACITY * capacity))
    await measure(
      daemons,
      { ...election, ballots: election.ballots.slice(first) },
      { ...options, rate },
      verified,
      report,
    )
  })
}

async function measure(
  daemons: Daemons,
  election: OpenElection,
  { rate, seconds: wanted = DEFAULT_SECONDS }: BenchOptions & { readonly rate: number },
  verified: number,
  report: Report,
): Promise<void> {
  const seconds = Math.min(wanted, Math.floor(election.ballots.length / rate - WARM_UP_S))
  if (seconds < 1) throw new Error(`too few ballots for ${rate} a second: give --ballots or a lower --rate`)
  const load = { rate, seconds, warmUpS: WARM_UP_S, settleS: SETTLE_S }
  const pids = [...daemons.pids, process.pid]
  progress(`${rate} ballots a second, measured for ${seconds} s`)
  const before = await costsOf(pids)
  const { fates, window } = await cast(daemons, election, { ...load, ballots: election.ballots })
  const after = await costsOf(pids)
  const offered = `${rate} ballots a second were due for ${WARM_UP_S} + ${seconds} s`
  report({
    bench: 'network.rate',
    value: window.finalisedPerSecond,
    unit: 'ballots/s',
    reference: against('verification alone', window.finalisedPerSecond, verified),
    note: `${offered}, ${window.ballotsPerBlock.toFixed(0)} a block, ${window.behind} due and not final at the end of it`,
  })
  for (const name of ['p50', 'p95', 'p99', 'max'] as const)
    report({
      bench: `network.finality.${name}`,
      value: window.fromDue[name] ?? Number.NaN,
      unit: 'ms',
      note: 'from when a ballot was due',
    })
  const refused = Object.values(fates.refused).reduce((sum, count) => sum + count, 0)
  report({ bench: 'network.lost', value: fates.lost, unit: 'ballots', note: `of ${fates.accepted} accepted` })
  report({
    bench: 'network.refused',
    value: refused + fates.untaken,
    unit: 'ballots',
    note: `of ${fates.offered}`,
  })
  if (before === undefined || after === undefined) return
  const { cpuMs, loopbackBytes } = between(before, after)
  const ballots = ballotsNeeded(load)
  const daemonMs = cpuMs.slice(0, VALIDATORS).reduce((sum, ms) => sum + ms, 0) / VALIDATORS / ballots
  const verifyMs = (1000 * availableParallelism()) / VALIDATORS / verified
  report({
    bench: 'network.cpu',
    value: daemonMs,
    unit: 'ms',
    reference: against('verification alone', daemonMs, verifyMs),
    note: `of a core, a ballot and daemon; the client took ${((cpuMs.at(-1) ?? 0) / ballots).toFixed(3)} ms a ballot`,
  })
  report({
    bench: 'network.loopback',
    value: loopbackBytes / ballots,
    unit: 'B',
    note: 'a ballot, all that crossed the loopback of this machine meanwhile',
  })
}

/** Ballots a second that these cores would finalise if they did nothing but verify each once for every validator. */
function verifiedPerSecond({ record, ballots }: OpenElection): number {
  const election = electionOf(record)
  assert(election !== undefined, 'an open election')
  const some = ballots.slice(0, VERIFIED).map(({ bytes, ...beside }): SentBallot => {
    const transaction = unwrap(decodeTransaction(bytes))
    assert(transaction.kind === 'ballot', 'prepared ballots are ballots')
    return { election, ballot: transaction.ballot, ...beside }
  })
  const verify = (): void => {
    const outcomes = verifySentBallots(some, { withBatch: arithmetic().withBatch, random: systemRandom })
    assert(
      outcomes.every(({ accelerator }) => accelerator === 'right'),
      'prepared ballots are good',
    )
  }
  // Once to warm up.
  verify()
  const began = performance.now()
  verify()
  const perSecond = (1000 * some.length) / (performance.now() - began)
  return (perSecond * Math.min(availableParallelism(), VALIDATORS)) / VALIDATORS
}
