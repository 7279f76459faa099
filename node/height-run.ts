/**
 * One height under way: feeds inputs to the core, and carries out what it asks for. The order is the safety of the whole:
 *
 * 1. an input that changes anything is appended to the journal before its effects are carried out;
 * 2. the journal is synced before anything is signed or finalised (persist, then speak);
 * 3. the last-signed record is asked before a signature leaves, and its refusal drops the message;
 * 4. after a restart the journal's inputs are stepped again without speaking; then what is still owed is carried out.
 *
 * An input that leaves the state as it is and asks for nothing is not journalled: stepping it again would do nothing either.
 */
import { assert, type Refusal, toHex } from '../base/index.ts'
import {
  type AuthenticMessage,
  type BlockId,
  type Certificate,
  createState,
  type Effect,
  type Evidence,
  encodeEvidence,
  type HeightReport,
  type Input,
  MAX_ROUNDS_AHEAD,
  MAX_ROUNDS_BEHIND,
  type MessageRefusalCode,
  type Rule,
  report,
  type State,
  step,
  type Timing,
  type ValidatorSet,
} from '../consensus/index.ts'
import { type Decoded, decodeWholeBlock, transactionIn, type WholeBlock } from '../ledger/index.ts'
import type { ConsensusEnvelope } from '../network/index.ts'
import type { Journal, LastSigned } from '../storage/index.ts'
import type { Chain, ExecutedBlock } from './chain.ts'
import type { Clock, Timer } from './clock.ts'
import { isBare, messageBlockId } from './consensus-message.ts'
import { divergence } from './divergence.ts'
import { NodeError } from './error.ts'
import { decodeRecord, encodeRecord, isSilent, type JournalRecord } from './journal-record.ts'
import { MAX_BLOCKS_PER_HEIGHT, MAX_CLOCK_LEAD_MS } from './limits.ts'
import type { Logger } from './log.ts'
import { Outstanding, type Request } from './outstanding.ts'
import type { QueueFill } from './queues.ts'
import { RecentMap } from './recent.ts'
import { type Self, Voice } from './voice.ts'

export interface HeightRunOptions {
  readonly height: number
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  readonly timing: Timing
  readonly self: Self | undefined
}

export interface HeightRunDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly journal: Journal
  readonly lastSigned: LastSigned
  readonly logger: Logger
  /** A block for this height; the answer to `buildBlock`. */
  readonly build: () => Promise<ExecutedBlock>
  readonly publish: (envelope: ConsensusEnvelope) => void
  /** Runs work in turn with all other inputs; failures stop the node. */
  readonly post: (work: () => Promise<void>) => void
  /** A block is final whose bytes are not here. */
  readonly onMissingBlock: (certificate: Certificate) => void
  /** A validator contradicted itself. */
  readonly onEvidence: (evidence: Evidence) => void
}

/** Why the core refused a message. */
export type MessageRefusal = Refusal<MessageRefusalCode>

export class HeightRun {
  readonly height: number
  readonly #dependencies: HeightRunDependencies
  readonly #outstanding: Outstanding
  readonly #blocks = new RecentMap<WholeBlock>(MAX_BLOCKS_PER_HEIGHT)
  readonly #journalledBlocks = new Set<BlockId>()
  readonly #voice: Voice | undefined
  readonly #timers = new Set<Timer>()
  #state: State
  #roundTimer: Timer | undefined
  #isSpeaking = false
  #isOver = false

  constructor(options: HeightRunOptions, dependencies: HeightRunDependencies) {
    this.height = options.height
    this.#dependencies = dependencies
    this.#outstanding = new Outstanding(options.self?.index)
    const { self } = options
    const { clock, lastSigned, logger, publish } = dependencies
    this.#voice =
      self === undefined
        ? undefined
        : new Voice(
            { ...options, self },
            { clock, lastSigned, logger, publish, block: (id) => this.#blocks.get(id) },
          )
    this.#state = createState({
      height: options.height,
      validators: options.validators,
      timing: options.timing,
      ...(options.self === undefined ? {} : { self: options.self.index }),
    })
  }

  report(): HeightReport {
    return report(this.#state)
  }

  /** What is kept of this height. */
  queues(): readonly QueueFill[] {
    const rounds = this.report().rounds.length
    return [
      { queue: 'blocks of a height', length: this.#blocks.size, limit: MAX_BLOCKS_PER_HEIGHT },
      { queue: 'rounds of a height', length: rounds, limit: MAX_ROUNDS_BEHIND + 1 + MAX_ROUNDS_AHEAD },
    ]
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** What the core asked for and has not got. */
  owed(): readonly Request[] {
    return this.#outstanding.all()
  }

  /** Steps through the journal's inputs again; nothing is signed, sent or started. */
  replay(records: readonly Uint8Array[]): void {
    this.#trace('replay', ['R21'])
    for (const [index, bytes] of records.entries()) {
      if (index === 0 && isSilent(records)) continue
      const record = decodeRecord(bytes)
      if (!record.ok) {
        throw new NodeError('storage-damaged', `journal record ${index}: ${record.error.detail}`)
      }
      const { input, block } = record.value
      if (block !== undefined) this.#restoreBlock(input, block, index)
      if (input.type === 'message') this.#voice?.remember(input.message)
      this.#advance(input)
    }
  }

  /** After a replay: commits what is final already. Nothing is signed. */
  async recover(): Promise<void> {
    await this.#settle([])
  }

  /** From now on this node takes part: what is owed is carried out, and so is whatever the core asks for. */
  async speak(): Promise<void> {
    if (this.#isOver || this.#isSpeaking) return
    this.#isSpeaking = true
    this.#voice?.start()
    await this.#settle([])
  }

  /** Only listens from now on: nothing is signed until `speak`. */
  hush(): void {
    this.#isSpeaking = false
    this.#voice?.stop()
  }

  /** Ends the run: nothing happens any more. */
  end(): void {
    this.#isOver = true
    this.#isSpeaking = false
    this.#voice?.stop()
    this.#roundTimer?.cancel()
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  /** A transaction of a block of this height, by id. */
  transaction(id: string): Decoded | undefined {
    for (const [, block] of this.#blocks.entries()) {
      const found = transactionIn(block, id)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Whether the bytes of a block are here. */
  hasBlock(id: BlockId): boolean {
    return this.#blocks.has(id)
  }

  /**
   * Feeds one input, and every message of our own that it leads to. `block`: the block that it speaks of. Resolves with the core's refusal of the message, if it refused it.
   */
  async feed(input: Input, block?: WholeBlock): Promise<MessageRefusal | undefined> {
    if (this.#isOver) return undefined
    const effects = await this.#take(input, block)
    await this.#settle(effects)
    const refused = effects.find((effect) => effect.type === 'refuse')
    return refused?.reason
  }

  /** Steps, notes what is owed, and journals the input with the block that it brings. */
  async #take(input: Input, brought?: WholeBlock): Promise<readonly Effect[]> {
    const before = this.#state
    const effects = this.#advance(input)
    const isIdle = this.#state === before && effects.every(({ type }) => type === 'refuse')
    const id = blockIdOf(input)
    if (id !== undefined && brought !== undefined && (!isIdle || this.#isWanted(id))) {
      this.#blocks.set(id, brought)
    }
    if (isIdle) {
      if (id !== undefined && brought !== undefined) await this.#finaliseWith(id)
      return effects
    }
    const block = id === undefined || this.#journalledBlocks.has(id) ? undefined : this.#blocks.get(id)
    await this.#dependencies.journal.append(
      encodeRecord(block === undefined ? { input } : ({ input, block: block.bytes } satisfies JournalRecord)),
    )
    if (id !== undefined && block !== undefined) this.#journalledBlocks.add(id)
    return effects
  }

  /** Whether something is owed that needs the bytes of this block. */
  #isWanted(id: BlockId): boolean {
    return this.#outstanding
      .all()
      .some((request) => request.type === 'finalise' && request.certificate.blockId === id)
  }

  #advance(input: Input): readonly Effect[] {
    const next = step(this.#state, input)
    if (next.fired.size > 0) this.#trace(input.type, [...next.fired])
    this.#state = next.state
    this.#outstanding.answered(input)
    for (const effect of next.effects) this.#outstanding.add(effect)
    return next.effects
  }

  /** Carries out everything that is owed and may be begun, until nothing new comes of it. */
  async #settle(effects: readonly Effect[]): Promise<void> {
    this.#tell(effects)
    for (;;) {
      if (this.#isOver) return
      const requests = this.#outstanding.begin((request) => this.#isSpeaking || request.type === 'finalise')
      if (requests.length === 0) return
      if (requests.some(({ type }) => type === 'sign' || type === 'finalise')) {
        await this.#dependencies.journal.sync()
      }
      const own: AuthenticMessage[] = []
      for (const request of requests) {
        if (this.#isOver) return
        const message = await this.#carryOut(request)
        if (message !== undefined) own.push(message)
      }
      for (const message of own) this.#tell(await this.#take({ type: 'message', message }))
    }
  }

  async #carryOut(request: Request): Promise<AuthenticMessage | undefined> {
    const { post } = this.#dependencies
    switch (request.type) {
      case 'sign': {
        assert(this.#voice !== undefined, 'only a validator is asked to sign')
        const message = await this.#voice.say(request.draft)
        if (message === undefined) this.#outstanding.drop(request)
        return message
      }
      case 'finalise':
        await this.#finalise(request.certificate)
        return undefined
      case 'setTimer':
        this.#roundTimer?.cancel()
        this.#roundTimer = this.#dependencies.clock.setTimer(request.afterMs, () =>
          post(async () => void (await this.feed({ type: 'timeout', round: request.round }))),
        )
        return undefined
      case 'checkBlock':
        this.#inBackground(() => this.#check(request.blockId))
        return undefined
      case 'buildBlock':
        this.#inBackground(() => this.#build(request.round))
        return undefined
    }
  }

  #inBackground(work: () => Promise<void>): void {
    // A failure reaches the mailbox, which stops the node.
    work().catch((error: unknown) => this.#dependencies.post(() => Promise.reject(error)))
  }

  async #build(round: number): Promise<void> {
    const block = await this.#dependencies.build()
    this.#dependencies.post(async () => {
      await this.feed({ type: 'blockBuilt', round, blockId: block.id }, block)
    })
  }

  /** Executes a proposed block once its time is near enough: a time that is too early to accept is not yet a wrong one. */
  async #check(id: BlockId): Promise<void> {
    const block = this.#blocks.get(id)
    // Forgotten for later ones: its round is long over.
    if (block === undefined) return
    const { chain, clock, logger, post } = this.#dependencies
    const leadMs = block.header.time - MAX_CLOCK_LEAD_MS - clock.now()
    if (leadMs > 0 && chain.executed(id) === undefined) await this.#wait(leadMs)
    if (this.#isOver) return
    const executed = await chain.execute(block)
    if (this.#isOver || chain.height() >= this.height) return
    if (!executed.ok) {
      const { code, detail } = executed.error
      logger.warn('a proposed block is refused', { height: this.height, blockId: id, code, detail })
    }
    post(async () => void (await this.feed({ type: 'blockChecked', blockId: id, isValid: executed.ok })))
  }

  #wait(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#dependencies.clock.setTimer(afterMs, () => {
        this.#timers.delete(timer)
        resolve()
      })
      this.#timers.add(timer)
    })
  }

  async #finalise(certificate: Certificate): Promise<void> {
    const { chain, onMissingBlock } = this.#dependencies
    const block = this.#blocks.get(certificate.blockId)
    let executed = chain.executed(certificate.blockId)
    if (executed === undefined) {
      if (block === undefined) return onMissingBlock(certificate)
      const outcome = await chain.execute(block)
      if (!outcome.ok) {
        if (chain.height() >= this.height) return
        throw divergence(this.height, outcome.error.code)
      }
      executed = outcome.value
    }
    await chain.commit(executed, certificate)
  }

  /** The block was final before its bytes were here. */
  async #finaliseWith(id: BlockId): Promise<void> {
    for (const request of this.#outstanding.all()) {
      if (request.type !== 'finalise' || request.certificate.blockId !== id || this.#isOver) continue
      await this.#finalise(request.certificate)
    }
  }

  #restoreBlock(input: Input, bytes: Uint8Array, index: number): void {
    const id = blockIdOf(input)
    const block = decodeWholeBlock(bytes)
    if (id === undefined || !block.ok || block.value.id !== id) {
      throw new NodeError('storage-damaged', `journal record ${index} has a block that nothing names`)
    }
    this.#blocks.set(id, block.value)
    this.#journalledBlocks.add(id)
  }

  /** Which rules an input fired, for whoever reads along. */
  #trace(input: Input['type'] | 'replay', rules: readonly Rule[]): void {
    this.#dependencies.logger.debug('step', { height: this.height, input, rules })
  }

  /** What is not owed an answer: sent again, or told to the operator. Nothing of it happens in a replay. */
  #tell(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'resend' && this.#isSpeaking) this.#voice?.repeat(effect.message)
      if (effect.type !== 'evidence') continue
      const { validator, statement } = effect.evidence.first
      const { kind, height, round } = statement
      const first = toHex(effect.evidence.first.signature)
      const second = toHex(effect.evidence.second.signature)
      const evidence = toHex(encodeEvidence(effect.evidence))
      const fields = { validator, kind, height, round, first, second, evidence }
      this.#dependencies.logger.error('a validator contradicted itself', fields)
      this.#dependencies.onEvidence(effect.evidence)
    }
  }
}

function blockIdOf(input: Input): BlockId | undefined {
  switch (input.type) {
    case 'message':
      return isBare(input.message) ? undefined : messageBlockId(input.message)
    case 'blockBuilt':
    case 'blockChecked':
      return input.blockId
    case 'work':
    case 'timeout':
      return undefined
  }
}
