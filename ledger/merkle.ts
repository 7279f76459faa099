/** Merkle branches as SSZ makes them: siblings from the leaf upwards, SHA-256 over the pair (consensus-specs, ssz/merkle-proofs.md). */
import { concat, equalBytes } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'

export const ROOT_BYTES = 32
export const ZERO_ROOT: Uint8Array = new Uint8Array(ROOT_BYTES)

/** The parent of two nodes. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(left, right))
}

/** The chunk that SSZ mixes into the root of a list: its length as 32 little-endian bytes. */
export function lengthChunk(length: number): Uint8Array {
  const chunk = new Uint8Array(ROOT_BYTES)
  new DataView(chunk.buffer).setBigUint64(0, BigInt(length), true)
  return chunk
}

/** The root that a leaf at `index` has under its siblings, the lowest one first; bit k of `index` says right at level k. */
export function rootOfBranch(leaf: Uint8Array, index: number, branch: readonly Uint8Array[]): Uint8Array {
  let node = leaf
  let place = index
  for (const sibling of branch) {
    node = place % 2 === 1 ? hashPair(sibling, node) : hashPair(node, sibling)
    place = Math.floor(place / 2)
  }
  return node
}

/**
 * Whether `leaf` is element `index` of an SSZ list of 2^depth elements with that root. The branch has the siblings in the
 * tree of elements and then the length chunk. Takes any values, hostile ones included.
 */
export function isInList(
  root: Uint8Array,
  depth: number,
  index: number,
  leaf: Uint8Array,
  branch: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= 2 ** depth) return false
  if (leaf.length !== ROOT_BYTES || !isBranch(branch, depth + 1)) return false
  return equalBytes(rootOfBranch(leaf, index, branch), root)
}

/** Whether these are that many siblings. */
export function isBranch(branch: readonly Uint8Array[], length: number): boolean {
  return branch.length === length && branch.every((sibling) => sibling.length === ROOT_BYTES)
}

/** Whether a value is 32 zeros: nothing there. */
export function isZero(value: Uint8Array): boolean {
  return equalBytes(value, ZERO_ROOT)
}
