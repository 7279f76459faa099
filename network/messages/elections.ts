/**
 * What clients read: elections, records under a certified head, and where a ballot stands. `archive`: the request is a
 * uuid; chunks: first an ElectionAnswer, then the `.bel` in pieces. `diagnostics`: empty request; one chunk of JSON.
 */
import { ContainerType, ListCompositeType, UintBigintType, type ValueOf } from '@chainsafe/ssz'
import { assert, codec, type Refusal, type Result } from '../../base/index.ts'
import {
  MAX_CEREMONY_BYTES,
  MAX_CERTIFICATE_BYTES,
  MAX_CODE_BYTES,
  MAX_HEADER_BYTES,
  MAX_NAME_BYTES,
  MAX_RECORD_BYTES,
  MAX_UUID_BYTES,
  SSZ_OVERHEAD_BYTES,
} from '../limits.ts'
import {
  BRANCH,
  bounded,
  branch,
  bytesUpTo,
  cutText,
  HASH,
  hash,
  isNumber,
  type Message,
  message,
  NUMBER,
  number,
  optional,
  text,
  texts,
} from './wire.ts'

/** The head a certified answer is proved against: encoded header and certificate. */
export interface CertifiedHead {
  readonly header: Uint8Array
  readonly certificate: Uint8Array
}
/** A record under the head's state root. */
export interface CertifiedRecord {
  readonly record: Uint8Array
  readonly index: number
  readonly branch: readonly Uint8Array[]
}
/** `elections`: empty request; the response is a chunk for each election: (uuid, name, phase) for finding one's way; uncertified. */
export interface ElectionSummary {
  readonly uuid: string
  /** Cut at MAX_NAME_BYTES. */
  readonly name: string
  readonly phase: string
}
/** What an answer about an election begins with. Without a record: no such election. */
export interface RecordAnswer {
  readonly head: CertifiedHead
  readonly record?: CertifiedRecord
}
/** `election`: a uuid; one chunk. The ceremony that the record commits to comes with the record. */
export interface ElectionAnswer extends RecordAnswer {
  readonly ceremony?: Uint8Array
}
/** `ballot`: is it on the board, and what counts for this credential? Either may be left out. */
export interface BallotRequest {
  readonly uuid: string
  readonly ballotId?: Uint8Array
  readonly credential?: Uint8Array
}
export interface BallotAnswer extends RecordAnswer {
  readonly onBoard?: {
    readonly ballotId: Uint8Array
    readonly position: number
    readonly branch: readonly Uint8Array[]
  }
  readonly counting?: {
    readonly credential: Uint8Array
    readonly weight: bigint
    readonly place: number
    readonly rollBranch: readonly Uint8Array[]
    readonly ballotId: Uint8Array
    readonly countingBranch: readonly Uint8Array[]
  }
}

// ---- schemas -------------------------------------------------------------------------------------------------------------
const UUID = bytesUpTo(MAX_UUID_BYTES)
const SUMMARY = new ContainerType({
  uuid: UUID,
  name: bytesUpTo(MAX_NAME_BYTES),
  phase: bytesUpTo(MAX_CODE_BYTES),
})
const HEAD = new ContainerType({
  header: bytesUpTo(MAX_HEADER_BYTES),
  certificate: bytesUpTo(MAX_CERTIFICATE_BYTES),
})
const RECORD = new ContainerType({ record: bytesUpTo(MAX_RECORD_BYTES), index: NUMBER, branch: BRANCH })
const ANSWER = new ContainerType({
  head: HEAD,
  record: new ListCompositeType(RECORD, 1),
  ceremony: new ListCompositeType(bytesUpTo(MAX_CEREMONY_BYTES), 1),
})
const BALLOT_REQUEST = new ContainerType({
  uuid: UUID,
  ballotId: new ListCompositeType(HASH, 1),
  credential: new ListCompositeType(HASH, 1),
})
const ON_BOARD = new ContainerType({ ballotId: HASH, position: NUMBER, branch: BRANCH })
const COUNTING = new ContainerType({
  credential: HASH,
  weight: new UintBigintType(8),
  place: NUMBER,
  rollBranch: BRANCH,
  ballotId: HASH,
  countingBranch: BRANCH,
})
const BALLOT_ANSWER = new ContainerType({
  head: HEAD,
  record: new ListCompositeType(RECORD, 1),
  onBoard: new ListCompositeType(ON_BOARD, 1),
  counting: new ListCompositeType(COUNTING, 1),
})
export const MAX_SUMMARY_BYTES: number = MAX_UUID_BYTES + MAX_NAME_BYTES + MAX_CODE_BYTES + SSZ_OVERHEAD_BYTES
/** One record with its ceremony, a head, four branches of at most 2 KiB. */
export const MAX_ANSWER_BYTES: number =
  MAX_HEADER_BYTES +
  MAX_CERTIFICATE_BYTES +
  MAX_RECORD_BYTES +
  MAX_CEREMONY_BYTES +
  4 * BRANCH.maxSize +
  SSZ_OVERHEAD_BYTES
export const MAX_BALLOT_REQUEST_BYTES: number = MAX_UUID_BYTES + SSZ_OVERHEAD_BYTES

// ---- steps between schema and port ------------------------------------------------------------------------------------------
type Wire<S extends Parameters<typeof codec>[0]> = ValueOf<S>

const uuidToWire = (uuid: string): Uint8Array => {
  assert(uuid.length > 0, 'a uuid is not empty')
  return text(uuid, MAX_UUID_BYTES)
}
const uuidFromWire = (bytes: Uint8Array): string | undefined => texts(bytes)?.[0] || undefined

type RecordWire = Pick<Wire<typeof ANSWER>, 'head' | 'record'>

function recordToWire({ head, record }: RecordAnswer): RecordWire {
  return {
    head: {
      header: bounded(head.header, MAX_HEADER_BYTES),
      certificate: bounded(head.certificate, MAX_CERTIFICATE_BYTES),
    },
    record: optional(record).map((one) => ({
      record: bounded(one.record, MAX_RECORD_BYTES),
      index: number(one.index),
      branch: branch(one.branch),
    })),
  }
}

function recordFromWire({ head, record: [record] }: RecordWire): RecordAnswer | undefined {
  if (record === undefined) return { head }
  return isNumber(record.index) ? { head, record } : undefined
}

function answerToWire(answer: ElectionAnswer): Wire<typeof ANSWER> {
  const ceremony = optional(answer.ceremony).map((bytes) => bounded(bytes, MAX_CEREMONY_BYTES))
  return { ...recordToWire(answer), ceremony }
}

function answerFromWire(wire: Wire<typeof ANSWER>): ElectionAnswer | undefined {
  const answer = recordFromWire(wire)
  const [ceremony] = wire.ceremony
  return answer === undefined || ceremony === undefined ? answer : { ...answer, ceremony }
}

function ballotAnswerToWire(answer: BallotAnswer): Wire<typeof BALLOT_ANSWER> {
  const { onBoard, counting } = answer
  return {
    ...recordToWire(answer),
    onBoard: optional(onBoard).map((one) => ({
      ballotId: hash(one.ballotId),
      position: number(one.position),
      branch: branch(one.branch),
    })),
    counting: optional(counting).map(countingToWire),
  }
}

function countingToWire(counting: NonNullable<BallotAnswer['counting']>): Wire<typeof COUNTING> {
  assert(counting.weight >= 0n && counting.weight < 1n << 64n, 'a weight is below 2^64')
  return {
    credential: hash(counting.credential),
    weight: counting.weight,
    place: number(counting.place),
    rollBranch: branch(counting.rollBranch),
    ballotId: hash(counting.ballotId),
    countingBranch: branch(counting.countingBranch),
  }
}

function ballotAnswerFromWire(wire: Wire<typeof BALLOT_ANSWER>): BallotAnswer | undefined {
  const answer = recordFromWire(wire)
  const {
    onBoard: [onBoard],
    counting: [counting],
  } = wire
  if (answer === undefined) return undefined
  if (onBoard && !isNumber(onBoard.position)) return undefined
  if (counting && !isNumber(counting.place)) return undefined
  return { ...answer, ...(onBoard ? { onBoard } : {}), ...(counting ? { counting } : {}) }
}

// ---- messages ----------------------------------------------------------------------------------------------------------------
const uuids: Message<string> = message(
  'uuid',
  MAX_UUID_BYTES,
  codec<typeof UUID>(UUID, MAX_UUID_BYTES),
  uuidToWire,
  uuidFromWire,
)
const summaries: Message<ElectionSummary> = message(
  'summary',
  MAX_SUMMARY_BYTES,
  codec<typeof SUMMARY>(SUMMARY, MAX_SUMMARY_BYTES),
  ({ uuid, name, phase }) => ({
    uuid: uuidToWire(uuid),
    name: cutText(name, MAX_NAME_BYTES),
    phase: text(phase, MAX_CODE_BYTES),
  }),
  (wire) => {
    const [uuid, name, phase] = texts(wire.uuid, wire.name, wire.phase) ?? []
    return uuid && name !== undefined && phase !== undefined ? { uuid, name, phase } : undefined
  },
)
const answers: Message<ElectionAnswer> = message(
  'election',
  MAX_ANSWER_BYTES,
  codec<typeof ANSWER>(ANSWER, MAX_ANSWER_BYTES),
  answerToWire,
  answerFromWire,
)
const ballotRequests: Message<BallotRequest> = message(
  'ballot request',
  MAX_BALLOT_REQUEST_BYTES,
  codec<typeof BALLOT_REQUEST>(BALLOT_REQUEST, MAX_BALLOT_REQUEST_BYTES),
  ({ uuid, ballotId, credential }) => ({
    uuid: uuidToWire(uuid),
    ballotId: optional(ballotId).map(hash),
    credential: optional(credential).map(hash),
  }),
  ({ uuid: bytes, ballotId: [ballotId], credential: [credential] }) => {
    const uuid = uuidFromWire(bytes)
    if (uuid === undefined) return undefined
    return {
      uuid,
      ...(ballotId ? { ballotId } : {}),
      ...(credential ? { credential } : {}),
    }
  },
)
const ballotAnswers: Message<BallotAnswer> = message(
  'ballot',
  MAX_ANSWER_BYTES,
  codec<typeof BALLOT_ANSWER>(BALLOT_ANSWER, MAX_ANSWER_BYTES),
  ballotAnswerToWire,
  ballotAnswerFromWire,
)

export function encodeUuid(uuid: string): Uint8Array {
  return uuids.encode(uuid)
}
export function decodeUuid(bytes: Uint8Array): Result<string, Refusal<'malformed'>> {
  return uuids.decode(bytes)
}
export function encodeSummary(summary: ElectionSummary): Uint8Array {
  return summaries.encode(summary)
}
export function decodeSummary(bytes: Uint8Array): Result<ElectionSummary, Refusal<'malformed'>> {
  return summaries.decode(bytes)
}
export function encodeElectionAnswer(answer: ElectionAnswer): Uint8Array {
  return answers.encode(answer)
}
export function decodeElectionAnswer(bytes: Uint8Array): Result<ElectionAnswer, Refusal<'malformed'>> {
  return answers.decode(bytes)
}
export function encodeBallotRequest(request: BallotRequest): Uint8Array {
  return ballotRequests.encode(request)
}
export function decodeBallotRequest(bytes: Uint8Array): Result<BallotRequest, Refusal<'malformed'>> {
  return ballotRequests.decode(bytes)
}
export function encodeBallotAnswer(answer: BallotAnswer): Uint8Array {
  return ballotAnswers.encode(answer)
}
export function decodeBallotAnswer(bytes: Uint8Array): Result<BallotAnswer, Refusal<'malformed'>> {
  return ballotAnswers.decode(bytes)
}
