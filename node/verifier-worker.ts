/**
 * A thread that verifies ballots: batches of bytes in, a verdict for each ballot out. It holds no state but the elections that it was
 * told of, which its owner (`verifier-pool.ts`) keeps track of in the same way, so that an election's JSON is sent once.
 */
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { assert, unwrap } from '../base/index.ts'
import { type BallotRefusal, type Election, parseElection, verifyEncodedBallots } from '../election/index.ts'
import { MAX_WORKER_ELECTIONS, WORKER_NICENESS } from './limits.ts'
import { RecentMap } from './recent.ts'

/** Ballots of one election. */
export interface Batch {
  readonly number: number
  /** The election's hash in hexadecimal, and its JSON when this thread does not have it. */
  readonly election: string
  readonly json?: string
  /** Compact forms, one after the other. */
  readonly bytes: Uint8Array
  readonly lengths: readonly number[]
}

/** In the order of the batch; null where the ballot is good. */
export interface Verdicts {
  readonly number: number
  readonly faults: readonly (BallotRefusal | null)[]
}

/** Only on Linux do threads have priorities of their own: elsewhere this would be the whole process. */
if (process.platform === 'linux') setPriority(WORKER_NICENESS)

const elections = new RecentMap<Election>(MAX_WORKER_ELECTIONS)

parentPort?.on('message', (batch: Batch) => {
  parentPort?.postMessage(verdictsOf(batch))
})

function verdictsOf({ number, election: hash, json, bytes, lengths }: Batch): Verdicts {
  if (json !== undefined) elections.set(hash, unwrap(parseElection(json)))
  const election = elections.get(hash)
  assert(election !== undefined, 'a batch comes after its election')
  const encoded: Uint8Array[] = []
  let at = 0
  for (const length of lengths) {
    encoded.push(bytes.subarray(at, at + length))
    at += length
  }
  const faults = verifyEncodedBallots(election, encoded).map((verdict) => (verdict.ok ? null : verdict.error))
  return { number, faults }
}
