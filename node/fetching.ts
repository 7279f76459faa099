/**
 * Fetching what is missing: ranges of blocks from several peers at once (`fetch-plan.ts` says which of whom), certificates
 * verified as blocks arrive, imported in order. Only what a quorum has signed waits in the buffer, and the proofs of its ballots are
 * taken on that certificate for now (`recheck.ts`).
 *
 * A peer that sends anything but the very blocks it was asked for is cut off, whatever else it did; one that sends nothing, or less
 * than it claims, loses its claim; one that is overtaken in its own range rests. In all cases somebody else gets the range.
 */
import { type Refusal, type Result, refuse } from '../base/index.ts'
import {
  decodeCertifiedBlock,
  encodeBlocksRequest,
  MAX_BLOCK_BYTES,
  NetworkError,
  type PeerName,
  type Transport,
} from '../network/index.ts'
import { commitProven, type ImportOptions, type ProvenBlock, proveBlock } from './block-import.ts'
import type { Chain } from './chain.ts'
import { type Clock, sleep, type Timer } from './clock.ts'
import { type FetchRange, planFetches } from './fetch-plan.ts'
import {
  BLOCKS_TIMEOUT_MS,
  PENALTY_BAD_BLOCK,
  SYNC_BENCH_MS,
  SYNC_HEDGE_MS,
  SYNC_PATIENCE_MS,
  SYNC_PROGRESS_MS,
  SYNC_RANGE_BYTES,
} from './limits.ts'
import { linkedTo } from './linked.ts'
import type { Logger } from './log.ts'
import type { Standings } from './standings.ts'

export interface FetchingDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly transport: Transport
  readonly standings: Standings
  readonly logger: Logger
  /** `isBehind` may have changed. */
  readonly onChange: () => void
}

/** A range on its way. */
interface UnderWay extends FetchRange {
  from: number
  readonly sinceMs: number
  /** Aborted when nothing of it is missing any more, or the node stops. */
  readonly done: AbortController
}

export class Fetching {
  readonly #options: ImportOptions
  readonly #dependencies: FetchingDependencies
  readonly #underWay = new Map<PeerName, UnderWay>()
  readonly #arrived = new Map<number, ProvenBlock>()
  #heldBytes = 0
  #highestProven = 0
  /** When a certificate last showed a height that was not known to be final. */
  #provenAt = 0
  #isBehind = false
  #isRunning = false
  /** Aborted when something happened that the loop waits for. */
  #news = new AbortController()
  #failure: { readonly error: unknown } | undefined

  constructor(options: ImportOptions, dependencies: FetchingDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    dependencies.chain.onCommit(() => this.#news.abort())
  }

  /**
   * Whether certificates have shown that blocks are missing: from then on until all are here that anybody has shown, and either
   * nobody claims more, or who claims it has shown nothing for a while.
   */
  get isBehind(): boolean {
    if (this.#hasAllProven() && (!this.#isRunning || this.#isStalled())) this.#isBehind = false
    return this.#isBehind
  }

  /**
   * Fetches and imports until no peer that may be asked claims more than is here (`done`), those that do show nothing of it
   * (`stalled`), or the signal is aborted. Rejects with a `NodeError` where the node must stop. One call at a time.
   */
  async run(signal: AbortSignal): Promise<'done' | 'stalled'> {
    const { chain, clock, onChange } = this.#dependencies
    const progress = this.#createProgress()
    const tasks: Promise<void>[] = []
    this.#isRunning = true
    this.#provenAt = clock.now()
    let outcome: 'done' | 'stalled' = 'done'
    try {
      while (!signal.aborted) {
        this.#news = new AbortController()
        if (this.#failure !== undefined) throw this.#failure.error
        await this.#dropOld()
        for (const range of this.#plan()) tasks.push(this.#begin(range))
        const next = this.#arrived.get(chain.height() + 1)
        if (next !== undefined) {
          await commitProven(next, 'certificate', this.#dependencies)
          // One block ahead is the normal course.
          if (this.#highestProven > chain.height() + 1) this.#isBehind = true
          onChange()
          progress()
          await clock.pause()
          continue
        }
        if (this.#isStalled()) outcome = 'stalled'
        if (this.#underWay.size === 0 || outcome === 'stalled') break
        await sleep(clock, SYNC_HEDGE_MS, this.#news.signal, signal)
      }
    } finally {
      for (const { done } of this.#underWay.values()) done.abort()
      await Promise.all(tasks)
      this.#arrived.clear()
      this.#heldBytes = 0
      this.#isRunning = false
    }
    onChange()
    return outcome
  }

  /** Whether everything is here that a quorum is known to have finalised. */
  #hasAllProven(): boolean {
    return this.#highestProven <= this.#dependencies.chain.height()
  }

  /** Whether claims of more are all that there is: nobody has shown any of it for as long as a silent peer is waited for. */
  #isStalled(): boolean {
    return this.#hasAllProven() && this.#dependencies.clock.now() - this.#provenAt >= BLOCKS_TIMEOUT_MS
  }

  /** Looks at a peer's block of the head's height: rejects with `fork` where a quorum has signed that one, too. */
  async compare(peer: PeerName, signal: AbortSignal): Promise<void> {
    const { chain, clock } = this.#dependencies
    const from = chain.height()
    const range = { peer, from, to: from + 1, sinceMs: clock.now(), done: new AbortController() }
    const found: ProvenBlock[] = []
    await this.#receive(range, (block) => found.push(block), signal)
    for (const block of found) await commitProven(block, 'certificate', this.#dependencies)
  }

  #plan(): readonly FetchRange[] {
    const { chain, clock, standings } = this.#dependencies
    const head = chain.height()
    return planFetches({
      head,
      nowMs: clock.now(),
      free: standings.above(head).filter(({ peer }) => !this.#underWay.has(peer)),
      underWay: [...this.#underWay.values()],
      hasArrived: (height) => this.#arrived.has(height),
      heldBytes: this.#heldBytes,
    })
  }

  async #begin(range: FetchRange): Promise<void> {
    const { clock, standings } = this.#dependencies
    const underWay: UnderWay = { ...range, sinceMs: clock.now(), done: new AbortController() }
    this.#underWay.set(range.peer, underWay)
    standings.asked(range.peer)
    try {
      await this.#receive(underWay, (block) => this.#keep(block))
    } catch (error) {
      this.#failure ??= { error }
    } finally {
      this.#underWay.delete(range.peer)
      this.#news.abort()
    }
  }

  /** Takes the blocks of a range as they come, and judges the peer by them. */
  async #receive(range: UnderWay, keep: (block: ProvenBlock) => void, signal?: AbortSignal): Promise<void> {
    const { clock, transport, standings, logger } = this.#dependencies
    const { peer, to, done } = range
    const ends = linkedTo(done.signal, signal)
    const startTimer = (): Timer => clock.setTimer(BLOCKS_TIMEOUT_MS, ends.abort)
    let timer = startTimer()
    const first = range.from
    let bytes = 0
    try {
      const request = encodeBlocksRequest({ from: first, count: to - first })
      for await (const chunk of transport.request(peer, 'blocks', request, ends.signal)) {
        timer.cancel()
        timer = startTimer()
        const proven = this.#prove(chunk, range.from)
        if (!proven.ok) {
          const { code, detail } = proven.error
          logger.warn('a peer gave a wrong block', { peer, height: range.from, code, detail })
          transport.penalise(peer, PENALTY_BAD_BLOCK, `a wrong block: ${code}`)
          return standings.bench(peer, SYNC_BENCH_MS)
        }
        range.from++
        bytes += chunk.length
        keep(proven.value)
        if (range.from === to || bytes >= SYNC_RANGE_BYTES || done.signal.aborted) break
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      logger.debug('a peer gave no blocks', { peer, code: error.code })
    } finally {
      timer.cancel()
      ends.letGo()
    }
    if (range.from === to) standings.served(peer)
    if (range.from === to || done.signal.aborted || signal?.aborted === true) return
    if (range.from === first) standings.bench(peer, SYNC_PATIENCE_MS)
    // A full answer ends early, too: then there is more where it came from.
    if (bytes <= SYNC_RANGE_BYTES - MAX_BLOCK_BYTES) standings.showed(peer, range.from - 1)
  }

  #prove(chunk: Uint8Array, height: number): Result<ProvenBlock, Refusal<string>> {
    const certified = decodeCertifiedBlock(chunk)
    if (!certified.ok) return certified
    const proven = proveBlock(certified.value, this.#options)
    if (!proven.ok || proven.value.height === height) return proven
    return refuse('wrong-range', `height ${proven.value.height} where ${height} was due`)
  }

  #keep(block: ProvenBlock): void {
    const { chain } = this.#dependencies
    const { height } = block
    if (height > this.#highestProven) {
      this.#highestProven = height
      this.#provenAt = this.#dependencies.clock.now()
    }
    if (height < chain.height() || this.#arrived.has(height)) return
    this.#arrived.set(height, block)
    this.#heldBytes += block.bytes.length
    this.#endOvertaken()
    if (height <= chain.height() + 1) this.#news.abort()
  }

  /** Forgets what the chain has passed. A block beside the head stops the node. */
  async #dropOld(): Promise<void> {
    const { chain } = this.#dependencies
    for (const [height, block] of this.#arrived) {
      if (height > chain.height()) continue
      this.#arrived.delete(height)
      this.#heldBytes -= block.bytes.length
      await commitProven(block, 'certificate', this.#dependencies)
    }
    this.#endOvertaken()
  }

  /** Ends ranges of which nothing is missing any more; who was late with one is not asked for a while. */
  #endOvertaken(): void {
    const { chain, clock, standings } = this.#dependencies
    for (const { peer, from, to, sinceMs, done } of this.#underWay.values()) {
      let missing = Math.max(from, chain.height() + 1)
      while (missing < to && this.#arrived.has(missing)) missing++
      if (missing < to || from === to || done.signal.aborted) continue
      if (clock.now() - sinceMs >= SYNC_HEDGE_MS) standings.bench(peer, SYNC_BENCH_MS)
      done.abort()
    }
  }

  /** Says every few seconds how far it is. */
  #createProgress(): () => void {
    const { chain, clock, standings, logger } = this.#dependencies
    let last = { at: clock.now(), height: chain.height() }
    return () => {
      const height = chain.height()
      const at = clock.now()
      if (at - last.at < SYNC_PROGRESS_MS) return
      const claimed = standings.above(height).map((peer) => peer.height)
      const remaining = Math.max(0, this.#highestProven - height, ...claimed.map((one) => one - height))
      const blocksPerSecond = Math.round((1000 * (height - last.height)) / (at - last.at))
      logger.info('fetching blocks', { height, remaining, blocksPerSecond, peers: this.#underWay.size })
      last = { at, height }
    }
  }
}
