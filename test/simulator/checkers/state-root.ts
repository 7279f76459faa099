/** State root: what each node computes from its own state after a block is what the header promised, so the same everywhere. */
import type { CreateChecker } from '../types.ts'
import { readBlock } from './blocks.ts'

export const stateRoot: CreateChecker = (_facts, convict) => {
  const roots = new Map<number, { readonly root: string; readonly seat: string }>()
  return {
    observe: (happening) => {
      if (happening.type !== 'committed') return
      const { seat, height, block, stateRoot: root } = happening
      const promised = readBlock(block).stateRoot
      if (root !== promised)
        convict(
          `${seat} has state root ${root.slice(0, 16)} after height ${height}, the header says ${promised.slice(0, 16)}`,
        )
      const first = roots.get(height)
      if (first === undefined) roots.set(height, { root, seat })
      else if (first.root !== root)
        convict(`${seat} and ${first.seat} have different states after height ${height}`)
    },
  }
}
