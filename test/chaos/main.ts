/**
 * `npm run test:chaos [-- --kills 50 --seed S --only NAME,... --json]`: real daemons of the build, on this machine, under everything that
 * befalls processes; see README.md beside this file. stdout gets the report, stderr the progress. Exit 0: no promise was broken.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireBuild } from '../e2e/processes.ts'
import { createDice } from '../simulator/dice.ts'
import { parseOptions } from './options.ts'
import { type ChaosReport, reportOf, reportText } from './report.ts'
import type { Figures } from './scenario.ts'
import { reachVerdict } from './verdict.ts'
import { closeWorld, openWorld, type World } from './world.ts'

/** A run that takes longer hangs. */
const RUN_LIMIT_MS = 30 * 60_000

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(`${options}\n`)
  process.exit(2)
}
requireBuild()
const { seed, scenarios, isJson } = options
const startedAt = Date.now()
const say = (line: string): void => {
  process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)
}
const calledOff = new AbortController()
let wasInterrupted = false
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    wasInterrupted = true
    calledOff.abort(new Error(`called off by ${name}`))
  })
const limit = setTimeout(
  () => calledOff.abort(new Error(`the run took longer than ${RUN_LIMIT_MS} ms`)),
  RUN_LIMIT_MS,
)
limit.unref()

const directory = await mkdtemp(join(tmpdir(), 'psephos-chaos-'))
say(`seed ${seed}, ${scenarios.map(({ name }) => name).join(', ')}, in ${directory}`)
const figures: Record<string, Figures> = {}
let world: World | undefined
let report: ChaosReport | undefined
let failure: unknown
try {
  const lastsMs = scenarios.reduce((sum, scenario) => sum + scenario.lastsMs, 5000)
  const { signal } = calledOff
  world = await openWorld({ directory, dice: createDice(seed), signal, lastsMs, say }, (begun) => {
    world = begun
  })
  for (const { name, run } of scenarios) {
    const began = Date.now()
    figures[name] = { ...(await run(world)), seconds: Math.round((Date.now() - began) / 1000) }
    say(`${name}: ${JSON.stringify(figures[name])}`)
  }
  report = reportOf(world, figures, await reachVerdict(world), { seed, startedAt })
} catch (error) {
  failure = calledOff.signal.aborted ? calledOff.signal.reason : error
} finally {
  if (world !== undefined) await closeWorld(world)
}

const violations = report?.violations ?? world?.violations ?? []
const isFine = failure === undefined && report?.ok === true
if (failure !== undefined) say(`FAILED: ${failure instanceof Error ? failure.stack : String(failure)}`)
const isCalledOff = wasInterrupted && violations.length === 0
if (isFine || isCalledOff) await rm(directory, { recursive: true, force: true })
else say(`homes, logs and archives are kept in ${directory}; again: npm run test:chaos -- ${options.again}`)
if (report !== undefined) process.stdout.write(isJson ? `${JSON.stringify(report)}\n` : reportText(report))
else if (isJson)
  process.stdout.write(`${JSON.stringify({ ok: false, seed, error: String(failure), violations })}\n`)
process.exit(isFine ? 0 : wasInterrupted ? 130 : 1)
