/**
 * A thread that verifies ballots: batches of bytes in, a verdict for each ballot out. It holds no state but the elections that it was
 * told of, which its owner (`verifier-pool.ts`) keeps track of in the same way, so that an election's JSON is sent once.
 */
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { assert, unwrap } from '../base/index.ts'
import { arithmetic } from '../crypto/index.ts'
import {
  type BallotOutcome,
  type BallotRefusal,
  decodeBallot,
  type Election,
  parseElection,
  type SentBallot,
  verifySentBallots,
} from '../election/index.ts'
import { MAX_WORKER_ELECTIONS, WORKER_NICENESS } from './limits.ts'
import { systemRandom } from './random.ts'
import { RecentMap } from './recent.ts'

/** Ballots of one election. */
export interface Batch {
  readonly number: number
  /** The election's hash in hexadecimal, and its JSON when this thread does not have it. */
  readonly election: string
  readonly json?: string
  /** Compact forms, one after the other, each with its accelerator behind it. */
  readonly bytes: Uint8Array
  /** Of compact form and accelerator in turn; 0 where there is no accelerator. */
  readonly lengths: readonly number[]
}

/** In the order of the batch; null where the ballot is good. */
export interface Verdicts {
  readonly number: number
  readonly faults: readonly (BallotRefusal | null)[]
  readonly accelerators: readonly BallotOutcome['accelerator'][]
}

/** Only on Linux do threads have priorities of their own: elsewhere this would be the whole process. */
if (process.platform === 'linux') setPriority(WORKER_NICENESS)

const TOOLS = { withBatch: arithmetic().withBatch, random: systemRandom }
const elections = new RecentMap<Election>(MAX_WORKER_ELECTIONS)

parentPort?.on('message', (batch: Batch) => {
  parentPort?.postMessage(verdictsOf(batch))
})

function verdictsOf({ number, election: hash, json, bytes, lengths }: Batch): Verdicts {
  if (json !== undefined) elections.set(hash, unwrap(parseElection(json)))
  const election = elections.get(hash)
  assert(election !== undefined, 'a batch comes after its election')
  let at = 0
  const sent: SentBallot[] = []
  for (let i = 0; i < lengths.length; i += 2) {
    const [encoded, accelerator] = [lengths[i]!, lengths[i + 1]!]
    const ballot = decodeBallot(bytes.subarray(at, at + encoded))
    assert(ballot.ok, 'a ballot is decoded before it is verified')
    const beside = bytes.subarray(at + encoded, at + encoded + accelerator)
    sent.push({ election, ballot: ballot.value, ...(accelerator === 0 ? {} : { accelerator: beside }) })
    at += encoded + accelerator
  }
  const outcomes = verifySentBallots(sent, TOOLS)
  return {
    number,
    faults: outcomes.map(({ verdict }) => (verdict.ok ? null : verdict.error)),
    accelerators: outcomes.map(({ accelerator }) => accelerator),
  }
}
