/**
 * A persistent SSZ list of 32-byte values. Values lie flat in pages of 32, below a binary tree; a new version copies the pages that it
 * changes and the paths to them, and versions share the rest. What is all zeros is not there at all. Roots are computed when one is asked
 * for, once a page and once a node.
 *
 * A long list takes about 60 bytes a value (`npm run bench -- storage`), with a tree down to the values it took 190.
 */
import { digest64Into, hashInto, merkleizeBlocksBytes, zeroHash } from '@chainsafe/persistent-merkle-tree'
import { assert } from '../base/index.ts'
import { lengthChunk, ROOT_BYTES } from './merkle.ts'

/** Levels of the tree below a page's root. */
const PAGE_DEPTH = 5

/** Flat values, with the root once it was asked for. */
interface Page {
  readonly bytes: Uint8Array
  root?: Uint8Array
}
interface Branch {
  readonly left: Tree
  readonly right: Tree
  root?: Uint8Array
}
/** Undefined: zeros only. */
type Tree = Page | Branch | undefined

/** One version of a list; immutable. */
export interface ListTree {
  readonly depth: number
  readonly length: number
  readonly tree: Tree
}

/** A list of `length` zeros with room for 2^depth values. */
export function zeroList(depth: number, length = 0): ListTree {
  assert(length <= 2 ** depth, 'a list is not longer than its limit')
  return { depth, length, tree: undefined }
}

/** A list of so many values; undefined: zeros. */
export function listFrom(
  depth: number,
  length: number,
  value: (index: number) => Uint8Array | undefined,
): ListTree {
  assert(length <= 2 ** depth, 'a list is not longer than its limit')
  const built = (level: number, start: number): Tree => {
    if (start >= length) return undefined
    if (level > PAGE_DEPTH) {
      const left = built(level - 1, start)
      const right = built(level - 1, start + 2 ** (level - 1))
      return left === undefined && right === undefined ? undefined : { left, right }
    }
    let bytes: Uint8Array | undefined
    for (let index = start; index < Math.min(length, start + 2 ** level); index++) {
      const found = value(index)
      if (found === undefined) continue
      bytes ??= new Uint8Array(2 ** level * ROOT_BYTES)
      setIn(bytes, index - start, found)
    }
    return bytes === undefined ? undefined : { bytes }
  }
  return { depth, length, tree: built(depth, 0) }
}

/** A list of these values. */
export function listOf(depth: number, values: readonly Uint8Array[]): ListTree {
  return listFrom(depth, values.length, (index) => values[index])
}

/** The value at an index. */
export function valueAt(list: ListTree, index: number): Uint8Array {
  assert(index >= 0 && index < list.length, 'an index lies inside its list')
  const { page, level } = pageAt(list, index)
  const at = (index % 2 ** level) * ROOT_BYTES
  return page === undefined ? new Uint8Array(ROOT_BYTES) : page.bytes.slice(at, at + ROOT_BYTES)
}

/** The page of an index, and how many levels are below its root. */
function pageAt(list: ListTree, index: number): { readonly page: Page | undefined; readonly level: number } {
  let { tree, depth: level } = list
  while (level > PAGE_DEPTH) {
    level -= 1
    if (tree !== undefined) tree = childOf(tree as Branch, index, level)
  }
  return { page: tree as Page | undefined, level }
}

/** The child, `level` levels above the values, that an index is below. */
function childOf(branch: Branch, index: number, level: number): Tree {
  return isRight(index, level) ? branch.right : branch.left
}

function isRight(index: number, level: number): boolean {
  return Math.floor(index / 2 ** level) % 2 === 1
}

/** The list with another value at an index. */
export function withValue(list: ListTree, index: number, value: Uint8Array): ListTree {
  assert(index >= 0 && index < list.length, 'an index lies inside its list')
  return { ...list, tree: replaced(list.tree, list.depth, index, value) }
}

function replaced(tree: Tree, level: number, index: number, value: Uint8Array): Tree {
  if (level <= PAGE_DEPTH) {
    const page = tree as Page | undefined
    const bytes = page === undefined ? new Uint8Array(2 ** level * ROOT_BYTES) : page.bytes.slice()
    setIn(bytes, index % 2 ** level, value)
    return { bytes }
  }
  const { left, right } = (tree as Branch | undefined) ?? { left: undefined, right: undefined }
  return isRight(index, level - 1)
    ? { left, right: replaced(right, level - 1, index, value) }
    : { left: replaced(left, level - 1, index, value), right }
}

function setIn(bytes: Uint8Array, place: number, value: Uint8Array): void {
  assert(value.length === ROOT_BYTES, 'a value has 32 bytes')
  bytes.set(value, place * ROOT_BYTES)
}

/** The list with one more value. */
export function appended(list: ListTree, value: Uint8Array): ListTree {
  assert(list.length < 2 ** list.depth, 'a list is not longer than its limit')
  return withValue({ ...list, length: list.length + 1 }, list.length, value)
}

/** The values in order. */
export function* valuesOf(list: ListTree): IterableIterator<Uint8Array> {
  for (let index = 0; index < list.length; index++) yield valueAt(list, index)
}

/** SSZ `hash_tree_root` of the list. */
export function listRoot(list: ListTree): Uint8Array {
  return parentOf(rootOf(list.tree, list.depth), lengthChunk(list.length))
}

function rootOf(tree: Tree, level: number): Uint8Array {
  if (tree === undefined) return zeroHash(level)
  tree.root ??=
    level > PAGE_DEPTH
      ? parentOf(rootOf((tree as Branch).left, level - 1), rootOf((tree as Branch).right, level - 1))
      : pageRoot(tree as Page)
  return tree.root
}

/** In bytes of its own: the library's come out of a pool, and a root that is kept would keep the 8 kB around it. */
function parentOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const parent = new Uint8Array(ROOT_BYTES)
  digest64Into(left, right, parent)
  return parent
}

function pageRoot({ bytes }: Page): Uint8Array {
  const root = new Uint8Array(ROOT_BYTES)
  // It hashes in place, hence the copy.
  merkleizeBlocksBytes(bytes.slice(), bytes.length / ROOT_BYTES, root, 0)
  return root
}

/** The branch of a value to {@link listRoot}: siblings from the leaf up, then the length chunk. */
export function listBranch(list: ListTree, index: number): readonly Uint8Array[] {
  assert(index >= 0 && index < list.length, 'an index lies inside its list')
  const above: Uint8Array[] = []
  let { tree, depth: level } = list
  while (level > PAGE_DEPTH) {
    level -= 1
    const branch = tree as Branch | undefined
    above.push(rootOf(isRight(index, level) ? branch?.left : branch?.right, level).slice())
    tree = branch && childOf(branch, index, level)
  }
  const page = tree as Page | undefined
  return [...pageBranch(page, index % 2 ** level, level), ...above.reverse(), lengthChunk(list.length)]
}

/** The siblings below a page's root, from the leaf up. */
function pageBranch(page: Page | undefined, place: number, level: number): readonly Uint8Array[] {
  const siblings: Uint8Array[] = []
  let nodes = page?.bytes ?? new Uint8Array(2 ** level * ROOT_BYTES)
  for (let index = place; siblings.length < level; index >>= 1) {
    const at = (index ^ 1) * ROOT_BYTES
    siblings.push(nodes.slice(at, at + ROOT_BYTES))
    const parents = new Uint8Array(nodes.length / 2)
    hashInto(nodes, parents)
    nodes = parents
  }
  return siblings
}
