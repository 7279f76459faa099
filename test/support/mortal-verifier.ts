/**
 * A thread that verifies ballots as `node/verifier-worker.ts` does, and dies as the election's name says: of `company` (more than one
 * ballot at a time), of `poison` (a ballot whose signature has that challenge, alone too), or of everything.
 */
import { parentPort } from 'node:worker_threads'
import { unwrap } from '../../base/index.ts'
import { decodeBallot, parseElection, verifyBallots } from '../../election/index.ts'
import type { Batch, Verdicts } from '../../node/verifier-worker.ts'

/** What the elections of these tests are called. */
export const DEATHS = { company: 'dies of company', poison: 'dies of poison', always: 'dies' } as const
/** The challenge of a signature that kills. */
export const POISON = 7n

let json = ''
parentPort?.on('message', (batch: Batch) => {
  json = batch.json ?? json
  const election = unwrap(parseElection(json))
  let at = 0
  const encoded = batch.lengths
    .map((length) => {
      at += length
      return batch.bytes.subarray(at - length, at)
    })
    .filter((_, index) => index % 2 === 0)
  const isPoisoned = encoded.some((one) => unwrap(decodeBallot(one)).signature.challenge === POISON)
  const dies =
    election.name === DEATHS.always ||
    (election.name === DEATHS.company && encoded.length > 1) ||
    (election.name === DEATHS.poison && isPoisoned)
  if (dies) process.exit(1)
  const ballots = encoded.map((one) => unwrap(decodeBallot(one)))
  const faults = verifyBallots(election, ballots).map((verdict) => (verdict.ok ? null : verdict.error))
  const verdicts: Verdicts = { number: batch.number, faults, accelerators: [] }
  parentPort?.postMessage(verdicts)
})
