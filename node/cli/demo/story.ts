/**
 * The course of a demo's election from its opening to its result. Everything goes through the doors that a real election uses:
 * signed transactions, certified reads, exports that must end in the certified board.
 */
import type { CertifiedElection } from '../../../client/index.ts'
import { type Ballot, createBallot, credentialSecret, type Election } from '../../../election/index.ts'
import type { ElectionDraft, ElectionRecord } from '../../../ledger/index.ts'
import { systemRandom, trusteeViews } from '../../index.ts'
import type { IssuedCredential } from '../credentials-generate.ts'
import { CommandError, orFail } from '../error.ts'
import type { Connection } from '../network.ts'
import { send } from '../transact.ts'
import { pause, STEP_TIMEOUT_S, type Stage, seconds } from './stage.ts'

/** How the voting went. */
export interface Voting {
  /** Ballots that the voters handed in. */
  readonly cast: number
  /** The receipt of one voter, unless the election closed before that ballot was final. */
  readonly receipt?: string
  /** The archive of the time when everybody had voted once. */
  readonly halfWay: Uint8Array
}

/** Ballots handed in at once: the peers verify them before they answer. */
const BALLOTS_AT_ONCE = 8
/** Between two looks at what is final. */
const LOOK_INTERVAL_MS = 500

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
  const tallied = orFail(await connection.client.waitFor(draft.uuid, isTallied, STEP_TIMEOUT_S * 1000))
  context.output.progress(`tally: decrypted by ${decryptersOf(tallied).join(', ')}`)
  return tallied
}

/** The names of the trustees whose partial decryptions are there. */
export function decryptersOf(read: CertifiedElection): readonly string[] {
  return trusteeViews(read).flatMap(({ name, hasDecrypted }) => (hasDecrypted ? [name] : []))
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
