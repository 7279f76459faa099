/**
 * The finalised chain in motion: the state at its head, execution of blocks on top of it (once a block), and commitment,
 * in one durable batch a height. Nothing is ever taken back: what is committed carried a quorum's certificate.
 */
import { assert, equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import type { Certificate } from '../consensus/index.ts'
import { encodeCertificate } from '../consensus/index.ts'
import type { Ballot } from '../election/index.ts'
import {
  type Block,
  type BlockHeader,
  type BlockRejection,
  buildWholeBlock,
  type Decoded,
  decodeBlock,
  type Execution,
  electionOf,
  electionRecord,
  executeWholeBlock,
  type Genesis,
  loadStateFrom,
  neededBallots,
  type Rejection,
  type State,
  stateRoot,
  transactionsRoot,
  type WholeBlock,
} from '../ledger/index.ts'
import type { ChainStore } from '../storage/index.ts'
import type { BallotArchive } from './ballot-archive.ts'
import type { Clock } from './clock.ts'
import { fork } from './divergence.ts'
import { NodeError } from './error.ts'
import { MAX_EXECUTED_BLOCKS, MAX_VERIFIED_IDS } from './limits.ts'
import { RecentMap } from './recent.ts'
import { type BallotJob, type BallotVerifier, ballotJob } from './verifier.ts'

/** A block that was executed on top of the head at that time. */
export interface ExecutedBlock extends WholeBlock {
  readonly execution: Execution
  /** Its ballots' proofs were taken on the certificate: somebody verifies them later. */
  readonly areProofsDeferred: boolean
}

/**
 * What stands for the proofs of ballots: this node verifies them before anything else, or a quorum's certificate does for now,
 * more than f honest validators having verified them.
 */
export type ProofsBy = 'verification' | 'certificate'

/** The last finalised block: what certified answers are proved against. */
export interface CertifiedHeader {
  readonly header: BlockHeader
  /** Encoded. */
  readonly certificate: Uint8Array
}

/** What a commit brought. */
export interface Committed {
  readonly height: number
  readonly block: ExecutedBlock
  readonly certificate: Uint8Array
  readonly round: number
  readonly state: State
}

/** Options first, dependencies second. */
export interface ChainDependencies {
  readonly store: ChainStore
  readonly verifier: BallotVerifier
  readonly ballots: BallotArchive
  readonly clock: Clock
}

/** One node's chain. Commits come one after the other; executions may overlap. */
export class Chain {
  readonly #store: ChainStore
  readonly #verifier: BallotVerifier
  readonly #ballots: BallotArchive
  readonly #clock: Clock
  readonly #verified = new RecentMap<true>(MAX_VERIFIED_IDS)
  readonly #executed = new RecentMap<ExecutedBlock>(MAX_EXECUTED_BLOCKS)
  readonly #listeners: ((committed: Committed) => void)[] = []
  #state: State
  #head: CertifiedHeader | undefined
  #committedAt: number
  #turn: Promise<unknown> = Promise.resolve()
  #isStopped = false

  private constructor(state: State, head: CertifiedHeader | undefined, dependencies: ChainDependencies) {
    this.#state = state
    this.#head = head
    this.#store = dependencies.store
    this.#verifier = dependencies.verifier
    this.#ballots = dependencies.ballots
    this.#clock = dependencies.clock
    this.#committedAt = dependencies.clock.now()
  }

  /** Loads the state of the store's last height; `storage-damaged` where it does not have that block's root. */
  static async open(
    options: { readonly genesis: Genesis; readonly networkId: Uint8Array },
    dependencies: ChainDependencies,
  ): Promise<Chain> {
    const { store } = dependencies
    const state = await loadStateFrom(options.genesis, options.networkId, store.stateEntries())
    if (!state.ok) throw new NodeError('storage-damaged', `the stored state: ${state.error.detail}`)
    const height = store.height()
    if (state.value.head.height !== height) {
      throw new NodeError('storage-damaged', `the stored state is not that of height ${height}`)
    }
    if (height === 0) return new Chain(state.value, undefined, dependencies)
    const stored = await store.block(height)
    const block = stored === undefined ? undefined : decodeBlock(stored.block)
    if (stored === undefined || block === undefined || !block.ok) {
      throw new NodeError('storage-damaged', `the stored block of height ${height} cannot be read`)
    }
    if (!equalBytes(block.value.header.stateRoot, stateRoot(state.value))) {
      throw new NodeError('storage-damaged', `the stored state has not the root of block ${height}`)
    }
    const head = { header: block.value.header, certificate: stored.certificate }
    return new Chain(state.value, head, dependencies)
  }

  /** The state after the last finalised block. */
  state(): State {
    return this.#state
  }

  height(): number {
    return this.#state.head.height
  }

  /** Header and certificate of the last finalised block; undefined before the first. */
  head(): CertifiedHeader | undefined {
    return this.#head
  }

  /** When, by this node's clock, the head was committed or loaded. */
  committedAt(): number {
    return this.#committedAt
  }

  /** Called after each commit, in order of subscription. */
  onCommit(listener: (committed: Committed) => void): void {
    this.#listeners.push(listener)
  }

  /** Remembers that a transaction's signature and proofs hold, so that no execution verifies them again. */
  rememberVerified(id: string): void {
    this.#verified.set(id, true)
  }

  /** Whether they were seen to hold. */
  isVerified(id: string): boolean {
    return this.#verified.has(id)
  }

  /** A block on top of the head out of candidates, at a time; and whom it left out for good. */
  async build(
    candidates: readonly Decoded[],
    time: number,
  ): Promise<{ readonly block: ExecutedBlock; readonly rejected: ReadonlyMap<string, Rejection> }> {
    const state = this.#state
    const inputs = await this.#inputs(state, candidates)
    const built = buildWholeBlock(state, candidates, time, inputs)
    const { execution } = built
    const remembered = this.#remember({ ...built.block, execution, areProofsDeferred: false })
    const rejected = new Map(built.rejected.map(({ id, rejection }) => [toHex(id), rejection] as const))
    return { block: remembered, rejected }
  }

  /** The execution of a block, if it was executed on top of the present head. */
  executed(id: string): ExecutedBlock | undefined {
    const block = this.#executed.get(id)
    return block !== undefined && block.header.height === this.height() + 1 ? block : undefined
  }

  /**
   * Executes a block on top of the head: everything is checked but the proposer's clock. What is cheap comes first, then the
   * ballots' proofs (in turns with everything else), then the ledger's own execution. A block under a certificate may leave
   * the proofs for later; it then is for `commit` alone, and not remembered as one that this node has found valid.
   */
  async execute(
    block: WholeBlock,
    proofsBy: ProofsBy = 'verification',
  ): Promise<Result<ExecutedBlock, BlockRejection>> {
    const known = this.executed(block.id)
    if (known !== undefined) return ok(known)
    const state = this.#state
    const place = checkPlace(state, block.header)
    if (!place.ok) return place
    const { transactions } = block
    const deferred = proofsBy === 'certificate' ? this.#unverified(transactions) : new Set<string>()
    if (proofsBy === 'verification') {
      const proofs = await this.#verifyBallots(state, transactions)
      if (!proofs.ok) return proofs
    }
    const inputs = await this.#inputs(state, transactions, deferred)
    const execution = executeWholeBlock(state, block, inputs)
    if (!execution.ok) return execution
    const areProofsDeferred = deferred.size > 0
    const executed = { ...block, execution: execution.value, areProofsDeferred }
    return ok(areProofsDeferred ? executed : this.#remember(executed))
  }

  /** Up to which height the proofs of all ballots were verified here; above it some are taken on certificates. */
  proofsVerifiedTo(): number {
    return this.#store.proofsVerifiedTo()
  }

  /**
   * Commits an executed block under its certificate, which the caller has verified. False, and nothing happens, where the
   * height is there already; another block at that height fails with `fork`.
   */
  commit(block: ExecutedBlock, certificate: Certificate): Promise<boolean> {
    const turn = this.#turn.then(() => this.#commit(block, certificate))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** Waits for the commit under way, and takes no more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#turn
  }

  async #commit(block: ExecutedBlock, certificate: Certificate): Promise<boolean> {
    assert(certificate.blockId === block.id, 'a block is committed under its own certificate')
    const height = block.header.height
    if (this.#isStopped) return false
    if (height <= this.height()) {
      if (height === this.height() && toHex(this.#state.head.id) !== block.id) throw fork(height)
      return false
    }
    assert(height === this.height() + 1, 'blocks are committed in order')
    assert(equalBytes(block.header.parent, this.#state.head.id), 'a committed block extends the head')
    const encoded = encodeCertificate(certificate)
    await this.#store.append({
      height,
      block: block.bytes,
      certificate: encoded,
      transactionIds: block.transactions.map(({ hash }) => hash),
      changes: block.execution.changes,
      areProofsDeferred: block.areProofsDeferred,
    })
    this.#state = block.execution.state
    assert(this.#state.head.height === height, 'the state follows the chain')
    this.#head = { header: block.header, certificate: encoded }
    this.#committedAt = this.#clock.now()
    this.#executed.clear()
    const state = this.#state
    for (const listener of this.#listeners) {
      listener({ height, block, certificate: encoded, round: certificate.round, state })
    }
    return true
  }

  #remember(executed: ExecutedBlock): ExecutedBlock {
    this.#executed.set(executed.id, executed)
    return executed
  }

  /** Ids of the ballots whose proofs are not known to hold. */
  #unverified(transactions: readonly Decoded[]): Set<string> {
    const ids = new Set<string>()
    for (const { transaction, id } of transactions) {
      if (transaction.kind === 'ballot' && !this.#verified.has(id)) ids.add(id)
    }
    return ids
  }

  /** Verifies the ballots of a block whose proofs are not known to hold. Those that the ledger will refuse anyway are left to it. */
  async #verifyBallots(
    state: State,
    transactions: readonly Decoded[],
  ): Promise<Result<void, BlockRejection>> {
    const jobs: BallotJob[] = []
    const ids: string[] = []
    for (const decoded of transactions) {
      const { transaction, id } = decoded
      if (transaction.kind !== 'ballot' || this.#verified.has(id)) continue
      const record = electionRecord(state, transaction.ballot.uuid)
      const election = record === undefined ? undefined : electionOf(record)
      if (election === undefined) continue
      jobs.push(ballotJob(election, decoded))
      ids.push(id)
    }
    const outcomes = await this.#verifier.verify(jobs, 'urgent')
    if (outcomes === 'busy') return refuse('rejected-transaction', 'the node is stopping')
    for (const [index, { verdict }] of outcomes.entries()) {
      if (!verdict.ok) {
        return refuse('rejected-transaction', `ballot ${ids[index]}: ${verdict.error.code}`)
      }
      this.rememberVerified(ids[index]!)
    }
    return ok(undefined)
  }

  async #inputs(
    state: State,
    transactions: readonly Decoded[],
    deferred: ReadonlySet<string> = new Set(),
  ): Promise<{
    readonly isVerified: (id: string) => boolean
    readonly ballots: ReadonlyMap<string, Ballot>
  }> {
    const ballots = new Map<string, Ballot>()
    const plain = transactions.map(({ transaction }) => transaction)
    for (const id of neededBallots(state, plain)) {
      ballots.set(toHex(id), await this.#ballots.ballot(id))
    }
    return { isVerified: (id) => this.#verified.has(id) || deferred.has(id), ballots }
  }
}

/**
 * Whether a block has the transactions that its header names: then its bytes follow from its id, and whoever has seen one
 * block with this id has seen all.
 */
export function isWhole(block: Block): boolean {
  return equalBytes(block.header.transactionsRoot, transactionsRoot(block.transactions))
}

/** What `execute` checks before it spends anything; the ledger checks it again. */
function checkPlace(state: State, header: BlockHeader): Result<void, BlockRejection> {
  if (!equalBytes(header.networkId, state.networkId)) return refuse('wrong-network', 'another network')
  if (header.height !== state.head.height + 1) {
    return refuse('wrong-height', `height ${header.height} on top of ${state.head.height}`)
  }
  if (!equalBytes(header.parent, state.head.id)) return refuse('wrong-parent', 'it does not extend the head')
  if (header.time <= state.head.time) return refuse('wrong-time', 'its time is not after that of its parent')
  return ok(undefined)
}
