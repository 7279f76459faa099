/** `psephos demo`: a whole election on daemons of its own, from keys to an audited result, and what to try next. */
import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { toHex } from '../../base/index.ts'
import { verifyReceipt } from '../../client/index.ts'
import { type Counts, compareArchives } from '../../election/index.ts'
import type { ElectionDraft } from '../../ledger/index.ts'
import { systemRandom, thresholdText } from '../index.ts'
import { checksTable, type TimedAudit, timedAudit } from './audit.ts'
import type { Context } from './context.ts'
import { startDaemons } from './demo/daemons.ts'
import { awaitNetwork } from './demo/pace.ts'
import { draftElection, prepareElection } from './demo/prepare.ts'
import { DEFAULT_DEMO_ELECTION, type DemoElection, readDemoElection } from './demo/questions.ts'
import type { Stage } from './demo/stage.ts'
import { awaitResult, castBallots, decryptersOf } from './demo/story.ts'
import { countInTheClear, createVoters } from './demo/voters.ts'
import { CommandError, orFail } from './error.ts'
import { makePrivateDirectory, readJson, writeNewFile } from './files.ts'
import { DRAFT_BYTES_MAX } from './limits.ts'
import { withClient } from './network.ts'
import { resultTable, toIntegers } from './output.ts'
import { createTestnet } from './testnet.ts'

export interface DemoOptions {
  readonly validators: number
  readonly voters: number
  readonly election?: string
  readonly out: string
}

const ARCHIVE_NAME = 'election.bel'
const RECEIPT_NAME = 'receipt.json'
/** The most that the time to prepare is multiplied by before a demo gives up. */
const PATIENCE_MAX = 8

/** What the network leaves behind. */
interface DemoOutcome {
  readonly stage: Stage
  readonly uuid: string
  readonly ballots: number
  readonly result: Counts
  readonly expected: Counts
  readonly height: number
  readonly archive: Uint8Array
  /** How many of the trustees can decrypt, and who did. */
  readonly trustees: string
  /** What went wrong, a sentence each. */
  readonly faults: readonly string[]
}

/** Runs the demo; its daemons are stopped whatever happens. */
export async function runDemo(options: DemoOptions, context: Context): Promise<void> {
  const { output } = context
  const election = await electionOfFile(options.election)
  const directory = await freshDirectory(resolve(options.out))
  const name = 'psephos demo'
  const testnet = await createTestnet(join(directory, 'network'), {
    validators: options.validators,
    registrars: 1,
    name,
  })
  context.signal()
  const daemons = await startDaemons(testnet, context.self, (node, how) =>
    output.warn(`${node} ended (${how})`),
  )
  let outcome: DemoOutcome
  try {
    output.progress(
      `daemons: ${daemons.pids.length} started (processes ${daemons.pids.join(', ')}), logs in ${directory}`,
    )
    const trust = { genesis: testnet.genesis, networkId: testnet.networkId }
    const peers = testnet.nodes.map(({ address }) => address)
    outcome = await withClient(trust, peers, context, (connection) => {
      const voters = createVoters(options.voters, election.questions, election.weights, systemRandom)
      return runElection({ context, connection, testnet, directory, election, voters })
    })
  } finally {
    await daemons.stop()
  }
  output.progress('auditing the archive')
  const audit = await timedAudit(outcome.archive, output)
  const faults = [
    ...outcome.faults,
    ...(audit.report.ok ? [] : ['the audit refuses the archive']),
    ...(isSame(audit.report.result ?? [], outcome.result)
      ? []
      : ['the archive holds another result than the ledger']),
  ]
  report({ ...outcome, faults }, audit, context)
}

async function runElection(stage: Stage): Promise<DemoOutcome> {
  const { connection, directory, voters, election } = stage
  const slowness = await awaitNetwork(stage)
  const { draft, ...prepared } = await draftInTime(stage, slowness)
  const voting = await castBallots(stage, draft, prepared.election, prepared.issued)
  if (voting.receipt !== undefined) await writeNewFile(join(directory, RECEIPT_NAME), voting.receipt, 0o600)
  await writeNewFile(join(directory, 'half-way.bel'), voting.halfWay, 0o644)
  const read = await awaitResult(stage, draft)
  const { record, height } = read
  const { archive } = orFail(await connection.client.export(draft.uuid))
  await writeNewFile(join(directory, ARCHIVE_NAME), archive, 0o644)
  const expected = countInTheClear(election.questions, voters)
  const result = record.result ?? []
  const lost = compareArchives(voting.halfWay, archive)
  const isComplete = record.ballots === voting.cast
  const isExtended = lost.ok && lost.value.length === 0
  const isProved = voting.receipt !== undefined && verifyReceipt(voting.receipt, connection.trust).ok
  const faults = [
    ...(isSame(result, expected) ? [] : ['the result differs from what the voters chose']),
    ...(isComplete ? [] : [`${record.ballots} of ${voting.cast} ballots were final at closing`]),
    ...(isExtended ? [] : ['the final archive does not extend the one taken half-way']),
    ...(isProved ? [] : ['the voter who wanted a receipt has none that verifies']),
  ]
  const { ballots } = record
  const trustees = `${thresholdText(read)} can decrypt; ${decryptersOf(read).join(', ')} did`
  return { stage, uuid: draft.uuid, ballots, result, expected, height, archive, trustees, faults }
}

type Prepared = Awaited<ReturnType<typeof prepareElection>> & { readonly draft: ElectionDraft }

/** An election that is not ready at its opening is abandoned: on a busy machine it is drafted again with more time. */
async function draftInTime(stage: Stage, slowness: number): Promise<Prepared> {
  for (let patience = 1; ; patience *= 2) {
    const draft = await draftElection(stage, { slowness, patience })
    try {
      return { draft, ...(await prepareElection(stage, draft.uuid)) }
    } catch (error) {
      const read = await stage.connection.client.election(draft.uuid)
      const wasLate = read.ok && read.value.record.phase === 'abandoned'
      if (!wasLate || patience >= PATIENCE_MAX) throw error
      stage.context.output.warn('keys and roll were not ready in time; drafting again with twice the time')
    }
  }
}

function report(outcome: DemoOutcome, audit: TimedAudit, { output }: Context): void {
  const { stage, uuid, result, expected, faults } = outcome
  const { election, voters, directory, testnet } = stage
  const archive = join(directory, ARCHIVE_NAME)
  const here = (path: string): string => relative(process.cwd(), path) || '.'
  output.say(`\n${election.name}\n\n${resultTable(election.questions, result)}`)
  output.say(`\nThe audit of the archive:\n\n${checksTable(audit.report.checks)}`)
  output.say(
    [
      '',
      `${voters.length} voters cast ${outcome.ballots} ballots; the last ballot of each counts. The count in the clear ${
        isSame(result, expected) ? 'is the same' : 'DIFFERS'
      }.`,
      `The key: ${outcome.trustees}. Nobody ever had the whole of it.`,
      `The archive: ${here(archive)} (Belenios' format, ${audit.summary.ballotsPerSecond} ballots/s audited)`,
      '',
      'What to try next:',
      `  psephos audit ${here(archive)}`,
      `  psephos receipt verify ${here(join(directory, RECEIPT_NAME))} --genesis ${here(testnet.genesisPath)}`,
      `  psephos start --home ${here(testnet.nodes[0]?.home ?? '')}     (and the other nodes, each in a terminal)`,
      `  psephos election result ${uuid} --home ${here(testnet.nodes[0]?.home ?? '')}`,
      '  psephos testnet ./town     (a network for an election of your own)',
    ].join('\n'),
  )
  output.end({
    ok: faults.length === 0,
    network: toHex(testnet.networkId),
    election: uuid,
    validators: testnet.nodes.length,
    voters: voters.length,
    ballots: outcome.ballots,
    result: toIntegers(result),
    expected: toIntegers(expected),
    height: outcome.height,
    archive,
    audit: audit.summary,
  })
  if (faults.length > 0)
    throw new CommandError('demo-failed', `${faults.join('; ')}; logs and archive lie in ${directory}`)
}

async function electionOfFile(path: string | undefined): Promise<DemoElection> {
  if (path === undefined) return DEFAULT_DEMO_ELECTION
  const read = readDemoElection(await readJson(path, DRAFT_BYTES_MAX))
  if (!read.ok) throw new CommandError(read.error.code, `${path}: ${read.error.detail}`)
  return read.value
}

/** The directory, or a new one in it where something is there already. */
async function freshDirectory(out: string): Promise<string> {
  await makePrivateDirectory(out)
  if ((await readdir(out)).length === 0) return out
  for (let i = 2; ; i++) {
    const run = join(out, `run-${i}`)
    await makePrivateDirectory(run)
    if ((await readdir(run)).length === 0) return run
  }
}

function isSame(a: Counts, b: Counts): boolean {
  return JSON.stringify(toIntegers(a)) === JSON.stringify(toIntegers(b))
}
