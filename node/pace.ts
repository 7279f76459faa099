/**
 * When a height may begin: as soon as something waits (at most one block an interval), when an election is due to open or
 * close, and at the heartbeat, so that time moves.
 */
import { type ElectionRecord, elections, type Parameters } from '../ledger/index.ts'
import type { Chain } from './chain.ts'
import type { Clock, Timer } from './clock.ts'

export interface PaceDependencies {
  readonly clock: Clock
  readonly chain: Chain
  /** Whether something waits for a block. */
  readonly hasWork: () => boolean
  readonly onWork: (height: number) => void
}

export class Pace {
  readonly #parameters: Pick<Parameters, 'blockIntervalMs' | 'heartbeatMs'>
  readonly #dependencies: PaceDependencies
  #height = 0
  /** When an election of the head's state is due to move by time alone. */
  #dueAt = Number.POSITIVE_INFINITY
  #timer: Timer | undefined

  constructor(
    parameters: Pick<Parameters, 'blockIntervalMs' | 'heartbeatMs'>,
    dependencies: PaceDependencies,
  ) {
    this.#parameters = parameters
    this.#dependencies = dependencies
  }

  /** A height is ready to begin. */
  begin(height: number): void {
    this.#height = height
    this.#dueAt = dueAt(elections(this.#dependencies.chain.state()))
    this.reconsider()
  }

  /** Something changed: work came in, time passed. */
  reconsider(): void {
    const { clock, chain, hasWork, onWork } = this.#dependencies
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#height !== chain.height() + 1) return
    const last = chain.committedAt()
    const earliest = last + this.#parameters.blockIntervalMs
    const wanted = hasWork() ? earliest : Math.min(last + this.#parameters.heartbeatMs, this.#dueAt)
    const waitMs = Math.max(earliest, wanted) - clock.now()
    if (waitMs > 0) {
      this.#timer = clock.setTimer(waitMs, () => this.reconsider())
      return
    }
    const height = this.#height
    this.#height = 0
    onWork(height)
  }

  stop(): void {
    this.#height = 0
    this.#timer?.cancel()
  }
}

/** The next time at which block time alone moves an election. */
export function dueAt(records: readonly ElectionRecord[]): number {
  let due = Number.POSITIVE_INFINITY
  for (const { phase, draft } of records) {
    if (phase === 'draft' || phase === 'frozen') due = Math.min(due, draft.opensAt)
    if (phase === 'open') due = Math.min(due, draft.closesAt)
  }
  return due
}
