/**
 * A persistent map from 32-byte ids to their positions in a list: a radix trie over the id's nibbles whose leaves hold only the
 * position; the id itself is read from the list. Ids are SHA-256 hashes, so that depth stays near log16(n); ids chosen to
 * share k leading bits cost their maker 2^k hashes and us k/4 levels.
 */
import { assert, equalBytes } from '../base/index.ts'

/** A position, or sixteen branches by the next nibble. */
type TrieNode = number | readonly (TrieNode | undefined)[]

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

/** The position of an id, or undefined. Takes any bytes. */
export function positionOf(trie: IdTrie, id: Uint8Array, idAt: IdAt): number | undefined {
  if (id.length !== NIBBLES / 2) return undefined
  let node = trie.node
  for (let level = 0; node !== undefined && typeof node !== 'number'; level++) node = node[nibble(id, level)]
  return node !== undefined && equalBytes(idAt(node), id) ? node : undefined
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
  if (node === undefined) return position
  if (typeof node === 'number') {
    assert(level < NIBBLES, 'two ids differ somewhere')
    const branches: (TrieNode | undefined)[] = new Array(16).fill(undefined)
    branches[nibble(idAt(node), level)] = node
    return inserted(branches, level, id, position, idAt)
  }
  const at = nibble(id, level)
  const branches = [...node]
  branches[at] = inserted(node[at], level + 1, id, position, idAt)
  return branches
}
