/** Follows the chain by asking for the next block again and again; each is certified by a quorum. */
import type { Client, FinalisedBlock } from '../../../client/index.ts'
import { type Clock, sleep } from '../../index.ts'
import { CommandError } from '../error.ts'

export interface FollowOptions {
  /** The first height that is wanted. */
  readonly from: number
  /** No block comes sooner after another one: nobody is asked meanwhile. */
  readonly blockIntervalMs: number
  /** Between two looks while a block may come. */
  readonly lookMs: number
}

/** The part of a block's interval that nobody needs to be asked in: what is left is for clocks and blocks that vary. */
const QUIET_SHARE = 0.6

/** Tells each block in order, until the signal ends it; fails where the network has forked. A silent network is asked on. */
export async function follow(
  { from, blockIntervalMs, lookMs }: FollowOptions,
  { client, clock, signal }: { readonly client: Client; readonly clock: Clock; readonly signal: AbortSignal },
  onBlock: (block: FinalisedBlock, noticedAt: number) => void,
): Promise<void> {
  let next = from
  while (!signal.aborted) {
    const read = await client.blocks(next)
    const noticedAt = clock.now()
    if (!read.ok && read.error.code === 'fork') throw new CommandError('fork', read.error.detail)
    const blocks = read.ok ? read.value : []
    for (const block of blocks) onBlock(block, noticedAt)
    next += blocks.length
    await sleep(clock, blocks.length > 0 ? Math.max(lookMs, QUIET_SHARE * blockIntervalMs) : lookMs, signal)
  }
}
