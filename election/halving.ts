/** Finds the wrong ones among many, asking only whether all of some are right: by halving, with a limit on what it may cost. */

/** `unknown`: the search was given up before it came here. */
export type Found = 'right' | 'wrong' | 'unknown'

/**
 * What is found out about each of the items. `areAllRight` costs what its items cost together; the search asks nothing more when
 * `passes` times all of them are spent. One wrong item among many costs two passes beside the first, on average one and a half.
 */
export function findWrong<T>(
  items: readonly T[],
  areAllRight: (part: readonly T[]) => boolean,
  costOf: (item: T) => number,
  passes: number,
): readonly Found[] {
  const found: Found[] = items.map(() => 'unknown')
  const total = (from: number, to: number): number =>
    items.slice(from, to).reduce((sum, item) => sum + costOf(item), 0)
  let left = passes * total(0, items.length)
  /** Whether all of from..to-1 are known to be right. Where one is known to be wrong, the question is not asked. */
  const search = (from: number, to: number, isOneWrong: boolean): boolean => {
    if (!isOneWrong) {
      left -= total(from, to)
      if (left < 0) return false
      if (areAllRight(items.slice(from, to))) {
        found.fill('right', from, to)
        return true
      }
    }
    if (to - from === 1) {
      found[from] = 'wrong'
      return false
    }
    const middle = (from + to) >> 1
    const isLeftRight = search(from, middle, false)
    search(middle, to, isLeftRight)
    return false
  }
  if (items.length > 0) search(0, items.length, false)
  return found
}
