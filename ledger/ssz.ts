/**
 * The SSZ types that the ledger's schemas are made of. An absent value is a list of at most one element, because the
 * specification's own optional is not final; a text is a list of the bytes of its UTF-8.
 */
import {
  ByteListType,
  ByteVectorType,
  type CompositeType,
  type CompositeView,
  type CompositeViewDU,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
} from '@chainsafe/ssz'
import { fromUtf8, ok, type Refusal, type Result, refuse, utf8 } from '../base/index.ts'

export const BYTES32: ByteVectorType = new ByteVectorType(32)
export const UINT8: UintNumberType = new UintNumberType(1)
export const UINT16: UintNumberType = new UintNumberType(2)
export const UINT32: UintNumberType = new UintNumberType(4)
/** Times and heights: numbers up to 2^53 - 1. */
export const UINT64: UintNumberType = new UintNumberType(8)
/** Weights and counts. */
export const BIG_UINT64: UintBigintType = new UintBigintType(8)

/** A text of at most that many bytes of UTF-8. */
export function textType(maxBytes: number): ByteListType {
  return new ByteListType(maxBytes)
}

/** None or one. */
export function optionalType<
  // biome-ignore lint/suspicious/noExplicitAny: the library's own bound on views
  E extends CompositeType<any, CompositeView<E>, CompositeViewDU<E>>,
>(element: E): ListCompositeType<E> {
  return new ListCompositeType(element, 1)
}

/** An optional value as its list. */
export function fromOptional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}

/** Thrown inside a decoder of this folder and turned into `malformed` there; it leaves no module. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** The value that a decoder makes of what its schema has read; what is {@link Unreadable} is malformed. */
export function converted<T, V>(
  decoded: Result<T, Refusal<'malformed'>>,
  convert: (value: T) => V,
): Result<V, Refusal<'malformed'>> {
  if (!decoded.ok) return decoded
  try {
    return ok(convert(decoded.value))
  } catch (error) {
    if (error instanceof Unreadable) return refuse('malformed', error.message)
    throw error
  }
}

/** The text of UTF-8 bytes. */
export function textOf(bytes: Uint8Array): string {
  const text = fromUtf8(bytes)
  if (text === undefined) throw new Unreadable('a text is not UTF-8')
  return text
}

/** Whether a text survives UTF-8 (no half of a surrogate pair) and is not longer than that many bytes of it. */
export function isText(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return false
  const bytes = utf8(text)
  return bytes.length <= maxBytes && fromUtf8(bytes) === text
}

/** The text, or its beginning and an ellipsis, in at most that many bytes of UTF-8. */
export function cutText(text: string, maxBytes: number): string {
  if (utf8(text).length <= maxBytes) return text
  let cut = ''
  let bytes = 3
  for (const character of text) {
    bytes += utf8(character).length
    if (bytes > maxBytes) break
    cut += character
  }
  return `${cut}\u2026`
}
