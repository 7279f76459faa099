/**
 * The accepted roll: entries flat, in the order of Belenios' list (`compareCredentials`; a place here is a line there), with all
 * levels of their Merkle tree: 64 bytes a voter beside the 40 of the entry. It never changes again, so that all versions of the
 * state share it, and a credential is found by halving.
 *
 * Its root is the SSZ root of List[RollEntry{credential: Bytes32, weight: uint64}, 2^20].
 */
import { hashInto, zeroHash } from '@chainsafe/persistent-merkle-tree'
import { assert, concat } from '../base/index.ts'
import { compareCredentials, type RollEntry } from '../election/index.ts'
import { CHUNK_DEPTH, CHUNK_ENTRIES, MAX_VOTERS, ROLL_DEPTH } from './limits.ts'
import { hashPair, isInList, lengthChunk, ROOT_BYTES } from './merkle.ts'

/** Bytes of one flat entry: credential, then the weight, little-endian. */
export const ENTRY_BYTES = 40
const CREDENTIAL_BYTES = 32

/** A complete roll; immutable. */
export interface Roll {
  readonly voters: number
  readonly totalWeight: bigint
  /** Flat entries. */
  readonly bytes: Uint8Array
  /** levels[0] are the entries' roots, each next one the parents; the last one has one node. */
  readonly levels: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** Entries one after the other. */
export function flatEntries(entries: readonly RollEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [i, { credential, weight }] of entries.entries()) {
    bytes.set(credential, i * ENTRY_BYTES)
    view.setBigUint64(i * ENTRY_BYTES + CREDENTIAL_BYTES, weight, true)
  }
  return bytes
}

/** The entry at a place of flat bytes. */
export function entryAt(bytes: Uint8Array, place: number): RollEntry {
  return { credential: credentialAt(bytes, place), weight: weightAt(bytes, place) }
}

/** All entries of flat bytes. */
export function entriesOf(bytes: Uint8Array): readonly RollEntry[] {
  return Array.from({ length: bytes.length / ENTRY_BYTES }, (_, place) => entryAt(bytes, place))
}

/** The credential at a place of flat bytes. */
export function credentialAt(bytes: Uint8Array, place: number): Uint8Array {
  return bytes.slice(place * ENTRY_BYTES, place * ENTRY_BYTES + CREDENTIAL_BYTES)
}

/** The weight at a place of flat bytes. */
export function weightAt(bytes: Uint8Array, place: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + place * ENTRY_BYTES + CREDENTIAL_BYTES, 8)
  return view.getBigUint64(0, true)
}

/** The place of a credential on the roll, or undefined. Takes any bytes. */
export function placeOf(roll: Roll, credential: Uint8Array): number | undefined {
  if (credential.length !== CREDENTIAL_BYTES) return undefined
  let low = 0
  let high = roll.voters
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareCredentials(
      roll.bytes.subarray(middle * ENTRY_BYTES, middle * ENTRY_BYTES + CREDENTIAL_BYTES),
      credential,
    )
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}

/** A chunk of a roll with its part of the Merkle tree; immutable. */
export interface HashedChunk {
  /** Flat entries. */
  readonly bytes: Uint8Array
  /** levels[0] are the entries' roots; the last one has one node. */
  readonly levels: readonly Uint8Array[]
}

/** A chunk with its part of the Merkle tree. */
export function hashedChunk(bytes: Uint8Array): HashedChunk {
  return { bytes, levels: levelsAbove(entryRoots(bytes), 0, CHUNK_DEPTH) }
}

/** The roll of chunks in order, full ones but the last, whose entries ascend across all of them. */
export function buildRoll(chunks: readonly HashedChunk[]): Roll {
  assert(
    chunks.every(({ bytes }, i) => i === chunks.length - 1 || bytes.length === CHUNK_ENTRIES * ENTRY_BYTES),
    'all chunks but the last are full',
  )
  const bytes = concat(...chunks.map((chunk) => chunk.bytes))
  const voters = bytes.length / ENTRY_BYTES
  assert(voters >= 1 && voters <= MAX_VOTERS, 'a roll has its limits')
  const below = Array.from({ length: CHUNK_DEPTH }, (_, level) =>
    concat(...chunks.map((chunk) => chunk.levels[level]!)),
  )
  const tops = concat(...chunks.map((chunk) => chunk.levels[CHUNK_DEPTH]!))
  const levels = [...below, ...levelsAbove(tops, CHUNK_DEPTH, ROLL_DEPTH)]
  const root = hashPair(levels[ROLL_DEPTH]!, lengthChunk(voters))
  return { voters, totalWeight: sumOfWeights(bytes), bytes, levels, root }
}

function sumOfWeights(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let sum = 0n
  for (let at = CREDENTIAL_BYTES; at < bytes.length; at += ENTRY_BYTES) sum += view.getBigUint64(at, true)
  return sum
}

/** A level of the tree and all above it up to `top`. */
function levelsAbove(nodes: Uint8Array, level: number, top: number): readonly Uint8Array[] {
  const levels = [nodes]
  for (let below = level; below < top; below++) levels.push(parents(levels.at(-1)!, below))
  return levels
}

/** Each entry's `hash_tree_root`: the hash of the credential and of the weight's chunk. */
function entryRoots(bytes: Uint8Array): Uint8Array {
  const voters = bytes.length / ENTRY_BYTES
  const chunks = new Uint8Array(voters * 2 * ROOT_BYTES)
  for (let place = 0; place < voters; place++)
    chunks.set(bytes.subarray(place * ENTRY_BYTES, (place + 1) * ENTRY_BYTES), place * 2 * ROOT_BYTES)
  const roots = new Uint8Array(voters * ROOT_BYTES)
  hashInto(chunks, roots)
  return roots
}

/** The level above one; where the last node has no neighbour, the tree of zeros stands in. */
function parents(nodes: Uint8Array, level: number): Uint8Array {
  const count = nodes.length / ROOT_BYTES
  const pairs = count % 2 === 0 ? nodes : concat(nodes, zeroHash(level))
  const above = new Uint8Array(pairs.length / 2)
  hashInto(pairs, above)
  return above
}

/** The branch of an entry to the roll's root. */
export function rollBranch(roll: Roll, place: number): readonly Uint8Array[] {
  assert(place >= 0 && place < roll.voters, 'a place lies on its roll')
  const branch: Uint8Array[] = []
  for (let level = 0; level < ROLL_DEPTH; level++) {
    const nodes = roll.levels[level]!
    const neighbour = (Math.floor(place / 2 ** level) ^ 1) * ROOT_BYTES
    branch.push(
      neighbour < nodes.length ? nodes.slice(neighbour, neighbour + ROOT_BYTES) : zeroHash(level).slice(),
    )
  }
  return [...branch, lengthChunk(roll.voters)]
}

/** Whether an entry is at that place of the roll with this root. Takes any values. */
export function isOnRoll(
  root: Uint8Array,
  entry: RollEntry,
  place: number,
  branch: readonly Uint8Array[],
): boolean {
  if (entry.credential.length !== CREDENTIAL_BYTES || entry.weight < 0n || entry.weight >= 2n ** 64n)
    return false
  return isInList(root, ROLL_DEPTH, place, entryRoots(flatEntries([entry])), branch)
}
