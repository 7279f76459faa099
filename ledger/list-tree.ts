/**
 * A persistent SSZ list of 32-byte values: a new version costs the path to what changed (depth nodes), and versions share
 * the rest. Hashes are computed when a root is asked for, once a node. Built on @chainsafe/persistent-merkle-tree.
 */
import {
  getNodeAtDepth,
  getNodesAtDepth,
  LeafNode,
  type Node,
  setNodeAtDepth,
  setNodesAtDepth,
  zeroNode,
} from '@chainsafe/persistent-merkle-tree'
import { assert } from '../base/index.ts'
import { hashPair, lengthChunk, ROOT_BYTES } from './merkle.ts'

/** One version of a list; immutable. */
export interface ListTree {
  readonly depth: number
  readonly length: number
  readonly node: Node
}

/** A list of `length` zeros with room for 2^depth values. */
export function zeroList(depth: number, length = 0): ListTree {
  assert(length <= 2 ** depth, 'a list is not longer than its limit')
  return { depth, length, node: zeroNode(depth) }
}

/** The value at an index. */
export function valueAt(list: ListTree, index: number): Uint8Array {
  assert(index >= 0 && index < list.length, 'an index lies inside its list')
  return getNodeAtDepth(list.node, list.depth, index).root
}

/** The list with another value at an index. */
export function withValue(list: ListTree, index: number, value: Uint8Array): ListTree {
  assert(index >= 0 && index < list.length, 'an index lies inside its list')
  assert(value.length === ROOT_BYTES, 'a value has 32 bytes')
  return { ...list, node: setNodeAtDepth(list.node, list.depth, index, LeafNode.fromRoot(value)) }
}

/** The list with values at many indexes, which ascend: one walk for all of them. */
export function withValues(
  list: ListTree,
  indexes: readonly number[],
  values: readonly Uint8Array[],
): ListTree {
  if (indexes.length === 0) return list
  assert(
    indexes.every((index, i) => index > (indexes[i - 1] ?? -1)),
    'indexes ascend',
  )
  assert(indexes.at(-1)! < list.length, 'an index lies inside its list')
  const leaves = values.map((value) => LeafNode.fromRoot(value))
  return { ...list, node: setNodesAtDepth(list.node, list.depth, [...indexes], leaves) }
}

/** The list with one more value. */
export function appended(list: ListTree, value: Uint8Array): ListTree {
  assert(list.length < 2 ** list.depth, 'a list is not longer than its limit')
  return withValue({ ...list, length: list.length + 1 }, list.length, value)
}

/** A list of these values. */
export function listOf(depth: number, values: readonly Uint8Array[]): ListTree {
  return withValues(
    zeroList(depth, values.length),
    values.map((_, index) => index),
    values,
  )
}

/** The values in order. Takes them in pieces, so that a long list does not stand in memory twice. */
export function* valuesOf(list: ListTree): IterableIterator<Uint8Array> {
  const PIECE = 1024
  for (let start = 0; start < list.length; start += PIECE) {
    const count = Math.min(PIECE, list.length - start)
    for (const node of getNodesAtDepth(list.node, list.depth, start, count)) yield node.root
  }
}

/** SSZ `hash_tree_root` of the list. */
export function listRoot(list: ListTree): Uint8Array {
  return hashPair(list.node.root, lengthChunk(list.length))
}

/** The branch of a value to {@link listRoot}: siblings from the leaf up, then the length chunk. */
export function listBranch(list: ListTree, index: number): readonly Uint8Array[] {
  assert(index >= 0 && index < list.length, 'an index lies inside its list')
  const siblings: Uint8Array[] = []
  let node = list.node
  for (let level = list.depth - 1; level >= 0; level--) {
    const isRight = Math.floor(index / 2 ** level) % 2 === 1
    siblings.push((isRight ? node.left : node.right).root)
    node = isRight ? node.right : node.left
  }
  return [...siblings.reverse(), lengthChunk(list.length)]
}
