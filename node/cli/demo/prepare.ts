/** The preparation of a demo's election: its draft, the key that the trustees make, the roll that the registrar publishes. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { quorum } from '../../../consensus/index.ts'
import { createUuid, type Election, publicCredentialsJson } from '../../../election/index.ts'
import {
  type Ceremony,
  type ElectionDraft,
  type ElectionRecord,
  electionOf,
  faultText,
  signTransaction,
} from '../../../ledger/index.ts'
import { systemRandom, thresholdText } from '../../index.ts'
import { type IssuedCredential, issueCredentials } from '../credentials-generate.ts'
import { CommandError, orFail } from '../error.ts'
import { writeNewFile } from '../files.ts'
import { publishRoll, readRoll, signRoll } from '../roll.ts'
import { loadPartyKey, sendAndWait } from '../transact.ts'
import { ceremonyWatcher } from './ceremony.ts'
import { measureBallot, planTimes } from './plan.ts'
import { STEP_TIMEOUT_S, type Stage, seconds } from './stage.ts'

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
    mandatoryTrustees: [],
    trustees: genesis.trustees,
    trusteeThreshold: quorum(genesis.trustees.length),
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

/** The trustees make the key by themselves, while the registrar publishes the roll; then nothing can change any more. */
export async function prepareElection(
  stage: Stage,
  uuid: string,
): Promise<{ readonly election: Election; readonly issued: readonly IssuedCredential[] }> {
  const [issued] = await Promise.all([publishVoters(stage, uuid), awaitKey(stage, uuid)])
  const isFrozen = ({ electionHash }: ElectionRecord): boolean => electionHash !== undefined
  const { client } = stage.connection
  const frozen = orFail(await client.waitFor(uuid, isFrozen, STEP_TIMEOUT_S * 1000))
  const election = electionOf(frozen.record)
  if (election === undefined) throw new CommandError('untrusted-answer', 'a frozen election without its key')
  return { election, issued }
}

async function publishVoters(stage: Stage, uuid: string): Promise<readonly IssuedCredential[]> {
  const { context, connection, testnet, voters, directory } = stage
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
  context.output.progress(`roll: ${voters.length} credentials published and signed`)
  return issued
}

/** Looks on while the trustees' daemons run the key ceremony. */
async function awaitKey({ context, connection }: Stage, uuid: string): Promise<void> {
  const { output } = context
  let tell: ((ceremony: Ceremony) => void) | undefined
  const isDone = ({ draft }: ElectionRecord, ceremony: Ceremony): boolean => {
    tell ??= ceremonyWatcher(
      (line) => output.progress(line),
      (fault) => faultText(draft, fault),
    )
    tell(ceremony)
    return ceremony.step === 'done'
  }
  const read = orFail(await connection.client.waitFor(uuid, isDone, STEP_TIMEOUT_S * 1000))
  output.progress(`ceremony: the key is made; ${thresholdText(read)} can decrypt`)
}
