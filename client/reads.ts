/**
 * Certified reads. Two peers are asked where two are there; the newest certified head wins, and a peer that claims
 * absence at or above a height at which another proved presence has lied (elections and ballots never leave the state).
 */
import { equalBytes, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { maxFaulty } from '../consensus/index.ts'
import { isUuid } from '../election/index.ts'
import {
  decodeTransaction,
  MAX_TRANSACTION_BYTES,
  type Phase,
  type Transaction,
  transactionId,
} from '../ledger/index.ts'
import {
  type BallotAnswer,
  type BallotRequest,
  decodeBallotAnswer,
  decodeElectionAnswer,
  decodeSummary,
  type ElectionSummary,
  encodeBallotRequest,
  encodeIds,
  encodeUuid,
  type PeerName,
} from '../network/index.ts'
import {
  type VerifiedAnswer,
  type VerifiedBallotAnswer,
  type VerifiedElection,
  verifyBallotAnswer,
  verifyElectionAnswer,
} from './certified.ts'
import type { Heads } from './heads.ts'
import { ANSWER_BYTES_MAX, ELECTIONS_MAX, READ_PEERS } from './limits.ts'
import { type Answers, faultList, type Peers, type Question } from './peers.ts'
import type { CertifiedElection, ClientError, Trust } from './types.ts'

/** What reads need. */
export interface Reader {
  readonly peers: Peers
  readonly heads: Heads
  readonly trust: Trust
}

/** The record of an election at the newest certified head. */
export async function readElection(
  reader: Reader,
  uuid: string,
): Promise<Result<CertifiedElection, ClientError>> {
  if (!isUuid(uuid))
    return refuse(
      'unknown-election',
      `"${uuid.slice(0, 64)}" is not the id of an election: see election list`,
    )
  const question: Question<VerifiedElection> = {
    protocol: 'election',
    request: encodeUuid(uuid),
    chunksMax: 1,
    bytesMax: ANSWER_BYTES_MAX,
    check: (chunks) => {
      const answer = oneChunk(chunks, decodeElectionAnswer)
      return answer.ok ? verifyElectionAnswer(answer.value, uuid, reader.trust) : answer
    },
  }
  const isThere = (answer: VerifiedElection): boolean => answer.record !== undefined
  let found = await reader.peers.ask(question, READ_PEERS)
  // Absence has no proof: before it is believed, more peers are asked than may be faulty.
  const more = maxFaulty(reader.trust.genesis.validators.length) + 1
  if (more > READ_PEERS && found.answers.length > 0 && !found.answers.some(({ value }) => isThere(value)))
    found = await reader.peers.ask(question, more)
  const settled = settle(reader, found, isThere, 'says that there is no such election')
  if (!settled.ok) return settled
  const { head, record, ceremony } = settled.value
  if (record === undefined || ceremony === undefined)
    return refuse('unknown-election', `no peer knows an election ${uuid}`)
  return ok({ record, ceremony, height: head.header.height, time: head.header.time })
}

/** A finalised or waiting transaction by its id, which says that the bytes are right; undefined where no peer asked has it. */
export async function readTransaction(
  reader: Reader,
  id: Uint8Array,
): Promise<Result<Transaction | undefined, ClientError>> {
  const found = await reader.peers.ask(
    {
      protocol: 'transactions',
      request: encodeIds([id]),
      chunksMax: 1,
      bytesMax: MAX_TRANSACTION_BYTES,
      check: (chunks): Result<Transaction | undefined, Refusal> => {
        const [chunk] = chunks
        if (chunk === undefined) return ok(undefined)
        const transaction = decodeTransaction(chunk)
        if (!transaction.ok) return transaction
        return equalBytes(transactionId(transaction.value), id)
          ? transaction
          : refuse('bad-proof', 'answers with another transaction than the one asked for')
      },
    },
    READ_PEERS,
  )
  if (found.answers.length === 0) return nobody(found)
  return ok(found.answers.map(({ value }) => value).find((value) => value !== undefined))
}

/** A certified answer about a ballot, with the form that travels, of which receipts are made. */
export interface ProvedBallot extends VerifiedBallotAnswer {
  readonly answer: BallotAnswer
}

/** What the peers prove about a ballot and a credential; whatever is asked for and exists beats what is said to be absent. */
export async function readBallot(
  reader: Reader,
  request: BallotRequest,
): Promise<Result<ProvedBallot, ClientError>> {
  const found = await reader.peers.ask(
    {
      protocol: 'ballot',
      request: encodeBallotRequest(request),
      chunksMax: 1,
      bytesMax: ANSWER_BYTES_MAX,
      check: (chunks): Result<ProvedBallot, Refusal> => {
        const answer = oneChunk(chunks, decodeBallotAnswer)
        if (!answer.ok) return answer
        const verified = verifyBallotAnswer(answer.value, request, reader.trust)
        return verified.ok ? ok({ ...verified.value, answer: answer.value }) : verified
      },
    },
    READ_PEERS,
  )
  const isThere = (answer: ProvedBallot): boolean =>
    answer.record !== undefined &&
    (request.ballotId === undefined || answer.onBoard !== undefined) &&
    (request.credential === undefined || answer.counting !== undefined)
  return settle(reader, found, isThere, 'says that there is no such ballot or voter')
}

/** Phases in the order of an election's life. */
const PHASES: readonly string[] = [
  'draft',
  'frozen',
  'open',
  'decrypting',
  'tallied',
  'abandoned',
] satisfies Phase[]

/** How far an election is by a summary; what is no phase comes after all of them. */
function progressOf({ phase }: ElectionSummary): number {
  const at = PHASES.indexOf(phase)
  return at < 0 ? PHASES.length : at
}

/** What peers say that there is: a union, uncertified. Nobody can say of an election that it is over while another says that it is not. */
export async function listElections(
  reader: Reader,
): Promise<Result<readonly ElectionSummary[], ClientError>> {
  const found = await reader.peers.ask(
    {
      protocol: 'elections',
      request: new Uint8Array(0),
      chunksMax: ELECTIONS_MAX,
      bytesMax: ANSWER_BYTES_MAX,
      check: (chunks): Result<readonly ElectionSummary[], Refusal> => {
        const summaries: ElectionSummary[] = []
        for (const chunk of chunks) {
          const summary = decodeSummary(chunk)
          if (!summary.ok) return summary
          summaries.push(summary.value)
        }
        return ok(summaries)
      },
    },
    READ_PEERS,
  )
  if (found.answers.length === 0) return nobody(found)
  const byUuid = new Map<string, ElectionSummary>()
  for (const { value } of found.answers)
    for (const summary of value) {
      const other = byUuid.get(summary.uuid)
      if (other === undefined || progressOf(summary) < progressOf(other)) byUuid.set(summary.uuid, summary)
    }
  return ok([...byUuid.values()])
}

/** The error of a question that nobody answered credibly. */
export function nobody(found: Answers<unknown>): { readonly ok: false; readonly error: ClientError } {
  if (found.lies.length > 0)
    return refuse(
      'untrusted-answer',
      `no peer gave an answer that its proofs bear out: ${faultList(found.lies)}`,
    )
  const silent = faultList(found.silent) || 'none was given'
  return refuse('no-peer', `no peer answers; start a daemon, or name others that run: ${silent}`)
}

/** The only chunk of an answer, decoded. */
export function oneChunk<T>(
  chunks: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => Result<T, Refusal<'malformed'>>,
): Result<T, Refusal<'malformed'>> {
  const [chunk] = chunks
  return chunk === undefined ? refuse('malformed', 'an empty answer') : decode(chunk)
}

/** Forks first; then liars about absence; then the newest head among the answers with what was asked for. */
function settle<T extends VerifiedAnswer>(
  reader: Reader,
  found: Answers<T>,
  isThere: (answer: T) => boolean,
  lie: string,
): Result<T, ClientError> {
  for (const { peer, value } of found.answers) {
    const fork = reader.heads.note(value.head, peer)
    if (fork !== undefined) return { ok: false, error: fork }
  }
  const newest = (answers: readonly { readonly peer: PeerName; readonly value: T }[]): T | undefined =>
    answers
      .map((answer) => answer.value)
      .reduce<T | undefined>((a, b) => (a !== undefined && heightOf(a) >= heightOf(b) ? a : b), undefined)
  const present = found.answers.filter(({ value }) => isThere(value))
  const best = newest(present)
  if (best === undefined) {
    const absent = newest(found.answers)
    return absent === undefined ? nobody(found) : ok(absent)
  }
  const proved = Math.min(...present.map(({ value }) => heightOf(value)))
  for (const { peer, value } of found.answers)
    if (!isThere(value) && heightOf(value) >= proved)
      reader.peers.leaveOut(peer, `${lie}, while another proves it at height ${proved}`)
  return ok(best)
}

function heightOf(answer: VerifiedAnswer): number {
  return answer.head.header.height
}
