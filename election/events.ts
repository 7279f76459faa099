/**
 * The public board of an election (specification 4.4): a hash chain of events, each naming its payload by hash.
 *
 * An event is `{parent?, height, type, payload?}`; `parent` is the SHA-256 of the previous event's JSON. `EndBallots` and
 * `EndShuffles` have no payload, every other type has one.
 */
import { assert, type Refusal, type Result } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import {
  decodeJson,
  hashShape,
  integerShape,
  literalShape,
  mappedShape,
  objectShape,
  optional,
  type Shape,
  textShape,
} from './json.ts'
import { MAX_ARCHIVE_FILES, MAX_TRUSTEES } from './limits.ts'
import { naturalShape } from './natural.ts'
import { MAX_TAR_NUMBER } from './tar.ts'
import type { BoardHead, EventType } from './types.ts'

/** One event of a board as its JSON writes it. */
export interface BoardEvent {
  readonly parent?: Uint8Array
  readonly height: number
  readonly type: EventType
  readonly payload?: Uint8Array
}

/** The payload of the Setup event (4.10): hashes of three data files. */
export interface Setup {
  readonly election: Uint8Array
  readonly trustees: Uint8Array
  readonly credentials: Uint8Array
}

/** The payload of a PartialDecryption event (4.20): whose it is, and the hash of its data file. */
export interface OwnedPayload {
  /** From 1, over all trustees of all items in their order. */
  readonly owner: number
  readonly payload: Uint8Array
}

/** The first file of an archive (4.4). */
export interface ArchiveHeader {
  readonly version: 1
  /** Seconds since 1970. */
  readonly timestamp: bigint
}

const EVENT_TYPES: readonly EventType[] = [
  'Setup',
  'Ballot',
  'EndBallots',
  'EncryptedTally',
  'Shuffle',
  'EndShuffles',
  'PartialDecryption',
  'Result',
]
const SMALL_JSON = 4096

const eventTypeShape: Shape<EventType> = mappedShape(
  textShape(32),
  (text) => EVENT_TYPES.find((type) => type === text),
  (type) => type,
)
const eventShape: Shape<BoardEvent> = objectShape({
  parent: optional(hashShape),
  height: integerShape(0, MAX_ARCHIVE_FILES),
  type: eventTypeShape,
  payload: optional(hashShape),
})
const setupShape: Shape<Setup> = objectShape({
  election: hashShape,
  trustees: hashShape,
  credentials: hashShape,
})
const ownedShape: Shape<OwnedPayload> = objectShape({
  owner: integerShape(1, MAX_TRUSTEES * MAX_TRUSTEES),
  payload: hashShape,
})
const headerShape: Shape<ArchiveHeader> = objectShape({
  version: literalShape(1),
  timestamp: naturalShape(BigInt(MAX_TAR_NUMBER)),
})

/** Whether events of this type have a payload. */
export function hasPayload(type: EventType): boolean {
  return type !== 'EndBallots' && type !== 'EndShuffles'
}

/** SHA-256 of a payload's JSON: the name of its data file. */
export function payloadHash(json: string): Uint8Array {
  return sha256(json)
}

/** The payload of the Setup event: hashes of the election, the trustees and the public credentials. */
export function setupJson(election: Uint8Array, trustees: Uint8Array, credentials: Uint8Array): string {
  return setupShape.write({ election, trustees, credentials })
}

/** The payload of a PartialDecryption event. `owner` counts all trustees from 1; `payload`: hash of the decryption's JSON. */
export function ownedDecryptionJson(owner: number, payload: Uint8Array): string {
  assert(owner >= 1, 'trustees are counted from 1')
  return ownedShape.write({ owner, payload })
}

/** The next event after `parent` (none: the Setup event): its JSON and the board's new head. */
export function nextEvent(
  parent: BoardHead | undefined,
  type: EventType,
  payload?: Uint8Array,
): { readonly json: string; readonly head: BoardHead } {
  assert(
    (parent === undefined) === (type === 'Setup'),
    'a board begins with its Setup event, and no other is one',
  )
  assert((payload !== undefined) === hasPayload(type), 'an event has a payload when its type has one')
  const height = parent === undefined ? 0 : parent.height + 1
  const json = eventShape.write({
    ...(parent === undefined ? {} : { parent: parent.hash }),
    height,
    type,
    ...(payload === undefined ? {} : { payload }),
  })
  return { json, head: { hash: sha256(json), height } }
}

/** An event of canonical JSON. */
export function parseEvent(json: string): Result<BoardEvent, Refusal<'json-malformed'>> {
  return decodeJson(eventShape, json, SMALL_JSON)
}

/** The payload of a Setup event. */
export function parseSetup(json: string): Result<Setup, Refusal<'json-malformed'>> {
  return decodeJson(setupShape, json, SMALL_JSON)
}

/** The payload of a PartialDecryption event. */
export function parseOwned(json: string): Result<OwnedPayload, Refusal<'json-malformed'>> {
  return decodeJson(ownedShape, json, SMALL_JSON)
}

/** The content of an archive's BELENIOS file. */
export function archiveHeaderJson(timestamp: number): string {
  return headerShape.write({ version: 1, timestamp: BigInt(timestamp) })
}

/** The header of an archive from the content of its BELENIOS file. */
export function parseArchiveHeader(json: string): Result<ArchiveHeader, Refusal<'json-malformed'>> {
  return decodeJson(headerShape, json, SMALL_JSON)
}
