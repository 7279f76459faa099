/**
 * A persistent map from 32-byte ids to their positions in a list: a radix trie over the id's nibbles whose leaves hold only
 * positions, up to fifteen together; the ids themselves are read from the list. Ids are SHA-256 hashes, so that depth stays near
 * log16(n); ids chosen to share k leading bits cost their maker 2^k hashes and us k/4 levels.
 */
import { assert, equalBytes } from '../base/index.ts'

/** Fewer than sixteen positions of ids that begin alike, or sixteen branches by the next nibble. */
type TrieNode = readonly number[] | readonly (TrieNode | undefined)[]

const WIDTH = 16

/** One version of the map; immutable. */
export interface IdTrie {
  readonly node: TrieNode | undefined
}

/** The id at a position. */
export type IdAt = (position: number) => Uint8Array

export const EMPTY_TRIE: IdTrie = { node: undefined }

const NIBBLES = 64

function nibble(id: Uint8Array, level: number): number {
  const byte = id[level >> 1]!
  return level % 2 === 0 ? byte >> 4 : byte & 15
}

function isBranch(node: TrieNode): node is readonly (TrieNode | undefined)[] {
  return node.length === WIDTH
}

/** The position of an id, or undefined. Takes any bytes. */
export function positionOf(trie: IdTrie, id: Uint8Array, idAt: IdAt): number | undefined {
  if (id.length !== NIBBLES / 2) return undefined
  let node = trie.node
  for (let level = 0; node !== undefined && isBranch(node); level++) node = node[nibble(id, level)]
  return (node as readonly number[] | undefined)?.find((position) => equalBytes(idAt(position), id))
}

/** The map with one more id, which must not be in it. */
export function withId(trie: IdTrie, id: Uint8Array, position: number, idAt: IdAt): IdTrie {
  assert(id.length === NIBBLES / 2, 'an id has 32 bytes')
  return { node: inserted(trie.node, 0, id, position, idAt) }
}

function inserted(
  node: TrieNode | undefined,
  level: number,
  id: Uint8Array,
  position: number,
  idAt: IdAt,
): TrieNode {
  if (node === undefined) return [position]
  if (isBranch(node)) {
    const at = nibble(id, level)
    return node.with(at, inserted(node[at], level + 1, id, position, idAt))
  }
  const positions = node as readonly number[]
  if (positions.length + 1 < WIDTH) return positions.concat(position)
  assert(level < NIBBLES, 'two ids differ somewhere')
  let branch: TrieNode = new Array<TrieNode | undefined>(WIDTH).fill(undefined)
  for (const known of positions) branch = inserted(branch, level, idAt(known), known, idAt)
  return inserted(branch, level, id, position, idAt)
}
