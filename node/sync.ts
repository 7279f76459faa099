/**
 * Catching up: learns of higher heads (from status polls, gossiped blocks, consensus messages of later heights), fetches the
 * blocks in between and checks everything: certificate, id, execution. Nothing that a peer says is believed but what a
 * quorum has signed; a peer that claims heights it cannot show loses its claim.
 *
 * A starting validator counts as catching up until it has heard where a quorum stands, or has waited a while: then it goes on
 * with those that it can reach, so that a fresh network starts. This only saves work: what keeps it from contradicting
 * itself are the journal and the last-signed record.
 */
import { equalBytes } from '../base/index.ts'
import { quorum, type ValidatorSet } from '../consensus/index.ts'
import {
  decodeCertifiedBlock,
  decodeStatus,
  encodeBlocksRequest,
  NetworkError,
  type PeerName,
  type Transport,
} from '../network/index.ts'
import { importBlock } from './block-import.ts'
import type { Chain } from './chain.ts'
import { type Clock, sleep, type Timer } from './clock.ts'
import { NodeError } from './error.ts'
import {
  BLOCKS_TIMEOUT_MS,
  MAX_KNOWN_PEERS,
  MAX_STATUS_PEERS,
  PENALTY_BAD_BLOCK,
  START_STATUS_INTERVAL_MS,
  START_WAIT_MS,
  STATUS_INTERVAL_MS,
  STATUS_SILENCE_MS,
  STATUS_TIMEOUT_MS,
  SYNC_BATCH_BLOCKS,
  SYNC_BENCH_MS,
  SYNC_GRACE_MS,
  SYNC_PATIENCE_MS,
} from './limits.ts'
import type { Logger } from './log.ts'
import { RecentMap } from './recent.ts'

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
  readonly onFailure: (error: unknown) => void
}

interface Standing {
  /** What the peer said or showed last. */
  readonly height: number
  /** Not asked for blocks before this time. */
  readonly benchedUntil: number
  /** Whether it has answered a status request. */
  readonly hasAnswered: boolean
  /** Never answered, and not asked again before this time: most are clients, which serve nothing. */
  readonly silentUntil: number
}

export class Sync {
  readonly #options: SyncOptions
  readonly #dependencies: SyncDependencies
  readonly #peers = new RecentMap<Standing>(MAX_KNOWN_PEERS)
  readonly #stopping = new AbortController()
  #startedAt = 0
  #isStarting = true
  /** A quorum's certificates have shown that we are behind. */
  #isBehind = false
  #isCaughtUp = false
  #isNudged = false
  #nudge = new AbortController()
  #soon: Timer | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(options: SyncOptions, dependencies: SyncDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  start(): void {
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
    return this.#standing(peer).hasAnswered
  }

  /** The height that a peer stands at, as far as it said. */
  heightOf(peer: PeerName): number | undefined {
    return this.#peers.get(peer)?.height
  }

  /**
   * A peer speaks of a height as final. One block ahead is the normal course: gossip or agreement is about to bring it, so it
   * is asked for only when it does not come.
   */
  noteHeight(peer: PeerName, height: number): void {
    const { chain, clock } = this.#dependencies
    const known = this.#standing(peer)
    if (height <= chain.height() || height <= known.height) return
    this.#peers.set(peer, { ...known, height })
    if (height > chain.height() + 1) this.#look()
    this.#soon ??= clock.setTimer(SYNC_GRACE_MS, () => {
      this.#soon = undefined
      if (this.#best() !== undefined) this.#look()
    })
  }

  /** A block is final that is not here: asked for at once. */
  wantBlock(height: number): void {
    for (const { id } of this.#dependencies.transport.peers()) {
      const known = this.#standing(id)
      if (known.height < height) this.#peers.set(id, { ...known, height })
    }
    this.#look()
  }

  async #run(): Promise<void> {
    const { clock } = this.#dependencies
    while (!this.#stopping.signal.aborted) {
      await this.#askStatus()
      do {
        this.#isNudged = false
        await this.#catchUp()
      } while (this.#isNudged && !this.#stopping.signal.aborted)
      this.#settleStart()
      this.#tell()
      this.#nudge = new AbortController()
      const waitMs = this.#isStarting ? START_STATUS_INTERVAL_MS : STATUS_INTERVAL_MS
      await sleep(clock, waitMs, AbortSignal.any([this.#nudge.signal, this.#stopping.signal]))
    }
  }

  /** Cuts the wait short. */
  #look(): void {
    this.#isNudged = true
    this.#nudge.abort()
  }

  /** Whether the start is over: enough is known about where the others stand. */
  #settleStart(): void {
    if (!this.#isStarting || this.#best() !== undefined) return
    const { validators, isValidator } = this.#options
    const { transport, clock } = this.#dependencies
    const answered = transport.peers().filter(({ id }) => this.#standing(id).hasAnswered).length
    const needed = isValidator ? quorum(validators.keys.length) - 1 : 1
    if (answered >= needed || clock.now() - this.#startedAt >= START_WAIT_MS) this.#isStarting = false
  }

  #tell(): void {
    const isCaughtUp = !this.#isStarting && !this.#isBehind
    if (isCaughtUp === this.#isCaughtUp) return
    this.#isCaughtUp = isCaughtUp
    const height = this.#dependencies.chain.height()
    this.#dependencies.logger.info(isCaughtUp ? 'caught up' : 'catching up', { height })
    this.#dependencies.onCaughtUp(isCaughtUp)
  }

  async #askStatus(): Promise<void> {
    const { transport, clock } = this.#dependencies
    const now = clock.now()
    const nodes = transport
      .peers()
      .filter(({ id }) => this.#isStarting || this.#standing(id).silentUntil <= now)
    const peers = pick(nodes, MAX_STATUS_PEERS, now)
    await Promise.all(peers.map(({ id }) => this.#askOne(id)))
  }

  async #askOne(peer: PeerName): Promise<void> {
    const { transport, chain, logger } = this.#dependencies
    const limit = this.#limit(STATUS_TIMEOUT_MS)
    try {
      for await (const chunk of transport.request(peer, 'status', new Uint8Array(0), limit.signal)) {
        const status = decodeStatus(chunk)
        if (!status.ok || !equalBytes(status.value.networkId, this.#options.networkId)) {
          return transport.penalise(peer, PENALTY_BAD_BLOCK, 'a status of another network')
        }
        const known = this.#standing(peer)
        const { height, blockId: id } = status.value
        this.#peers.set(peer, { ...known, height, hasAnswered: true })
        if (height === chain.height() && !equalBytes(id, chain.state().head.id)) {
          // Either it lies, or the chain forked: the block that it has there tells which.
          await this.#fetch(peer, height)
        }
      }
    } catch (error) {
      if (error instanceof NodeError) throw error
      const known = this.#standing(peer)
      const silentUntil = this.#dependencies.clock.now() + STATUS_SILENCE_MS
      // Clients are not written down: when one comes and when a ballot comes must not meet in a log (T38).
      if (known.hasAnswered) logger.debug('a peer gave no status', { peer, code: codeOf(error) })
      else this.#peers.set(peer, { ...known, silentUntil })
    } finally {
      limit.end()
    }
  }

  /** Fetches until no connected peer that may be asked claims a higher head. */
  async #catchUp(): Promise<void> {
    const { chain, clock } = this.#dependencies
    while (!this.#stopping.signal.aborted) {
      const best = this.#best()
      if (best === undefined) break
      const before = chain.height()
      await this.#fetch(best, before + 1)
      const next = this.#best()
      if (chain.height() > before && next !== undefined) {
        this.#isBehind = this.#standing(next).height > chain.height() + 1
        this.#tell()
      }
      await clock.pause()
    }
    this.#isBehind = false
  }

  /** The connected peer with the highest head above ours, among those that may be asked. */
  #best(): PeerName | undefined {
    const { chain, clock, transport } = this.#dependencies
    let best: PeerName | undefined
    for (const { id } of transport.peers()) {
      const { height, benchedUntil } = this.#standing(id)
      if (height <= chain.height() || benchedUntil > clock.now()) continue
      if (best === undefined || height > this.#standing(best).height) best = id
    }
    return best
  }

  /** Asks one peer for blocks from a height on. Whatever it fails to show, it no longer claims. */
  async #fetch(peer: PeerName, from: number): Promise<void> {
    const { transport, chain, clock, logger } = this.#dependencies
    const before = chain.height()
    const limit = this.#limit(BLOCKS_TIMEOUT_MS)
    let benchMs = SYNC_PATIENCE_MS
    try {
      const request = encodeBlocksRequest({ from, count: SYNC_BATCH_BLOCKS })
      for await (const chunk of transport.request(peer, 'blocks', request, limit.signal)) {
        limit.pause()
        const certified = decodeCertifiedBlock(chunk)
        const imported = certified.ok
          ? await importBlock(certified.value, this.#options, this.#dependencies)
          : certified
        limit.renew()
        // `not-next`: agreement was faster; or the peer answers something else, and then nothing moves.
        if (imported.ok || imported.error.code === 'not-next') continue
        const { code, detail } = imported.error
        logger.warn('a peer gave a wrong block', { peer, code, detail })
        transport.penalise(peer, PENALTY_BAD_BLOCK, `a wrong block: ${code}`)
        benchMs = SYNC_BENCH_MS
        break
      }
    } catch (error) {
      if (error instanceof NodeError || !(error instanceof NetworkError)) throw error
      logger.debug('a peer gave no blocks', { peer, code: error.code })
    } finally {
      limit.end()
    }
    if (benchMs === SYNC_PATIENCE_MS && chain.height() > before) return
    const height = Math.min(this.#standing(peer).height, chain.height())
    const known = this.#standing(peer)
    this.#peers.set(peer, { ...known, height, benchedUntil: clock.now() + benchMs })
  }

  #standing(peer: PeerName): Standing {
    return this.#peers.get(peer) ?? { height: 0, benchedUntil: 0, hasAnswered: false, silentUntil: 0 }
  }

  /** A signal that is aborted when the node stops, or after a silence; `pause` while it is us who take time. */
  #limit(silenceMs: number): {
    readonly signal: AbortSignal
    readonly renew: () => void
    readonly pause: () => void
    readonly end: () => void
  } {
    const silence = new AbortController()
    const start = (): Timer => this.#dependencies.clock.setTimer(silenceMs, () => silence.abort())
    let timer = start()
    return {
      signal: AbortSignal.any([silence.signal, this.#stopping.signal]),
      renew: () => {
        timer.cancel()
        timer = start()
      },
      pause: () => timer.cancel(),
      end: () => timer.cancel(),
    }
  }
}

/** At most `count` of them, others each time. */
function pick<T>(all: readonly T[], count: number, turn: number): readonly T[] {
  if (all.length <= count) return all
  const first = turn % all.length
  return [...all.slice(first), ...all.slice(0, first)].slice(0, count)
}

function codeOf(error: unknown): string {
  return error instanceof NetworkError ? error.code : 'failed'
}
