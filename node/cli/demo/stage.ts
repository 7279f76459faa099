/** What a demo's story is told with, and its waits. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { CommandError } from '../error.ts'
import type { Connection } from '../network.ts'
import type { Testnet } from '../testnet.ts'
import type { DemoElection } from './questions.ts'
import type { DemoVoter } from './voters.ts'

/** What the story is told with. */
export interface Stage {
  readonly context: Context
  readonly connection: Connection
  readonly testnet: Testnet
  readonly directory: string
  readonly election: DemoElection
  readonly voters: readonly DemoVoter[]
}

/** How long a step beside the voting may take: far longer than it should on a slow machine. */
export const STEP_TIMEOUT_S = 120

/** Waits, unless the demo is interrupted meanwhile. */
export async function pause(context: Context, ms: number): Promise<void> {
  await wait(ms, undefined, { signal: context.signal() }).catch(() => {
    throw new CommandError('interrupted', 'stopped on request before it was done')
  })
}

/** Whole seconds, for people. */
export function seconds(ms: number): string {
  return Math.max(0, ms / 1000).toFixed(0)
}
