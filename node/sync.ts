/**
 * Catching up: learns of higher heads (from status polls, gossiped blocks, consensus messages of later heights), fetches the
 * blocks in between and checks everything: certificate, id, execution. Nothing that a peer says is believed but what a
 * quorum has signed; a peer that claims heights it cannot show loses its claim.
 *
 * A starting validator counts as catching up until it has heard where a quorum stands, or has waited long enough for
 * those that it can reach, so that a fresh network starts.
 */
import { equalBytes, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { decodeCertificate, quorum, type ValidatorSet, verifyCertificate } from '../consensus/index.ts'
import { blockId, decodeBlock } from '../ledger/index.ts'
import {
  type CertifiedBlock,
  decodeCertifiedBlock,
  decodeStatus,
  encodeBlocksRequest,
  NetworkError,
  type PeerName,
  type Transport,
} from '../network/index.ts'
import { type Chain, fork, isWhole } from './chain.ts'
import { type Clock, sleep } from './clock.ts'
import { NodeError } from './error.ts'
import { divergence } from './height-run.ts'
import {
  MAX_KNOWN_PEERS,
  MAX_STATUS_PEERS,
  PENALTY_BAD_BLOCK,
  START_STATUS_INTERVAL_MS,
  START_WAIT_MS,
  STATUS_INTERVAL_MS,
  SYNC_BATCH_BLOCKS,
  SYNC_BENCH_MS,
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
}

export type ImportRefusal = Refusal<'malformed' | 'not-next' | 'bad-certificate'>

export class Sync {
  readonly #options: SyncOptions
  readonly #dependencies: SyncDependencies
  readonly #peers = new RecentMap<Standing>(MAX_KNOWN_PEERS)
  readonly #stopping = new AbortController()
  #startedAt = 0
  #isStarting = true
  #isFetching = false
  #isCaughtUp = false
  #nudge = new AbortController()
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
    this.#nudge.abort()
    await this.#loop
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** The height that a peer stands at, as far as it said. */
  heightOf(peer: PeerName): number | undefined {
    return this.#peers.get(peer)?.height
  }

  /** A peer speaks of a height as final. The block may be on its way by gossip; it is asked for at the next look. */
  noteHeight(peer: PeerName, height: number): void {
    const known = this.#standing(peer)
    if (height <= known.height) return
    this.#peers.set(peer, { ...known, height })
    if (height > this.#dependencies.chain.height() + 1) this.#look()
  }

  /** A block is final that is not here: asked for at once. */
  wantBlock(height: number): void {
    for (const { id } of this.#dependencies.transport.peers()) {
      const known = this.#standing(id)
      if (known.height < height) this.#peers.set(id, { ...known, height })
    }
    this.#look()
  }

  /**
   * Checks a certified block and commits it when it is the next one. A certified block that contradicts the chain, or that
   * does not execute, rejects with a `NodeError`: the node must stop.
   */
  async import(certified: CertifiedBlock): Promise<Result<void, ImportRefusal>> {
    const { chain, logger } = this.#dependencies
    const block = decodeBlock(certified.block)
    if (!block.ok) return block
    const certificate = decodeCertificate(certified.certificate)
    if (!certificate.ok) return certificate
    const { height } = block.value.header
    if (height > chain.height() + 1 || height < chain.height() || height === 0) {
      return refuse('not-next', `height ${height} while the chain is at ${chain.height()}`)
    }
    const id = toHex(blockId(block.value.header))
    const isHead = height === chain.height()
    if (isHead && id === toHex(chain.state().head.id)) return refuse('not-next', 'it is here already')
    if (certificate.value.height !== height || certificate.value.blockId !== id) {
      return refuse('bad-certificate', 'the certificate is for another block')
    }
    if (!isWhole(block.value)) return refuse('malformed', 'not the transactions of its header')
    const { validators, networkId } = this.#options
    const verified = verifyCertificate(certificate.value, validators, networkId)
    if (!verified.ok) return refuse('bad-certificate', verified.error.detail)
    if (isHead) throw fork(height)
    const executed = await chain.execute(certified.block)
    // Agreement may have committed it meanwhile.
    if (chain.height() >= height) return ok(undefined)
    if (!executed.ok) {
      const { code, detail } = executed.error
      logger.error('a certified block does not execute', { height, blockId: id, code, detail })
      throw divergence(height, code)
    }
    await chain.commit(executed.value, certificate.value)
    return ok(undefined)
  }

  async #run(): Promise<void> {
    const { clock } = this.#dependencies
    while (!this.#stopping.signal.aborted) {
      await this.#askStatus()
      await this.#catchUp()
      this.#settleStart()
      this.#tell()
      this.#nudge = new AbortController()
      const waitMs = this.#isStarting ? START_STATUS_INTERVAL_MS : STATUS_INTERVAL_MS
      await sleep(clock, waitMs, AbortSignal.any([this.#nudge.signal, this.#stopping.signal]))
    }
  }

  /** Cuts the wait short. */
  #look(): void {
    this.#nudge.abort()
  }

  /** Whether the start is over: enough is known about where the others stand. */
  #settleStart(): void {
    if (!this.#isStarting || this.#isBehind()) return
    const { validators, isValidator } = this.#options
    const connected = this.#dependencies.transport.peers()
    const answered = connected.filter(({ id }) => this.#peers.get(id)?.hasAnswered === true).length
    const needed = isValidator ? quorum(validators.keys.length) - 1 : 1
    const hasWaited = this.#dependencies.clock.now() - this.#startedAt >= START_WAIT_MS
    if (answered >= needed || (hasWaited && answered === connected.length)) this.#isStarting = false
  }

  #tell(): void {
    const isCaughtUp = !this.#isStarting && !this.#isBehind()
    if (isCaughtUp === this.#isCaughtUp) return
    this.#isCaughtUp = isCaughtUp
    const height = this.#dependencies.chain.height()
    this.#dependencies.logger.info(isCaughtUp ? 'caught up' : 'catching up', { height })
    this.#dependencies.onCaughtUp(isCaughtUp)
  }

  /** Behind by more than the block that agreement or gossip is about to bring. */
  #isBehind(): boolean {
    const height = this.#dependencies.chain.height()
    return this.#connectedStandings().some(([, standing]) => standing.height > height + 1)
  }

  async #askStatus(): Promise<void> {
    const { transport } = this.#dependencies
    const peers = pick(transport.peers(), MAX_STATUS_PEERS, this.#dependencies.clock.now())
    await Promise.all(peers.map(({ id }) => this.#askOne(id)))
  }

  async #askOne(peer: PeerName): Promise<void> {
    const { transport, chain, logger } = this.#dependencies
    try {
      for await (const chunk of transport.request(peer, 'status', new Uint8Array(0), this.#stopping.signal)) {
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
      logger.debug('a peer gave no status', { peer, code: codeOf(error) })
    }
  }

  /** Fetches until no connected peer that may be asked claims a higher head. */
  async #catchUp(): Promise<void> {
    const { chain, clock } = this.#dependencies
    this.#isFetching = true
    while (!this.#stopping.signal.aborted) {
      const now = clock.now()
      const ahead = this.#connectedStandings().filter(
        ([, standing]) => standing.height > chain.height() && standing.benchedUntil <= now,
      )
      const best = ahead.sort(([, a], [, b]) => b.height - a.height)[0]
      if (best === undefined) break
      if (best[1].height > chain.height() + 1) this.#tell()
      await this.#fetch(best[0], chain.height() + 1)
      await clock.pause()
    }
    this.#isFetching = false
  }

  /** Asks one peer for blocks from a height on. Whatever it fails to show, it no longer claims. */
  async #fetch(peer: PeerName, from: number): Promise<void> {
    const { transport, chain, clock, logger } = this.#dependencies
    const before = chain.height()
    let benchMs = SYNC_PATIENCE_MS
    try {
      const request = encodeBlocksRequest({ from, count: SYNC_BATCH_BLOCKS })
      for await (const chunk of transport.request(peer, 'blocks', request, this.#stopping.signal)) {
        const certified = decodeCertifiedBlock(chunk)
        const imported = certified.ok ? await this.import(certified.value) : certified
        if (imported.ok) continue
        if (imported.error.code === 'not-next') {
          // Agreement was faster; or the peer answers something else, and then nothing moves.
          continue
        }
        const { code, detail } = imported.error
        logger.warn('a peer gave a wrong block', { peer, code, detail })
        transport.penalise(peer, PENALTY_BAD_BLOCK, `a wrong block: ${code}`)
        benchMs = SYNC_BENCH_MS
        break
      }
    } catch (error) {
      if (error instanceof NodeError || !(error instanceof NetworkError)) throw error
      logger.debug('a peer gave no blocks', { peer, code: error.code })
    }
    if (benchMs === SYNC_PATIENCE_MS && chain.height() > before) return
    const height = Math.min(this.#standing(peer).height, chain.height())
    const known = this.#standing(peer)
    this.#peers.set(peer, { ...known, height, benchedUntil: clock.now() + benchMs })
  }

  #standing(peer: PeerName): Standing {
    return this.#peers.get(peer) ?? { height: 0, benchedUntil: 0, hasAnswered: false }
  }

  #connectedStandings(): readonly (readonly [PeerName, Standing])[] {
    return this.#dependencies.transport.peers().map(({ id }) => [id, this.#standing(id)] as const)
  }

  /** Whether blocks are being fetched at the moment. */
  get isFetching(): boolean {
    return this.#isFetching
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
