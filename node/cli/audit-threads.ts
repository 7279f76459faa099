/** The verification of an archive's ballots on several cores, before the audit itself. */
import { availableParallelism } from 'node:os'
import type { BallotsSeen } from '../../election/index.ts'
import { startThread } from '../thread.ts'
import type { AuditPart } from './audit-worker.ts'

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
      const worker = startThread('audit-worker', import.meta.url, data)
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
