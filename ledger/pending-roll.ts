/**
 * A roll while its registrar publishes it: chunks in any order under one hash, complete when all are there, accepted
 * when enough registrars have signed it (T11).
 */
import { equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { compareCredentials, payloadHash, publicCredentialsJson, type RollEntry } from '../election/index.ts'
import {
  MAX_CHUNK_ENTRIES,
  MAX_ROLL_CHUNKS,
  MAX_TOTAL_WEIGHT,
  MAX_VOTERS,
  ROLL_CHUNKS_DEPTH,
} from './limits.ts'
import { type ListTree, listRoot, withValue, zeroList } from './list-tree.ts'
import { buildRoll, credentialAt, ENTRY_BYTES, entriesOf, flatEntries, type Roll } from './roll.ts'
import type { Unsigned } from './transaction-ssz.ts'
import type { Rejection, RollProgress, Transaction, TransactionOf } from './types.ts'

/** One version of a roll that is being published; immutable. */
export interface PendingRoll {
  readonly registrar: Uint8Array
  readonly hash: Uint8Array
  readonly isWeighted: boolean
  readonly count: number
  /** Flat entries by the chunk's place. */
  readonly chunks: ReadonlyMap<number, Uint8Array>
  /** SHA-256 of each chunk. */
  readonly hashes: ListTree
  readonly signers: readonly Uint8Array[]
  /** The whole roll, once it is complete. */
  readonly roll?: Roll
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
  return { registrar, hash: rollHash, isWeighted, count, chunks: new Map(), hashes, signers: [] }
}

/** The form of a chunk by itself; whether its credentials are points is left to `verifyTransaction`. */
export function checkChunk(chunk: Unsigned<Chunk>): Result<void, Rejection> {
  const { index, count, entries, isWeighted } = chunk
  if (count < 1 || count > MAX_ROLL_CHUNKS)
    return refuse('roll-invalid', `${count} chunks, allowed are 1 to ${MAX_ROLL_CHUNKS}`)
  if (index >= count) return refuse('roll-invalid', `chunk ${index} of ${count}`)
  if (entries.length < 1 || entries.length > MAX_CHUNK_ENTRIES)
    return refuse(
      'roll-invalid',
      `${entries.length} entries in a chunk, allowed are 1 to ${MAX_CHUNK_ENTRIES}`,
    )
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
  if (before && compareCredentials(credentialAt(before, before.length / ENTRY_BYTES - 1), first(chunk)) >= 0)
    return refuse('roll-invalid', `chunk ${chunk.index} does not ascend from the one before`)
  if (after && compareCredentials(chunk.entries.at(-1)!.credential, credentialAt(after, 0)) >= 0)
    return refuse('roll-invalid', `chunk ${chunk.index} does not ascend to the one after`)
  return ok(undefined)
}

function first(chunk: Chunk): Uint8Array {
  return chunk.entries[0]!.credential
}

/** The roll with one more checked chunk. The last one completes it: then the whole must have the promised hash. */
export function withChunk(pending: PendingRoll, chunk: Chunk): Result<PendingRoll, Rejection> {
  const bytes = flatEntries(chunk.entries)
  const chunks = new Map(pending.chunks).set(chunk.index, bytes)
  const hashes = withValue(pending.hashes, chunk.index, sha256(bytes))
  const next = { ...pending, chunks, hashes }
  return chunks.size < pending.count ? ok(next) : completed(next)
}

/** The roll, all of whose chunks are there, with what they make together. */
export function completed(pending: PendingRoll): Result<PendingRoll, Rejection> {
  const chunks = Array.from({ length: pending.count }, (_, index) => pending.chunks.get(index)!)
  for (const [i, chunk] of chunks.entries()) {
    const before = chunks[i - 1]
    if (
      before &&
      compareCredentials(credentialAt(before, before.length / ENTRY_BYTES - 1), credentialAt(chunk, 0)) >= 0
    )
      return refuse('roll-invalid', `chunk ${i} does not ascend from the one before`)
  }
  const voters = chunks.reduce((sum, chunk) => sum + chunk.length / ENTRY_BYTES, 0)
  if (voters > MAX_VOTERS) return refuse('roll-invalid', `${voters} voters, at most ${MAX_VOTERS}`)
  const roll = buildRoll(chunks)
  if (roll.totalWeight > MAX_TOTAL_WEIGHT)
    return refuse('roll-invalid', `total weight ${roll.totalWeight}, at most ${MAX_TOTAL_WEIGHT}`)
  const hash = payloadHash(publicCredentialsJson(entriesOf(roll.bytes), pending.isWeighted))
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
  const count = Math.ceil(entries.length / MAX_CHUNK_ENTRIES)
  return Array.from({ length: count }, (_, index) => ({
    kind: 'rollChunk',
    uuid,
    registrar,
    rollHash,
    isWeighted,
    index,
    count,
    entries: sorted.slice(index * MAX_CHUNK_ENTRIES, (index + 1) * MAX_CHUNK_ENTRIES),
  }))
}
