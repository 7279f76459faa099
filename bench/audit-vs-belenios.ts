/**
 * The same archive, audited by `psephos audit` on one core and on all of them, and by the official tool's `election verify`, each as a whole
 * process. The official tool has to be there: `scripts/install-belenios-tool`, or BELENIOS_TOOL with its path.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { inToolDirectory } from '../test/support/belenios-tool.ts'
import { aQuestion } from '../test/support/election/builders.ts'
import { aWholeElection } from '../test/support/election/whole-election.ts'
import { against, type BenchOptions, type Report } from './report.ts'

const BALLOTS = 1000
const SIX = [aQuestion({ answers: ['a', 'b', 'c', 'd', 'e', 'f'], min: 1, max: 1 })]
const CLI = join(import.meta.dirname, '../dist/node/cli/main.js')

/** Prints `audit.belenios`, `audit.one-core` and `audit.all-cores`. */
export async function run(report: Report, options: BenchOptions): Promise<void> {
  const ballots = options.ballots ?? BALLOTS
  process.stderr.write(`audit-vs-belenios: making ${ballots} ballots\n`)
  const { archive, election } = aWholeElection({
    seed: 'bench',
    questions: SIX,
    weights: Array.from({ length: ballots }, () => 1n),
  })
  inToolDirectory((directory) => {
    const file = directory.write(`${election.uuid}.bel`, archive)
    const official = timed(() => directory.must(['election', 'verify']))
    const note = `${ballots} ballots of 6 ciphertexts, ${(archive.length / 1e6).toFixed(1)} MB`
    report({ bench: 'audit.belenios', value: ballots / official, unit: 'ballots/s', note })
    for (const [name, threads] of [
      ['one-core', 1],
      ['all-cores', availableParallelism()],
    ] as const) {
      const seconds = timed(() => audit(file, threads))
      const value = ballots / seconds
      const reference = against('belenios-tool election verify', value, ballots / official)
      report({ bench: `audit.${name}`, value, unit: 'ballots/s', reference, note: `${threads} threads` })
    }
  })
}

function audit(file: string, threads: number): void {
  const run = spawnSync(process.execPath, [CLI, 'audit', file, '--threads', String(threads), '--json'])
  if (run.status !== 0) throw new Error(`psephos audit: ${run.stderr.toString()}`)
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}
