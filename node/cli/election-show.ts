/** `psephos election show UUID`: one election as a quorum certified it, for people and as JSON; above all whom it waits for. */
import { toHex } from '../../base/index.ts'
import type { CertifiedElection } from '../../client/index.ts'
import type { Question } from '../../election/index.ts'
import type { ElectionRecord, Genesis, Party } from '../../ledger/index.ts'
import {
  ceremonyText,
  ceremonyView,
  missingNames,
  partText,
  roleText,
  thresholdText,
  trusteeViews,
  waitingText,
} from '../index.ts'
import type { Context } from './context.ts'
import { orFail } from './error.ts'
import { type NetworkOptions, withNetwork } from './network.ts'
import { indent, isoTime, pairs, table, toIntegers } from './output.ts'

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

/** Who voted, in a sentence. */
export function turnout({ voted, roll, ballots }: ElectionRecord): string {
  return `${voted} of ${roll?.voters ?? 0} voters voted, with ${ballots} ballots.`
}

function namesOf(keys: readonly Uint8Array[], parties: readonly Party[]): readonly string[] {
  const names = new Map(parties.map(({ name, publicKey }) => [toHex(publicKey), name]))
  return keys.map((key) => names.get(toHex(key)) ?? toHex(key))
}

/** The JSON of `election show`. */
export function summary(read: CertifiedElection, genesis: Genesis): object {
  const { record, height, time } = read
  const { draft, roll, board } = record
  const waiting = waitingText(read)
  return {
    election: draft.uuid,
    name: draft.name,
    description: draft.description,
    phase: record.phase,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(waiting === undefined ? {} : { waiting }),
    missing: missingNames(read),
    height,
    time: isoTime(time),
    opensAt: isoTime(draft.opensAt),
    closesAt: isoTime(draft.closesAt),
    questions: draft.questions,
    ceremony: ceremonyView(read),
    trustees: trusteeViews(read),
    trusteeThreshold: draft.trusteeThreshold,
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

/** The text of `election show`. */
export function describe(read: CertifiedElection, genesis: Genesis): string {
  const { record, height, time } = read
  const { draft, roll } = record
  const waiting = waitingText(read)
  const rows: readonly (readonly [string, string])[] = [
    ['uuid', draft.uuid],
    ['name', draft.name],
    ['phase', record.reason === undefined ? record.phase : `${record.phase}: ${record.reason}`],
    ...(waiting === undefined ? [] : [['waiting', waiting] as const]),
    ['opens', isoTime(draft.opensAt)],
    ['closes', isoTime(draft.closesAt)],
    ...(hasFinished(read) ? [['ceremony', ceremonyText(read)] as const] : []),
    ['key', `${thresholdText(read)} can decrypt together`],
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
  const trustees = trusteeViews(read).map(({ name }, place) => [
    name,
    roleText(read, place),
    partText(read, place),
  ])
  const questions = draft.questions.map(
    (question, i) =>
      `\n${i + 1}. ${question.question} (${howMany(question)})\n` +
      question.answers.map((answer) => `   - ${answer}`).join('\n'),
  )
  const people = table([['trustee', 'role', 'what it has published'], ...trustees])
  return [pairs(rows), '', indent(people), ...questions].join('\n')
}

/** Whether there was a ceremony that is over; one that goes on is what the election waits for. */
function hasFinished({ record, ceremony }: CertifiedElection): boolean {
  return record.draft.trustees.length > 0 && ceremony.step === 'done'
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
