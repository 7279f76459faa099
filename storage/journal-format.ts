/**
 * The journal's bytes. All numbers are little-endian, checksums are CRC-32 (IEEE 802.3).
 *
 *     file   = header frame*
 *     header = "PSEPHOSJ" | version, 4 bytes | height, 8 bytes | checksum of the 20 bytes before, 4 bytes
 *     frame  = length of the body, 4 bytes | checksum of those 4 bytes | checksum of the body | body
 *     body   = (length of the record, 4 bytes | record)+
 *
 * A frame is what one `sync` made durable, so a power cut tears at most the last frame: it ends early, or some of its sectors were
 * never written (zeros), in any order. That is cut off. A length has a checksum of its own because a false length would make
 * intact frames look like a torn end: a false length is damage, unless its sector was never written and no intact frame follows; a
 * false body with another frame after it is damage.
 */
import { crc32 } from 'node:zlib'
import { assert } from '../base/index.ts'

const MAGIC: Uint8Array = new TextEncoder().encode('PSEPHOSJ')
const VERSION = 1

/** What a disk writes whole or not at all: disks with larger sectors write several of these at once. */
const SECTOR_BYTES = 512

/** Length of the file's header. */
export const HEADER_BYTES = 24
/** What a frame adds to its body. */
export const FRAME_HEADER_BYTES = 12
/** What a body adds to each record. */
export const RECORD_HEADER_BYTES = 4

/** What a journal file says: its records, and where its intact part ends; or the offset of the damage and what it is. */
export type JournalContent =
  | {
      readonly ok: true
      readonly height: number
      readonly records: readonly Uint8Array[]
      /** Below the file's length when the end is torn. */
      readonly intactBytes: number
    }
  | {
      readonly ok: false
      readonly offset: number
      readonly what: string
      /** Of a sound header. */
      readonly height: number | undefined
    }

/** The header of a journal file. */
export function encodeHeader(height: number): Uint8Array {
  assert(Number.isSafeInteger(height) && height >= 0, 'a journal belongs to a height')
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = viewOf(bytes)
  bytes.set(MAGIC)
  view.setUint32(8, VERSION, true)
  view.setBigUint64(12, BigInt(height), true)
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true)
  return bytes
}

/** One frame with these records, of which there is at least one. */
export function encodeFrame(records: readonly Uint8Array[]): Uint8Array {
  assert(records.length > 0, 'a frame has a record')
  const bodyBytes = records.reduce((sum, record) => sum + RECORD_HEADER_BYTES + record.length, 0)
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + bodyBytes)
  const view = viewOf(bytes)
  let at = FRAME_HEADER_BYTES
  for (const record of records) {
    view.setUint32(at, record.length, true)
    bytes.set(record, at + RECORD_HEADER_BYTES)
    at += RECORD_HEADER_BYTES + record.length
  }
  view.setUint32(0, bodyBytes, true)
  view.setUint32(4, crc32(bytes.subarray(0, 4)), true)
  view.setUint32(8, crc32(bytes.subarray(FRAME_HEADER_BYTES)), true)
  return bytes
}

/** What the bytes of a journal file say. Never throws. */
export function decodeJournal(bytes: Uint8Array): JournalContent {
  const height = decodeHeader(bytes)
  if (height === undefined)
    return { ok: false, height, offset: 0, what: 'the header is not that of a journal' }
  const records: Uint8Array[] = []
  let at = HEADER_BYTES
  while (at < bytes.length) {
    const frame = decodeFrame(bytes, at)
    if (frame.type === 'torn') break
    if (frame.type === 'damaged') return { ok: false, height, offset: at, what: frame.what }
    for (const record of frame.records) records.push(record)
    at = frame.end
  }
  return { ok: true, height, records, intactBytes: at }
}

type Frame =
  | { readonly type: 'intact'; readonly records: readonly Uint8Array[]; readonly end: number }
  | { readonly type: 'torn' }
  | { readonly type: 'damaged'; readonly what: string }

function decodeFrame(bytes: Uint8Array, at: number): Frame {
  if (bytes.length - at < FRAME_HEADER_BYTES) return { type: 'torn' }
  const view = viewOf(bytes)
  if (view.getUint32(at + 4, true) !== crc32(bytes.subarray(at, at + 4))) {
    return isHeaderTorn(bytes, at)
      ? { type: 'torn' }
      : { type: 'damaged', what: 'the length of a frame does not fit its checksum' }
  }
  const end = at + FRAME_HEADER_BYTES + view.getUint32(at, true)
  if (end > bytes.length) return { type: 'torn' }
  const body = bytes.subarray(at + FRAME_HEADER_BYTES, end)
  if (view.getUint32(at + 8, true) !== crc32(body)) {
    return end === bytes.length
      ? { type: 'torn' }
      : { type: 'damaged', what: 'a frame does not fit its checksum, and more follows it' }
  }
  const records = decodeBody(body)
  if (records === undefined) return { type: 'damaged', what: 'the records of a frame do not fill it' }
  return { type: 'intact', records, end }
}

/** Whether a sector with a part of a frame's header was never written, and nothing that was synced stands after it. */
function isHeaderTorn(bytes: Uint8Array, at: number): boolean {
  const next = at - (at % SECTOR_BYTES) + SECTOR_BYTES
  const isMissing =
    isZero(bytes.subarray(at, next)) ||
    (next < at + FRAME_HEADER_BYTES && isZero(bytes.subarray(next, next + SECTOR_BYTES)))
  return isMissing && !hasFrame(bytes, at + 1)
}

/** Whether an intact frame begins anywhere from a place on. */
function hasFrame(bytes: Uint8Array, from: number): boolean {
  const view = viewOf(bytes)
  for (let at = from; at + FRAME_HEADER_BYTES <= bytes.length; at++) {
    const end = at + FRAME_HEADER_BYTES + view.getUint32(at, true)
    if (end > bytes.length || view.getUint32(at + 4, true) !== crc32(bytes.subarray(at, at + 4))) continue
    if (view.getUint32(at + 8, true) === crc32(bytes.subarray(at + FRAME_HEADER_BYTES, end))) return true
  }
  return false
}

function decodeBody(body: Uint8Array): readonly Uint8Array[] | undefined {
  const view = viewOf(body)
  const records: Uint8Array[] = []
  let at = 0
  while (at < body.length) {
    if (body.length - at < RECORD_HEADER_BYTES) return undefined
    const end = at + RECORD_HEADER_BYTES + view.getUint32(at, true)
    if (end > body.length) return undefined
    records.push(body.slice(at + RECORD_HEADER_BYTES, end))
    at = end
  }
  return records.length > 0 ? records : undefined
}

function decodeHeader(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_BYTES || !MAGIC.every((byte, i) => bytes[i] === byte)) return undefined
  const view = viewOf(bytes)
  if (view.getUint32(20, true) !== crc32(bytes.subarray(0, 20))) return undefined
  if (view.getUint32(8, true) !== VERSION) return undefined
  const height = view.getBigUint64(12, true)
  return height <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(height) : undefined
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
