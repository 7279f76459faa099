/**
 * Exports: the archive of an election, believed only when its events, recomputed one by one, end in the board head that a
 * quorum certified, and when it holds exactly the data that those events name (T25). What the data *say* is the
 * audit's business.
 */
import {
  concatAll,
  equalBytes,
  fromHex,
  ok,
  type Refusal,
  type Result,
  refuse,
  toHex,
} from '../base/index.ts'
import {
  type ArchiveEntry,
  type BoardHead,
  type EventType,
  hasPayload,
  nextEvent,
  payloadHash,
  readArchive,
} from '../election/index.ts'
import type { ElectionRecord } from '../ledger/index.ts'
import { decodeElectionAnswer, encodeUuid } from '../network/index.ts'
import { type VerifiedAnswer, verifyAnswer } from './certified.ts'
import { ARCHIVE_BYTES_MAX, ARCHIVE_CHUNKS_MAX, READ_PEERS } from './limits.ts'
import type { Answers, Question } from './peers.ts'
import { nobody, type Reader, readElection } from './reads.ts'
import type { ClientError } from './types.ts'

/** An archive and the certified record that it follows from. */
export interface CertifiedArchive {
  readonly archive: Uint8Array
  readonly record: ElectionRecord
}

interface ArchiveAnswer extends VerifiedAnswer {
  readonly archive: Uint8Array
}

/**
 * The archive of an election. Where its board stands is asked of two peers first; an archive that is certified and older than
 * that is not taken while another peer has a newer one (a peer may be late, or withhold the end of the board).
 */
export async function exportArchive(
  reader: Reader,
  uuid: string,
): Promise<Result<CertifiedArchive, ClientError>> {
  const known = await readElection(reader, uuid)
  if (!known.ok) return known
  const { board, draft } = known.value.record
  if (board === undefined)
    return refuse('not-open', `election ${uuid} has no board yet: it opens at ${isoTime(draft.opensAt)}`)
  const question: Question<ArchiveAnswer> = {
    protocol: 'archive',
    request: encodeUuid(uuid),
    chunksMax: ARCHIVE_CHUNKS_MAX,
    bytesMax: ARCHIVE_BYTES_MAX,
    check: (chunks) => checkAnswer(chunks, uuid, reader),
  }
  let found = await reader.peers.ask(question, 1)
  if (found.answers.length > 0 && heightOf(newest(found)) < board.height)
    found = await reader.peers.ask(question, READ_PEERS)
  const answer = newest(found)
  if (answer === undefined) return nobody(found)
  const fork = reader.heads.note(answer.value.head, answer.peer)
  if (fork !== undefined) return { ok: false, error: fork }
  const { record, archive } = answer.value
  if (record === undefined || heightOf(answer) < board.height)
    return refuse(
      'untrusted-answer',
      `the board of ${uuid} has ${board.height + 1} events, and the archives that peers give have fewer; try again, or name other peers`,
    )
  return ok({ archive, record })
}

type Answered = Answers<ArchiveAnswer>['answers'][number]

function newest({ answers }: Answers<ArchiveAnswer>): Answered | undefined {
  return [...answers].sort((a, b) => heightOf(b) - heightOf(a))[0]
}

/** Height of the board that an archive ends at; below every board where there is none. */
function heightOf(answer: Answered | undefined): number {
  return answer?.value.record?.board?.height ?? -1
}

function checkAnswer(
  chunks: readonly Uint8Array[],
  uuid: string,
  reader: Reader,
): Result<ArchiveAnswer, Refusal> {
  const [first, ...pieces] = chunks
  const answer = decodeElectionAnswer(first ?? new Uint8Array(0))
  if (!answer.ok) return answer
  const verified = verifyAnswer(answer.value, uuid, reader.trust)
  if (!verified.ok) return verified
  const archive = concatAll(pieces)
  const complete = checkArchive(archive, verified.value.record?.board)
  return complete.ok ? ok({ ...verified.value, archive }) : complete
}

function isoTime(time: number): string {
  return new Date(time).toISOString()
}

/** Whether the archive is a board that ends in this head; without a head there must be no archive. */
export function checkArchive(
  archive: Uint8Array,
  head: BoardHead | undefined,
): Result<void, Refusal<'archive-malformed' | 'other-board'>> {
  if (head === undefined)
    return archive.length === 0
      ? ok(undefined)
      : refuse('other-board', 'an archive of an election without a board')
  const read = readArchive(archive)
  if (!read.ok) return read
  const reached = recompute(read.value.entries)
  if (!reached.ok) return reached
  const end = reached.value
  return end !== undefined && end.height === head.height && equalBytes(end.hash, head.hash)
    ? ok(undefined)
    : refuse(
        'other-board',
        `the archive ends at event ${end?.height ?? 'none'} (${end === undefined ? '' : toHex(end.hash)}), a quorum certified event ${head.height} (${toHex(head.hash)})`,
      )
}

/** The head that follows from the entries: each event chained to the one before it, all named data there and nothing else. */
function recompute(
  entries: readonly ArchiveEntry[],
): Result<BoardHead | undefined, Refusal<'archive-malformed' | 'other-board'>> {
  const data = new Map<string, string>()
  for (const entry of entries) if (entry.kind === 'data') data.set(toHex(payloadHash(entry.json)), entry.json)
  const named = new Set<string>()
  let head: BoardHead | undefined
  for (const entry of entries) {
    if (entry.kind !== 'event') continue
    const event = parseEvent(entry.json)
    if (event === undefined || !canFollow(head, event))
      return refuse('archive-malformed', 'an event that is not one, or stands where it cannot')
    const next = nextEvent(head, event.type, event.payload)
    if (next.json !== entry.json)
      return refuse('other-board', `event ${next.head.height} does not follow from the events before it`)
    head = next.head
    for (const hash of namedBy(event, data)) {
      if (!data.has(hash)) return refuse('other-board', `event ${next.head.height} lacks its data ${hash}`)
      named.add(hash)
    }
  }
  const surplus = [...data.keys()].find((hash) => !named.has(hash))
  return surplus === undefined ? ok(head) : refuse('other-board', `no event names the data ${surplus}`)
}

interface ParsedEvent {
  readonly type: EventType
  readonly payload?: Uint8Array
}

const EVENT_TYPES: ReadonlySet<string> = new Set<EventType>([
  'Setup',
  'Ballot',
  'EndBallots',
  'EncryptedTally',
  'Shuffle',
  'EndShuffles',
  'PartialDecryption',
  'Result',
])

/** Type and payload of an event; that the rest is right shows when the event is recomputed. */
function parseEvent(json: string): ParsedEvent | undefined {
  const value = parseObject(json)
  const type = value?.type
  if (typeof type !== 'string' || !EVENT_TYPES.has(type)) return undefined
  if (value?.payload === undefined) return { type: type as EventType }
  const payload = typeof value.payload === 'string' ? fromHex(value.payload, 32) : undefined
  return payload === undefined ? undefined : { type: type as EventType, payload }
}

/** Whether there can be such an event after this head; {@link nextEvent} wants to know before it is called. */
function canFollow(head: BoardHead | undefined, { type, payload }: ParsedEvent): boolean {
  return (head === undefined) === (type === 'Setup') && (payload !== undefined) === hasPayload(type)
}

/** Hashes of the data that an event names: its payload, and what that payload names in turn. */
function namedBy(event: ParsedEvent, data: ReadonlyMap<string, string>): readonly string[] {
  if (event.payload === undefined) return []
  const payload = toHex(event.payload)
  const inner =
    event.type === 'Ballot' || event.type === 'Result' ? undefined : parseObject(data.get(payload) ?? '')
  const hashes = Object.values(inner ?? {}).filter((value) => typeof value === 'string')
  return [payload, ...hashes.filter((hash) => fromHex(hash, 32) !== undefined)]
}

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
