/**
 * Transactions that wait for a block. What comes in is hostile: cheap checks first (size, form, known, room, budget of the
 * peer, the ledger's own cheap rules), then proofs, through a bounded queue (T10). What is verified here is remembered in the
 * chain, so that gossip, proposal and execution pay for a ballot once.
 */
import { assert, type Result, toHex } from '../base/index.ts'
import {
  checkTransaction,
  type Decoded,
  decodeWithId,
  electionOf,
  electionRecord,
  isOnBoard,
  type Rejection,
  type RejectionCode,
  type Transaction,
  verifyTransaction,
} from '../ledger/index.ts'
import type { Chain, Committed } from './chain.ts'
import type { Clock } from './clock.ts'
import {
  MAX_PEER_BUDGETS,
  MAX_POOL_BYTES,
  MAX_POOL_EVIDENCE,
  MAX_POOL_PER_SLOT,
  MAX_POOL_TRANSACTIONS,
  MAX_REFUSED_IDS,
  PEER_TRANSACTIONS_BURST,
  PEER_TRANSACTIONS_PER_SECOND,
} from './limits.ts'
import type { QueueFill } from './queues.ts'
import { Budget, RecentMap } from './recent.ts'
import { type BallotVerifier, ballotJob } from './verifier.ts'

/** What became of an offered transaction. */
export interface PoolOutcome {
  /** `known`: waiting or final already. `busy`: no room at the moment; come again. */
  readonly code: 'accepted' | 'known' | 'busy' | RejectionCode
  readonly detail: string
}

/** A transaction that waits. */
export interface PoolEntry extends Decoded {
  /** Taken from a client or made here, not heard by gossip: this node answers for its spreading. */
  readonly isOurs: boolean
  readonly addedAt: number
}

/** Bounds that tests make small; they default to the declared limits. */
export interface PoolOptions {
  readonly maxTransactions?: number
  readonly maxBytes?: number
}
export interface PoolDependencies {
  readonly chain: Chain
  readonly verifier: BallotVerifier
  readonly clock: Clock
}

/** Rejections that hold in every state: whoever passes such a transaction on did not check it. */
const NEVER_VALID: ReadonlySet<PoolOutcome['code']> = new Set<PoolOutcome['code']>([
  'malformed',
  'bad-signature',
  'ballot-invalid',
  'key-invalid',
  // What a step of a ceremony is held against belongs to its attempt, and does not change any more.
  'ceremony-invalid',
])

/** Rejections that a later block time, or another block before, may lift. */
const MAY_BECOME_VALID: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'unknown-election',
  'wrong-phase',
  'roll-incomplete',
  'not-open',
])

/** Whether a transaction with this outcome is bad whatever the state: no honest peer passes it on. */
export function isNeverValid(code: PoolOutcome['code']): boolean {
  return NEVER_VALID.has(code)
}

export class Pool {
  readonly #chain: Chain
  readonly #verifier: BallotVerifier
  readonly #clock: Clock
  readonly #maxTransactions: number
  readonly #maxBytes: number
  readonly #entries = new Map<string, PoolEntry>()
  /** Being verified; they count against the limits. */
  readonly #arriving = new Map<string, Promise<PoolOutcome>>()
  /** Transactions of a slot, waiting or arriving. */
  readonly #perSlot = new Map<string, number>()
  readonly #refused = new RecentMap<PoolOutcome>(MAX_REFUSED_IDS)
  readonly #budget = new Budget({
    perSecond: PEER_TRANSACTIONS_PER_SECOND,
    burst: PEER_TRANSACTIONS_BURST,
    keys: MAX_PEER_BUDGETS,
  })
  readonly #listeners: ((entry: PoolEntry) => void)[] = []
  #bytes = 0
  #arrivingBytes = 0

  constructor(options: PoolOptions, dependencies: PoolDependencies) {
    this.#chain = dependencies.chain
    this.#verifier = dependencies.verifier
    this.#clock = dependencies.clock
    this.#maxTransactions = options.maxTransactions ?? MAX_POOL_TRANSACTIONS
    this.#maxBytes = options.maxBytes ?? MAX_POOL_BYTES
    dependencies.chain.onCommit((committed) => this.#afterCommit(committed))
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Transactions whose proofs are being verified. */
  get verifying(): number {
    return this.#arriving.size
  }

  /** What waits, and what is being verified. */
  queues(): readonly QueueFill[] {
    const length = this.#entries.size + this.#arriving.size
    const bytes = this.#bytes + this.#arrivingBytes
    return [
      { queue: 'pool transactions', length, limit: this.#maxTransactions },
      { queue: 'pool bytes', length: bytes, limit: this.#maxBytes },
    ]
  }

  /** Called for each transaction that is taken. */
  onAdded(listener: (entry: PoolEntry) => void): void {
    this.#listeners.push(listener)
  }

  get(id: string): PoolEntry | undefined {
    return this.#entries.get(id)
  }

  entries(): Iterable<PoolEntry> {
    return this.#entries.values()
  }

  /** What a block may be made of, in order of arrival, up to a count and a number of bytes. */
  candidates(maxTransactions: number, maxBytes: number): readonly Decoded[] {
    const candidates: Decoded[] = []
    let bytes = 0
    for (const entry of this.#entries.values()) {
      if (candidates.length >= maxTransactions || bytes + entry.bytes.length > maxBytes) break
      candidates.push(entry)
      bytes += entry.bytes.length
    }
    return candidates
  }

  /**
   * Drops what the ledger rejected when a block was built. What only the time or an earlier block may change stays: it goes
   * when a block has changed it.
   */
  drop(rejected: ReadonlyMap<string, Rejection>): void {
    for (const [id, { code }] of rejected) if (!MAY_BECOME_VALID.has(code)) this.#remove(id)
  }

  /** Offers an encoded transaction; `from` is whose budget pays for it (undefined: our own). Never rejects for bad input. */
  async add(bytes: Uint8Array, from: string | undefined, isOurs: boolean): Promise<PoolOutcome> {
    if (from !== undefined && !this.#budget.take(from, 1, this.#clock.now())) {
      return { code: 'busy', detail: 'too many transactions from this peer' }
    }
    const decoded = decodeWithId(bytes)
    if (!decoded.ok) return decoded.error
    const { transaction, id } = decoded.value
    const known = this.#known(decoded.value)
    if (known !== undefined) return known
    const arriving = this.#arriving.get(id)
    if (arriving !== undefined) {
      const outcome = await arriving
      return outcome.code === 'accepted' ? { code: 'known', detail: 'waiting for a block' } : outcome
    }
    const cheap = this.#check(transaction)
    if (!cheap.ok) return cheap.error
    const room = this.#room(transaction, bytes.length)
    if (room !== undefined) return room
    const outcome = this.#verifyAndTake({ ...decoded.value, isOurs, addedAt: this.#clock.now() })
    this.#arriving.set(id, outcome)
    this.#arrivingBytes += bytes.length
    this.#countSlot(transaction, 1)
    try {
      return await outcome
    } finally {
      this.#arriving.delete(id)
      this.#arrivingBytes -= bytes.length
      if (!this.#entries.has(id)) this.#countSlot(transaction, -1)
    }
  }

  #known({ id, hash, transaction }: Decoded): PoolOutcome | undefined {
    if (this.#entries.has(id)) return { code: 'known', detail: 'waiting for a block' }
    const state = this.#chain.state()
    if (transaction.kind === 'ballot' && isOnBoard(state, transaction.ballot.uuid, hash)) {
      return { code: 'known', detail: 'on the board already' }
    }
    return this.#refused.get(id)
  }

  #check(transaction: Transaction): Result<void, Rejection> {
    const state = this.#chain.state()
    return checkTransaction(state, transaction, Math.max(this.#clock.now(), state.head.time + 1))
  }

  #room(transaction: Transaction, size: number): PoolOutcome | undefined {
    if (
      this.#entries.size + this.#arriving.size >= this.#maxTransactions ||
      this.#bytes + this.#arrivingBytes + size > this.#maxBytes
    ) {
      return { code: 'busy', detail: 'the pool is full' }
    }
    const slot = slotOf(transaction)
    const most = transaction.kind === 'evidence' ? MAX_POOL_EVIDENCE : MAX_POOL_PER_SLOT
    if (slot !== undefined && (this.#perSlot.get(slot) ?? 0) >= most) {
      return { code: 'busy', detail: 'others for the same purpose wait for a block' }
    }
    return undefined
  }

  async #verifyAndTake(entry: PoolEntry): Promise<PoolOutcome> {
    const outcome = await this.#verify(entry)
    if (outcome !== undefined) {
      if (isNeverValid(outcome.code)) this.#refused.set(entry.id, outcome)
      return outcome
    }
    // The head may have moved meanwhile.
    const known = this.#known(entry)
    if (known !== undefined) return known
    const cheap = this.#check(entry.transaction)
    if (!cheap.ok) return cheap.error
    this.#take(entry)
    return { code: 'accepted', detail: 'waiting for a block' }
  }

  /** Undefined when every proof and signature holds. */
  async #verify(entry: PoolEntry): Promise<PoolOutcome | undefined> {
    const { transaction } = entry
    const state = this.#chain.state()
    if (this.#chain.isVerified(entry.id)) return undefined
    if (transaction.kind !== 'ballot') {
      const verified = verifyTransaction(state, transaction)
      // What the proofs of a partial decryption say depends on the tally: the ledger never takes them as known.
      if (verified.ok && transaction.kind !== 'partialDecryption') this.#chain.rememberVerified(entry.id)
      await this.#clock.pause()
      return verified.ok ? undefined : verified.error
    }
    const record = electionRecord(state, transaction.ballot.uuid)
    const election = record === undefined ? undefined : electionOf(record)
    if (election === undefined) return { code: 'not-open', detail: 'the election is not open' }
    const outcomes = await this.#verifier.verify([ballotJob(election, entry)], 'normal')
    if (outcomes === 'busy') return { code: 'busy', detail: 'too many ballots wait for verification' }
    const outcome = outcomes[0]!
    if (!outcome.ok) {
      const { code, detail } = outcome.error
      return { code: 'ballot-invalid', detail: `${code}: ${detail}` }
    }
    this.#chain.rememberVerified(entry.id)
    return undefined
  }

  #take(entry: PoolEntry): void {
    assert(!this.#entries.has(entry.id), 'a transaction waits once')
    this.#entries.set(entry.id, entry)
    this.#bytes += entry.bytes.length
    for (const listener of this.#listeners) listener(entry)
  }

  #remove(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    this.#bytes -= entry.bytes.length
    assert(this.#bytes >= 0, 'the pool counts its bytes')
    if (!this.#arriving.has(id)) this.#countSlot(entry.transaction, -1)
  }

  #countSlot(transaction: Transaction, change: 1 | -1): void {
    const slot = slotOf(transaction)
    if (slot === undefined) return
    const count = (this.#perSlot.get(slot) ?? 0) + change
    assert(count >= 0, 'the pool counts the transactions of a slot')
    if (count > 0) this.#perSlot.set(slot, count)
    else this.#perSlot.delete(slot)
  }

  /**
   * Drops what the block made final, and what it made invalid. Ballots become invalid only by a change of phase; the few
   * other transactions are looked at after every block.
   */
  #afterCommit(committed: Committed): void {
    for (const { id } of committed.block.transactions) this.#remove(id)
    const phases = new Map<string, string | undefined>()
    for (const { id, transaction } of [...this.#entries.values()]) {
      if (transaction.kind === 'ballot') {
        const { uuid } = transaction.ballot
        if (!phases.has(uuid)) phases.set(uuid, electionRecord(committed.state, uuid)?.phase)
        const phase = phases.get(uuid)
        if (phase !== 'open' && phase !== 'frozen') this.#remove(id)
      } else if (!this.#check(transaction).ok) {
        this.#remove(id)
      }
    }
  }
}

/**
 * Where only a few transactions may wait at once, because only one will count: a voter's ballots, a trustee's attempts at one duty,
 * evidence against one validator.
 * Undefined for what is limited otherwise (rolls have many chunks, drafts have administrators).
 */
function slotOf(transaction: Transaction): string | undefined {
  switch (transaction.kind) {
    case 'ballot':
      return `${transaction.ballot.uuid}/${toHex(transaction.ballot.credential)}`
    case 'evidence':
      return `evidence/${toHex(transaction.validator)}`
    case 'draft':
    case 'rollChunk':
    case 'rollSignature':
      return undefined
    default:
      return `${transaction.uuid}/${transaction.kind}/${toHex(transaction.trustee)}`
  }
}
