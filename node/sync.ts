/**
 * Catching up: learns of higher heads (from status polls, gossiped blocks, consensus messages of later heights) and has the blocks
 * in between fetched (`fetching.ts`). Nothing that a peer says is believed but what a quorum has signed; a peer that claims heights
 * it cannot show loses its claim.
 *
 * A starting validator counts as catching up until it has heard where a quorum stands, or has waited a while: then it goes on
 * with those that it can reach, so that a fresh network starts. Later it does whenever certificates show that it is behind, until it
 * has the blocks that they are for. This only saves work: what keeps it from contradicting itself are the journal and the
 * last-signed record.
 */
import { setMaxListeners } from 'node:events'
import { equalBytes } from '../base/index.ts'
import { quorum, type ValidatorSet } from '../consensus/index.ts'
import { decodeStatus, NetworkError, type PeerName, type Transport } from '../network/index.ts'
import type { Chain } from './chain.ts'
import { type Clock, sleep, type Timer } from './clock.ts'
import { NodeError } from './error.ts'
import { Fetching } from './fetching.ts'
import {
  MAX_STATUS_PEERS,
  PENALTY_BAD_BLOCK,
  START_STATUS_INTERVAL_MS,
  START_WAIT_MS,
  STATUS_INTERVAL_MS,
  STATUS_TIMEOUT_MS,
  SYNC_GRACE_MS,
} from './limits.ts'
import { linkedTo } from './linked.ts'
import type { Logger } from './log.ts'
import { Standings } from './standings.ts'

export interface SyncOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  /** Whether this node is a validator: observers need not wait for anyone. */
  readonly isValidator: boolean
}

export interface SyncDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly transport: Transport
  readonly logger: Logger
  /** Told each time it changes whether the node is caught up. */
  readonly onCaughtUp: (isCaughtUp: boolean) => void
  /** Asks a peer that is a node what else there is to know before anything is said. */
  readonly onNode: (peer: PeerName, signal: AbortSignal) => Promise<void>
  readonly onFailure: (error: unknown) => void
}

/** What else listens for the end: the loop's own waits and a fetch. */
const SIGNAL_LISTENERS = 8

export class Sync {
  readonly #options: SyncOptions
  readonly #dependencies: SyncDependencies
  readonly #standings: Standings
  readonly #fetching: Fetching
  readonly #stopping = new AbortController()
  #startedAt = 0
  #isStarting = true
  /** Peers claim more than is here, and show none of it. */
  #isStalled = false
  #isCaughtUp = false
  #isNudged = false
  #nudge = new AbortController()
  #soon: Timer | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(options: SyncOptions, dependencies: SyncDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#standings = new Standings(dependencies)
    this.#fetching = new Fetching(options, {
      ...dependencies,
      standings: this.#standings,
      onChange: () => this.#tell(),
    })
    dependencies.chain.onCommit(() => this.#tell())
  }

  start(): void {
    // Each peer that is asked at the same time listens: at most MAX_STATUS_PEERS, and they let go.
    setMaxListeners(MAX_STATUS_PEERS + SIGNAL_LISTENERS, this.#stopping.signal)
    this.#startedAt = this.#dependencies.clock.now()
    this.#loop = this.#run().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#dependencies.onFailure(error)
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#soon?.cancel()
    await this.#loop
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** Whether a peer has shown that it is a node: it said where it stands. Clients never do. */
  isNode(peer: PeerName): boolean {
    return this.#standings.hasAnswered(peer)
  }

  /** The height that a peer stands at, as far as it said. */
  heightOf(peer: PeerName): number | undefined {
    return this.#standings.heightOf(peer)
  }

  /**
   * A peer speaks of a height as final. One block ahead is the normal course: gossip or agreement is about to bring it, so it
   * is asked for only when it does not come.
   */
  noteHeight(peer: PeerName, height: number): void {
    const { chain, clock } = this.#dependencies
    if (height <= chain.height() || !this.#standings.claims(peer, height)) return
    if (height > chain.height() + 1) this.#look()
    this.#soon ??= clock.setTimer(SYNC_GRACE_MS, () => {
      this.#soon = undefined
      if (this.#isHigherKnown()) this.#look()
    })
  }

  /** A block is final that is not here: asked for at once. */
  wantBlock(height: number): void {
    this.#standings.claimForAll(height)
    this.#look()
  }

  async #run(): Promise<void> {
    const { clock } = this.#dependencies
    while (!this.#stopping.signal.aborted) {
      await this.#askStatus()
      do {
        this.#isNudged = false
        await this.#fetchAll()
      } while (this.#isNudged && !this.#stopping.signal.aborted)
      this.#settleStart()
      this.#tell()
      this.#nudge = new AbortController()
      const waitMs = this.#isStarting ? START_STATUS_INTERVAL_MS : STATUS_INTERVAL_MS
      await sleep(clock, waitMs, this.#nudge.signal, this.#stopping.signal)
    }
  }

  /** Fetches all that peers claim; meanwhile they go on and others come, so they are asked where they stand all along. */
  async #fetchAll(): Promise<void> {
    const { clock } = this.#dependencies
    this.#isStalled = false
    if (!this.#isHigherKnown()) return
    const over = linkedTo(this.#stopping.signal)
    const ends = over.signal
    const watch = async (): Promise<void> => {
      for (;;) {
        await sleep(clock, this.#isStarting ? START_STATUS_INTERVAL_MS : STATUS_INTERVAL_MS, ends)
        if (ends.aborted) return
        await this.#askStatus()
      }
    }
    const watching = watch()
    // What it fails with is thrown below.
    watching.catch(over.abort)
    try {
      this.#isStalled = (await this.#fetching.run(ends)) === 'stalled'
    } finally {
      over.abort()
      over.letGo()
    }
    await watching
  }

  #isHigherKnown(): boolean {
    return this.#standings.above(this.#dependencies.chain.height()).length > 0
  }

  /** Cuts the wait short. */
  #look(): void {
    this.#isNudged = true
    this.#nudge.abort()
  }

  /** Whether the start is over: enough is known about where the others stand. */
  #settleStart(): void {
    if (!this.#isStarting || (this.#isHigherKnown() && !this.#isStalled)) return
    const { validators, isValidator } = this.#options
    const { transport, clock } = this.#dependencies
    const answered = transport.peers().filter(({ id }) => this.#standings.hasAnswered(id)).length
    const needed = isValidator ? quorum(validators.keys.length) - 1 : 1
    if (answered >= needed || clock.now() - this.#startedAt >= START_WAIT_MS) this.#isStarting = false
  }

  #tell(): void {
    const isCaughtUp = !this.#isStarting && !this.#fetching.isBehind
    if (isCaughtUp === this.#isCaughtUp) return
    this.#isCaughtUp = isCaughtUp
    const height = this.#dependencies.chain.height()
    this.#dependencies.logger.info(isCaughtUp ? 'caught up' : 'catching up', { height })
    this.#dependencies.onCaughtUp(isCaughtUp)
  }

  async #askStatus(): Promise<void> {
    const { transport, clock } = this.#dependencies
    const nodes = this.#isStarting ? transport.peers().map(({ id }) => id) : this.#standings.worthAsking()
    await Promise.all(pick(nodes, MAX_STATUS_PEERS, clock.now()).map((peer) => this.#askOne(peer)))
  }

  async #askOne(peer: PeerName): Promise<void> {
    const { transport, chain, logger, clock } = this.#dependencies
    const ends = linkedTo(this.#stopping.signal)
    const timer = clock.setTimer(STATUS_TIMEOUT_MS, ends.abort)
    const { signal } = ends
    try {
      for await (const chunk of transport.request(peer, 'status', new Uint8Array(0), signal)) {
        const status = decodeStatus(chunk)
        if (!status.ok || !equalBytes(status.value.networkId, this.#options.networkId)) {
          return transport.penalise(peer, PENALTY_BAD_BLOCK, 'a status of another network')
        }
        const { height, blockId: id } = status.value
        this.#standings.answered(peer, height)
        await this.#dependencies.onNode(peer, signal)
        // Either it lies, or the chain forked: the block that it has there tells which.
        if (height > 0 && height === chain.height() && !equalBytes(id, chain.state().head.id))
          await this.#fetching.compare(peer, this.#stopping.signal)
      }
    } catch (error) {
      if (error instanceof NodeError || !(error instanceof NetworkError)) throw error
      // Clients are not written down: when one comes and when a ballot comes must not meet in a log (T38).
      if (this.#standings.hasAnswered(peer)) logger.debug('a peer gave no status', { peer, code: error.code })
      this.#standings.silent(peer)
    } finally {
      timer.cancel()
      ends.letGo()
    }
  }
}

/** At most `count` of them, others each time. */
function pick<T>(all: readonly T[], count: number, turn: number): readonly T[] {
  if (all.length <= count) return all
  const first = turn % all.length
  return [...all.slice(first), ...all.slice(0, first)].slice(0, count)
}
