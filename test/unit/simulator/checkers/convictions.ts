/** Ways to spoil the honest run, and to see who is convicted. */
import assert from 'node:assert/strict'
import { toHex, unwrap } from '../../../../base/index.ts'
import { type Block, blockId, decodeBlock, encodeBlock, transactionsRoot } from '../../../../ledger/index.ts'
import type { Happening } from '../../../simulator/types.ts'
import { BLOCKS, certificateOf, changed, judge } from './honest-run.ts'

/** A commit. */
export type Committed = Happening & { readonly type: 'committed' }

/** The commit of a changed block, with its id and a good certificate; its header is that of its transactions. */
export function withBlock(
  committed: Committed,
  change: (block: Block) => Partial<Block>,
  isConsistent = true,
): Committed {
  const block = unwrap(decodeBlock(committed.block))
  const next = { ...block, ...change(block) }
  const header = isConsistent
    ? { ...next.header, transactionsRoot: transactionsRoot(next.transactions) }
    : next.header
  const id = toHex(blockId(header))
  return {
    ...committed,
    block: encodeBlock({ ...next, header }),
    certificate: certificateOf({ height: committed.height, id }, 0),
  }
}

/** Fails unless the checker says such a thing about the run. */
export function convicts(checker: string, run: readonly Happening[], what: RegExp): void {
  const details = judge(checker, run)
  assert.ok(
    details.some((detail) => what.test(detail)),
    `${what} is not among: ${details.join(' | ') || 'nothing'}`,
  )
}

/** The honest run with the first commit of the block at that place changed. */
export function committing(place: number, change: (committed: Committed) => Committed): readonly Happening[] {
  return changed(
    'committed',
    (committed) => [change(committed)],
    ({ height }) => height === BLOCKS[place]!.height,
  )
}
