/** The command line of the simulator: what can be asked, and what is printed. */
import { createWriteStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { ADVERSARIES } from './adversaries/index.ts'
import { PLANTED } from './planted/index.ts'
import { runPlanted } from './planted/run.ts'
import { PROFILES, profileNames } from './profiles.ts'
import { report, reportText } from './report.ts'
import type { Outcome } from './run.ts'
import { work } from './workers.ts'

/** Where text goes. */
export interface Streams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

const DEFAULT_SEEDS = 50
const MAX_SEEDS = 1_000_000
const MAX_JOBS = 64
const MAX_SEED = 2 ** 32
const PROGRESS_EVERY_MS = 5000

const help =
  (): string => `Runs whole networks of validators on virtual time, with faults, and judges what they do.

  npm run simulate -- [options]

A seed decides everything about a run: how many validators, which faults and adversaries, who votes when. The same seed
gives the same run, on every machine, to the last byte of its trace.

  --seeds N          so many seeds (${DEFAULT_SEEDS})
  --from F           beginning with this one (1)
  --seed S           this one alone
  --profile NAME     faults of this kind instead of those that the seed chooses
  --jobs J           processes (as many as the machine has processors)
  --until-violation  stop at the first seed that fails
  --trace FILE       write what happens as lines to read; with one seed
  --planted [NAME]   check the checkers: run copies of the sources with one planted bug each
  --json             exactly one JSON object on stdout; progress goes to stderr
  --help

Profiles:
${Object.entries(PROFILES)
  .map(([name, { describe }]) => `  ${name.padEnd(18)} ${describe}`)
  .join('\n')}
One kind of adversary:
${Object.entries(ADVERSARIES)
  .map(([name, { describe }]) => `  ${name.padEnd(18)} ${describe}`)
  .join('\n')}

A failing seed is printed with the command that replays it. To see why it failed:
  npm run simulate -- --seed 42 --trace /tmp/42.txt

Exit codes: 0 nothing was violated, 1 a violation (or a planted bug that nobody noticed), 2 wrong usage.
`

/** What was asked for is not possible; the message says what is. */
class UsageError extends Error {}

/** Runs the command; its exit code. */
export async function main(words: readonly string[], streams: Streams): Promise<0 | 1 | 2> {
  try {
    const options = parse(words)
    if (options.isHelp) {
      streams.stdout.write(help())
      return 0
    }
    return options.planted === undefined ? await simulate(options, streams) : await plant(options, streams)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    streams.stderr.write(`error: usage: ${error.message}; see npm run simulate -- --help\n`)
    return 2
  }
}

interface Options {
  readonly isHelp: boolean
  readonly isJson: boolean
  readonly isUntilViolation: boolean
  readonly from: number
  readonly count: number
  readonly jobs: number
  readonly profile: string | undefined
  readonly trace: string | undefined
  /** A name, or an empty text for all. */
  readonly planted: string | undefined
}

function parse(words: readonly string[]): Options {
  const { values, positionals } = parsed(words)
  const isPlanted = values.planted === true
  const [name, ...others] = positionals
  if (others.length > 0 || (name !== undefined && !isPlanted)) {
    throw new UsageError(`'${others[0] ?? name}' is no option`)
  }
  if (name !== undefined && !PLANTED.some((bug) => bug.name === name)) {
    throw new UsageError(`no planted bug '${name}'; there are ${PLANTED.map((bug) => bug.name).join(', ')}`)
  }
  const { profile, trace } = values
  if (profile !== undefined && !profileNames(ADVERSARIES).includes(profile)) {
    throw new UsageError(`no profile '${profile}'; there are ${profileNames(ADVERSARIES).join(', ')}`)
  }
  const seed = values.seed === undefined ? undefined : integer('--seed', values.seed, 0, MAX_SEED)
  const count = seed === undefined ? integer('--seeds', values.seeds ?? `${DEFAULT_SEEDS}`, 1, MAX_SEEDS) : 1
  if (trace !== undefined && count !== 1) throw new UsageError('--trace is for one seed: give --seed S')
  const processors = Math.min(availableParallelism(), MAX_JOBS)
  return {
    isHelp: values.help === true,
    isJson: values.json === true,
    isUntilViolation: values['until-violation'] === true,
    from: seed ?? integer('--from', values.from ?? '1', 0, MAX_SEED),
    count,
    jobs: count === 1 ? 1 : integer('--jobs', values.jobs ?? `${processors}`, 1, MAX_JOBS),
    profile,
    trace,
    planted: isPlanted ? (name ?? '') : undefined,
  }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        jobs: { type: 'string' },
        profile: { type: 'string' },
        trace: { type: 'string' },
        planted: { type: 'boolean' },
        'until-violation': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function integer(option: string, text: string, low: number, high: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= low && value <= high)) {
    throw new UsageError(`${option} is a number from ${low} to ${high}, not '${text}'`)
  }
  return value
}

async function simulate(options: Options, { stdout, stderr }: Streams): Promise<0 | 1> {
  const { from, count, profile, jobs, isUntilViolation, trace } = options
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const file = trace === undefined ? undefined : createWriteStream(trace)
  const outcomes: Outcome[] = []
  let lastTold = began
  const onOutcome = (outcome: Outcome): void => {
    outcomes.push(outcome)
    const { seed, violation } = outcome
    if (violation !== undefined) stderr.write(`seed ${seed}: ${violation.checker}: ${violation.detail}\n`)
    if (performance.now() - lastTold < PROGRESS_EVERY_MS) return
    lastTold = performance.now()
    stderr.write(`${outcomes.length} of ${count} seeds, ${seconds().toFixed(0)} s\n`)
  }
  const write = file === undefined ? undefined : (line: string): void => void file.write(`${line}\n`)
  await work({ from, count, profile, jobs, isUntilViolation, write, onOutcome })
  await new Promise<void>((resolve) => (file === undefined ? resolve() : file.end(resolve)))
  const result = report(outcomes, seconds(), ({ seed }) => commandOf(seed, profile))
  stdout.write(options.isJson ? `${JSON.stringify(result)}\n` : `${reportText(result)}\n`)
  return result.ok ? 0 : 1
}

function commandOf(seed: number, profile: string | undefined): string {
  return `npm run simulate -- --seed ${seed}${profile === undefined ? '' : ` --profile ${profile}`}`
}

async function plant({ planted, isJson, jobs }: Options, { stdout, stderr }: Streams): Promise<0 | 1> {
  const only = planted === undefined || planted === '' ? {} : { only: planted }
  const say = (line: string): void => void (isJson ? stderr : stdout).write(`${line}\n`)
  const result = await runPlanted({ ...only, json: isJson, jobs }, say)
  if (isJson) stdout.write(`${JSON.stringify(result)}\n`)
  return result.ok ? 0 : 1
}
