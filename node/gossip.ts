/**
 * What this node says to each of the three gossip topics, and what it makes of what it hears. Verdicts: accept what is new and
 * good; reject what no honest peer passes on, whatever its state; ignore the rest (known, stale, too early, no room).
 */
import { ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import {
  authenticate,
  decodeMessage,
  type Message,
  proposerOf,
  type ValidatorSet,
} from '../consensus/index.ts'
import { sha256 } from '../crypto/index.ts'
import { decodeReferring, encodeReferring, type ReferringBlock, type WholeBlock } from '../ledger/index.ts'
import {
  type ConsensusEnvelope,
  decodeCertifiedBlock,
  decodeEnvelope,
  decodeTransactionBatch,
  encodeCertifiedBlock,
  encodeEnvelope,
  encodeTransactionBatch,
  type OfferedTransaction,
  type PeerName,
  type Transport,
  type Verdict,
} from '../network/index.ts'
import type { Assembly } from './assembly.ts'
import { importAnnounced } from './block-import.ts'
import type { Chain, Committed } from './chain.ts'
import type { Clock, Timer } from './clock.ts'
import { isBare, messageBlockId } from './consensus-message.ts'
import type { LastWords } from './last-words.ts'
import {
  GOSSIP_BATCH_DELAY_MS,
  GOSSIP_BATCH_INTERVAL_MS,
  MAX_GOSSIP_BATCH_BYTES,
  MAX_GOSSIP_BATCH_TRANSACTIONS,
  MAX_HEIGHTS_AHEAD,
  MAX_PEER_BUDGETS,
  MAX_SEEN_MESSAGES,
  PEER_MESSAGES_BURST,
  PEER_MESSAGES_PER_SECOND,
  REPEAT_INTERVAL_MS,
  REPUBLISH_AFTER_MS,
} from './limits.ts'
import type { Logger } from './log.ts'
import type { OwnKey } from './own-key.ts'
import type { Pool } from './pool.ts'
import { isNeverValid, type PoolEntry } from './pool-entry.ts'
import type { QueueFill } from './queues.ts'
import { Budget, RecentMap } from './recent.ts'
import type { Runner } from './runner.ts'
import type { Sync } from './sync.ts'

export interface GossipOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  /** Our index; undefined: an observer. */
  readonly self: number | undefined
}

export interface GossipDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly pool: Pool
  readonly runner: Runner
  readonly sync: Sync
  readonly ownKey: OwnKey
  readonly lastWords: LastWords
  readonly assembly: Assembly
  readonly transport: Transport
  readonly logger: Logger
  readonly onFailure: (error: unknown) => void
}

export class Gossip {
  readonly #options: GossipOptions
  readonly #dependencies: GossipDependencies
  /** When a consensus message was passed on last, by hash of the message without its envelope. */
  readonly #passed = new RecentMap<number>(MAX_SEEN_MESSAGES)
  readonly #budget = new Budget({
    perSecond: PEER_MESSAGES_PER_SECOND,
    burst: PEER_MESSAGES_BURST,
    keys: MAX_PEER_BUDGETS,
  })
  /** Our transactions that wait for company, and when each of ours was published last. */
  #batch: OfferedTransaction[] = []
  #batchBytes = 0
  #flushedAt = 0
  #batchTimer: Timer | undefined
  #republishTimer: Timer | undefined
  readonly #publishedAt = new Map<string, number>()
  #isStopped = false

  constructor(options: GossipOptions, dependencies: GossipDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  start(): void {
    const { transport, pool, chain } = this.#dependencies
    transport.subscribe('transactions', (from, payload) => this.#onTransactions(from, payload))
    transport.subscribe('consensus', (from, payload) => this.#onConsensus(from, payload))
    transport.subscribe('blocks', (from, payload) => this.#onBlock(from, payload))
    pool.onAdded((entry) => this.#spread(entry))
    chain.onCommit((committed) => this.#announce(committed))
    this.#republishLater()
  }

  stop(): void {
    this.#isStopped = true
    this.#batchTimer?.cancel()
    this.#republishTimer?.cancel()
  }

  /** What waits to be gossiped. */
  queues(): readonly QueueFill[] {
    const { length } = this.#batch
    return [{ queue: 'gossip batch', length, limit: MAX_GOSSIP_BATCH_TRANSACTIONS }]
  }

  /** Sends a consensus message of ours to all. */
  publish(envelope: ConsensusEnvelope): void {
    this.#publish('consensus', encodeEnvelope(envelope))
  }

  // ---- transactions ------------------------------------------------------------------------------------------------
  async #onTransactions(from: PeerName, payload: Uint8Array): Promise<Verdict> {
    const { pool } = this.#dependencies
    const batch = decodeTransactionBatch(payload)
    if (!batch.ok) return 'reject'
    // What cannot be verified yet stays in the topic's queue, which is bounded a peer: nothing is read faster than it is verified.
    await pool.room()
    const outcomes = await pool.addMany(batch.value, from, false)
    if (outcomes.some(({ code, hasWrongAccelerator }) => isNeverValid(code) || hasWrongAccelerator === true))
      return 'reject'
    return outcomes.some(({ code }) => code === 'accepted') ? 'accept' : 'ignore'
  }

  /** Ours are gathered for a moment, so that many travel in one message. */
  #spread(entry: PoolEntry): void {
    if (!entry.isOurs || this.#isStopped) return
    const { clock } = this.#dependencies
    const now = clock.now()
    this.#publishedAt.set(entry.id, now)
    const { bytes, accelerator } = entry
    const size = bytes.length + (accelerator?.length ?? 0)
    if (this.#batchBytes + size > MAX_GOSSIP_BATCH_BYTES) this.flush()
    this.#batch.push(accelerator === undefined ? { bytes } : { bytes, accelerator })
    this.#batchBytes += size
    if (this.#batch.length >= MAX_GOSSIP_BATCH_TRANSACTIONS) {
      this.flush()
      return
    }
    const waitMs = Math.max(GOSSIP_BATCH_DELAY_MS, this.#flushedAt + GOSSIP_BATCH_INTERVAL_MS - now)
    this.#batchTimer ??= clock.setTimer(waitMs, () => this.flush())
  }

  /** Sends what waits for company at once: a proposal that is about to name it comes after it. */
  flush(): void {
    this.#batchTimer?.cancel()
    this.#batchTimer = undefined
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    this.#flushedAt = this.#dependencies.clock.now()
    this.#publish('transactions', encodeTransactionBatch(batch))
  }

  /** What was taken here and is not final after a while is offered again (T27). */
  #republishLater(): void {
    this.#republishTimer = this.#dependencies.clock.setTimer(REPUBLISH_AFTER_MS, () => {
      const now = this.#dependencies.clock.now()
      for (const [id, at] of [...this.#publishedAt]) {
        const entry = this.#dependencies.pool.get(id)
        if (entry === undefined) this.#publishedAt.delete(id)
        else if (now - at >= REPUBLISH_AFTER_MS) this.#spread(entry)
      }
      this.#republishLater()
    })
  }

  // ---- consensus ---------------------------------------------------------------------------------------------------
  async #onConsensus(from: PeerName, payload: Uint8Array): Promise<Verdict> {
    const { clock, chain, runner, sync, ownKey, lastWords, assembly } = this.#dependencies
    if (!this.#budget.take(from, 1, clock.now())) return 'ignore'
    const envelope = decodeEnvelope(payload)
    if (!envelope.ok) return 'reject'
    const hash = toHex(sha256(envelope.value.message))
    const passedAt = this.#passed.get(hash)
    if (passedAt !== undefined && clock.now() - passedAt < REPEAT_INTERVAL_MS) return 'ignore'
    const decoded = decodeMessage(envelope.value.message)
    if (!decoded.ok) return 'reject'
    const { height } = decoded.value.signed.statement
    const next = chain.height() + 1
    // What is over is not worth its signatures, unless it may be somebody else with our key.
    if (height < next && !ownKey.isForeign(decoded.value.signed)) return 'ignore'
    const message = authenticate(decoded.value, this.#options.validators, this.#options.networkId)
    if (!message.ok) return 'reject'
    lastWords.noteMessage(message.value)
    if (height < next) return 'ignore'
    if (height > next) sync.noteHeight(from, height - 1)
    if (height > next + MAX_HEIGHTS_AHEAD) return 'ignore'
    const block = blockOf(decoded.value, envelope.value.block)
    if (!block.ok) return 'reject'
    // It counts as passed on when it is whole: somebody may have brought other references than its author's.
    const whole = block.value && (await assembly.complete(block.value, from))
    if (whole === false) return 'reject'
    if (block.value !== undefined && whole === undefined) return 'ignore'
    this.#passed.set(hash, clock.now())
    return runner.receive(message.value, whole)
  }

  // ---- blocks ------------------------------------------------------------------------------------------------------
  async #onBlock(from: PeerName, payload: Uint8Array): Promise<Verdict> {
    const { chain, sync, logger, assembly } = this.#dependencies
    const certified = decodeCertifiedBlock(payload)
    if (!certified.ok) return 'reject'
    const block = decodeReferring(certified.value.block)
    if (!block.ok) return 'reject'
    const { height } = block.value.header
    // One that cannot be made whole here is fetched like any other that gossip lost.
    if (height > chain.height()) sync.noteHeight(from, height)
    try {
      const complete = (): Promise<WholeBlock | false | undefined> => assembly.complete(block.value, from)
      const announced = { block: block.value, certificate: certified.value.certificate, complete }
      const imported = await importAnnounced(announced, this.#options, { chain, logger })
      if (imported.ok) return 'accept'
      return imported.error.code === 'not-next' ? 'ignore' : 'reject'
    } catch (error) {
      this.#dependencies.onFailure(error)
      return 'ignore'
    }
  }

  /** One node tells those who do not take part in agreement: the proposer of the round in which the block became final. */
  #announce(committed: Committed): void {
    const { self, validators } = this.#options
    const { height, round, block, certificate } = committed
    if (self === undefined || self !== proposerOf(height, round, validators.keys.length)) return
    this.#publish('blocks', encodeCertifiedBlock({ block: encodeReferring(block), certificate }))
  }

  #publish(topic: 'transactions' | 'consensus' | 'blocks', payload: Uint8Array): void {
    if (this.#isStopped) return
    this.#dependencies.transport.publish(topic, payload).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'failed'
      this.#dependencies.logger.debug('a message was not published', { topic, reason })
    })
  }
}

/**
 * The block that travels with a message, with the id that it names; undefined with a message that speaks of none. A refusal
 * where it is missing, or another one.
 */
export function blockOf(
  message: Message,
  bytes: Uint8Array | undefined,
): Result<ReferringBlock | undefined, Refusal<'malformed'>> {
  const id = isBare(message) ? undefined : messageBlockId(message)
  if (id === undefined || bytes === undefined) {
    return id === undefined && bytes === undefined
      ? ok(undefined)
      : refuse('malformed', 'a block where none belongs, or none')
  }
  const block = decodeReferring(bytes)
  if (!block.ok) return block
  return block.value.id === id ? block : refuse('malformed', 'another block than the message names')
}
