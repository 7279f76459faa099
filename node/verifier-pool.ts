/**
 * The BallotVerifier on worker threads: ballots wait in queues by urgency, go out in batches of bytes, and come back as verdicts. The
 * event loop only hands over and resolves. A batch is as large as what a thread verifies in a moment, by what the last ones took: so
 * an urgent one never waits long, and a fast verifier gets large ones.
 *
 * A ballot that is asked for again while it waits is verified once, as urgently as the most urgent asked. A thread that dies is
 * replaced and its ballots are verified again, at first alone each, since one of them may have been the reason; one that is under way
 * whenever threads die gets no verdict: `busy`. Threads that die one after the other without a single verdict are a fault of the
 * machine, and stop the node.
 */
import type { Worker } from 'node:worker_threads'
import { assert, concatAll, ok, toHex } from '../base/index.ts'
import type { BallotOutcome, Election } from '../election/index.ts'
import { NodeError } from './error.ts'
import {
  MAX_BALLOT_TRIES,
  MAX_LIFELESS_THREADS,
  MAX_VERIFIER_BATCH,
  MAX_VERIFIER_JOBS,
  MAX_WORKER_ELECTIONS,
  VERIFIER_BATCH_MS,
  WORKER_BATCHES,
} from './limits.ts'
import type { Logger } from './log.ts'
import { RecentMap } from './recent.ts'
import { startThread } from './thread.ts'
import type { BallotJob, BallotVerifier, Urgency } from './verifier.ts'
import type { Batch, Verdicts } from './verifier-worker.ts'

export interface VerifierPoolOptions {
  readonly threads: number
  readonly logger: Logger
  /** The node cannot verify any more. */
  readonly onFailure: (error: unknown) => void
  /** Defaults to MAX_VERIFIER_JOBS. */
  readonly maxJobs?: number
  /** Tests pass another program. */
  readonly program?: URL
}

type Verdict = BallotOutcome | 'busy'

/** A ballot that waits or is being verified, and everybody who wants to know. */
interface Item {
  readonly job: BallotJob
  urgency: Urgency
  isUnderWay: boolean
  tries: number
  readonly done: ((verdict: Verdict) => void)[]
}

interface Thread {
  readonly worker: Worker
  /** What it knows, kept as it keeps it. */
  readonly elections: RecentMap<true>
  /** By number, in the order in which it does them. */
  readonly batches: Map<number, readonly Item[]>
  /** When the batch that it is busy with was handed over or came to the front. */
  since: number
}

const NO_ACCELERATOR = new Uint8Array()
const URGENCIES: readonly Urgency[] = ['urgent', 'normal', 'background']

/** Starts the threads. The verifier is there at once; what comes early waits. */
export function createVerifierPool(options: VerifierPoolOptions): BallotVerifier {
  return new VerifierPool(options)
}

class VerifierPool implements BallotVerifier {
  readonly #options: VerifierPoolOptions
  readonly #maxJobs: number
  readonly #threads = new Set<Thread>()
  /** By urgency and id; in order of arrival. */
  readonly #queues: Readonly<Record<Urgency, Map<string, Item>>> = {
    urgent: new Map(),
    normal: new Map(),
    background: new Map(),
  }
  readonly #underWay = new Map<string, Item>()
  /** Who waits until there is room. */
  #waiting: (() => void)[] = []
  #numbers = 0
  /** What a ballot took lately; a guess at first. */
  #ballotMs = 1
  /** Threads that died since the last verdict. */
  #lifeless = 0
  #isStopped = false

  constructor(options: VerifierPoolOptions) {
    assert(options.threads >= 1, 'a pool has a thread')
    this.#options = options
    this.#maxJobs = options.maxJobs ?? MAX_VERIFIER_JOBS
    for (let count = 0; count < options.threads; count++) this.#start()
  }

  verify(jobs: readonly BallotJob[], urgency: Urgency): Promise<readonly BallotOutcome[] | 'busy'> {
    const isFull = urgency !== 'urgent' && this.#queues[urgency].size + jobs.length > this.#maxJobs
    if (this.#isStopped || isFull) return Promise.resolve('busy')
    const verdicts = jobs.map((job) => new Promise<Verdict>((done) => this.#enqueue(job, urgency, done)))
    this.#dispatch()
    return Promise.all(verdicts).then((all) => {
      const given = all.filter((verdict) => verdict !== 'busy')
      return given.length === all.length ? given : 'busy'
    })
  }

  pending(): number {
    const background = [...this.#underWay.values()].filter(({ urgency }) => urgency === 'background').length
    return this.#queues.urgent.size + this.#queues.normal.size + this.#underWay.size - background
  }

  room(): Promise<void> {
    if (this.#isStopped || this.#hasRoom()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    const threads = [...this.#threads]
    this.#threads.clear()
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
    const items = [...this.#underWay.values()]
    for (const queue of Object.values(this.#queues)) items.push(...queue.values())
    for (const queue of Object.values(this.#queues)) queue.clear()
    this.#underWay.clear()
    for (const { done } of items) for (const tell of done) tell('busy')
    this.#tellWaiting()
  }

  #hasRoom(): boolean {
    return this.#queues.normal.size < this.#maxJobs / 2
  }

  #tellWaiting(): void {
    if (!this.#isStopped && !this.#hasRoom()) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const tell of waiting) tell()
  }

  #enqueue(job: BallotJob, urgency: Urgency, done: (verdict: Verdict) => void): void {
    const known =
      this.#underWay.get(job.id) ??
      URGENCIES.map((other) => this.#queues[other].get(job.id)).find((item) => item !== undefined)
    if (known === undefined) {
      this.#queues[urgency].set(job.id, { job, urgency, isUnderWay: false, tries: 0, done: [done] })
      return
    }
    known.done.push(done)
    if (URGENCIES.indexOf(urgency) >= URGENCIES.indexOf(known.urgency)) return
    if (!known.isUnderWay) {
      this.#queues[known.urgency].delete(job.id)
      this.#queues[urgency].set(job.id, known)
    }
    known.urgency = urgency
  }

  /** Hands batches to threads that have room, the one with the fewest first. */
  #dispatch(): void {
    for (;;) {
      const [thread] = [...this.#threads].sort((a, b) => a.batches.size - b.batches.size)
      if (thread === undefined || thread.batches.size >= WORKER_BATCHES) return
      const items = this.#nextItems()
      const [first] = items
      if (first === undefined) return
      this.#hand(thread, first.job.election, items)
    }
  }

  /** The most urgent ballots that wait, of one election, as many as a moment's work; one that has met a death goes alone. */
  #nextItems(): readonly Item[] {
    const queue = URGENCIES.map((urgency) => this.#queues[urgency]).find(({ size }) => size > 0)
    if (queue === undefined) return []
    const most = Math.max(1, Math.min(MAX_VERIFIER_BATCH, Math.floor(VERIFIER_BATCH_MS / this.#ballotMs)))
    const items: Item[] = []
    for (const item of queue.values()) {
      const [first = item] = items
      if (items.length >= most || item.job.election !== first.job.election) break
      if (item.tries > 0 && items.length > 0) break
      items.push(item)
      if (item.tries > 0) break
    }
    for (const item of items) {
      queue.delete(item.job.id)
      item.isUnderWay = true
      this.#underWay.set(item.job.id, item)
    }
    return items
  }

  #hand(thread: Thread, election: Election, items: readonly Item[]): void {
    const number = this.#numbers++
    const hash = toHex(election.hash)
    const isKnown = thread.elections.get(hash) === true
    if (!isKnown) thread.elections.set(hash, true)
    const bytes = concatAll(items.flatMap(({ job }) => [job.encoded, job.accelerator ?? NO_ACCELERATOR]))
    const lengths = items.flatMap(({ job }) => [job.encoded.length, job.accelerator?.length ?? 0])
    const batch: Batch = {
      number,
      election: hash,
      ...(isKnown ? {} : { json: election.json }),
      bytes,
      lengths,
    }
    if (thread.batches.size === 0) thread.since = performance.now()
    thread.batches.set(number, items)
    thread.worker.postMessage(batch, [bytes.buffer as ArrayBuffer])
  }

  #start(): void {
    const worker = startThread(this.#options.program ?? 'verifier-worker', import.meta.url)
    const thread: Thread = {
      worker,
      elections: new RecentMap(MAX_WORKER_ELECTIONS),
      batches: new Map(),
      since: 0,
    }
    this.#threads.add(thread)
    worker.on('message', (verdicts: Verdicts) => this.#take(thread, verdicts))
    worker.on('error', (error) => this.#bury(thread, error.message))
    worker.on('exit', (code) => this.#bury(thread, `it ended with code ${code}`))
  }

  #take(thread: Thread, { number, faults, accelerators }: Verdicts): void {
    const items = thread.batches.get(number)
    if (items === undefined) return
    assert(items.length === faults.length, 'a verdict comes for each ballot')
    thread.batches.delete(number)
    this.#lifeless = 0
    const now = performance.now()
    // Half of it is forgotten each time.
    this.#ballotMs = Math.max(0.01, (this.#ballotMs + (now - thread.since) / items.length) / 2)
    thread.since = now
    for (const [index, { job, done }] of items.entries()) {
      this.#underWay.delete(job.id)
      const fault = faults[index]
      const verdict: BallotOutcome['verdict'] =
        fault === null || fault === undefined ? ok(undefined) : { ok: false, error: fault }
      for (const tell of done) tell({ verdict, accelerator: accelerators[index] ?? 'none' })
    }
    this.#dispatch()
    this.#tellWaiting()
  }

  /** A thread died: its ballots go to the front of their queues, and another thread takes its place. */
  #bury(thread: Thread, reason: string): void {
    if (!this.#threads.delete(thread)) return
    const { logger, onFailure } = this.#options
    logger.error('a thread that verifies ballots died', { reason })
    const items = [...thread.batches.values()].flat()
    for (const item of items) this.#underWay.delete(item.job.id)
    for (const urgency of URGENCIES)
      this.#putBack(
        urgency,
        items.filter((item) => item.urgency === urgency),
      )
    this.#lifeless++
    if (this.#lifeless >= MAX_LIFELESS_THREADS) {
      onFailure(new NodeError('failed', `threads that verify ballots die one after the other: ${reason}`))
      return
    }
    this.#start()
    this.#dispatch()
  }

  #putBack(urgency: Urgency, items: readonly Item[]): void {
    const queue = this.#queues[urgency]
    const others = [...queue]
    queue.clear()
    for (const item of items) {
      item.tries++
      item.isUnderWay = false
      if (item.tries < MAX_BALLOT_TRIES) queue.set(item.job.id, item)
      else for (const tell of item.done) tell('busy')
    }
    for (const [id, item] of others) queue.set(id, item)
  }
}
