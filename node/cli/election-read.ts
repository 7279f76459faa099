/** `psephos election list`, `show UUID`, `result UUID`: what the network says about elections, certified. */
import { toHex } from '../../base/index.ts'
import type { CertifiedElection } from '../../client/index.ts'
import type { Question } from '../../election/index.ts'
import type { ElectionRecord, Genesis, Party } from '../../ledger/index.ts'
import type { Context } from './context.ts'
import { CommandError, orFail } from './error.ts'
import { type NetworkOptions, withNetwork } from './network.ts'
import { isoTime, pairs, resultTable, table, toIntegers } from './output.ts'

/** All elections that the peers know of. */
export async function runElectionList(options: NetworkOptions, context: Context): Promise<void> {
  const elections = await withNetwork(options, context, async ({ client }) =>
    orFail(await client.elections()),
  )
  const { output } = context
  output.say(
    elections.length === 0
      ? 'No election yet. An administrator drafts one: psephos election draft --help'
      : table([['uuid', 'phase', 'name'], ...elections.map(({ uuid, name, phase }) => [uuid, phase, name])]),
  )
  output.end({ ok: true, elections })
}

/** One election, as a quorum certified it. */
export async function runElectionShow(
  uuid: string,
  options: NetworkOptions,
  context: Context,
): Promise<void> {
  await withNetwork(options, context, async ({ client, trust }) => {
    const read = orFail(await client.election(uuid))
    const { output } = context
    output.say(describe(read, trust.genesis))
    output.end({ ok: true, ...summary(read, trust.genesis) })
  })
}

/** The result, once there is one. */
export async function runElectionResult(
  uuid: string,
  options: NetworkOptions,
  context: Context,
): Promise<void> {
  await withNetwork(options, context, async ({ client }) => {
    const { record, height } = orFail(await client.election(uuid))
    if (record.result === undefined) throw new CommandError('not-tallied', whyNoResult(record))
    const { output } = context
    output.say(`${record.draft.name}\n`)
    output.say(resultTable(record.draft.questions, record.result))
    output.say(
      `\n${turnout(record)} Certified at height ${height}. Recount it: psephos export, psephos audit.`,
    )
    output.end({
      ok: true,
      election: uuid,
      height,
      result: toIntegers(record.result),
      ballots: record.ballots,
      voted: record.voted,
    })
  })
}

function whyNoResult({ phase, draft, reason }: ElectionRecord): string {
  switch (phase) {
    case 'draft':
    case 'frozen':
      return `election ${draft.uuid} opens at ${isoTime(draft.opensAt)}`
    case 'open':
      return `election ${draft.uuid} is open until ${isoTime(draft.closesAt)}; nothing is decrypted before`
    case 'decrypting':
      return `the trustees of election ${draft.uuid} are still decrypting; ask again in a moment`
    case 'abandoned':
      return `election ${draft.uuid} was abandoned: ${reason ?? 'no reason is given'}`
    case 'tallied':
      return `election ${draft.uuid} has no result`
  }
}

function turnout({ voted, roll, ballots }: ElectionRecord): string {
  return `${voted} of ${roll?.voters ?? 0} voters voted, with ${ballots} ballots.`
}

function namesOf(keys: readonly Uint8Array[], parties: readonly Party[]): readonly string[] {
  const names = new Map(parties.map(({ name, publicKey }) => [toHex(publicKey), name]))
  return keys.map((key) => names.get(toHex(key)) ?? toHex(key))
}

/** The JSON of `election show`. */
function summary({ record, height, time }: CertifiedElection, genesis: Genesis): object {
  const { draft, roll, board } = record
  const trustees = namesOf(draft.trustees, genesis.validators)
  return {
    election: draft.uuid,
    name: draft.name,
    description: draft.description,
    phase: record.phase,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    height,
    time: isoTime(time),
    opensAt: isoTime(draft.opensAt),
    closesAt: isoTime(draft.closesAt),
    questions: draft.questions,
    trustees: trustees.map((name, i) => ({
      name,
      hasKey: record.trusteeKeys[i] !== undefined,
      hasDecrypted: record.decryptions.some(({ owner }) => owner === i + 1),
    })),
    registrars: namesOf(draft.registrars, genesis.registrars),
    registrarThreshold: draft.registrarThreshold,
    rolls: record.rolls.map((progress) => ({
      hash: toHex(progress.hash),
      chunks: progress.chunks,
      received: progress.received,
      signers: namesOf(progress.signers, genesis.registrars),
    })),
    ...(roll === undefined
      ? {}
      : {
          roll: {
            hash: toHex(roll.hash),
            voters: roll.voters,
            totalWeight: roll.totalWeight,
            signers: namesOf(roll.signers, genesis.registrars),
          },
        }),
    ...(record.electionHash === undefined ? {} : { electionHash: toHex(record.electionHash) }),
    ...(board === undefined ? {} : { board: { height: board.height, hash: toHex(board.hash) } }),
    ballots: record.ballots,
    voted: record.voted,
    votedWeight: record.votedWeight,
    ...(record.result === undefined ? {} : { result: toIntegers(record.result) }),
  }
}

function describe({ record, height, time }: CertifiedElection, genesis: Genesis): string {
  const { draft, roll } = record
  const keys = record.trusteeKeys.filter((key) => key !== undefined).length
  const rows: (readonly [string, string])[] = [
    ['uuid', draft.uuid],
    ['name', draft.name],
    ['phase', record.reason === undefined ? record.phase : `${record.phase}: ${record.reason}`],
    ['opens', isoTime(draft.opensAt)],
    ['closes', isoTime(draft.closesAt)],
    ['trustees', `${namesOf(draft.trustees, genesis.validators).join(', ')} (${keys} keys published)`],
    [
      'registrars',
      `${namesOf(draft.registrars, genesis.registrars).join(', ')} (${draft.registrarThreshold} must sign)`,
    ],
    [
      'roll',
      roll === undefined ? pendingRolls(record) : `${roll.voters} voters, total weight ${roll.totalWeight}`,
    ],
    ['ballots', turnout(record)],
    ['certified', `at height ${height}, ${isoTime(time)}`],
  ]
  const questions = draft.questions.map(
    (question, i) =>
      `\n${i + 1}. ${question.question} (${howMany(question)})\n` +
      question.answers.map((answer) => `   - ${answer}`).join('\n'),
  )
  return [pairs(rows), ...questions].join('\n')
}

function howMany({ min, max, blank }: Question): string {
  const count = min === max ? `choose ${min}` : `choose ${min} to ${max}`
  return blank ? `${count}, or blank` : count
}

function pendingRolls({ rolls }: ElectionRecord): string {
  if (rolls.length === 0) return 'not published yet'
  return rolls
    .map(({ received, chunks, signers }) => `${received} of ${chunks} chunks, ${signers.length} signatures`)
    .join('; ')
}
