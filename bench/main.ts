/** `npm run bench -- NAME [--ballots N] [--rate N] [--seconds N] [--json]`: each benchmark is a file; `all` runs them one after the other. */
import { type BenchOptions, createReport, type Report } from './report.ts'

const BENCHMARKS: Readonly<
  Record<string, () => Promise<{ run(report: Report, options: BenchOptions): Promise<void> }>>
> = {
  ballot: () => import('./ballot.ts'),
  'catch-up': () => import('./catch-up.ts'),
  ceremony: () => import('./ceremony.ts'),
  finality: () => import('./finality.ts'),
  network: () => import('./network.ts'),
}

/** What can be said with a number behind it. */
const COUNTS: Readonly<Record<string, keyof BenchOptions>> = {
  '--ballots': 'ballots',
  '--rate': 'rate',
  '--seconds': 'seconds',
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
    `usage: npm run bench -- ${all} [--ballots N] [--rate N] [--seconds N] [--json]; N from 1 to ${COUNT_MAX}: ballots for catch-up, finality and network, the others for network\n`,
  )
  process.exit(2)
}
const report = createReport(wanted.json)
for (const name of wanted.names) await (await BENCHMARKS[name]!()).run(report, wanted.options)
