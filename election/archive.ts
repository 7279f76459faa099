/**
 * The `.bel` archive of an election (specification 4.4): a BELENIOS header, then data and event files, each named by the
 * SHA-256 of its content.
 *
 * The archive says nothing that its events do not: the timestamp in the header (and in every tar header, where it must be the
 * same) is covered by no hash, and two archives that differ in it alone are equally good.
 */
import { assert, fromUtf8, ok, type Refusal, type Result, refuse, toHex, utf8 } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { archiveHeaderJson, parseArchiveHeader } from './events.ts'
import { decodeTar, encodeTar, type TarFile } from './tar.ts'

/** One file of an archive, in order. */
export type ArchiveEntry =
  | { readonly kind: 'data'; readonly json: string }
  | { readonly kind: 'event'; readonly json: string }

/** One file of an archive before its content is looked at. */
export interface ArchiveFile {
  readonly kind: ArchiveEntry['kind']
  /** The hash in the file's name, in hexadecimal. */
  readonly hash: string
  readonly content: Uint8Array
}

const HEADER_NAME = 'BELENIOS'
const FILE_NAME = /^([0-9a-f]{64})\.(data|event)\.json$/

/** The `.bel` bytes. `timestamp`: seconds since 1970, when the election began. */
export function writeArchive(timestamp: number, entries: Iterable<ArchiveEntry>): Uint8Array {
  return encodeTar(archiveFiles(timestamp, entries), timestamp)
}

function* archiveFiles(timestamp: number, entries: Iterable<ArchiveEntry>): Iterable<TarFile> {
  yield { name: HEADER_NAME, content: utf8(archiveHeaderJson(timestamp)) }
  const written = new Set<string>()
  for (const { kind, json } of entries) {
    const content = utf8(json)
    const name = `${toHex(sha256(content))}.${kind}.json`
    assert(!written.has(name), 'an archive holds a file once')
    written.add(name)
    yield { name, content }
  }
}

/**
 * The files of an archive in order, their contents not yet looked at: a plain tar, a good header, every other name a
 * hash and a kind, and none of them twice.
 */
export function archiveDirectory(
  bytes: Uint8Array,
): Result<
  { readonly timestamp: number; readonly files: readonly ArchiveFile[] },
  Refusal<'archive-malformed'>
> {
  const tar = decodeTar(bytes)
  if (!tar.ok) return tar
  const [first, ...rest] = tar.value.files
  assert(first !== undefined, 'a decoded tar has a file')
  if (first.name !== HEADER_NAME)
    return refuse('archive-malformed', `begins with ${first.name}, not ${HEADER_NAME}`)
  const header = parseArchiveHeader(fromUtf8(first.content) ?? '')
  if (!header.ok) return refuse('archive-malformed', `${HEADER_NAME}: ${header.error.detail}`)
  if (header.value.timestamp !== BigInt(tar.value.time))
    return refuse(
      'archive-malformed',
      `${HEADER_NAME}: timestamp ${header.value.timestamp}, files' time ${tar.value.time}`,
    )
  const files: ArchiveFile[] = []
  const names = new Set<string>()
  for (const { name, content } of rest) {
    const match = FILE_NAME.exec(name)
    if (match === null) return refuse('archive-malformed', `${name}: not the name of a data or event file`)
    if (names.has(name)) return refuse('archive-malformed', `${name}: stands there twice`)
    names.add(name)
    files.push({ kind: match[2] as ArchiveEntry['kind'], hash: match[1]!, content })
  }
  return ok({ timestamp: tar.value.time, files })
}

/** Whether a file's name is the hash of its content. */
export function isNamedByItsHash(file: ArchiveFile): boolean {
  return toHex(sha256(file.content)) === file.hash
}

/** The entries of a `.bel`; every name must be the hash of its content, every content UTF-8, every header a plain one. */
export function readArchive(
  bytes: Uint8Array,
): Result<
  { readonly timestamp: number; readonly entries: readonly ArchiveEntry[] },
  Refusal<'archive-malformed'>
> {
  const directory = archiveDirectory(bytes)
  if (!directory.ok) return directory
  const entries: ArchiveEntry[] = []
  for (const file of directory.value.files) {
    const name = `${file.hash}.${file.kind}.json`
    if (!isNamedByItsHash(file)) return refuse('archive-malformed', `${name}: not the hash of its content`)
    const json = fromUtf8(file.content)
    if (json === undefined) return refuse('archive-malformed', `${name}: not UTF-8`)
    entries.push({ kind: file.kind, json })
  }
  return ok({ timestamp: directory.value.timestamp, entries })
}
