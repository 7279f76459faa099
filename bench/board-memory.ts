/**
 * What a ballot takes in the memory of a node: its id in the board's order, its position by id, and its id as what counts for its voter, on
 * a board where everybody on the roll has voted. With the ledger's own structures, after a collection of garbage.
 *
 * Reference: the two ids alone.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sha256 } from '../crypto/index.ts'
import { EMPTY_TRIE, type IdTrie, withId } from '../ledger/id-trie.ts'
import { BOARD_DEPTH, ROLL_DEPTH } from '../ledger/limits.ts'
import { appended, type ListTree, listRoot, valueAt, withValue, zeroList } from '../ledger/list-tree.ts'
import { against, type Report } from './report.ts'

const BALLOTS = 400_000
/** Built before, so that code and constants are there already. */
const WARM_UP = 10_000
const BALLOTS_A_BLOCK = 100
const ID_BYTES = 32
/** Coprime to the number of ballots: voters come in no order. */
const STRIDE = 7919

interface Board {
  readonly ballots: ListTree
  readonly seen: IdTrie
  readonly counting: ListTree
}

/** Prints `storage.memory`. */
export function measureBoard(report: Report): void {
  boardOf(WARM_UP)
  const before = usedBytes()
  const board = boardOf(BALLOTS)
  const bytes = (usedBytes() - before) / board.ballots.length
  const note = `a ballot on a board of ${BALLOTS}, each by another voter`
  report({
    bench: 'storage.memory',
    value: bytes,
    unit: 'B',
    note,
    reference: against('its id twice', bytes, 2 * ID_BYTES),
  })
}

function boardOf(count: number): Board {
  let ballots = zeroList(BOARD_DEPTH)
  let counting = zeroList(ROLL_DEPTH, count)
  let seen = EMPTY_TRIE
  for (let i = 0; i < count; i++) {
    const id = sha256(`ballot ${i}`)
    const list = ballots
    seen = withId(seen, id, i, (position) => valueAt(list, position))
    ballots = appended(ballots, id)
    counting = withValue(counting, (i * STRIDE) % count, id)
    // Each block's roots are asked for, and stay.
    if (i % BALLOTS_A_BLOCK === 0) for (const one of [ballots, counting]) listRoot(one)
  }
  return { ballots, seen, counting }
}

/** Bytes of all objects that are reachable. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
