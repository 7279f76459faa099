/**
 * Verifying what was taken on a certificate: while a node catches up, the proofs of ballots in certified blocks wait, since more than f
 * honest validators have verified them; here they are verified after all, from the lowest height on, in the background. How far
 * this has come is durable, so that a restart goes on where it was. A proof that does not hold means that more than a third of the
 * validators is faulty, and stops the node.
 *
 * It gives way to everything: it works only while the node is caught up, and a ballot of it is verified when no other waits.
 */
import { assert } from '../base/index.ts'
import { decodeBlock, decodeWithId, electionOf, electionRecord } from '../ledger/index.ts'
import type { ChainStore } from '../storage/index.ts'
import type { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import { unproven } from './divergence.ts'
import { NodeError } from './error.ts'
import { RECHECK_BALLOTS, RECHECK_BLOCKS, SYNC_PROGRESS_MS } from './limits.ts'
import type { Logger } from './log.ts'
import { type BallotJob, type BallotVerifier, ballotJob } from './verifier.ts'

export interface RecheckDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly store: ChainStore
  readonly verifier: BallotVerifier
  readonly logger: Logger
  /** Told each time the proofs of all blocks are verified that were not before. */
  readonly onDone: () => void
  readonly onFailure: (error: unknown) => void
}

export class Recheck {
  readonly #dependencies: RecheckDependencies
  readonly #stopped: Promise<'stopped'>
  #stop: () => void = () => {}
  #isStopped = false
  #isAllowed = false
  #work: Promise<void> | undefined

  constructor(dependencies: RecheckDependencies) {
    this.#dependencies = dependencies
    this.#stopped = new Promise((resolve) => {
      this.#stop = () => resolve('stopped')
    })
    dependencies.chain.onCommit(({ block }) => {
      if (block.areProofsDeferred) this.#look()
    })
  }

  /** Whether it may work: it does not while the node catches up. */
  allow(isAllowed: boolean): void {
    this.#isAllowed = isAllowed
    this.#look()
  }

  /** Resolves when nothing of it runs any more. What was verified since the last mark is verified again after a restart. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stop()
    await this.#work
  }

  #look(): void {
    if (this.#work !== undefined || !this.#mayWork() || !this.#isBehind()) return
    this.#work = this.#run()
      .catch((error: unknown) => {
        if (this.#isStopped) return
        this.#isStopped = true
        this.#dependencies.onFailure(error)
      })
      .finally(() => {
        this.#work = undefined
        this.#look()
      })
  }

  #mayWork(): boolean {
    return this.#isAllowed && !this.#isStopped
  }

  #isBehind(): boolean {
    const { store } = this.#dependencies
    return store.proofsVerifiedTo() < store.height()
  }

  async #run(): Promise<void> {
    const { clock, store, logger, onDone } = this.#dependencies
    logger.info('verifying proofs', { from: store.proofsVerifiedTo() + 1, to: store.height() })
    let saidAt = clock.now()
    let height = store.proofsVerifiedTo()
    while (this.#mayWork() && height < store.height()) {
      const verified = await this.#verifyBlock(height + 1)
      if (verified === undefined) return
      height++
      const isEnough = verified > 0 || height - store.proofsVerifiedTo() >= RECHECK_BLOCKS
      if (isEnough || height === store.height()) await store.markProofsVerified(height)
      if (clock.now() - saidAt >= SYNC_PROGRESS_MS) {
        saidAt = clock.now()
        logger.info('verifying proofs', { from: height + 1, to: store.height() })
      }
      await clock.pause()
    }
    if (this.#isBehind()) return
    logger.info('proofs verified', { height })
    onDone()
  }

  /** How many ballots of a block had to be verified; undefined where it was not done, because the node stops. */
  async #verifyBlock(height: number): Promise<number | undefined> {
    const { store, verifier } = this.#dependencies
    const stored = await store.block(height)
    const jobs = stored === undefined ? undefined : this.#jobsOf(height, stored.block)
    if (jobs === undefined)
      throw new NodeError('storage-damaged', `the stored block of height ${height} cannot be read`)
    for (let at = 0; at < jobs.length; at += RECHECK_BALLOTS) {
      const some = jobs.slice(at, at + RECHECK_BALLOTS)
      const outcomes = await Promise.race([verifier.verify(some, 'background'), this.#stopped])
      if (outcomes === 'stopped' || outcomes === 'busy') return undefined
      for (const [index, { verdict }] of outcomes.entries()) {
        const job = some[index]
        assert(job !== undefined, 'an outcome is that of a job')
        if (!verdict.ok) throw unproven(height, job.id, verdict.error.code)
      }
    }
    return jobs.length
  }

  /** The ballots of a block whose proofs are not known to hold; undefined where the block cannot be read. */
  #jobsOf(height: number, bytes: Uint8Array): readonly BallotJob[] | undefined {
    const { chain } = this.#dependencies
    const block = decodeBlock(bytes)
    if (!block.ok) return undefined
    const jobs: BallotJob[] = []
    for (const encoded of block.value.transactions) {
      const decoded = decodeWithId(encoded)
      if (!decoded.ok) return undefined
      const { transaction, id } = decoded.value
      if (transaction.kind !== 'ballot') continue
      const { ballot } = transaction
      if (chain.isVerified(id)) continue
      // What is verified against was fixed when the election opened: it is the same now as it was at that height.
      const record = electionRecord(chain.state(), ballot.uuid)
      const election = record === undefined ? undefined : electionOf(record)
      if (election === undefined) throw unproven(height, id, 'unknown-election')
      jobs.push(ballotJob(election, decoded.value))
    }
    return jobs
  }
}
