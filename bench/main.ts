/** `npm run bench -- NAME [--ballots N] ... [--json]`: each benchmark is a file; `all` runs them one after the other. */
import { type BenchOptions, createReport, type Report } from './report.ts'

const BENCHMARKS: Readonly<
  Record<string, () => Promise<{ run(report: Report, options: BenchOptions): Promise<void> }>>
> = {
  'audit-vs-belenios': () => import('./audit-vs-belenios.ts'),
  ballot: () => import('./ballot.ts'),
  batch: () => import('./batch.ts'),
  'catch-up': () => import('./catch-up.ts'),
  ceremony: () => import('./ceremony.ts'),
  finality: () => import('./finality.ts'),
  kernel: () => import('./kernel.ts'),
  logarithm: () => import('./logarithm.ts'),
  network: () => import('./network.ts'),
  points: () => import('./points.ts'),
  roll: () => import('./roll.ts'),
  'roll-publish': () => import('./roll-publish.ts'),
  storage: () => import('./storage.ts'),
  tally: () => import('./tally.ts'),
}

/** What can be said with a number behind it. */
const COUNTS: Readonly<Record<string, keyof BenchOptions>> = {
  '--ballots': 'ballots',
  '--rate': 'rate',
  '--seconds': 'seconds',
  '--voters': 'voters',
}
const COUNT_MAX = 1_000_000

/** The command line, or undefined where it means nothing. */
function read(
  words: readonly string[],
): { names: readonly string[]; json: boolean; options: BenchOptions } | undefined {
  const names: string[] = []
  const options: { -readonly [K in keyof BenchOptions]: number } = {}
  let json = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const count = Object.hasOwn(COUNTS, word) ? COUNTS[word] : undefined
    if (word === '--json') json = true
    else if (count !== undefined) {
      const value = /^[0-9]{1,7}$/.test(words[++i] ?? '') ? Number(words[i]) : 0
      if (value < 1 || value > COUNT_MAX) return undefined
      options[count] = value
    } else if (word === 'all') names.push(...Object.keys(BENCHMARKS))
    else if (Object.hasOwn(BENCHMARKS, word)) names.push(word)
    else return undefined
  }
  return names.length === 0 ? undefined : { names, json, options }
}

const wanted = read(process.argv.slice(2))
if (wanted === undefined) {
  const all = [...Object.keys(BENCHMARKS), 'all'].join('|')
  process.stderr.write(
    `usage: npm run bench -- ${all} [--ballots N] [--voters N] [--rate N] [--seconds N] [--json]; N from 1 to ${COUNT_MAX}; bench/README.md says what each of them takes\n`,
  )
  process.exit(2)
}
const report = createReport(wanted.json)
for (const name of wanted.names) await (await BENCHMARKS[name]!()).run(report, wanted.options)
