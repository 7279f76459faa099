/** A thread of `psephos audit`: says of its part of an archive's ballots which are good. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../base/index.ts'
import { goodBallots } from '../../election/index.ts'

/** What the thread is started with; the archive is shared, not copied. */
export interface AuditPart {
  readonly archive: Uint8Array
  readonly part: number
  readonly parts: number
}

assert(parentPort !== null, 'this file is run as a thread')
const { archive, part, parts } = workerData as AuditPart
for (const seen of goodBallots(archive, part, parts)) parentPort.postMessage(seen)
