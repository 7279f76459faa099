/**
 * Agreement: one block a height, on every correct node and observer, in this life and in later ones. A block's id is computed from
 * its header; that header and transactions belong together is the concern of validity. Each node goes up one height at a time, and
 * has at its start what it committed before.
 */
import type { CreateChecker } from '../types.ts'
import { readBlock } from './blocks.ts'

export const agreement: CreateChecker = (facts, convict) => {
  const decided = new Map<number, { readonly id: string; readonly seat: string }>([
    [facts.startHeight, { id: facts.startId, seat: 'the beginning of the run' }],
  ])
  const heads = new Map<string, number>()
  return {
    observe: (happening) => {
      if (happening.type === 'started') {
        const had = heads.get(happening.seat)
        if (had !== undefined && happening.height < had)
          convict(
            `${happening.seat} starts at height ${happening.height} and had committed ${had}: a final block is lost`,
          )
        heads.set(happening.seat, happening.height)
      }
      if (happening.type !== 'committed') return
      const { seat, height, block } = happening
      const before = heads.get(seat)
      if (before !== undefined && height !== before + 1)
        convict(`${seat} commits height ${height} on top of ${before}`)
      heads.set(seat, height)
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
