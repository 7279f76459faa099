/**
 * The keys of the chain store: one numbered bucket a kind of entry, the number being the key's first byte. A number is
 * never used again for something else; a change of what stands here raises `SCHEMA_VERSION`.
 */
import { assert, concat } from '../base/index.ts'

/** The version of the layout below. */
export const SCHEMA_VERSION = 4

/** Numbers are big-endian, so that the order of keys is the order of heights. */
export const BUCKET = {
  /** nothing -> schema version (4 bytes) */
  schemaVersion: 0,
  /** nothing -> network id (32 bytes) */
  networkId: 1,
  /** nothing -> height of the last finalised block (8 bytes) */
  lastHeight: 2,
  /** height (8 bytes) -> block, packed (`packing.ts`) */
  block: 3,
  /** height (8 bytes) -> certificate */
  certificate: 4,
  /** beginning of a transaction id (8 bytes), height (8 bytes), index in the block (4 bytes) -> nothing */
  transaction: 5,
  /** key of the state's durable image -> its value */
  state: 6,
  /** nothing -> height up to which every ballot's proofs were verified here (8 bytes) */
  proofsVerified: 7,
} as const

/** The number of a bucket. */
export type Bucket = (typeof BUCKET)[keyof typeof BUCKET]

/** A key in a bucket. */
export function keyIn(bucket: Bucket, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(Uint8Array.of(bucket), ...parts)
}

/** The range of all keys in a bucket. */
export function rangeOf(bucket: Bucket): { readonly from: Uint8Array; readonly to: Uint8Array } {
  return { from: Uint8Array.of(bucket), to: Uint8Array.of(bucket + 1) }
}

/** A count as 4 bytes, big-endian. */
export function uint32(value: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32, 'a stored count fits 32 bits')
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** A height as 8 bytes, big-endian. */
export function uint64(value: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value >= 0, 'a stored height is a safe non-negative integer')
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/** The number in 4 bytes, or undefined where there are not 4. */
export function fromUint32(bytes: Uint8Array): number | undefined {
  if (bytes.length !== 4) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}

/** The number in 8 bytes, or undefined where there are not 8 or where it is not a safe integer. */
export function fromUint64(bytes: Uint8Array): number | undefined {
  if (bytes.length !== 8) return undefined
  const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined
}
