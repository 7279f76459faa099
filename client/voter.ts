/**
 * Casting a ballot: read the certified election, encrypt here, hand the ballot to several peers, and believe that it is
 * final only when a quorum's certificate and Merkle proofs say so. When they do not in time, the voter is told who took
 * the ballot (T27).
 */
import { ok, type Result, refuse } from '../base/index.ts'
import type { Random } from '../crypto/index.ts'
import {
  type Ballot,
  ballotId,
  createBallot,
  credentialSecret,
  type Election,
  isCredential,
  tracker,
} from '../election/index.ts'
import type { ElectionRecord } from '../ledger/index.ts'
import type { BallotAnswer } from '../network/index.ts'
import { derivedElection } from './certified.ts'
import { POLL_INTERVAL_MS, RESUBMIT_AFTER_MS } from './limits.ts'
import { type Reader, readBallot, readElection } from './reads.ts'
import { createReceipt } from './receipt.ts'
import { fateOf, submitTo } from './submit.ts'
import type { CastBallot, ClientDependencies, ClientError } from './types.ts'

/** A voter's order. */
export interface VoteOptions {
  readonly uuid: string
  /** The private credential. */
  readonly credential: string
  readonly answers: readonly (readonly number[])[]
  readonly timeoutMs: number
}

/** Encrypts, submits, waits for finality; the receipt. */
export async function castBallot(
  reader: Reader,
  options: VoteOptions,
  dependencies: Pick<ClientDependencies, 'random' | 'now' | 'sleep'>,
): Promise<Result<CastBallot, ClientError>> {
  if (!isCredential(options.credential))
    return refuse(
      'unknown-credential',
      'this is not a credential: XXXXX-XXXXXX-XXXXX-XXXXXX is what they look like',
    )
  const read = await readElection(reader, options.uuid)
  if (!read.ok) return read
  const election = openElection(read.value.record)
  if (!election.ok) return election
  const ballot = prepareBallot(election.value, options, dependencies.random)
  if (!ballot.ok) return ballot
  const voter = await readBallot(reader, { uuid: options.uuid, credential: ballot.value.credential })
  if (!voter.ok) return voter
  if (voter.value.counting === undefined)
    return refuse(
      'unknown-credential',
      `the roll of election ${options.uuid} does not have this credential; is it for another election?`,
    )
  return submitUntilFinal(reader, ballot.value, options, dependencies)
}

/** The election of a record that takes ballots. */
function openElection(record: ElectionRecord): Result<Election, ClientError> {
  const { uuid, opensAt, closesAt } = record.draft
  const at = (time: number): string => new Date(time).toISOString()
  switch (record.phase) {
    case 'draft':
    case 'frozen':
      return refuse('not-open', `election ${uuid} opens at ${at(opensAt)}`)
    case 'decrypting':
    case 'tallied':
      return refuse('not-open', `election ${uuid} closed at ${at(closesAt)}`)
    case 'abandoned':
      return refuse('not-open', `election ${uuid} was abandoned: ${record.reason ?? 'no reason is given'}`)
    case 'open': {
      const election = derivedElection(record)
      return election.ok && election.value !== undefined
        ? ok(election.value)
        : refuse('untrusted-answer', 'the record of an open election has no election')
    }
  }
}

function prepareBallot(
  election: Election,
  options: VoteOptions,
  random: Random,
): Result<Ballot, ClientError> {
  const secret = credentialSecret(options.uuid, options.credential)
  const ballot = createBallot(election, secret, options.answers, random)
  return ballot.ok ? ballot : refuse('answers-invalid', ballot.error.detail)
}

/** Hands the ballot in, again from time to time, until it is proved to be on the board or the time is over. */
async function submitUntilFinal(
  reader: Reader,
  ballot: Ballot,
  options: VoteOptions,
  { now, sleep }: Pick<ClientDependencies, 'now' | 'sleep'>,
): Promise<Result<CastBallot, ClientError>> {
  const id = ballotId(ballot)
  const deadline = now() + options.timeoutMs
  const takenBy = new Set<string>()
  let submitAgainAt = now()
  let trouble: ClientError | undefined
  do {
    if (now() >= submitAgainAt) {
      submitAgainAt = now() + RESUBMIT_AFTER_MS
      const handedIn = await handIn(reader, ballot)
      if (!handedIn.ok && handedIn.error.code !== 'no-peer' && takenBy.size === 0) return handedIn
      if (handedIn.ok) for (const peer of handedIn.value) takenBy.add(peer)
      else trouble = handedIn.error
    }
    await sleep(POLL_INTERVAL_MS)
    const proved = await readBallot(reader, {
      uuid: options.uuid,
      ballotId: id,
      credential: ballot.credential,
    })
    if (proved.ok && isComplete(proved.value.answer)) {
      const receipt = createReceipt(options.uuid, reader.trust.networkId, proved.value.answer)
      return ok({ tracker: tracker(id), receipt, height: proved.value.head.header.height })
    }
    if (!proved.ok) {
      if (proved.error.code === 'fork') return proved
      trouble = proved.error
    }
  } while (now() < deadline)
  const who = takenBy.size === 0 ? 'no peer took it' : `taken by ${[...takenBy].join(', ')}`
  return refuse(
    'not-final-in-time',
    `ballot ${tracker(id)} was not final after ${options.timeoutMs} ms (${who})${trouble === undefined ? '' : `; last trouble: ${trouble.detail}`}; vote again through other peers, the last ballot counts`,
  )
}

/** The peers that took the ballot (none: all were busy), or why all others refuse it. */
async function handIn(reader: Reader, ballot: Ballot): Promise<Result<readonly string[], ClientError>> {
  const submitted = await submitTo(reader.peers, [{ kind: 'ballot', ballot }])
  if (!submitted.ok) return submitted
  const { takenBy, refusals } = fateOf(submitted.value, 0)
  const refusal = refusals.find(({ code }) => code !== 'busy')
  if (takenBy.length > 0 || refusal === undefined) return ok(takenBy)
  const detail = `${refusal.code}: ${refusal.detail} (peer ${refusal.peer})`
  if (refusal.code === 'unknown-credential') return refuse('unknown-credential', detail)
  if (refusal.code === 'not-open' || refusal.code === 'wrong-phase') return refuse('not-open', detail)
  return refuse('refused', detail)
}

function isComplete(
  answer: BallotAnswer,
): answer is BallotAnswer & Required<Pick<BallotAnswer, 'record' | 'onBoard' | 'counting'>> {
  return answer.record !== undefined && answer.onBoard !== undefined && answer.counting !== undefined
}
