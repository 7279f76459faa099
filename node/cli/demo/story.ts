/**
 * The course of a demo's election: draft, ceremony, roll, ballots, tally, archive. Everything goes through the doors that a
 * real election uses: signed transactions, certified reads, exports that must end in the certified board.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { CertifiedElection } from '../../../client/index.ts'
import {
  type Ballot,
  createBallot,
  createUuid,
  credentialSecret,
  type Election,
  publicCredentialsJson,
} from '../../../election/index.ts'
import {
  type ElectionDraft,
  type ElectionRecord,
  electionOf,
  signTransaction,
} from '../../../ledger/index.ts'
import { decodeStatus } from '../../../network/index.ts'
import { systemRandom } from '../../index.ts'
import type { Context } from '../context.ts'
import { type IssuedCredential, issueCredentials } from '../credentials-generate.ts'
import { CommandError, orFail } from '../error.ts'
import { writeNewFile } from '../files.ts'
import type { Connection } from '../network.ts'
import { publishRoll, readRoll, signRoll } from '../roll.ts'
import type { Testnet } from '../testnet.ts'
import { loadPartyKey, send, sendAndWait } from '../transact.ts'
import { measureBallot, planTimes } from './plan.ts'
import type { DemoElection } from './questions.ts'
import type { DemoVoter } from './voters.ts'

/** What the story is told with. */
export interface Stage {
  readonly context: Context
  readonly connection: Connection
  readonly testnet: Testnet
  readonly directory: string
  readonly election: DemoElection
  readonly voters: readonly DemoVoter[]
}

/** How the voting went. */
export interface Voting {
  /** Ballots that the voters handed in. */
  readonly cast: number
  /** The receipt of one voter, unless the election closed before that ballot was final. */
  readonly receipt?: string
  /** The archive of the time when everybody had voted once. */
  readonly halfWay: Uint8Array
}

/** How long a step beside the voting may take: far longer than it should on a slow machine. */
const STEP_TIMEOUT_S = 120
/** Ballots handed in at once: the peers verify them before they answer. */
const BALLOTS_AT_ONCE = 8
/** Blocks by which the pace of the network is measured, and the most that its slowness counts. */
const PACE_BLOCKS = 2
const SLOWNESS_MAX = 10
/** Between two looks at a daemon's height. */
const HEIGHT_INTERVAL_MS = 100
/** Between two looks at what is final. */
const LOOK_INTERVAL_MS = 500

/**
 * Resolves when every daemon has finalised a block: they have found each other and agree. The value is how much slower than
 * its heartbeat the network is: 1, or more where the machine is busy with other things.
 */
export async function awaitNetwork(stage: Stage): Promise<number> {
  const { context, testnet } = stage
  for (const node of testnet.nodes) await reachHeight(stage, node, 1)
  const [first] = testnet.nodes
  if (first === undefined) return 1
  // From the beginning of one height to that of a later one: idle, a block comes each heartbeat.
  const height = await reachHeight(stage, first, (await reachHeight(stage, first, 1)) + 1)
  const start = Date.now()
  const reached = await reachHeight(stage, first, height + PACE_BLOCKS)
  const expected = (reached - height) * testnet.genesis.parameters.heartbeatMs
  const slowness = Math.min(SLOWNESS_MAX, Math.max(1, (Date.now() - start) / expected))
  context.output.progress(
    `network: ${testnet.nodes.length} validators finalise blocks${slowness < 1.5 ? '' : `, ${slowness.toFixed(1)} times slower than they should`}`,
  )
  return slowness
}

async function reachHeight(
  { context, connection }: Stage,
  { name, address }: Testnet['nodes'][number],
  height: number,
): Promise<number> {
  const deadline = Date.now() + STEP_TIMEOUT_S * 1000
  for (;;) {
    const reached = await heightOf(connection, address)
    if (reached >= height) return reached
    if (Date.now() > deadline)
      throw new CommandError('daemon-failed', `${name} finalised nothing in ${STEP_TIMEOUT_S} s; see its log`)
    await pause(context, HEIGHT_INTERVAL_MS)
  }
}

async function heightOf({ transport }: Connection, address: string): Promise<number> {
  try {
    const peer = await transport.dial(address)
    for await (const chunk of transport.request(peer, 'status', new Uint8Array(0))) {
      const status = decodeStatus(chunk)
      if (status.ok) return status.value.height
    }
  } catch {
    // It is still starting.
  }
  return 0
}

/** How much more time than planned an election gets. */
export interface Allowance {
  /** Of the network, for everything. */
  readonly slowness: number
  /** For the preparation, after an earlier draft was not ready in time. */
  readonly patience: number
}

/** Drafts the election; its times follow from what a ballot costs here, and from the allowance. */
export async function draftElection(stage: Stage, { slowness, patience }: Allowance): Promise<ElectionDraft> {
  const { context, connection, testnet, election, voters } = stage
  const cost = measureBallot(election.questions, voters[0]?.choices[0] ?? [], systemRandom)
  const ballots = voters.reduce((sum, { choices }) => sum + choices.length, 0)
  const size = {
    validators: testnet.nodes.length,
    voters: voters.length,
    ballots,
    cores: availableParallelism(),
  }
  const times = planTimes(size, cost)
  const { genesis } = testnet
  const { party, privateKey } = await loadPartyKey(
    testnet.administratorKey,
    genesis.administrators,
    'administrator',
  )
  const opensAt = Math.ceil(Date.now() + patience * slowness * times.opensInMs)
  const openForMs = Math.ceil(slowness * times.openForMs)
  const draft: ElectionDraft = {
    uuid: createUuid(systemRandom),
    name: election.name,
    description: election.description,
    questions: election.questions,
    administratorName: party.name,
    credentialAuthorityName: genesis.registrars[0]?.name ?? 'registrar',
    registrars: genesis.registrars.map(({ publicKey }) => publicKey),
    registrarThreshold: 1,
    trustees: genesis.validators.map(({ publicKey }) => publicKey),
    opensAt,
    closesAt: opensAt + openForMs,
  }
  const body = { kind: 'draft', draft, administrator: party.publicKey } as const
  const transaction = signTransaction(connection.trust.networkId, body, privateKey)
  await sendAndWait(connection, draft.uuid, [transaction], () => true, STEP_TIMEOUT_S)
  context.output.progress(
    `draft: election ${draft.uuid} opens in ${seconds(opensAt - Date.now())} s for ${seconds(openForMs)} s (a ballot takes ${cost.createMs.toFixed(0)} ms to make, ${cost.verifyMs.toFixed(0)} ms to verify)`,
  )
  return draft
}

/** Trustees publish keys by themselves; the registrar publishes the roll; then nothing can change any more. */
export async function prepareElection(
  stage: Stage,
  uuid: string,
): Promise<{ readonly election: Election; readonly issued: readonly IssuedCredential[] }> {
  const { context, connection, testnet, voters, directory } = stage
  const { output } = context
  const voterList = voters.map(({ weight }, i) => ({ name: `voter-${i + 1}`, weight }))
  const issued = issueCredentials(uuid, voterList)
  const rollPath = join(directory, `roll-${uuid}.json`)
  const entries = issued.map(({ entry }) => entry)
  await writeNewFile(rollPath, publicCredentialsJson(entries, stage.election.weights !== undefined), 0o644)
  const roll = await readRoll(rollPath)
  const [keyPath = ''] = testnet.registrarKeys
  const { party, privateKey } = await loadPartyKey(keyPath, testnet.genesis.registrars, 'registrar')
  const registrar = { publicKey: party.publicKey, privateKey }
  await publishRoll(connection, uuid, roll, registrar, STEP_TIMEOUT_S, () => {})
  await signRoll(connection, uuid, roll, registrar, STEP_TIMEOUT_S)
  output.progress(`roll: ${voters.length} credentials published and signed`)
  const hasKeys = (record: ElectionRecord): boolean => record.trusteeKeys.every((key) => key !== undefined)
  const { record } = orFail(await connection.client.waitFor(uuid, hasKeys, STEP_TIMEOUT_S * 1000))
  output.progress(
    `ceremony: ${record.trusteeKeys.length} of ${record.trusteeKeys.length} trustees published keys`,
  )
  const isFrozen = ({ electionHash }: ElectionRecord): boolean => electionHash !== undefined
  const frozen = orFail(await connection.client.waitFor(uuid, isFrozen, STEP_TIMEOUT_S * 1000))
  const election = electionOf(frozen.record)
  if (election === undefined) throw new CommandError('untrusted-answer', 'a frozen election without its key')
  return { election, issued }
}

/** Everybody votes once, one voter with a receipt; some vote again. */
export async function castBallots(
  stage: Stage,
  draft: ElectionDraft,
  election: Election,
  issued: readonly IssuedCredential[],
): Promise<Voting> {
  const { context, connection, voters } = stage
  const { client } = connection
  const { uuid } = draft
  const total = voters.reduce((sum, { choices }) => sum + choices.length, 0)
  // The last voter votes as people do, with a receipt; the others' ballots are prepared beforehand and handed in together.
  const last = voters.length - 1
  const first = await prepareBallots(stage, election, issued, 0, last)
  const again = await prepareBallots(stage, election, issued, 1, voters.length)
  const isOpen = ({ phase }: ElectionRecord): boolean => phase === 'open'
  const openingMs = Math.max(0, draft.opensAt - Date.now()) + STEP_TIMEOUT_S * 1000
  orFail(await client.waitFor(uuid, isOpen, openingMs))
  context.output.progress('open: ballots are accepted')
  await handIn(stage, draft, first, { before: 0, total })
  const choice = voters[last]?.choices[0] ?? []
  const timeoutMs = Math.max(1000, draft.closesAt - Date.now())
  const cast = await client.vote(uuid, issued[last]?.credential ?? '', choice, timeoutMs)
  if (cast.ok)
    context.output.progress(`ballots: ${first.length + 1} of ${total} final; one voter has a receipt`)
  else if (isTooLate(cast.error.code)) context.output.warn(cast.error.detail)
  else orFail(cast)
  const { archive } = orFail(await client.export(uuid))
  await handIn(stage, draft, again, { before: first.length + 1, total })
  return { cast: total, halfWay: archive, ...(cast.ok ? { receipt: cast.value.receipt.json } : {}) }
}

async function handInBatch(connection: Connection, batch: readonly Ballot[]): Promise<void> {
  try {
    await send(
      connection,
      batch.map((ballot) => ({ kind: 'ballot', ballot })),
    )
  } catch (error) {
    if (!(error instanceof CommandError && isTooLate(error.code))) throw error
  }
}

/** Whether a refusal says that the election closed first: then the demo goes on, and says so at its end. */
function isTooLate(code: string): boolean {
  return code === 'not-open' || code === 'wrong-phase' || code === 'not-final-in-time'
}

/** Waits for the closing and the result. */
export async function awaitResult(stage: Stage, draft: ElectionDraft): Promise<CertifiedElection> {
  const { context, connection } = stage
  const leftMs = Math.max(0, draft.closesAt - Date.now())
  context.output.progress(`closing in ${seconds(leftMs)} s`)
  const isClosed = ({ phase }: ElectionRecord): boolean => phase === 'decrypting' || phase === 'tallied'
  const closed = orFail(await connection.client.waitFor(draft.uuid, isClosed, leftMs + STEP_TIMEOUT_S * 1000))
  context.output.progress(`tally: closed with ${closed.record.ballots} ballots, the trustees decrypt the sum`)
  const isTallied = ({ phase }: ElectionRecord): boolean => phase === 'tallied'
  return orFail(await connection.client.waitFor(draft.uuid, isTallied, STEP_TIMEOUT_S * 1000))
}

/** Ballots of all voters' first (0) or second (1) choices, up to a voter. */
async function prepareBallots(
  { context, voters }: Stage,
  election: Election,
  issued: readonly IssuedCredential[],
  round: 0 | 1,
  upTo: number,
): Promise<readonly Ballot[]> {
  const ballots: Ballot[] = []
  for (const [i, { choices }] of voters.slice(0, upTo).entries()) {
    const choice = choices[round]
    if (choice === undefined) continue
    const secret = credentialSecret(election.uuid, issued[i]?.credential ?? '')
    ballots.push(orFail(createBallot(election, secret, choice, systemRandom)))
    await pause(context, 0)
  }
  return ballots
}

/** Hands ballots in, some at a time, and waits until all are final or the election has closed. */
async function handIn(
  { context, connection }: Stage,
  draft: ElectionDraft,
  ballots: readonly Ballot[],
  { before, total }: { readonly before: number; readonly total: number },
): Promise<void> {
  const { output } = context
  const { client } = connection
  const look = async (): Promise<ElectionRecord> => orFail(await client.election(draft.uuid)).record
  let told = before
  const tell = (record: ElectionRecord): void => {
    if (record.ballots <= told) return
    told = record.ballots
    output.progress(`ballots: ${record.ballots} of ${total} final`)
  }
  for (let from = 0; from < ballots.length; from += BALLOTS_AT_ONCE) {
    const batch = ballots.slice(from, from + BALLOTS_AT_ONCE)
    await handInBatch(connection, batch)
    tell(await look())
  }
  for (;;) {
    const record = await look()
    tell(record)
    if (record.ballots >= before + ballots.length) return
    if (record.phase !== 'open') {
      output.warn(`the election closed with ${record.ballots} of ${before + ballots.length} ballots final`)
      return
    }
    await pause(context, LOOK_INTERVAL_MS)
  }
}

async function pause(context: Context, ms: number): Promise<void> {
  await wait(ms, undefined, { signal: context.signal() }).catch(() => {
    throw new CommandError('interrupted', 'stopped on request before it was done')
  })
}

function seconds(ms: number): string {
  return Math.max(0, ms / 1000).toFixed(0)
}
