/**
 * The accepted roll: its chunks as they were published, entries flat in the order of Belenios' list (`compareCredentials`; a place here is
 * a line there), with the Merkle tree above groups of entries: 44 bytes a voter, and what lies inside a group is hashed again when
 * somebody asks for a branch. It never changes again, so that all versions of the state share it, and a credential is found by
 * halving.
 *
 * Its root is the SSZ root of List[RollEntry{credential: Bytes32, weight: uint64}, 2^20].
 */
import { hashInto, zeroHash } from '@chainsafe/persistent-merkle-tree'
import { assert, concat } from '../base/index.ts'
import { compareCredentials, publicCredentialsJson, type RollEntry } from '../election/index.ts'
import { CHUNK_DEPTH, CHUNK_ENTRIES, MAX_VOTERS, ROLL_DEPTH } from './limits.ts'
import { hashPair, isInList, lengthChunk, ROOT_BYTES } from './merkle.ts'

/** Bytes of one flat entry: credential, then the weight, little-endian. */
export const ENTRY_BYTES = 40
const CREDENTIAL_BYTES = 32
/** Entries of a group, below which no node is kept: 2^4, hashed in some 10 microseconds. */
const GROUP_DEPTH = 4
const GROUP_ENTRIES: number = 2 ** GROUP_DEPTH
/** Groups of a chunk. */
const GROUPS: number = CHUNK_ENTRIES / GROUP_ENTRIES

/** A chunk of a roll with its part of the Merkle tree; immutable. */
export interface HashedChunk {
  /** Flat entries. */
  readonly bytes: Uint8Array
  /** The tree above its groups: node 1 is the root, below node n are 2n and 2n + 1. */
  readonly nodes: Uint8Array
}

/** A complete roll; immutable. */
export interface Roll {
  readonly voters: number
  readonly totalWeight: bigint
  /** In order; all but the last are full. */
  readonly chunks: readonly HashedChunk[]
  /** The tree above the chunks: tops[0] are their roots, each next one the parents; the last one has one node. */
  readonly tops: readonly Uint8Array[]
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
  const at = place * ENTRY_BYTES
  return { credential: bytes.slice(at, at + CREDENTIAL_BYTES), weight: weightIn(bytes, place) }
}

/** The weight at a place of flat bytes. */
export function weightIn(bytes: Uint8Array, place: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + place * ENTRY_BYTES + CREDENTIAL_BYTES, 8)
  return view.getBigUint64(0, true)
}

/** Belenios' list of a chunk's entries, without its brackets. */
export function linesOf({ bytes }: HashedChunk, isWeighted: boolean): string {
  const entries = Array.from({ length: bytes.length / ENTRY_BYTES }, (_, place) => entryAt(bytes, place))
  return publicCredentialsJson(entries, isWeighted).slice(1, -1)
}

/** Belenios' list of a roll. */
export function rollJson({ chunks }: Roll, isWeighted: boolean): string {
  return `[${chunks.map((chunk) => linesOf(chunk, isWeighted)).join(',')}]`
}

/** The entry at a place of the roll. */
export function rollEntry(roll: Roll, place: number): RollEntry {
  return entryAt(chunkOf(roll, place).bytes, place % CHUNK_ENTRIES)
}

/** The weight at a place of the roll. */
export function weightAt(roll: Roll, place: number): bigint {
  return weightIn(chunkOf(roll, place).bytes, place % CHUNK_ENTRIES)
}

function chunkOf(roll: Roll, place: number): HashedChunk {
  assert(place >= 0 && place < roll.voters, 'a place lies on its roll')
  return roll.chunks[Math.floor(place / CHUNK_ENTRIES)]!
}

/** The place of a credential on the roll, or undefined. Takes any bytes. */
export function placeOf(roll: Roll, credential: Uint8Array): number | undefined {
  if (credential.length !== CREDENTIAL_BYTES) return undefined
  let low = 0
  let high = roll.voters
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = (middle % CHUNK_ENTRIES) * ENTRY_BYTES
    const other = chunkOf(roll, middle).bytes.subarray(at, at + CREDENTIAL_BYTES)
    const order = compareCredentials(other, credential)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}

/** A chunk with its part of the Merkle tree. */
export function hashedChunk(bytes: Uint8Array): HashedChunk {
  let level = entryRoots(bytes, CHUNK_ENTRIES)
  for (let depth = 0; depth < GROUP_DEPTH; depth++) level = parents(level, depth)
  const nodes = new Uint8Array(2 * GROUPS * ROOT_BYTES)
  for (let count = GROUPS; ; count /= 2) {
    nodes.set(level, count * ROOT_BYTES)
    if (count === 1) return { bytes, nodes }
    level = parents(level, CHUNK_DEPTH)
  }
}

/** The roll of chunks in order, full ones but the last, whose entries ascend across all of them. It shares their bytes. */
export function buildRoll(chunks: readonly HashedChunk[]): Roll {
  assert(
    chunks.every(({ bytes }, i) => i === chunks.length - 1 || bytes.length === CHUNK_ENTRIES * ENTRY_BYTES),
    'all chunks but the last are full',
  )
  const voters = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) / ENTRY_BYTES
  assert(voters >= 1 && voters <= MAX_VOTERS, 'a roll has its limits')
  const tops = [concat(...chunks.map(({ nodes }) => nodes.subarray(ROOT_BYTES, 2 * ROOT_BYTES)))]
  for (let depth = CHUNK_DEPTH; depth < ROLL_DEPTH; depth++) tops.push(parents(tops.at(-1)!, depth))
  const root = hashPair(tops.at(-1)!, lengthChunk(voters))
  const totalWeight = chunks.reduce((sum, { bytes }) => sum + sumOfWeights(bytes), 0n)
  return { voters, totalWeight, chunks, tops, root }
}

function sumOfWeights(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let sum = 0n
  for (let at = CREDENTIAL_BYTES; at < bytes.length; at += ENTRY_BYTES) sum += view.getBigUint64(at, true)
  return sum
}

/** Each entry's `hash_tree_root`: the hash of the credential and of the weight's chunk; then zeros where there is no entry. */
function entryRoots(bytes: Uint8Array, length: number): Uint8Array {
  const voters = bytes.length / ENTRY_BYTES
  const chunks = new Uint8Array(voters * 2 * ROOT_BYTES)
  for (let place = 0; place < voters; place++)
    chunks.set(bytes.subarray(place * ENTRY_BYTES, (place + 1) * ENTRY_BYTES), place * 2 * ROOT_BYTES)
  const roots = new Uint8Array(length * ROOT_BYTES)
  hashInto(chunks, roots.subarray(0, voters * ROOT_BYTES))
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
  const { bytes, nodes } = chunkOf(roll, place)
  const branch: Uint8Array[] = []
  const take = (level: Uint8Array, index: number): void => {
    const at = (index ^ 1) * ROOT_BYTES
    branch.push(at < level.length ? level.slice(at, at + ROOT_BYTES) : zeroHash(branch.length).slice())
  }
  const inChunk = place % CHUNK_ENTRIES
  const group = Math.floor(inChunk / GROUP_ENTRIES)
  let level = entryRoots(
    bytes.subarray(group * GROUP_ENTRIES * ENTRY_BYTES, (group + 1) * GROUP_ENTRIES * ENTRY_BYTES),
    GROUP_ENTRIES,
  )
  for (let index = inChunk % GROUP_ENTRIES; branch.length < GROUP_DEPTH; index >>= 1) {
    take(level, index)
    level = parents(level, branch.length)
  }
  for (let node = GROUPS + group; node > 1; node >>= 1) take(nodes, node)
  for (const [depth, top] of roll.tops.entries())
    if (depth < roll.tops.length - 1) take(top, Math.floor(place / CHUNK_ENTRIES) >> depth)
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
  return isInList(root, ROLL_DEPTH, place, entryRoots(flatEntries([entry]), 1), branch)
}
