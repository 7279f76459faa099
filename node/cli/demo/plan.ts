/**
 * The times of a demo. Opening and closing are fixed when the election is drafted, so they are estimated from what one ballot
 * costs on this machine, with room to spare: all validators share its cores, and each of them verifies every ballot.
 */
import type { Random } from '../../../crypto/index.ts'
import { randomScalar } from '../../../crypto/index.ts'
import {
  createBallot,
  createCredential,
  createElection,
  createTrusteeKey,
  createUuid,
  credentialSecret,
  type Question,
  verifyBallot,
} from '../../../election/index.ts'
import { CommandError } from '../error.ts'
import type { Choice } from './voters.ts'

/** What one ballot costs, in milliseconds of one core. */
export interface BallotCost {
  readonly createMs: number
  readonly verifyMs: number
}

/** From the draft on, in milliseconds. */
export interface DemoTimes {
  readonly opensInMs: number
  readonly openForMs: number
}

/** Ballots made to measure; the first ones also warm the machine up. */
const SAMPLE_BALLOTS = 4

/** Measures on a throw-away election with the same questions. */
export function measureBallot(questions: readonly Question[], choice: Choice, random: Random): BallotCost {
  const uuid = createUuid(random)
  const { publicKey } = createTrusteeKey(randomScalar(random), random)
  const election = createElection({ name: 'measure', description: '', publicKey, questions, uuid })
  const cost = { createMs: 0, verifyMs: 0 }
  for (let i = 0; i < SAMPLE_BALLOTS; i++) {
    const start = performance.now()
    const ballot = createBallot(election, credentialSecret(uuid, createCredential(random)), choice, random)
    if (!ballot.ok) throw new CommandError('election-invalid', ballot.error.detail)
    const created = performance.now()
    verifyBallot(election, ballot.value)
    cost.createMs = created - start
    cost.verifyMs = performance.now() - created
  }
  return cost
}

/** What agreement, gossip and polling cost beside ballots, however few there are. */
const BASE_MS = 6000
/** How much longer than estimated it may take: machines have other things to do. */
const SAFETY = 2.5
/** A daemon's share of the preparation: its key, its proof, its blocks. */
const PREPARE_VALIDATOR_MS = 400
/** Checking one entry of the roll, on each validator. */
const PREPARE_VOTER_MS = 3

/** Times for so many validators and ballots on so many cores. */
export function planTimes(
  size: {
    readonly validators: number
    readonly voters: number
    readonly ballots: number
    readonly cores: number
  },
  { createMs, verifyMs }: BallotCost,
): DemoTimes {
  const { validators, voters, ballots, cores } = size
  const prepare = (validators * (PREPARE_VALIDATOR_MS + voters * PREPARE_VOTER_MS)) / cores
  const all = ballots * (createMs + validators * verifyMs)
  const busy = Math.max(ballots * (createMs + verifyMs), all / Math.min(cores, validators + 1))
  return {
    opensInMs: Math.ceil(BASE_MS + SAFETY * prepare),
    openForMs: Math.ceil(BASE_MS + SAFETY * busy),
  }
}
