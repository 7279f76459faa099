/** The composition root. */
import type { Diagnostics } from './diagnostics.ts'
import type { Home } from './home.ts'
import type { Logger } from './log.ts'

/** A running node. */
export interface Daemon {
  /** Addresses that others can dial, with the peer id. */
  addresses(): readonly string[]
  diagnostics(): Diagnostics
  /** Stops in the reverse order of starting; resolves when everything is closed. Idempotent. */
  stop(): Promise<void>
  /** Resolves when the node was stopped on request; rejects with a `NodeError` when it had to stop. */
  readonly done: Promise<void>
}

/** Runs the node of a home until the signal or `stop`. Rejects with a `NodeError` when it cannot start. */
export async function startDaemon(_options: {
  readonly home: Home
  readonly logger: Logger
  readonly signal?: AbortSignal
}): Promise<Daemon> {
  throw new Error('not yet')
}
