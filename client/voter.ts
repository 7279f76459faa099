/**
 * Casting a ballot: read the certified election, encrypt here, hand the ballot to several peers, and believe that it is
 * final only when a quorum's certificate and Merkle proofs say so. When they do not in time, the voter is told who took
 * the ballot (T27).
 */
import { ok, type Result, refuse } from '../base/index.ts'
import type { Random } from '../crypto/index.ts'
import {
  type AcceleratedBallot,
  ballotId,
  createAcceleratedBallot,
  credentialSecret,
  type Election,
  isCredential,
  tracker,
} from '../election/index.ts'
import { type ElectionRecord, encodeTransaction } from '../ledger/index.ts'
import type { BallotAnswer, OfferedTransaction, SubmitOutcome } from '../network/index.ts'
import { derivedElection } from './certified.ts'
import { DELIVERIES_MAX, POLL_INTERVAL_MS, RESUBMIT_AFTER_MS } from './limits.ts'
import { type Reader, readBallot, readElection } from './reads.ts'
import { createReceipt } from './receipt.ts'
import { fateOf, isTaken, submitTo } from './submit.ts'
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
  const created = prepareBallot(election.value, options, dependencies.random)
  if (!created.ok) return created
  const { ballot } = created.value
  const voter = await readBallot(reader, { uuid: options.uuid, credential: ballot.credential })
  if (!voter.ok) return voter
  if (voter.value.counting === undefined)
    return refuse(
      'unknown-credential',
      `the roll of election ${options.uuid} does not have this credential; is it for another election?`,
    )
  return submitUntilFinal(reader, created.value, options, dependencies)
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
): Result<AcceleratedBallot, ClientError> {
  const secret = credentialSecret(options.uuid, options.credential)
  const ballot = createAcceleratedBallot(election, secret, options.answers, random)
  return ballot.ok ? ballot : refuse('answers-invalid', ballot.error.detail)
}

/** What the peers have said about a ballot so far. */
interface Delivery {
  readonly takenBy: Set<string>
  /** Requests that some peer has not answered yet. */
  underWay: number
  /** Why all peers that answered refuse it. */
  refusal?: ClientError
  /** The last thing that went wrong. */
  trouble?: ClientError
}

/**
 * Hands the ballot in, again from time to time, until it is proved to be on the board or the time is over. The proof is looked for
 * while peers still answer: a slow one delays nobody.
 */
async function submitUntilFinal(
  reader: Reader,
  { ballot, accelerator }: AcceleratedBallot,
  options: VoteOptions,
  { now, sleep }: Pick<ClientDependencies, 'now' | 'sleep'>,
): Promise<Result<CastBallot, ClientError>> {
  const id = ballotId(ballot)
  const offered = { bytes: encodeTransaction({ kind: 'ballot', ballot }), accelerator }
  const { uuid, timeoutMs } = options
  const deadline = now() + timeoutMs
  const delivery: Delivery = { takenBy: new Set(), underWay: 0 }
  let submitAgainAt = now()
  do {
    if (delivery.underWay < DELIVERIES_MAX && now() >= submitAgainAt) {
      submitAgainAt = now() + RESUBMIT_AFTER_MS
      void deliver(reader, offered, delivery)
    }
    await sleep(POLL_INTERVAL_MS)
    if (delivery.refusal !== undefined) return { ok: false, error: delivery.refusal }
    const proved = await readBallot(reader, { uuid, ballotId: id, credential: ballot.credential })
    if (proved.ok && isComplete(proved.value.answer)) {
      const receipt = createReceipt(uuid, reader.trust.networkId, proved.value.answer)
      return ok({ tracker: tracker(id), receipt, height: proved.value.head.header.height })
    }
    if (!proved.ok && proved.error.code === 'fork') return proved
    if (!proved.ok) delivery.trouble = proved.error
  } while (now() < deadline)
  return notFinal(id, timeoutMs, delivery)
}

function notFinal(
  id: Uint8Array,
  timeoutMs: number,
  { takenBy, trouble }: Delivery,
): { readonly ok: false; readonly error: ClientError } {
  const who = takenBy.size === 0 ? 'no peer took it' : `taken by ${[...takenBy].join(', ')}`
  const last = trouble === undefined ? '' : `; last trouble: ${trouble.detail}`
  return refuse(
    'not-final-in-time',
    `ballot ${tracker(id)} was not final after ${timeoutMs} ms (${who})${last}; vote again through other peers, the last ballot counts`,
  )
}

/** Hands the ballot to all peers and notes what they say; never fails. */
async function deliver(reader: Reader, offered: OfferedTransaction, delivery: Delivery): Promise<void> {
  const { takenBy } = delivery
  delivery.underWay++
  const submitted = await submitTo(reader.peers, [offered], (peer, [outcome]) => {
    if (outcome !== undefined && isTaken(outcome)) takenBy.add(peer)
  })
  delivery.underWay--
  if (!submitted.ok) {
    if (submitted.error.code === 'no-peer' || takenBy.size > 0) delivery.trouble = submitted.error
    else delivery.refusal = submitted.error
    return
  }
  const refusal = fateOf(submitted.value, 0).refusals.find(({ code }) => code !== 'busy')
  if (takenBy.size === 0 && refusal !== undefined) delivery.refusal = refusalOf(refusal)
}

function refusalOf({ code, detail, peer }: SubmitOutcome & { readonly peer: string }): ClientError {
  const text = `${code}: ${detail} (peer ${peer})`
  if (code === 'unknown-credential') return { code, detail: text }
  if (code === 'not-open' || code === 'wrong-phase') return { code: 'not-open', detail: text }
  return { code: 'refused', detail: text }
}

function isComplete(
  answer: BallotAnswer,
): answer is BallotAnswer & Required<Pick<BallotAnswer, 'record' | 'onBoard' | 'counting'>> {
  return answer.record !== undefined && answer.onBoard !== undefined && answer.counting !== undefined
}
