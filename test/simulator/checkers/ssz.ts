/**
 * Just enough SSZ to read what nodes write, and to compute the roots that headers hold. Written from Ethereum's
 * SimpleSerialize specification and on `node:crypto` alone: checkers share no code with what they judge. What cannot be read throws
 * `Unreadable`; whether bytes are canonical is asked where it matters to a checker.
 */
import { hash } from 'node:crypto'

/** Bytes that are not what they should be. */
export class Unreadable extends Error {}

/** SHA-256. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha256', parts.length === 1 ? parts[0]! : Buffer.concat(parts), 'buffer')
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/** Reads a container field by field: fixed ones in place, variable ones by the offsets that stand for them. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #offsets: number[] = []
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new Unreadable(`${this.#bytes.length} bytes end before byte ${end}`)
    const read = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return read
  }

  uint8(): number {
    return this.bytes(1)[0]!
  }

  uint16(): number {
    const at = this.#at
    this.bytes(2)
    return this.#view.getUint16(at, true)
  }

  uint32(): number {
    const at = this.#at
    this.bytes(4)
    return this.#view.getUint32(at, true)
  }

  /** Above 2^53 - 1 it is unreadable: no node writes such heights and times. */
  uint64(): number {
    const at = this.#at
    this.bytes(8)
    const value = this.#view.getBigUint64(at, true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Unreadable(`${value} is no height or time`)
    return Number(value)
  }

  boolean(): boolean {
    const value = this.uint8()
    if (value > 1) throw new Unreadable(`${value} is no boolean`)
    return value === 1
  }

  /** The place of a variable field; its bytes come from `variable`, in the same order. */
  offset(): void {
    this.#offsets.push(this.uint32())
  }

  /** The bytes of the variable fields, when all fields are read: together they fill the container. */
  variable(): readonly Uint8Array[] {
    if ((this.#offsets[0] ?? this.#at) !== this.#at)
      throw new Unreadable('the first offset is not the end of the fixed part')
    return slices(this.#bytes, this.#offsets)
  }

  /** When a container without variable fields is read: nothing may follow. */
  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new Unreadable(`${this.#bytes.length - this.#at} bytes too many`)
  }
}

/** The elements of a list whose elements have no fixed length. */
export function variableList(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length === 0) return []
  const first = new Reader(bytes).uint32()
  if (first === 0 || first % 4 !== 0 || first > bytes.length)
    throw new Unreadable(`a list begins with offset ${first}`)
  const reader = new Reader(bytes.subarray(0, first))
  return slices(
    bytes,
    Array.from({ length: first / 4 }, () => reader.uint32()),
  )
}

/** The elements of a list whose elements have `size` bytes. */
export function fixedList(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  if (bytes.length % size !== 0)
    throw new Unreadable(`${bytes.length} bytes are no list of ${size} bytes each`)
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

function slices(bytes: Uint8Array, offsets: readonly number[]): readonly Uint8Array[] {
  return offsets.map((from, i) => {
    const to = offsets[i + 1] ?? bytes.length
    if (from > to || to > bytes.length) throw new Unreadable(`an offset points from ${from} to ${to}`)
    return bytes.subarray(from, to)
  })
}

// ---- roots ------------------------------------------------------------------------------------------------------------

const ZERO_HASHES: Uint8Array[] = [new Uint8Array(32)]

/** Root of a tree of nothing. */
function zeroHash(depth: number): Uint8Array {
  for (let d = ZERO_HASHES.length; d <= depth; d++)
    ZERO_HASHES.push(sha256(ZERO_HASHES[d - 1]!, ZERO_HASHES[d - 1]!))
  return ZERO_HASHES[depth]!
}

/** Root of 32-byte chunks in a tree of that depth. */
export function merkleRoot(chunks: readonly Uint8Array[], depth: number): Uint8Array {
  if (chunks.length > 2 ** depth) throw new Unreadable(`${chunks.length} chunks in a tree of depth ${depth}`)
  let level = chunks
  for (let d = 0; d < depth; d++) {
    if (level.length === 0) return zeroHash(depth)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      sha256(level[2 * i]!, level[2 * i + 1] ?? zeroHash(d)),
    )
  }
  return level[0] ?? zeroHash(depth)
}

/** A root with the length of its list mixed in. */
export function withLength(root: Uint8Array, length: number): Uint8Array {
  return sha256(root, uint64Chunk(length))
}

/** Root of a list of at most `limit` bytes. */
export function byteListRoot(bytes: Uint8Array, limit: number): Uint8Array {
  const chunks = Array.from({ length: Math.ceil(bytes.length / 32) }, (_, i) => {
    const chunk = new Uint8Array(32)
    chunk.set(bytes.subarray(32 * i, 32 * (i + 1)))
    return chunk
  })
  return withLength(merkleRoot(chunks, Math.ceil(Math.log2(limit / 32))), bytes.length)
}

/** A number as a chunk: 8 bytes, little-endian, zeros. */
export function uint64Chunk(value: number): Uint8Array {
  const chunk = new Uint8Array(32)
  new DataView(chunk.buffer).setBigUint64(0, BigInt(value), true)
  return chunk
}
