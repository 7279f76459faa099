/** Ballots to be verified, of an election of their own. */
import { toHex, unwrap } from '../../base/index.ts'
import { GENERATOR } from '../../crypto/index.ts'
import {
  accelerateBallot,
  type Ballot,
  ballotId,
  createElection,
  createUuid,
  type Election,
  encodeBallot,
} from '../../election/index.ts'
import type { BallotJob } from '../../node/verifier.ts'
import { aBallot, QUESTIONS, seededRandom } from './ledger-builders.ts'

export function anElectionNamed(name: string): Election {
  const uuid = createUuid(seededRandom('verifier'))
  return createElection({ name, description: '', publicKey: GENERATOR, questions: QUESTIONS, uuid })
}

/** Good ballots of as many voters. */
export function ballotsOf(election: Election, count: number): readonly Ballot[] {
  return Array.from({ length: count }, (_, voter) => aBallot(election, voter))
}

export function jobsOf(election: Election, ballots: readonly Ballot[]): readonly BallotJob[] {
  return ballots.map((ballot) => ({
    election,
    ballot,
    encoded: encodeBallot(ballot),
    id: toHex(ballotId(ballot)),
  }))
}

/** The ballot with a wrong signature. */
export function spoiled(ballot: Ballot, challenge: bigint = ballot.signature.challenge): Ballot {
  return { ...ballot, signature: { challenge, response: ballot.signature.response - 1n } }
}

/** The jobs with right accelerators. */
export function accelerated(jobs: readonly BallotJob[]): readonly BallotJob[] {
  return jobs.map((job) => ({ ...job, accelerator: unwrap(accelerateBallot(job.election, job.ballot)) }))
}
