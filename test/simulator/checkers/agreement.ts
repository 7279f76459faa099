/**
 * Agreement: one block a height, on every correct node and observer, in this life and in later ones. A block's id is computed from
 * its header; that header and transactions belong together is the concern of validity. Each node goes up one height at a time; the
 * block that it starts on may have become final in the last moment of its life before, so that it is told of only then.
 */
import type { CreateChecker } from '../types.ts'
import { readBlock } from './blocks.ts'

export const agreement: CreateChecker = (facts, convict) => {
  const decided = new Map<number, { readonly id: string; readonly seat: string }>([
    [facts.startHeight, { id: facts.startId, seat: 'the beginning of the run' }],
  ])
  const heads = new Map<string, { readonly height: number; readonly hasJustStarted: boolean }>()
  return {
    observe: (happening) => {
      if (happening.type === 'started')
        heads.set(happening.seat, { height: happening.height, hasJustStarted: true })
      if (happening.type !== 'committed') return
      const { seat, height, block } = happening
      const before = heads.get(seat)
      const isToldLate = before?.hasJustStarted === true && height === before.height
      if (before !== undefined && height !== before.height + 1 && !isToldLate)
        convict(`${seat} commits height ${height} on top of ${before.height}`)
      heads.set(seat, { height, hasJustStarted: false })
      const { id } = readBlock(block)
      const first = decided.get(height)
      if (first === undefined) decided.set(height, { id, seat })
      else if (first.id !== id)
        convict(
          `two blocks of height ${height}: ${seat} commits ${id.slice(0, 16)}, ${first.seat} has ${first.id.slice(0, 16)}`,
        )
    },
  }
}
