/** `npm run bench -- NAME [--ballots N] [--voters N] [--json]`: each benchmark is a file; `all` runs them one after the other. */
import { type BenchOptions, createReport, type Report } from './report.ts'

const BENCHMARKS: Readonly<
  Record<string, () => Promise<{ run(report: Report, options: BenchOptions): Promise<void> }>>
> = {
  'audit-vs-belenios': () => import('./audit-vs-belenios.ts'),
  ballot: () => import('./ballot.ts'),
  batch: () => import('./batch.ts'),
  'catch-up': () => import('./catch-up.ts'),
  ceremony: () => import('./ceremony.ts'),
  demo: () => import('./demo.ts'),
  kernel: () => import('./kernel.ts'),
  roll: () => import('./roll.ts'),
  'roll-publish': () => import('./roll-publish.ts'),
  storage: () => import('./storage.ts'),
}

const COUNT_MAX = 1_000_000

/** The command line, or undefined where it means nothing. */
function read(
  words: readonly string[],
): { names: readonly string[]; json: boolean; options: BenchOptions } | undefined {
  const names: string[] = []
  const options: { ballots?: number; voters?: number } = {}
  let json = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--json') json = true
    else if (word === '--ballots' || word === '--voters') {
      const count = /^[0-9]{1,7}$/.test(words[++i] ?? '') ? Number(words[i]) : 0
      if (count < 1 || count > COUNT_MAX) return undefined
      options[word === '--ballots' ? 'ballots' : 'voters'] = count
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
    `usage: npm run bench -- ${all} [--ballots N] [--voters N] [--json]; N from 1 to ${COUNT_MAX}: ballots for catch-up and storage, voters for roll and roll-publish\n`,
  )
  process.exit(2)
}
const report = createReport(wanted.json)
for (const name of wanted.names) await (await BENCHMARKS[name]!()).run(report, wanted.options)
