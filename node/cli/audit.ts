/** `psephos audit FILE.bel`: recounts an archive and checks every proof in it, alone and offline. */
import { type AuditCheck, type AuditReport, auditArchive, verifierOf } from '../../election/index.ts'
import { DEFAULT_THREADS, goodBallotsBy } from './audit-threads.ts'
import type { Context } from './context.ts'
import { CommandError } from './error.ts'
import { readInput } from './files.ts'
import { ARCHIVE_BYTES_MAX } from './limits.ts'
import { type Output, resultTable, table } from './output.ts'

/** What `psephos audit --json` prints. */
export interface AuditSummary {
  readonly ok: boolean
  readonly election: string
  readonly ballots: number
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[]
  readonly seconds: number
  readonly ballotsPerSecond: number
}

/** An audit with the time that it took. */
export interface TimedAudit {
  readonly report: AuditReport
  readonly summary: AuditSummary
}

/** Below this an archive is audited sooner than threads have started: some hundred ballots. */
const THREADS_FROM_BYTES = 500_000

/** Between two lines of progress. */
const PROGRESS_INTERVAL_MS = 2000

/** Audits an archive on some cores, with progress where it takes long. */
export async function timedAudit(
  archive: Uint8Array,
  output: Output,
  threads: number = DEFAULT_THREADS,
): Promise<TimedAudit> {
  const start = performance.now()
  let last = start
  const say = (text: string): void => {
    const now = performance.now()
    if (now - last < PROGRESS_INTERVAL_MS) return
    last = now
    output.progress(text)
  }
  const hasThreads = threads > 1 && archive.length > THREADS_FROM_BYTES
  const good = hasThreads
    ? await goodBallotsBy(archive, threads, (verified) => say(`audit: ${verified} ballots verified`))
    : new Set<string>()
  const report = auditArchive(
    archive,
    (verified, ballots) => say(`audit: ${verified} of ${ballots} ballots verified`),
    verifierOf(good),
  )
  const seconds = (performance.now() - start) / 1000
  return {
    report,
    summary: {
      ok: report.ok,
      election: report.election,
      ballots: report.ballots,
      checks: report.checks.map(({ id, name, ok, detail }) => ({
        name: `${id} ${name}`,
        ok,
        ...(detail === undefined ? {} : { detail }),
      })),
      seconds: Math.round(seconds * 1000) / 1000,
      ballotsPerSecond: seconds > 0 ? Math.round((10 * report.ballots) / seconds) / 10 : 0,
    },
  }
}

/** Audits a file; fails with `audit-failed` where a check fails. */
export async function runAudit(
  file: string,
  { threads }: { readonly threads?: number },
  context: Context,
): Promise<void> {
  const { output } = context
  const { report, summary } = await timedAudit(await readInput(file, ARCHIVE_BYTES_MAX), output, threads)
  const failed = report.checks.filter((check) => !check.ok)
  if (report.election !== '' || failed.length > 1) sayReport(report, summary, output)
  output.end(summary)
  if (report.ok) return
  const [first] = failed
  const detail =
    first === undefined ? 'no check could be made' : `${first.id} ${first.name}: ${first.detail ?? ''}`
  if (report.election === '')
    throw new CommandError('archive-malformed', `${file} is not a sound archive: ${detail}`)
  throw new CommandError(
    'audit-failed',
    `${count(failed.length, 'failure')} in ${file}, the first is ${detail}; this archive does not prove its result`,
  )
}

function sayReport(report: AuditReport, summary: AuditSummary, output: Output): void {
  output.say(`${report.name} (${report.election})\n`)
  output.say(checksTable(report.checks))
  if (report.result !== undefined && report.ok)
    output.say(`\n${resultTable(report.questions, report.result)}`)
  output.say(
    `\n${report.ok ? 'All checks passed' : 'NOT SOUND'}: ${count(report.ballots, 'ballot')}, ${report.counted} counted${
      report.result === undefined ? ', no result yet' : ''
    }; ${summary.seconds} s, ${summary.ballotsPerSecond} ballots/s`,
  )
}

/** The checks, a line each; failures with their places. */
export function checksTable(checks: readonly AuditCheck[]): string {
  return table([
    ['check', 'ok', 'what'],
    ...checks.map(({ id, name, ok, detail }) => [
      id,
      ok ? 'yes' : 'NO',
      ok || detail === undefined ? name : `${name}: ${detail}`,
    ]),
  ])
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
