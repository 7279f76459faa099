/** No fork: whatever any node ever served or stored at a height is one block, and blocks follow each other without a gap. */
import type { ChainFact, Violation } from '../facts.ts'

/** Judges all sources together; the chains of databases (`isWhole`) must begin at height 1. */
export function judgeAgreement(
  chains: readonly (ChainFact & { readonly isWhole: boolean })[],
): readonly Violation[] {
  const violations: Violation[] = []
  const convict = (detail: string): void => void violations.push({ judge: 'agreement', detail })
  const agreed = new Map<number, { readonly id: string; readonly source: string }>()
  for (const { source, blocks, isWhole } of chains) {
    if (isWhole && blocks[0]?.height !== 1) convict(`${source} does not begin at height 1`)
    for (const [i, block] of blocks.entries()) {
      const known = agreed.get(block.height)
      if (known === undefined) agreed.set(block.height, { id: block.id, source })
      else if (known.id !== block.id)
        convict(`fork at height ${block.height}: ${known.source} has ${known.id}, ${source} has ${block.id}`)
      const before = blocks[i - 1]
      if (before === undefined) continue
      if (block.height !== before.height + 1)
        convict(`${source} has height ${block.height} after height ${before.height}`)
      else if (block.parent !== before.id)
        convict(`${source}: the parent of height ${block.height} is not the block before it`)
      if (block.time <= before.time)
        convict(`${source}: the time of height ${block.height} is not above its parent's`)
    }
  }
  return violations
}

/** Judges that what was served once is stored in the end: `stored` reaches at least as far as `served`, of the same node. */
export function judgeDurability(served: ChainFact, stored: ChainFact): readonly Violation[] {
  const last = served.blocks.at(-1)?.height ?? 0
  const kept = stored.blocks.at(-1)?.height ?? 0
  if (kept >= last) return []
  return [
    {
      judge: 'durability',
      detail: `${served.source} served height ${last}, and ${stored.source} ends at height ${kept}`,
    },
  ]
}
