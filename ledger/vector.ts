/** A persistent vector: a tree of 32-way arrays, so that changing one element copies a few short arrays and shares the rest. */
import { assert } from '../base/index.ts'

const BITS = 5
const WIDTH: number = 1 << BITS

type Branch<T> = readonly (Branch<T> | T)[]

/** One version; immutable. */
export interface Vector<T> {
  readonly length: number
  /** Levels of branches above the elements. */
  readonly levels: number
  readonly root: Branch<T>
}

export function emptyVector<T>(): Vector<T> {
  return { length: 0, levels: 1, root: [] }
}

/** The element at an index. */
export function elementAt<T>(vector: Vector<T>, index: number): T {
  assert(index >= 0 && index < vector.length, 'an index lies inside its vector')
  let branch = vector.root
  for (let level = vector.levels - 1; level > 0; level--)
    branch = branch[(index >>> (level * BITS)) & (WIDTH - 1)] as Branch<T>
  return branch[index & (WIDTH - 1)] as T
}

/** The vector with another element at an index; the index may be the length: one more element. */
export function withElement<T>(vector: Vector<T>, index: number, element: T): Vector<T> {
  assert(index >= 0 && index <= vector.length, 'an index lies inside its vector or just behind it')
  const isFull = index === WIDTH ** vector.levels
  const levels = isFull ? vector.levels + 1 : vector.levels
  const root: Branch<T> = isFull ? [vector.root] : vector.root
  return {
    length: Math.max(vector.length, index + 1),
    levels,
    root: replaced(root, levels - 1, index, element),
  }
}

function replaced<T>(branch: Branch<T>, level: number, index: number, element: T): Branch<T> {
  const at = (index >>> (level * BITS)) & (WIDTH - 1)
  const copy = [...branch]
  copy[at] = level === 0 ? element : replaced((branch[at] ?? []) as Branch<T>, level - 1, index, element)
  return copy
}

/** The elements in order. */
export function* elementsOf<T>(vector: Vector<T>): IterableIterator<T> {
  for (let index = 0; index < vector.length; index++) yield elementAt(vector, index)
}
