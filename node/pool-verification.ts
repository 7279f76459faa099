/** The costly part of taking transactions in: proofs and signatures, the ballots of a batch together. */
import { assert } from '../base/index.ts'
import type { BallotOutcome } from '../election/index.ts'
import { electionOf, electionRecord, verifyTransaction } from '../ledger/index.ts'
import type { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import { MAX_VERIFIER_BATCH } from './limits.ts'
import type { PoolEntry, PoolOutcome } from './pool-entry.ts'
import { type BallotJob, type BallotVerifier, ballotJob } from './verifier.ts'

export interface VerificationDependencies {
  readonly chain: Chain
  readonly verifier: BallotVerifier
  readonly clock: Clock
}

/**
 * Told once of each: what is wrong with it, undefined when every proof and signature holds; and what was found of its accelerator.
 */
type Settle<T> = (one: T, fault: PoolOutcome | undefined, accelerator: BallotOutcome['accelerator']) => void

/** Verifies what is not known to hold; what holds is remembered in the chain. */
export async function verifyArriving<T extends { readonly entry: PoolEntry }>(
  arriving: readonly T[],
  dependencies: VerificationDependencies,
  settle: Settle<T>,
): Promise<void> {
  const { chain, clock } = dependencies
  const ballots: T[] = []
  const others: T[] = []
  for (const one of arriving) {
    if (chain.isVerified(one.entry.id)) settle(one, undefined, 'none')
    else if (one.entry.transaction.kind === 'ballot') ballots.push(one)
    else others.push(one)
  }
  const groups: Promise<void>[] = []
  for (let at = 0; at < ballots.length; at += MAX_VERIFIER_BATCH)
    groups.push(verifyBallots(ballots.slice(at, at + MAX_VERIFIER_BATCH), dependencies, settle))
  for (const one of others) {
    const { transaction, id } = one.entry
    const verified = verifyTransaction(chain.state(), transaction)
    // What the proofs of a partial decryption say depends on the tally: the ledger never takes them as known.
    if (verified.ok && transaction.kind !== 'partialDecryption') chain.rememberVerified(id)
    await clock.pause()
    settle(one, verified.ok ? undefined : verified.error, 'none')
  }
  await Promise.all(groups)
}

async function verifyBallots<T extends { readonly entry: PoolEntry }>(
  arriving: readonly T[],
  { chain, verifier }: VerificationDependencies,
  settle: Settle<T>,
): Promise<void> {
  const state = chain.state()
  const jobs: BallotJob[] = []
  const judged: T[] = []
  for (const one of arriving) {
    const { transaction } = one.entry
    assert(transaction.kind === 'ballot', 'these are ballots')
    const record = electionRecord(state, transaction.ballot.uuid)
    const election = record === undefined ? undefined : electionOf(record)
    if (election === undefined) {
      settle(one, { code: 'not-open', detail: 'the election is not open' }, 'none')
      continue
    }
    jobs.push(ballotJob(election, one.entry, one.entry.accelerator))
    judged.push(one)
  }
  const outcomes = await verifier.verify(jobs, 'normal')
  for (const [index, one] of judged.entries()) {
    const outcome = outcomes === 'busy' ? 'busy' : outcomes[index]
    assert(outcome !== undefined, 'a verdict comes for each ballot')
    if (outcome === 'busy') {
      settle(one, { code: 'busy', detail: 'too many ballots wait for verification' }, 'none')
    } else if (outcome.verdict.ok) {
      chain.rememberVerified(one.entry.id)
      settle(one, undefined, outcome.accelerator)
    } else {
      const { code, detail } = outcome.verdict.error
      settle(one, { code: 'ballot-invalid', detail: `${code}: ${detail}` }, outcome.accelerator)
    }
  }
}
