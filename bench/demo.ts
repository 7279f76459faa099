/**
 * Ballots finalised by four daemons of their own on this machine, through the doors that voters use: how many a second when
 * many come at once, and how long one takes on an idle network (from handing it in until a peer proves it is on the board).
 *
 * Reference for the rate: what one core verifies, measured in the same run, times the cores, divided by the validators, each of
 * which verifies every ballot. The rest of the work (agreement, storage, gossip, this process) is what the ratio leaves out.
 */
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { type Ballot, ballotId } from '../election/index.ts'
import { decodeBallotAnswer, encodeBallotRequest } from '../network/index.ts'
import { awaitNetwork } from '../node/cli/demo/pace.ts'
import { measureBallot } from '../node/cli/demo/plan.ts'
import { DEFAULT_DEMO_ELECTION } from '../node/cli/demo/questions.ts'
import type { Stage } from '../node/cli/demo/stage.ts'
import { createVoters } from '../node/cli/demo/voters.ts'
import { orFail } from '../node/cli/error.ts'
import { send } from '../node/cli/transact.ts'
import { systemRandom } from '../node/index.ts'
import { castTogether, openElection } from './casting.ts'
import { onDaemons } from './daemons.ts'
import { against, percentile, type Report } from './report.ts'

const VALIDATORS = 4
const ALONE = 15
const TOGETHER = 150
const AT_ONCE = 25
const POLL_MS = 20

/** Prints `demo.rate` and `demo.finality`. */
export async function run(report: Report): Promise<void> {
  const election = DEFAULT_DEMO_ELECTION
  const voters = createVoters(ALONE + TOGETHER, election.questions, undefined, systemRandom)
  await onDaemons(VALIDATORS, (daemons) => measure({ ...daemons, election, voters }, report))
}

async function measure(stage: Stage, report: Report): Promise<void> {
  await awaitNetwork(stage)
  const { questions } = stage.election
  const cost = measureBallot(questions, stage.voters[0]?.choices[0] ?? [], systemRandom)
  const { uuid, ballots } = await openElection(stage)
  const alone: number[] = []
  for (const ballot of ballots.slice(0, ALONE)) alone.push(await timeToFinality(stage, ballot))
  const together = ballots.slice(ALONE)
  const ms = await castTogether(stage, uuid, together, { atOnce: AT_ONCE, lanes: 1, total: ballots.length })
  const rate = (1000 * together.length) / ms

  const cores = availableParallelism()
  const verified = ((1000 / cost.verifyMs) * Math.min(cores, VALIDATORS)) / VALIDATORS
  const size = `${questions[0]!.answers.length + 1} ciphertexts, ${VALIDATORS} validators, ${cores} cores`
  report({
    bench: 'demo.rate',
    value: rate,
    unit: 'ballots/s',
    reference: against('verification alone', rate, verified),
    note: `${together.length} ballots, ${size}`,
  })
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const)
    report({
      bench: `demo.finality.${name}`,
      value: percentile(alone, share),
      unit: 'ms',
      reference: against('one verification', percentile(alone, share), cost.verifyMs),
      note: `${ALONE} ballots one after the other, asked every ${POLL_MS} ms`,
    })
}

async function timeToFinality(stage: Stage, ballot: Ballot): Promise<number> {
  const { transport } = stage.connection
  const peer = await transport.dial(stage.testnet.nodes.at(-1)!.address)
  const question = encodeBallotRequest({ uuid: ballot.uuid, ballotId: ballotId(ballot) })
  const start = performance.now()
  await send(stage.connection, [{ kind: 'ballot', ballot }])
  for (;;) {
    for await (const chunk of transport.request(peer, 'ballot', question)) {
      if (orFail(decodeBallotAnswer(chunk)).onBoard !== undefined) return performance.now() - start
    }
    await wait(POLL_MS)
  }
}
