/** `npm run bench -- NAME [--json]`: each benchmark is a file; `all` runs them one after the other. */
import { createReport, type Report } from './report.ts'

const BENCHMARKS: Readonly<Record<string, () => Promise<{ run(report: Report): Promise<void> }>>> = {
  ballot: () => import('./ballot.ts'),
  ceremony: () => import('./ceremony.ts'),
  demo: () => import('./demo.ts'),
}

const words = process.argv.slice(2)
const name = words.find((word) => !word.startsWith('--'))
const unknown = words.filter((word) => word.startsWith('--') && word !== '--json')
const chosen = name === 'all' ? Object.keys(BENCHMARKS) : name === undefined ? [] : [name]
if (chosen.length === 0 || unknown.length > 0 || chosen.some((each) => BENCHMARKS[each] === undefined)) {
  process.stderr.write(`usage: npm run bench -- ${[...Object.keys(BENCHMARKS), 'all'].join('|')} [--json]\n`)
  process.exit(2)
}
const report = createReport(words.includes('--json'))
for (const each of chosen) await (await BENCHMARKS[each]!()).run(report)
