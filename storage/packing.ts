/**
 * How blocks lie in the database: deflated (RFC 1951, as Node's zlib does it) where that makes them smaller, as they are otherwise; the first
 * byte says which. Ballots of a block repeat the election's uuid and hash and the offsets of their encoding, a sixth of a small ballot;
 * the rest is noise, so the fastest level finds all there is.
 *
 * The other direction believes nothing: a value that is no packed one, or unpacks to more than a value may have, is undefined.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { concat } from '../base/index.ts'
import { MAX_VALUE_BYTES } from './limits.ts'

const PLAIN = 0
const DEFLATED = 1

/** The bytes, packed; at most one more than there were. */
export function pack(bytes: Uint8Array): Uint8Array {
  const deflated = deflateRawSync(bytes, { level: 1 })
  return deflated.length < bytes.length
    ? concat(Uint8Array.of(DEFLATED), deflated)
    : concat(Uint8Array.of(PLAIN), bytes)
}

/** What was packed; undefined where that was nothing. Takes any bytes. */
export function unpack(packed: Uint8Array, maxBytes: number = MAX_VALUE_BYTES): Uint8Array | undefined {
  const content = packed.subarray(1)
  if (packed[0] === PLAIN) return content.length > maxBytes ? undefined : content.slice()
  if (packed[0] !== DEFLATED) return undefined
  try {
    return new Uint8Array(inflateRawSync(content, { maxOutputLength: maxBytes }))
  } catch {
    return undefined
  }
}
