/** `npm run bench -- NAME [--ballots N] [--json]`: each benchmark is a file; `all` runs them one after the other. */
import { type BenchOptions, createReport, type Report } from './report.ts'

const BENCHMARKS: Readonly<
  Record<string, () => Promise<{ run(report: Report, options: BenchOptions): Promise<void> }>>
> = {
  ballot: () => import('./ballot.ts'),
  'catch-up': () => import('./catch-up.ts'),
  ceremony: () => import('./ceremony.ts'),
  demo: () => import('./demo.ts'),
  logarithm: () => import('./logarithm.ts'),
  points: () => import('./points.ts'),
  tally: () => import('./tally.ts'),
}

const BALLOTS_MAX = 1_000_000

/** The command line, or undefined where it means nothing. */
function read(
  words: readonly string[],
): { names: readonly string[]; json: boolean; options: BenchOptions } | undefined {
  const names: string[] = []
  let ballots: number | undefined
  let json = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--json') json = true
    else if (word === '--ballots') {
      ballots = /^[0-9]{1,7}$/.test(words[++i] ?? '') ? Number(words[i]) : 0
      if (ballots < 1 || ballots > BALLOTS_MAX) return undefined
    } else if (word === 'all') names.push(...Object.keys(BENCHMARKS))
    else if (Object.hasOwn(BENCHMARKS, word)) names.push(word)
    else return undefined
  }
  return names.length === 0 ? undefined : { names, json, options: ballots === undefined ? {} : { ballots } }
}

const wanted = read(process.argv.slice(2))
if (wanted === undefined) {
  const all = [...Object.keys(BENCHMARKS), 'all'].join('|')
  process.stderr.write(
    `usage: npm run bench -- ${all} [--ballots N] [--json]; N from 1 to ${BALLOTS_MAX}, for catch-up and tally\n`,
  )
  process.exit(2)
}
const report = createReport(wanted.json)
for (const name of wanted.names) await (await BENCHMARKS[name]!()).run(report, wanted.options)
