/**
 * `npm run fuzz -- [--inputs N] [--only NAME]... [--seed S] [--input I] [--jobs N] [--json]`: feeds every decoder with N inputs (100,000
 * unless said otherwise), in as many processes as there are jobs (2), and reports what came out. Exit 0: no promise was broken; 1: one
 * was; 2: wrong usage. With `--input` that one input is made and taken again.
 */
import { parseArgs } from 'node:util'
import { toHex } from '../../base/index.ts'
import { inputOf } from './inputs.ts'
import { judgeOne } from './judge.ts'
import { allTargets } from './registry.ts'
import type { Target, Verdict } from './types.ts'
import { watch } from './watch.ts'

const USAGE =
  'usage: npm run fuzz -- [--inputs N] [--only NAME]... [--seed S] [--input I] [--jobs N] [--json]'
const INPUTS = 100_000
/** Decoders that one process takes: making the recordings is not worth it for one. */
const BATCH = 8

await main().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
  process.exitCode = 2
})

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: String(INPUTS) },
      only: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
      input: { type: 'string' },
      jobs: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  })
  const plan = { seed: count('seed', values.seed, 0), inputs: count('inputs', values.inputs, 1) }
  const targets = await allTargets()
  const names = [...new Set(values.only ?? targets.map(({ name }) => name))]
  const unknown = names.find((name) => !targets.some((target) => target.name === name))
  if (unknown !== undefined)
    throw new Error(`no decoder "${unknown}"; there are: ${targets.map(({ name }) => name).join(', ')}`)
  if (values.input !== undefined) {
    const number = count('input', values.input, 0)
    for (const target of targets.filter(({ name }) => names.includes(name)))
      await replay(target, plan.seed, number)
    return
  }
  const begin = Date.now()
  const decoders = await inJobs(count('jobs', values.jobs, 1), names, (some) =>
    watch(some, plan, (verdict) => tell(verdict, plan.seed)),
  )
  const faults = decoders.reduce((sum, verdict) => sum + verdict.faults.length, 0)
  const report = {
    ok: faults === 0,
    ...plan,
    seconds: Math.round((Date.now() - begin) / 1000),
    faults,
    decoders,
  }
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else
    process.stdout.write(
      `${decoders.length} decoders, ${plan.inputs} inputs each, seed ${plan.seed}: ${faults} faults\n`,
    )
  process.exitCode = faults === 0 ? 0 : 1
}

/** One input again: its bytes, and what the decoder does with it. */
async function replay(target: Target, seed: number, number: number): Promise<void> {
  process.stdout.write(`${toHex(inputOf(target, seed, number))}\n`)
  const faults = await judgeOne(target, seed, number)
  for (const { promise, detail } of faults) process.stderr.write(`${promise}: ${detail}\n`)
  if (faults.length > 0) process.exitCode = 1
  else process.stderr.write('no promise is broken\n')
}

/** Each job takes the next few decoders when it is done with some, because a few cost as much as all the others; in their order. */
async function inJobs(
  jobs: number,
  names: readonly string[],
  run: (some: readonly string[]) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  const waiting = [...names]
  const verdicts: Verdict[] = []
  const work = async (): Promise<void> => {
    while (waiting.length > 0) verdicts.push(...(await run(waiting.splice(0, BATCH))))
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return names.flatMap((name) => verdicts.filter(({ decoder }) => decoder === name))
}

function count(name: string, text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value) || value < least)
    throw new Error(`--${name} must be a whole number of at least ${least}`)
  return value
}

/** A line as it happens; faults with the command that makes the input again. */
function tell(
  { decoder, taken, refusals, inputsPerSecond, worstMs, grownBytes = 0, faults }: Verdict,
  seed: number,
): void {
  const figures = `${String(inputsPerSecond).padStart(7)}/s  ${taken} taken, ${refusals} refusals, longest ${worstMs} ms, ${Math.round(grownBytes / 1024)} KiB more`
  process.stderr.write(`${decoder.padEnd(34)} ${figures}\n`)
  for (const { promise, input, detail } of faults) {
    const replay =
      input === undefined ? '' : `  npm run fuzz -- --only '${decoder}' --seed ${seed} --input ${input}`
    process.stderr.write(`  ${promise}: ${detail}\n${replay}\n`)
  }
}
