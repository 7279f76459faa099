/**
 * Transactions that wait for a block. What comes in is hostile: cheap checks first (size, form, known, room, budget of the
 * peer, the ledger's own cheap rules), then proofs, through a bounded queue (T10). What is verified here is remembered in the
 * chain, so that gossip, proposal and execution pay for a ballot once.
 */
import { assert, type Result } from '../base/index.ts'
import type { BallotOutcome } from '../election/index.ts'
import {
  checkTransaction,
  type Decoded,
  decodeWithId,
  electionRecord,
  isOnBoard,
  type Rejection,
  type State,
  type Transaction,
} from '../ledger/index.ts'
import type { OfferedTransaction } from '../network/index.ts'
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
  WRONG_ACCELERATOR_TRANSACTIONS,
} from './limits.ts'
import { isNeverValid, MAY_BECOME_VALID, type PoolEntry, type PoolOutcome, slotOf } from './pool-entry.ts'
import { type VerificationDependencies, verifyArriving } from './pool-verification.ts'
import type { QueueFill } from './queues.ts'
import { Budget, RecentMap } from './recent.ts'

/** Bounds that tests make small; they default to the declared limits. */
export interface PoolOptions {
  readonly maxTransactions?: number
  readonly maxBytes?: number
}
export type PoolDependencies = VerificationDependencies

export class Pool {
  readonly #dependencies: PoolDependencies
  readonly #chain: Chain
  readonly #clock: Clock
  readonly #maxTransactions: number
  readonly #maxBytes: number
  readonly #entries = new Map<string, PoolEntry>()
  /** Being verified; they count against the limits. */
  readonly #arriving = new Map<string, Arriving>()
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
    this.#dependencies = dependencies
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

  /** A transaction that waits, or whose proofs are being verified: it is here, and nothing is said about whether it is good. */
  find(id: string): Decoded | undefined {
    return this.#entries.get(id) ?? this.#arriving.get(id)?.entry
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

  /** Offers an encoded transaction; see {@link addMany}. */
  async add(bytes: Uint8Array, from: string | undefined, isOurs: boolean): Promise<PoolOutcome> {
    const [outcome] = await this.addMany([{ bytes }], from, isOurs)
    assert(outcome !== undefined, 'each transaction has an outcome')
    return outcome
  }

  /**
   * Offers encoded transactions, whose ballots are verified together; the outcomes in the same order. `from` is whose budget pays for
   * them (undefined: our own). Never rejects for bad input.
   */
  addMany(
    all: readonly OfferedTransaction[],
    from: string | undefined,
    isOurs: boolean,
  ): Promise<readonly PoolOutcome[]> {
    if (from !== undefined && !this.#budget.take(from, all.length, this.#clock.now())) {
      const busy: PoolOutcome = { code: 'busy', detail: 'too many transactions from this peer' }
      return Promise.resolve(all.map(() => busy))
    }
    const arriving: Arriving[] = []
    const outcomes = all.map((offered) => this.#receive(offered, isOurs, arriving))
    const settle: Parameters<typeof verifyArriving<Arriving>>[2] = (one, fault, accelerator) => {
      this.#settle(one, fault, accelerator)
      if (accelerator !== 'wrong' || from === undefined) return
      this.#budget.take(from, WRONG_ACCELERATOR_TRANSACTIONS, this.#clock.now())
    }
    verifyArriving(arriving, this.#dependencies, settle).catch((error: unknown) => {
      for (const one of arriving) this.#leave(one, () => one.fail(error))
    })
    return Promise.all(outcomes)
  }

  /** Resolves when many more may be offered: whoever passes on what others gossip waits for it. */
  room(): Promise<void> {
    return this.#dependencies.verifier.room()
  }

  /** The outcome where it is clear at once; otherwise the transaction is among those that arrive, and the promise tells. */
  #receive(
    { bytes, accelerator }: OfferedTransaction,
    isOurs: boolean,
    arriving: Arriving[],
  ): PoolOutcome | Promise<PoolOutcome> {
    const decoded = decodeWithId(bytes)
    if (!decoded.ok) return decoded.error
    const { transaction, id } = decoded.value
    const known = this.#known(id)
    if (known !== undefined) return known
    const earlier = this.#arriving.get(id)
    if (earlier !== undefined) {
      return earlier.outcome.then((outcome) =>
        outcome.code === 'accepted' ? { code: 'known', detail: 'waiting for a block' } : outcome,
      )
    }
    const cheap = this.#refusal(decoded.value)
    if (cheap !== undefined) return cheap
    const slot = slotOf(transaction)
    const room = this.#room(transaction, slot, bytes.length)
    if (room !== undefined) return room
    const entry = { ...decoded.value, isOurs, addedAt: this.#clock.now(), slot }
    const arrived = accelerator === undefined ? entry : { ...entry, accelerator }
    const one = anArriving(arrived, this.#chain.state())
    this.#arriving.set(id, one)
    this.#arrivingBytes += bytes.length
    this.#countSlot(slot, 1)
    arriving.push(one)
    return one.outcome
  }

  #known(id: string): PoolOutcome | undefined {
    if (this.#entries.has(id)) return { code: 'known', detail: 'waiting for a block' }
    return this.#refused.get(id)
  }

  #check(transaction: Transaction): Result<void, Rejection> {
    const state = this.#chain.state()
    return checkTransaction(state, transaction, Math.max(this.#clock.now(), state.head.time + 1))
  }

  #room(transaction: Transaction, slot: string | undefined, size: number): PoolOutcome | undefined {
    if (
      this.#entries.size + this.#arriving.size >= this.#maxTransactions ||
      this.#bytes + this.#arrivingBytes + size > this.#maxBytes
    ) {
      return { code: 'busy', detail: 'the pool is full' }
    }
    const most = transaction.kind === 'evidence' ? MAX_POOL_EVIDENCE : MAX_POOL_PER_SLOT
    if (slot !== undefined && (this.#perSlot.get(slot) ?? 0) >= most) {
      return { code: 'busy', detail: 'others for the same purpose wait for a block' }
    }
    return undefined
  }

  /** Takes what has arrived, unless something is wrong with it. */
  #settle(one: Arriving, fault: PoolOutcome | undefined, found: BallotOutcome['accelerator']): void {
    const { entry } = one
    const isWrong = found === 'wrong'
    if (fault !== undefined && isNeverValid(fault.code)) this.#refused.set(entry.id, fault)
    const hasMoved = this.#chain.state() !== one.state
    const refused = fault ?? this.#known(entry.id) ?? (hasMoved ? this.#refusal(entry) : undefined)
    if (refused === undefined) this.#take(found === 'right' ? entry : withoutAccelerator(entry))
    const outcome = refused ?? TAKEN
    this.#leave(one, () => one.settle(isWrong ? { ...outcome, hasWrongAccelerator: true } : outcome))
  }

  /** No longer arrives; once. */
  #leave(one: Arriving, tell: () => void): void {
    const { id, bytes, slot } = one.entry
    if (this.#arriving.get(id) !== one) return
    this.#arriving.delete(id)
    this.#arrivingBytes -= bytes.length
    if (!this.#entries.has(id)) this.#countSlot(slot, -1)
    tell()
  }

  /** What the ledger has against it at this head; a ballot that is on the board is no fault. */
  #refusal({ transaction, hash }: Decoded): PoolOutcome | undefined {
    const checked = this.#check(transaction)
    if (checked.ok) return undefined
    if (transaction.kind === 'ballot' && isOnBoard(this.#chain.state(), transaction.ballot.uuid, hash)) {
      return { code: 'known', detail: 'on the board already' }
    }
    return checked.error
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
    if (!this.#arriving.has(id)) this.#countSlot(entry.slot, -1)
  }

  #countSlot(slot: string | undefined, change: 1 | -1): void {
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

const TAKEN: PoolOutcome = { code: 'accepted', detail: 'waiting for a block' }

function withoutAccelerator({ accelerator: _, ...entry }: PoolEntry): PoolEntry {
  return entry
}

/** A transaction whose proofs are being verified. */
interface Arriving {
  readonly entry: PoolEntry
  /** The head at which the ledger had nothing against it. */
  readonly state: State
  readonly outcome: Promise<PoolOutcome>
  readonly settle: (outcome: PoolOutcome) => void
  readonly fail: (error: unknown) => void
}

function anArriving(entry: PoolEntry, state: State): Arriving {
  let settle: Arriving['settle'] = () => {}
  let fail: Arriving['fail'] = () => {}
  const outcome = new Promise<PoolOutcome>((resolve, reject) => {
    settle = resolve
    fail = reject
  })
  return { entry, state, outcome, settle, fail }
}
