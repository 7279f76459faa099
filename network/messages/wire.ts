/**
 * The pieces that messages are built of: SSZ schemas with limits, and the step between a schema's plain value and the
 * value of the port (texts, optional fields). What may be absent is a list of at most one element.
 */
import { ByteListType, ByteVectorType, ListCompositeType, UintNumberType } from '@chainsafe/ssz'
import {
  assert,
  type Codec,
  fromUtf8,
  ok,
  type Refusal,
  type Result,
  refuse,
  utf8,
} from '../../base/index.ts'
import { MAX_BRANCH_HASHES } from '../limits.ts'

/** Both directions of one kind of message. Decoding never throws; encoding asserts the limits. */
export interface Message<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): Result<T, Refusal<'malformed'>>
}

/** A hash or a public key. */
export const HASH: ByteVectorType = new ByteVectorType(32)
/** A height, index or count; above 2^53 - 1 it is refused. */
export const NUMBER: UintNumberType = new UintNumberType(8)
/** A Merkle branch. */
export const BRANCH: ListCompositeType<ByteVectorType> = new ListCompositeType(HASH, MAX_BRANCH_HASHES)

/** Bytes with a limit. */
export function bytesUpTo(limit: number): ByteListType {
  return new ByteListType(limit)
}

/** The list that an optional value is. */
export function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}

/**
 * A message over a codec of the wire's plain value. `fromWire` returns undefined for what the schema admits and the
 * message does not; `toWire` asserts the schema's limits, which the library does not check when it writes.
 */
export function message<W, T>(
  name: string,
  maxBytes: number,
  wire: Codec<W>,
  toWire: (value: T) => W,
  fromWire: (value: W) => T | undefined,
): Message<T> {
  return {
    encode: (value) => {
      const bytes = wire.encode(toWire(value))
      assert(bytes.length <= maxBytes, `a message '${name}' has at most ${maxBytes} bytes`)
      return bytes
    },
    decode: (bytes) => {
      const decoded = wire.decode(bytes)
      if (!decoded.ok) return decoded
      const value = fromWire(decoded.value)
      return value === undefined
        ? refuse('malformed', `a value that a message '${name}' cannot have`)
        : ok(value)
    },
  }
}

/** Asserts a length of exactly 32. */
export function hash(bytes: Uint8Array): Uint8Array {
  assert(bytes.length === 32, 'a hash or key has 32 bytes')
  return bytes
}

/** Asserts a number that {@link NUMBER} writes without loss. */
export function number(value: number): number {
  assert(Number.isSafeInteger(value) && value >= 0, 'a height, index or count is a safe non-negative integer')
  return value
}

/** Whether a decoded number is exact. */
export function isNumber(value: number): boolean {
  return Number.isSafeInteger(value)
}

/** Asserts the limit of a byte list. */
export function bounded(bytes: Uint8Array, limit: number): Uint8Array {
  assert(bytes.length <= limit, `at most ${limit} bytes`)
  return bytes
}

/** Asserts the limit of a list. */
export function list<T>(items: readonly T[], limit: number): T[] {
  assert(items.length <= limit, `at most ${limit} items`)
  return [...items]
}

/** Asserts a branch. */
export function branch(hashes: readonly Uint8Array[]): Uint8Array[] {
  return list(hashes, MAX_BRANCH_HASHES).map(hash)
}

/** The bytes of a text that is part of a question: asserts its limit. */
export function text(value: string, limit: number): Uint8Array {
  return bounded(utf8(value), limit)
}

/** The bytes of a text for people: cut at the limit, between characters. */
export function cutText(value: string, limit: number): Uint8Array {
  const bytes = utf8(value)
  if (bytes.length <= limit) return bytes
  let end = limit
  // A byte 10xxxxxx continues a character: step back to where one begins.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** All texts, or undefined where one is not UTF-8. */
export function texts(...values: readonly Uint8Array[]): readonly string[] | undefined {
  const decoded = values.map(fromUtf8)
  return decoded.every((value) => value !== undefined) ? decoded : undefined
}
