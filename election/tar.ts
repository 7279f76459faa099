/**
 * The tar form of a `.bel` (specification 4.4: "an old-style tar archive" that grows by appending).
 *
 * Byte for byte what the official tool writes: one 512-byte header a file in the form of Unix version 7 (no `ustar` magic,
 * no prefix, no owner names), mode 644, owner and group 0, one modification time for all files, type `0`; content padded with
 * zeros to 512 bytes; and no blocks of zeros at the end, so that appending is all it takes to grow.
 *
 * Reading takes nothing else: a header must be the one that {@link encodeTar} would write for its name, size and time.
 * So there is one archive for a list of files, and nothing can hide in the fields that nobody looks at.
 */
import { assert, concatAll, equalBytes, ok, type Refusal, type Result, refuse, utf8 } from '../base/index.ts'
import { MAX_ARCHIVE_FILE_BYTES, MAX_ARCHIVE_FILES } from './limits.ts'

const BLOCK = 512
const NAME_BYTES = 100
const SIZE_AT = 124
const TIME_AT = 136
const CHECKSUM_AT = 148
const TYPE_AT = 156
const OCTAL = /^[0-7]{11}\0$/
const NAME = /^[\x21-\x7e]{1,99}$/
/** The largest number of eleven octal digits. */
export const MAX_TAR_NUMBER: number = 8 ** 11 - 1

/** One file of a tar: its name and a view of its content. */
export interface TarFile {
  readonly name: string
  readonly content: Uint8Array
}

/** The bytes of a tar. `time`: seconds since 1970, for every file. */
export function encodeTar(files: Iterable<TarFile>, time: number): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { name, content } of files) {
    assert(NAME.test(name), 'the name of a file in a tar is short printable ASCII')
    assert(content.length <= MAX_ARCHIVE_FILE_BYTES, 'a file of a tar is within its limit')
    parts.push(header(name, content.length, time), content, new Uint8Array(padding(content.length)))
  }
  return concatAll(parts)
}

/** What a tar may hold. */
export interface TarLimits {
  readonly files: number
  readonly fileBytes: number
}

const ARCHIVE_LIMITS: TarLimits = { files: MAX_ARCHIVE_FILES, fileBytes: MAX_ARCHIVE_FILE_BYTES }

/** The files of a tar in order, or why it is not one that {@link encodeTar} writes. Contents are views, not copies. */
export function decodeTar(
  bytes: Uint8Array,
  limits: TarLimits = ARCHIVE_LIMITS,
): Result<{ readonly time: number; readonly files: readonly TarFile[] }, Refusal<'archive-malformed'>> {
  const files: TarFile[] = []
  let time: number | undefined
  for (let at = 0; at < bytes.length; ) {
    const place = `file ${files.length} at byte ${at}`
    if (files.length === limits.files) return refuse('archive-malformed', `more than ${files.length} files`)
    if (at + BLOCK > bytes.length) return refuse('archive-malformed', `${place}: cut off inside its header`)
    const read = readHeader(bytes.subarray(at, at + BLOCK))
    if (read === undefined) return refuse('archive-malformed', `${place}: not a header of the plain form`)
    const { name, size } = read
    time ??= read.time
    if (read.time !== time) return refuse('archive-malformed', `${place}: another time than the first file's`)
    if (size > limits.fileBytes)
      return refuse('archive-malformed', `${place}: ${size} bytes, at most ${limits.fileBytes}`)
    const start = at + BLOCK
    const end = start + size
    at = end + padding(size)
    if (at > bytes.length) return refuse('archive-malformed', `${place}: cut off inside its content`)
    if (bytes.subarray(end, at).some((byte) => byte !== 0))
      return refuse('archive-malformed', `${place}: something stands in its padding`)
    files.push({ name, content: bytes.subarray(start, end) })
  }
  return time === undefined ? refuse('archive-malformed', 'empty') : ok({ time, files })
}

function readHeader(
  block: Uint8Array,
): { readonly name: string; readonly size: number; readonly time: number } | undefined {
  const name = ascii(block, 0, NAME_BYTES).replace(/\0+$/, '')
  const size = ascii(block, SIZE_AT, 12)
  const time = ascii(block, TIME_AT, 12)
  if (!NAME.test(name) || !OCTAL.test(size) || !OCTAL.test(time)) return undefined
  const read = { name, size: Number.parseInt(size, 8), time: Number.parseInt(time, 8) }
  return equalBytes(header(read.name, read.size, read.time), block) ? read : undefined
}

function header(name: string, size: number, time: number): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (at: number, text: string): void => block.set(utf8(text), at)
  put(0, name)
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(SIZE_AT, `${octal(size)}\0`)
  put(TIME_AT, `${octal(time)}\0`)
  put(CHECKSUM_AT, '        ')
  block[TYPE_AT] = 0x30
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(CHECKSUM_AT, `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

function octal(value: number): string {
  assert(Number.isInteger(value), 'a number in a tar header is an integer')
  assert(value >= 0, 'a number in a tar header is not negative')
  assert(value <= MAX_TAR_NUMBER, 'a number in a tar header has eleven octal digits')
  return value.toString(8).padStart(11, '0')
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK
const ascii = (block: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...block.subarray(at, at + length))
