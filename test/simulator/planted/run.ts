/**
 * Runs the simulator on copies of the sources with one bug each. A judge that never convicted proves nothing: every bug must be
 * convicted by a checker that is there for it.
 *
 * Each copy is a process of its own with a limit of time, since a bug may also hang. Directories are removed and processes ended
 * whatever happens, also at SIGINT and SIGTERM.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyWith } from './copy.ts'
import { PLANTED } from './index.ts'
import type { PlantedBug, PlantedReport, PlantedResult } from './types.ts'

export type { PlantedReport, PlantedResult } from './types.ts'

export interface PlantedOptions {
  /** Only the bug of this name. */
  readonly only?: string
  /** Whether the report will be printed as JSON: then the lines are progress, and leave the details to it. */
  readonly json?: boolean
  /** How many at a time; all processors without it. */
  readonly jobs?: number
}

/** One bug may take so long, its process's start included. */
const MAX_SECONDS = 120
/** What a run may print: one JSON object with a few failures. */
const MAX_OUTPUT_BYTES = 1024 * 1024

/** Runs the planted bugs, several at a time, and says one line about each. Throws where no bug has the name asked for. */
export async function runPlanted(
  { only, json = false, jobs = availableParallelism() }: PlantedOptions,
  say: (line: string) => void,
): Promise<PlantedReport> {
  const bugs = PLANTED.filter(({ name }) => only === undefined || name === only)
  if (bugs.length === 0)
    throw new Error(
      `no planted bug is named '${only}'; there are: ${PLANTED.map(({ name }) => name).join(', ')}`,
    )
  const results: (PlantedResult | undefined)[] = bugs.map(() => undefined)
  let next = 0
  const workshop = openWorkshop()
  const work = async (): Promise<void> => {
    for (let at = next++; at < bugs.length; at = next++) {
      const result = await tryOne(bugs[at]!, workshop)
      results[at] = result
      say(json && result.convicted ? lineOf({ ...result, detail: result.rule }) : lineOf(result))
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, jobs) }, work))
  } finally {
    workshop.close()
  }
  const planted = results.filter((result) => result !== undefined)
  const missed = planted.filter(({ convicted }) => !convicted).map(({ name }) => name)
  return { ok: missed.length === 0, planted, missed }
}

function lineOf({ name, convicted, checker, seed, detail, seconds }: PlantedResult): string {
  const verdict = convicted ? `convicted by ${checker} with seed ${seed}` : 'NOT CONVICTED'
  return `${name}: ${verdict} in ${seconds} s: ${detail}`
}

async function tryOne(bug: PlantedBug, workshop: Workshop): Promise<PlantedResult> {
  const began = performance.now()
  const outcome = await workshop.with(async (directory) => {
    await copyWith(bug, directory)
    return workshop.run(directory, argumentsOf(bug))
  })
  const seconds = Math.round((performance.now() - began) / 100) / 10
  return { name: bug.name, rule: bug.rule, ...verdictOn(bug, outcome), seconds }
}

function argumentsOf({ profile, seeds }: PlantedBug): readonly string[] {
  const range = ['--seeds', `${seeds.count}`, '--from', `${seeds.from}`, '--jobs', '1']
  return [...range, ...(profile === undefined ? [] : ['--profile', profile]), '--until-violation', '--json']
}

/** What a run of the simulator left. */
export interface RunOutcome {
  readonly stdout: string
  readonly stderr: string
  readonly isOverTime: boolean
}

/** Whether a run convicts a bug: its first violation is by a checker that was expected to find it. */
export function verdictOn(
  { convictedBy, seeds }: Pick<PlantedBug, 'convictedBy' | 'seeds'>,
  { stdout, stderr, isOverTime }: RunOutcome,
): Pick<PlantedResult, 'convicted' | 'checker' | 'seed' | 'detail'> {
  if (isOverTime) return { convicted: false, detail: `no end after ${MAX_SECONDS} s` }
  const failures = failuresIn(stdout)
  if (failures === undefined)
    return {
      convicted: false,
      detail: `the simulator gave no report: ${stderr.trim().split('\n').slice(-3).join(' | ')}`,
    }
  const [first] = failures
  if (first === undefined) return { convicted: false, detail: `no violation in ${seeds.count} seeds` }
  const { checker, seed, detail } = first
  return convictedBy.includes(checker)
    ? { convicted: true, checker, seed, detail }
    : {
        convicted: false,
        checker,
        seed,
        detail: `${checker} noticed, not ${convictedBy.join(' or ')}: ${detail}`,
      }
}

interface Failure {
  readonly seed: number
  readonly checker: string
  readonly detail: string
}

function failuresIn(stdout: string): readonly Failure[] | undefined {
  try {
    const report: unknown = JSON.parse(stdout)
    if (typeof report !== 'object' || report === null || !('failures' in report)) return undefined
    return Array.isArray(report.failures) ? report.failures : undefined
  } catch {
    return undefined
  }
}

/** Where copies live and their processes run: nothing of it outlasts this process. */
interface Workshop {
  with<T>(use: (directory: string) => Promise<T>): Promise<T>
  run(directory: string, options: readonly string[]): Promise<RunOutcome>
  close(): void
}

function openWorkshop(): Workshop {
  const directories = new Set<string>()
  const processes = new Set<ChildProcess>()
  const clear = (): void => {
    for (const one of processes) killGroup(one)
    for (const directory of directories) rmSync(directory, { recursive: true, force: true })
  }
  const interrupted = (signal: NodeJS.Signals): void => {
    clear()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', interrupted)
  return {
    with: async (use) => {
      const directory = await mkdtemp(join(tmpdir(), 'psephos-planted-'))
      directories.add(directory)
      try {
        return await use(directory)
      } finally {
        await rm(directory, { recursive: true, force: true })
        directories.delete(directory)
      }
    },
    run: (directory, options) => runIn(directory, options, processes),
    close: () => {
      process.off('SIGINT', interrupted)
      process.off('SIGTERM', interrupted)
      clear()
    },
  }
}

function runIn(
  directory: string,
  options: readonly string[],
  processes: Set<ChildProcess>,
): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', 'test/simulator/main.ts', ...options]
    const child = spawn(process.execPath, args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    processes.add(child)
    const output = { stdout: '', stderr: '' }
    let isOverTime = false
    const timer = setTimeout(() => {
      isOverTime = true
      killGroup(child)
    }, MAX_SECONDS * 1000)
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length < MAX_OUTPUT_BYTES) output[name] += text
      })
    const done = (): void => {
      clearTimeout(timer)
      processes.delete(child)
    }
    child.once('error', (error) => {
      done()
      reject(error)
    })
    child.once('close', () => {
      done()
      resolve({ ...output, isOverTime })
    })
  })
}

/** Ends a process and those that it started: it leads a group of its own. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
