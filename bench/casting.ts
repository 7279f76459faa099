/** An open election on a network of daemons, ballots for all its voters, and all of them cast at once: what benchmarks of finality share. */

import { availableParallelism } from 'node:os'
import { unwrap } from '../base/index.ts'
import { quorum } from '../consensus/index.ts'
import { decodePoint } from '../crypto/index.ts'
import { createUuid, payloadHash, publicCredentialsJson, type Question } from '../election/index.ts'
import { type ElectionDraft, type ElectionRecord, signTransaction } from '../ledger/index.ts'
import type { OfferedTransaction } from '../network/index.ts'
import { issueCredentials } from '../node/cli/credentials-generate.ts'
import { awaitNetwork } from '../node/cli/demo/pace.ts'
import { ceremonyMs, measureBallot } from '../node/cli/demo/plan.ts'
import { CommandError, orFail } from '../node/cli/error.ts'
import { makeBallots } from '../node/cli/load/ballot-makers.ts'
import type { Taker } from '../node/cli/load/offer.ts'
import { type Load, type LoadOutcome, runLoad } from '../node/cli/load/run.ts'
import { reachTakers } from '../node/cli/load/takers.ts'
import { steadyClock } from '../node/cli/load-run.ts'
import { publishRoll, signRoll } from '../node/cli/roll.ts'
import { loadPartyKey, sendAndWait } from '../node/cli/transact.ts'
import { systemRandom } from '../node/index.ts'
import type { Daemons } from './daemons.ts'

/** Yes or no: one ciphertext, the cheapest ballot to verify. */
export const YES_OR_NO: readonly Question[] = [
  { question: 'Shall it be built?', answers: ['Yes'], blank: false, min: 0, max: 1 },
]

/** An election that takes ballots, and one prepared ballot for each of its voters. */
export interface OpenElection {
  readonly uuid: string
  readonly record: ElectionRecord
  readonly ballots: readonly OfferedTransaction[]
  readonly takers: readonly Taker[]
}

const TIMEOUT_S = 600
const OPEN_FOR_MS = 6 * 3_600_000
/** Drafting, and blocks. */
const PREPARE_MS = 4000
/** How much longer than estimated a roll may take: machines have other things to do. */
const SAFETY = 2
/** By what the time to prepare is multiplied when it was not enough, once. */
const PATIENCE = 3
/** Publishing one entry of a roll on one validator, beside the check that its credential is in the group. */
const ENTRY_MS = 0.05
const CHECKED = 100
/** Between two lines about how far the ballots are. */
const TELL_MS = 5000
/** How long ballots that come at once may take. */
const SETTLE_S = 600

/** Brings a yes-or-no election with so many voters to `open`; where it was not ready in time, another one with more time. */
export async function openElection(daemons: Daemons, voters: number): Promise<OpenElection> {
  const slowness = await awaitNetwork(daemons)
  try {
    return await openInTime(daemons, voters, slowness)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    progress(`once more, with more time: ${error.message}`)
    return openInTime(daemons, voters, slowness * PATIENCE)
  }
}

async function openInTime(daemons: Daemons, voters: number, slowness: number): Promise<OpenElection> {
  const { connection, context, testnet } = daemons
  const { client } = connection
  const uuid = createUuid(systemRandom)
  progress(`credentials of ${voters} voters`)
  const issued = issueCredentials(
    uuid,
    Array.from({ length: voters }, (_, i) => ({ name: `${i}`, weight: 1n })),
  )
  const entries = issued.map(({ entry }) => entry)
  const opensInMs =
    slowness *
    preparationMs(
      testnet.nodes.length,
      entries.map(({ credential }) => credential),
    )
  progress(`a roll of ${voters} is published; the election opens in ${(opensInMs / 1000).toFixed(0)} s`)
  const registrar = await drafted(daemons, uuid, Date.now() + Math.ceil(opensInMs))
  const roll = { entries, isWeighted: false, hash: payloadHash(publicCredentialsJson(entries, false)) }
  await publishRoll(connection, uuid, roll, registrar, TIMEOUT_S, () => {})
  await signRoll(connection, uuid, roll, registrar, TIMEOUT_S)
  const frozen = await client.waitFor(
    uuid,
    ({ electionHash }) => electionHash !== undefined,
    1000 * TIMEOUT_S,
  )
  const { record } = orFail(frozen)
  const ballots: OfferedTransaction[] = []
  let toldAt = performance.now()
  for await (const made of makeBallots(
    record,
    issued.map(({ credential }) => credential),
  )) {
    ballots.push(...made)
    if (performance.now() - toldAt < TELL_MS && ballots.length < voters) continue
    toldAt = performance.now()
    progress(`${ballots.length} of ${voters} ballots made`)
  }
  const takers = await reachTakers(
    connection.transport,
    testnet.nodes.map(({ address }) => address),
    context.output,
  )
  orFail(await client.waitFor(uuid, ({ phase }) => phase === 'open', 1000 * TIMEOUT_S))
  return { uuid, record, ballots, takers }
}

/** How long the key ceremony and the roll take these validators on this machine. */
function preparationMs(validators: number, credentials: readonly Uint8Array[]): number {
  const cores = availableParallelism()
  const cost = measureBallot(YES_OR_NO, [[1]], systemRandom)
  const checked = credentials.slice(0, CHECKED)
  // Once to warm up.
  for (const credential of checked) unwrap(decodePoint(credential))
  const began = performance.now()
  for (const credential of checked) unwrap(decodePoint(credential))
  const entryMs = ENTRY_MS + (performance.now() - began) / checked.length
  const rollMs = (validators * credentials.length * entryMs) / Math.min(cores, validators)
  return PREPARE_MS + ceremonyMs({ validators, cores }, cost) + SAFETY * rollMs
}

/** Drafts the election; the registrar whose roll it waits for. */
async function drafted(
  { connection, testnet }: Daemons,
  uuid: string,
  opensAt: number,
): Promise<{ readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }> {
  const { genesis, networkId } = connection.trust
  const { administratorKey, registrarKeys } = testnet
  const administrator = await loadPartyKey(administratorKey, genesis.administrators, 'administrator')
  const registrar = await loadPartyKey(registrarKeys[0] ?? '', genesis.registrars, 'registrar')
  const draft: ElectionDraft = {
    uuid,
    name: 'bench',
    description: '',
    questions: YES_OR_NO,
    registrars: [registrar.party.publicKey],
    registrarThreshold: 1,
    mandatoryTrustees: [],
    trustees: genesis.trustees,
    trusteeThreshold: quorum(genesis.trustees.length),
    opensAt,
    closesAt: opensAt + OPEN_FOR_MS,
  }
  const body = { kind: 'draft', draft, administrator: administrator.party.publicKey } as const
  const transaction = signTransaction(networkId, body, administrator.privateKey)
  await sendAndWait(connection, uuid, [transaction], () => true, TIMEOUT_S)
  return { publicKey: registrar.party.publicKey, privateKey: registrar.privateKey }
}

/** Runs a load against the daemons. */
export async function cast(
  { connection }: Daemons,
  { uuid, takers }: OpenElection,
  load: Load,
): Promise<LoadOutcome> {
  const { client, trust } = connection
  const { height } = orFail(await client.election(uuid))
  const { blockIntervalMs } = trust.genesis.parameters
  return runLoad(
    load,
    { client, takers, height, blockIntervalMs },
    { clock: steadyClock, signal: new AbortController().signal },
    (book, due) => progress(`${due} ballots due, ${book.settled()} final or refused`),
  )
}

/** What comes of ballots that are all due at once: how many a second become final from the first block on, and how many are in a block. */
export async function castAtOnce(
  daemons: Daemons,
  election: OpenElection,
  ballots: readonly OfferedTransaction[],
): Promise<{ readonly rate: number; readonly perBlock: number; readonly outcome: LoadOutcome }> {
  const atOnce = { rate: 1000 * ballots.length, warmUpS: 0, seconds: 0.001, settleS: SETTLE_S }
  const outcome = await cast(daemons, election, { ballots, ...atOnce })
  const blocks = outcome.book.blocks()
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined || first === last)
    throw new Error('these ballots are too few to see a rate: they were all in one block, or in none')
  const later = outcome.fates.finalised - first.ballots
  const rate = (1000 * later) / (last.noticedAt - first.noticedAt)
  return { rate, perBlock: outcome.fates.finalised / blocks.length, outcome }
}

/** A line about how far it is. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
