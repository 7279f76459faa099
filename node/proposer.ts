/**
 * The next block: what waits in the pool, at our clock's time, and no more than a round has time for. Every validator executes the
 * block while the round's timer runs, so under more load than the machine can carry, blocks grow until rounds are lost, and with
 * them the work that went into them. What a transaction took in the last blocks says how many fit.
 */
import { MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS } from '../ledger/index.ts'
import type { Chain, ExecutedBlock } from './chain.ts'
import type { Clock } from './clock.ts'
import { BUILD_ROUND_FRACTION, MIN_PROPOSED_TRANSACTIONS } from './limits.ts'
import type { Pool } from './pool.ts'

export interface ProposerDependencies {
  readonly chain: Chain
  readonly pool: Pool
  readonly clock: Clock
}

export class Proposer {
  readonly #budgetMs: number
  readonly #dependencies: ProposerDependencies
  /** What a transaction took to build in lately; half of it is forgotten with each block. */
  #transactionMs = 0

  /** `roundTimeoutMs`: how long the first round lasts. */
  constructor(options: { readonly roundTimeoutMs: number }, dependencies: ProposerDependencies) {
    this.#budgetMs = options.roundTimeoutMs / BUILD_ROUND_FRACTION
    this.#dependencies = dependencies
  }

  /** Builds a block on the head; what the ledger refused for good leaves the pool. */
  async propose(): Promise<ExecutedBlock> {
    const { chain, pool, clock } = this.#dependencies
    const time = Math.max(clock.now(), chain.state().head.time + 1)
    const candidates = pool.candidates(this.#most(), MAX_BLOCK_BYTES)
    const startedAt = clock.now()
    const { block, rejected } = await chain.build(candidates, time)
    if (candidates.length >= MIN_PROPOSED_TRANSACTIONS)
      this.#transactionMs = (this.#transactionMs + (clock.now() - startedAt) / candidates.length) / 2
    pool.drop(rejected)
    return block
  }

  #most(): number {
    const fitting =
      this.#transactionMs === 0 ? Number.POSITIVE_INFINITY : this.#budgetMs / this.#transactionMs
    return Math.min(MAX_BLOCK_TRANSACTIONS, Math.max(MIN_PROPOSED_TRANSACTIONS, Math.floor(fitting)))
  }
}
