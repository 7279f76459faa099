/**
 * The BallotVerifier port: the one door to the costly work on ballots, so that it can move to worker threads without anyone
 * noticing. A job is self-contained: the election's and the ballot's public values, nothing of the state.
 */
import { assert } from '../base/index.ts'
import { type Ballot, type BallotOutcome, type Election, verifyBallot } from '../election/index.ts'
import { type Decoded, encodedBallot } from '../ledger/index.ts'
import type { Clock } from './clock.ts'
import { MAX_VERIFIER_JOBS } from './limits.ts'

/** A ballot and the election that it claims to be for. */
export interface BallotJob {
  readonly election: Election
  readonly ballot: Ballot
  /** Its compact form. */
  readonly encoded: Uint8Array
  /** Hexadecimal. */
  readonly id: string
  /** What came beside it. */
  readonly accelerator?: Uint8Array
}

/** The job for a decoded transaction that is a ballot. */
export function ballotJob(
  election: Election,
  { transaction, bytes, id }: Decoded,
  accelerator?: Uint8Array,
): BallotJob {
  assert(transaction.kind === 'ballot', 'only ballots are verified here')
  const job = { election, ballot: transaction.ballot, encoded: encodedBallot(bytes), id }
  return accelerator === undefined ? job : { ...job, accelerator }
}

/**
 * `urgent` jobs (a proposal waits for them) go before all others and are never refused; `background` jobs (nobody waits for them)
 * come when there are no others.
 */
export type Urgency = 'urgent' | 'normal' | 'background'

/** Verifies ballots somewhere. */
export interface BallotVerifier {
  /** Outcomes in the order of the jobs; `busy`, and nothing is verified, when the queue has no room for all. */
  verify(jobs: readonly BallotJob[], urgency: Urgency): Promise<readonly BallotOutcome[] | 'busy'>
  /** Ballots that wait or are being verified, those in the background apart. */
  pending(): number
  /** Resolves when at most half of the room for `normal` jobs is taken: whoever brings many waits for it. */
  room(): Promise<void>
  stop(): Promise<void>
}

interface Waiting {
  readonly job: BallotJob
  readonly done: (outcome: BallotOutcome) => void
}

export interface InlineVerifierOptions {
  readonly clock: Clock
  /** Defaults to `verifyBallot`; whoever has seen the same ballot verified may remember. */
  readonly verify?: typeof verifyBallot
  /** Defaults to MAX_VERIFIER_JOBS. */
  readonly maxJobs?: number
  /**
   * Waited for before each job that is not urgent: something that a ballot should not hold up. Agreement goes through many short waits
   * for disk and network, and would otherwise be a whole ballot later at each of them.
   */
  readonly giveWay?: () => Promise<void>
}

/** Verifies in this thread, one ballot after the other, and gives everything else its turn between two of them. */
export function createInlineVerifier(options: InlineVerifierOptions): BallotVerifier {
  const maxJobs = options.maxJobs ?? MAX_VERIFIER_JOBS
  const verify = options.verify ?? verifyBallot
  const queues: Record<Urgency, Waiting[]> = { urgent: [], normal: [], background: [] }
  let isRunning = false
  let isStopped = false
  /** Ends the wait before another job, because an urgent one has come. */
  let hurry: () => void = () => {}

  const next = async (): Promise<Waiting | undefined> => {
    const others = queues.normal.length + queues.background.length
    if (queues.urgent.length === 0 && others > 0 && options.giveWay !== undefined) {
      const urgent = new Promise<void>((resolve) => {
        hurry = resolve
      })
      await Promise.race([options.giveWay(), urgent])
    }
    return queues.urgent.shift() ?? queues.normal.shift() ?? queues.background.shift()
  }
  const run = async (): Promise<void> => {
    if (isRunning) return
    isRunning = true
    while (!isStopped) {
      const waiting = await next()
      if (waiting === undefined) break
      // One after the other they are not faster by accelerators: none is looked at.
      waiting.done({ verdict: verify(waiting.job.election, waiting.job.ballot), accelerator: 'none' })
      await options.clock.pause()
    }
    isRunning = false
  }
  const pending = (): number => queues.urgent.length + queues.normal.length
  return {
    verify: (jobs, urgency) => {
      if (isStopped) return Promise.resolve('busy')
      if (urgency !== 'urgent' && queues[urgency].length + jobs.length > maxJobs) {
        return Promise.resolve('busy')
      }
      const outcomes = jobs.map(
        (job) =>
          new Promise<BallotOutcome>((done) => {
            queues[urgency].push({ job, done })
          }),
      )
      assert(queues.normal.length <= maxJobs, 'the verifier keeps its limit')
      if (urgency === 'urgent') hurry()
      void run()
      return Promise.all(outcomes)
    },
    pending,
    room: async () => {
      while (!isStopped && queues.normal.length > maxJobs / 2) await options.clock.pause()
    },
    stop: async () => {
      isStopped = true
      hurry()
      queues.urgent.length = 0
      queues.normal.length = 0
      queues.background.length = 0
    },
  }
}
