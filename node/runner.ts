/**
 * The effect runner of agreement: one height after the other, one input after the other. It begins a height at the head
 * of the chain only, speaks only while the node is caught up, and recovers a crashed height from the journal.
 */
import { assert, unreachable } from '../base/index.ts'
import type {
  AuthenticMessage,
  Certificate,
  Evidence,
  HeightReport,
  MessageRefusalCode,
  StatementKind,
  Timing,
  ValidatorSet,
} from '../consensus/index.ts'
import type { Decoded, WholeBlock } from '../ledger/index.ts'
import type { ConsensusEnvelope, Verdict } from '../network/index.ts'
import type { Journal, LastSigned } from '../storage/index.ts'
import type { Chain, ExecutedBlock } from './chain.ts'
import type { Clock } from './clock.ts'
import { HeightRun } from './height-run.ts'
import { Inbox } from './inbox.ts'
import { isSilent } from './journal-record.ts'
import { MAX_GIVE_WAY_MS, MAX_INBOX_PER_VALIDATOR, MAX_MAILBOX } from './limits.ts'
import type { Logger } from './log.ts'
import type { QueueFill } from './queues.ts'
import type { Self } from './voice.ts'

export interface RunnerOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  readonly timing: Timing
  /** Which validator we are; undefined: an observer. */
  readonly self: Self | undefined
}

export interface RunnerDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly journal: Journal
  readonly lastSigned: LastSigned
  readonly logger: Logger
  readonly build: () => Promise<ExecutedBlock>
  readonly publish: (envelope: ConsensusEnvelope) => void
  /** A block is final whose bytes are not here: the peers have it. */
  readonly onMissingBlock: (height: number) => void
  /** A validator contradicted itself. */
  readonly onEvidence: (evidence: Evidence) => void
  /** A height may begin as soon as there is work. */
  readonly onHeight: (height: number) => void
  /** The node must stop. */
  readonly onFailure: (error: unknown) => void
}

/** When and with what a validator was heard last. */
export interface Heard {
  readonly height: number
  readonly round: number
  readonly kind: StatementKind
  readonly at: number
}

export class Runner {
  readonly #options: RunnerOptions
  readonly #dependencies: RunnerDependencies
  readonly #inbox = new Inbox()
  readonly #heard = new Map<number, Heard>()
  #run: HeightRun | undefined
  #turn: Promise<void> = Promise.resolve()
  #waiting = 0
  /** Messages among what waits. */
  #messages = 0
  #isAllowed = false
  #isStopped = false
  /** Said once, not at each height that is fetched. */
  #isBehindJournal = false

  constructor(options: RunnerOptions, dependencies: RunnerDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    dependencies.chain.onCommit(() => void this.#post(() => this.#follow()))
  }

  /** Recovers the height under way from the journal. Resolves when that is done; nothing is said before `allow`. */
  start(): Promise<void> {
    return this.#post(() => this.#follow())
  }

  /** Whether this node may speak: it is caught up. */
  allow(isAllowed: boolean): void {
    if (this.#isAllowed === isAllowed) return
    this.#isAllowed = isAllowed
    void this.#post(async () => {
      if (this.#isAllowed) await this.#begin()
      else this.#run?.hush()
    })
  }

  get isAllowed(): boolean {
    return this.#isAllowed
  }

  /** There is something to put into a block of this height, or it is time for one. */
  work(height: number): void {
    void this.#post(async () => {
      if (this.#run?.height === height) await this.#run.feed({ type: 'work' })
    })
  }

  /** A transaction of a block of the height under way, by id. */
  transaction(id: string): Decoded | undefined {
    return this.#run?.transaction(id)
  }

  /** Who was heard last, by index of the validator. */
  heard(): ReadonlyMap<number, Heard> {
    return this.#heard
  }

  /** The height under way; undefined while there is none (catching up behind the journal). */
  report(): HeightReport | undefined {
    return this.#run?.report()
  }

  /** What waits for the core, and what the height under way keeps. */
  queues(): readonly QueueFill[] {
    return [
      { queue: 'mailbox', length: this.#messages, limit: MAX_MAILBOX },
      { queue: 'inbox of a validator', length: this.#inbox.fullest, limit: MAX_INBOX_PER_VALIDATOR },
      ...(this.#run?.queues() ?? []),
    ]
  }

  /**
   * Takes an authentic message, with its block. The verdict says whether gossip passes it
   * on: what cannot be judged here (other heights, no room, not caught up) is not.
   */
  receive(message: AuthenticMessage, block: WholeBlock | undefined): Promise<Verdict> {
    const { statement, validator } = message.signed
    const { kind, height, round } = statement
    this.#heard.set(validator, { height, round, kind, at: this.#dependencies.clock.now() })
    const next = this.#dependencies.chain.height() + 1
    if (height < next || this.#isStopped) return Promise.resolve('ignore')
    if (height > next || this.#run?.height !== height || !this.#isAllowed) {
      this.#inbox.put(message, block, next)
      return Promise.resolve('ignore')
    }
    if (this.#messages >= MAX_MAILBOX) return Promise.resolve('ignore')
    return this.#judge(message, block)
  }

  async #judge(message: AuthenticMessage, block: WholeBlock | undefined): Promise<Verdict> {
    let verdict: Verdict = 'ignore'
    this.#messages++
    await this.#post(async () => {
      const run = this.#run
      if (run?.height !== message.signed.statement.height || run.isOver) return
      const refusal = await run.feed({ type: 'message', message }, block)
      verdict = refusal === undefined ? 'accept' : verdictOf(refusal.code)
    })
    this.#messages--
    return verdict
  }

  /** Resolves when nothing is being carried out, or after MAX_GIVE_WAY_MS: others give way to agreement, within reason. */
  async idle(): Promise<void> {
    const { clock } = this.#dependencies
    const until = clock.now() + MAX_GIVE_WAY_MS
    while (this.#waiting > 0 && clock.now() < until) await this.#turn
  }

  /** The node must stop: from this moment nothing more is signed or begun. */
  halt(error: unknown): void {
    this.#isStopped = true
    this.#run?.end()
    this.#dependencies.onFailure(error)
  }

  /** Ends the height under way and waits for what is being carried out. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#run?.end()
    await this.#turn
  }

  /**
   * Runs work after all work posted before; resolves when it is done, or dropped because the node stops. A failure stops the
   * node: agreement without its journal is not safe.
   */
  #post(work: () => Promise<void>): Promise<void> {
    this.#waiting++
    this.#turn = this.#turn
      .then(() => (this.#isStopped ? undefined : work()))
      .catch((error: unknown) => this.halt(error))
      .finally(() => {
        this.#waiting--
      })
    return this.#turn
  }

  /** Goes to the height after the head, unless it is there. The chain has committed before the journal forgets. */
  async #follow(): Promise<void> {
    const { chain, journal, logger } = this.#dependencies
    const height = chain.height() + 1
    if (this.#run !== undefined && this.#run.height >= height) return
    this.#run?.end()
    this.#run = undefined
    if (journal.height() > height) {
      // The database was fetched anew and the journal was not: what was signed at its height still binds.
      if (!this.#isBehindJournal) {
        logger.warn('the journal is ahead of the chain', { height, journal: journal.height() })
      }
      this.#isBehindJournal = true
      return
    }
    this.#isBehindJournal = false
    const isRecovered = journal.height() === height
    if (!isRecovered) await journal.reset(height)
    if (this.#isStopped) return
    const run = this.#createRun(height, isRecovered && isSilent(journal.records()))
    this.#run = run
    if (isRecovered && journal.records().length > 0) {
      run.replay(journal.records())
      logger.info('height recovered from the journal', { height, records: journal.records().length })
      await run.recover()
    }
    if (this.#isAllowed) await this.#begin()
  }

  /** Speaks at the height under way, and hears what came for it earlier. */
  async #begin(): Promise<void> {
    const run = this.#run
    if (run === undefined || run.isOver) return
    await run.speak()
    this.#dependencies.onHeight(run.height)
    for (const { message, block } of this.#inbox.take(run.height)) {
      await run.feed({ type: 'message', message }, block)
    }
  }

  /** `isSilent`: we have no vote at this height, and follow it as an observer does [R20]. */
  #createRun(height: number, isSilent: boolean): HeightRun {
    assert(!this.#isStopped, 'a stopped runner begins nothing')
    const { onMissingBlock, logger } = this.#dependencies
    if (isSilent) logger.warn('no vote at this height: the storage was repaired', { height })
    return new HeightRun(
      { ...this.#options, height, self: isSilent ? undefined : this.#options.self },
      {
        ...this.#dependencies,
        post: (work) => void this.#post(work),
        onMissingBlock: (certificate: Certificate) => onMissingBlock(certificate.height),
      },
    )
  }
}

/** Whether the bearer of a refused message is at fault: only for what holds in every state. */
function verdictOf(code: MessageRefusalCode): Verdict {
  switch (code) {
    case 'not-the-proposer':
    case 'unjustified-proposal':
    case 'unjustified-round-change':
      return 'reject'
    case 'wrong-height':
    case 'round-too-far':
      return 'ignore'
    default:
      return unreachable(code)
  }
}
