/** The verification of an archive's ballots on several cores, before the audit itself. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BallotsSeen } from '../../election/index.ts'
import type { AuditPart } from './audit-worker.ts'

const IS_SOURCE = import.meta.url.endsWith('.ts')
const WORKER = new URL(IS_SOURCE ? './audit-worker.ts' : './audit-worker.js', import.meta.url)

/** Threads where nobody says how many. */
export const DEFAULT_THREADS: number = availableParallelism()

/** The names of the good ballots of an archive. A thread that fails leaves its part to the audit, which verifies what is missing. */
export async function goodBallotsBy(
  archive: Uint8Array,
  threads: number,
  onProgress: (verified: number) => void,
): Promise<ReadonlySet<string>> {
  const shared = new Uint8Array(new SharedArrayBuffer(archive.length))
  shared.set(archive)
  const good = new Set<string>()
  let verified = 0
  const run = (part: number): Promise<void> =>
    new Promise((resolve) => {
      const data: AuditPart = { archive: shared, part, parts: threads }
      const worker = new Worker(WORKER, {
        workerData: data,
        execArgv: IS_SOURCE ? ['--import', 'tsx'] : [],
      })
      worker.on('message', (seen: BallotsSeen) => {
        verified += seen.count
        for (const name of seen.good) good.add(name)
        onProgress(verified)
      })
      worker.on('error', () => resolve())
      worker.on('exit', () => resolve())
    })
  await Promise.all(Array.from({ length: threads }, (_, part) => run(part)))
  return good
}
