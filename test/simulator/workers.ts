/**
 * Runs on several processes: a process has one thread of its own, and remembers what it has prepared and verified. With one job
 * everything happens in this process.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { ADVERSARIES } from './adversaries/index.ts'
import { CHECKERS } from './checkers/index.ts'
import { type Outcome, run } from './run.ts'
import { createTally } from './world/tally.ts'
import type { WriteLine } from './world/trace.ts'

export interface Work {
  readonly from: number
  readonly count: number
  readonly profile: string | undefined
  readonly jobs: number
  /** Begin no more once a seed has failed. */
  readonly isUntilViolation: boolean
  /** Gets the traces; with one job only. */
  readonly write?: WriteLine | undefined
  /** Told as each one is done. */
  readonly onOutcome: (outcome: Outcome) => void
}

/** One seed takes a second or so; a process that is silent for so long hangs. */
const MAX_SILENCE_MS = 300_000
/** Room for what lives shortly: runs make much of it, and the collector copies what it finds alive each time. */
const YOUNG_MIB = 64
/** The argument of a process that runs seeds for another one. */
export const WORKER_ARGUMENT = '--worker'

interface Task {
  readonly seed: number
  readonly profile: string | undefined
}

/** Runs all seeds, in any order. */
export async function work({
  from,
  count,
  profile,
  jobs,
  isUntilViolation,
  write,
  onOutcome,
}: Work): Promise<void> {
  let next = from
  let hasFailed = false
  const take = (): Task | undefined =>
    next >= from + count || (hasFailed && isUntilViolation) ? undefined : { seed: next++, profile }
  const give = (outcome: Outcome): void => {
    hasFailed ||= outcome.violation !== undefined
    onOutcome(outcome)
  }
  if (jobs === 1) {
    for (let task = take(); task !== undefined; task = take()) give(await runHere(task, write))
    return
  }
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, () => serve(take, give)))
}

function runHere({ seed, profile }: Task, write?: WriteLine): Promise<Outcome> {
  return run({ seed, profile, checkers: CHECKERS, adversaries: ADVERSARIES, write })
}

/** Gives tasks to a process, one after the other. A process that dies over a seed has failed it, and another one goes on. */
async function serve(take: () => Task | undefined, give: (outcome: Outcome) => void): Promise<void> {
  let child: ChildProcess | undefined
  try {
    for (let task = take(); task !== undefined; task = take()) {
      child ??= startWorker()
      const outcome = await ask(child, task)
      give(outcome)
      if (child.exitCode !== null || !child.connected) child = undefined
    }
  } finally {
    child?.disconnect()
  }
}

function startWorker(): ChildProcess {
  const execArgv = [...process.execArgv, `--max-semi-space-size=${YOUNG_MIB}`]
  return fork(process.argv[1]!, [WORKER_ARGUMENT], { execArgv, serialization: 'advanced' })
}

function ask(child: ChildProcess, task: Task): Promise<Outcome> {
  return new Promise((resolve) => {
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(outcome)
    }
    const onMessage = (message: unknown): void => finish(message as Outcome)
    const onExit = (code: number | null, signal: string | null): void =>
      finish(lost(task, `its process ended (${signal ?? code})`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      finish(lost(task, `nothing for ${MAX_SILENCE_MS / 1000} s`))
    }, MAX_SILENCE_MS)
    child.on('message', onMessage)
    child.on('exit', onExit)
    child.send(task)
  })
}

/** What is known of a run whose process was lost. */
function lost({ seed, profile }: Task, detail: string): Outcome {
  const { faults } = createTally()
  return {
    seed,
    profile: profile ?? 'unknown',
    n: 0,
    hash: '',
    violation: { checker: 'crash', atMs: 0, detail },
    heights: 0,
    ballots: 0,
    faults,
    rules: {},
    adversaries: [],
    livenessMs: undefined,
    isTallied: false,
  }
}

/** The other end: runs what it is given until its parent has no more. */
export function beWorker(): void {
  process.on('message', (task: Task) => {
    runHere(task).then((outcome) => process.send?.(outcome))
  })
  process.on('disconnect', () => process.exit(0))
}
