/**
 * A roll while its registrar publishes it: chunks in any order under one hash, complete when all are there, accepted
 * when enough registrars have signed it (T11).
 *
 * A roll of a million voters must not make one block slow: each chunk brings its part of the Merkle tree and of the hash of
 * Belenios' list when it arrives, so that the last one has little left to do.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { equalBytes, ok, type Result, refuse, toHex, utf8 } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { compareCredentials, payloadHash, publicCredentialsJson, type RollEntry } from '../election/index.ts'
import { CHUNK_ENTRIES, MAX_ROLL_CHUNKS, MAX_TOTAL_WEIGHT, ROLL_CHUNKS_DEPTH } from './limits.ts'
import { type ListTree, listRoot, withValue, zeroList } from './list-tree.ts'
import { buildRoll, ENTRY_BYTES, entryAt, type HashedChunk, hashedChunk, linesOf, type Roll } from './roll.ts'
import type { Unsigned } from './transaction-ssz.ts'
import type { Rejection, RollProgress, Transaction, TransactionOf } from './types.ts'

/** One version of a roll that is being published; immutable. */
export interface PendingRoll {
  readonly registrar: Uint8Array
  readonly hash: Uint8Array
  readonly isWeighted: boolean
  readonly count: number
  /** By the chunk's place. */
  readonly chunks: ReadonlyMap<number, HashedChunk>
  /** SHA-256 of each chunk. */
  readonly hashes: ListTree
  readonly prefix: ListPrefix
  readonly signers: readonly Uint8Array[]
  /** The whole roll, once it is complete. */
  readonly roll?: Roll
}

/** The hash of the beginning of Belenios' list, as far as chunks are there without a gap. Never updated in place. */
interface ListPrefix {
  /** The first chunk that is not in it. */
  readonly next: number
  readonly hash: ReturnType<typeof nobleSha256.create>
}

type Chunk = TransactionOf<'rollChunk'>

/** A roll of which nothing is there yet. */
export function newPendingRoll({
  registrar,
  rollHash,
  isWeighted,
  count,
}: Pick<Chunk, 'registrar' | 'rollHash' | 'isWeighted' | 'count'>): PendingRoll {
  const hashes = zeroList(ROLL_CHUNKS_DEPTH, count)
  const prefix = { next: 0, hash: nobleSha256.create().update(utf8('[')) }
  return { registrar, hash: rollHash, isWeighted, count, chunks: new Map(), hashes, prefix, signers: [] }
}

/** The form of a chunk by itself; whether its credentials are points is left to `verifyTransaction`. */
export function checkChunk(chunk: Unsigned<Chunk>): Result<void, Rejection> {
  const { index, count, entries, isWeighted } = chunk
  if (count < 1 || count > MAX_ROLL_CHUNKS)
    return refuse('roll-invalid', `${count} chunks, allowed are 1 to ${MAX_ROLL_CHUNKS}`)
  if (index >= count) return refuse('roll-invalid', `chunk ${index} of ${count}`)
  if (entries.length < 1 || entries.length > CHUNK_ENTRIES)
    return refuse('roll-invalid', `${entries.length} entries in a chunk, allowed are 1 to ${CHUNK_ENTRIES}`)
  if (index < count - 1 && entries.length < CHUNK_ENTRIES)
    return refuse('roll-invalid', `only the last chunk may have fewer than ${CHUNK_ENTRIES} entries`)
  for (const [i, { credential, weight }] of entries.entries()) {
    if (i > 0 && compareCredentials(entries[i - 1]!.credential, credential) >= 0)
      return refuse('roll-invalid', `entry ${i} of chunk ${index} does not ascend: unsorted or twice there`)
    if (weight < 1n || weight > MAX_TOTAL_WEIGHT || (!isWeighted && weight !== 1n))
      return refuse('roll-invalid', `entry ${i} of chunk ${index} has a wrong weight`)
  }
  return ok(undefined)
}

/** Whether a chunk continues this roll: the same roll, a new place, in order with its neighbours. */
export function checkNextChunk(pending: PendingRoll, chunk: Chunk): Result<void, Rejection> {
  if (chunk.count !== pending.count || chunk.isWeighted !== pending.isWeighted)
    return refuse('roll-invalid', 'number of chunks or weighting differs from the other chunks')
  if (pending.chunks.has(chunk.index))
    return refuse('roll-exists', `chunk ${chunk.index} of this roll is there already`)
  const before = pending.chunks.get(chunk.index - 1)
  const after = pending.chunks.get(chunk.index + 1)
  if (before && compareCredentials(lastOf(before), chunk.entries[0]!.credential) >= 0)
    return refuse('roll-invalid', `chunk ${chunk.index} does not ascend from the one before`)
  if (after && compareCredentials(chunk.entries.at(-1)!.credential, entryAt(after.bytes, 0).credential) >= 0)
    return refuse('roll-invalid', `chunk ${chunk.index} does not ascend to the one after`)
  return ok(undefined)
}

function lastOf({ bytes }: HashedChunk): Uint8Array {
  return entryAt(bytes, bytes.length / ENTRY_BYTES - 1).credential
}

/** The roll with one more checked chunk. The last one completes it: then the whole must have the promised hash. */
export function withChunk(
  pending: PendingRoll,
  index: number,
  bytes: Uint8Array,
): Result<PendingRoll, Rejection> {
  const chunks = new Map(pending.chunks).set(index, hashedChunk(bytes))
  const hashes = withValue(pending.hashes, index, sha256(bytes))
  const prefix = extended(pending.prefix, chunks, pending.isWeighted)
  const next = { ...pending, chunks, hashes, prefix }
  return chunks.size < pending.count ? ok(next) : completed(next)
}

/** The prefix with the chunks that now follow it. */
function extended(prefix: ListPrefix, chunks: PendingRoll['chunks'], isWeighted: boolean): ListPrefix {
  let { next } = prefix
  const hash = prefix.hash.clone()
  for (let chunk = chunks.get(next); chunk !== undefined; chunk = chunks.get(next)) {
    const lines = linesOf(chunk, isWeighted)
    hash.update(utf8(next === 0 ? lines : `,${lines}`))
    next += 1
  }
  return { next, hash }
}

/** The roll, all of whose chunks are there, with what they make together. */
function completed(pending: PendingRoll): Result<PendingRoll, Rejection> {
  const chunks = Array.from({ length: pending.count }, (_, index) => pending.chunks.get(index)!)
  const roll = buildRoll(chunks)
  if (roll.totalWeight > MAX_TOTAL_WEIGHT)
    return refuse('roll-invalid', `total weight ${roll.totalWeight}, at most ${MAX_TOTAL_WEIGHT}`)
  const hash = pending.prefix.hash.clone().update(utf8(']')).digest()
  if (!equalBytes(hash, pending.hash))
    return refuse('roll-invalid', `the whole roll has hash ${toHex(hash)}, not the promised one`)
  return ok({ ...pending, roll })
}

/** What the election's record says about it. */
export function progressOf(pending: PendingRoll): RollProgress {
  return {
    registrar: pending.registrar,
    hash: pending.hash,
    isWeighted: pending.isWeighted,
    chunks: pending.count,
    received: pending.chunks.size,
    chunksRoot: listRoot(pending.hashes),
    signers: pending.signers,
  }
}

/** The chunks of a roll, each within the limits, unsigned; `entries` in any order. */
export function splitRoll(
  uuid: string,
  registrar: Uint8Array,
  entries: readonly RollEntry[],
  isWeighted: boolean,
): readonly Unsigned<Transaction>[] {
  const sorted = [...entries].sort((a, b) => compareCredentials(a.credential, b.credential))
  const rollHash = payloadHash(publicCredentialsJson(sorted, isWeighted))
  const count = Math.ceil(entries.length / CHUNK_ENTRIES)
  return Array.from({ length: count }, (_, index) => ({
    kind: 'rollChunk',
    uuid,
    registrar,
    rollHash,
    isWeighted,
    index,
    count,
    entries: sorted.slice(index * CHUNK_ENTRIES, (index + 1) * CHUNK_ENTRIES),
  }))
}
