/**
 * The times of a demo. Opening and closing are fixed when the election is drafted, so they are estimated from what one ballot
 * costs on this machine, with room to spare: all validators share its cores, and each of them verifies every ballot.
 */
import { quorum } from '../../../consensus/index.ts'
import type { Random } from '../../../crypto/index.ts'
import { multiplySecret, randomScalar } from '../../../crypto/index.ts'
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

/** What one ballot, and one multiplication in the group, cost, in milliseconds of one core. */
export interface BallotCost {
  readonly createMs: number
  readonly verifyMs: number
  readonly multiplyMs: number
}

/** From the draft on, in milliseconds. */
export interface DemoTimes {
  readonly opensInMs: number
  readonly openForMs: number
}

/** Ballots made to measure; the first ones also warm the machine up. */
const SAMPLE_BALLOTS = 4
const SAMPLE_MULTIPLICATIONS = 8

/** Measures on a throw-away election with the same questions. */
export function measureBallot(questions: readonly Question[], choice: Choice, random: Random): BallotCost {
  const uuid = createUuid(random)
  const { publicKey } = createTrusteeKey(randomScalar(random), random)
  const scalar = randomScalar(random)
  const election = createElection({ name: 'measure', description: '', publicKey, questions, uuid })
  const cost = { createMs: 0, verifyMs: 0, multiplyMs: 0 }
  for (let i = 0; i < SAMPLE_BALLOTS; i++) {
    const start = performance.now()
    const ballot = createBallot(election, credentialSecret(uuid, createCredential(random)), choice, random)
    if (!ballot.ok) throw new CommandError('election-invalid', ballot.error.detail)
    const created = performance.now()
    verifyBallot(election, ballot.value)
    cost.createMs = created - start
    const verified = performance.now()
    for (let k = 0; k < SAMPLE_MULTIPLICATIONS; k++) multiplySecret(publicKey, scalar)
    cost.verifyMs = verified - created
    cost.multiplyMs = (performance.now() - verified) / SAMPLE_MULTIPLICATIONS
  }
  return cost
}

/** What agreement, gossip and polling cost beside ballots, however few there are. */
const BASE_MS = 6000
/** How much longer than estimated it may take: machines have other things to do. */
const SAFETY = 2.5
/** What a daemon's part in one step of the key ceremony takes of a core beside its multiplications: a few blocks. */
const CEREMONY_STEP_MS = 300
/** Multiplications for one dealing beside its points, on each validator: signatures, and the shares that are opened. */
const DEALING_MULTIPLICATIONS = 20
/** How much longer than estimated those may take: they are counted, not guessed. */
const DEALING_SAFETY = 1.5
/** Checking one entry of the roll, on each validator. */
const PREPARE_VOTER_MS = 3
/** Drafting, and whatever else comes before the ceremony and the roll. */
const DRAFT_MS = 2000

/** What a demo's times follow from. */
export interface DemoSize {
  readonly validators: number
  readonly voters: number
  readonly ballots: number
  readonly cores: number
}

/** Times for so many validators and ballots on so many cores. */
export function planTimes(size: DemoSize, cost: BallotCost): DemoTimes {
  const { validators, voters, ballots, cores } = size
  const { createMs, verifyMs } = cost
  const roll = (validators * voters * PREPARE_VOTER_MS) / cores
  const all = ballots * (createMs + validators * verifyMs)
  const busy = Math.max(ballots * (createMs + verifyMs), all / Math.min(cores, validators + 1))
  return {
    opensInMs: Math.ceil(DRAFT_MS + ceremonyMs(size, cost) + SAFETY * roll),
    openForMs: Math.ceil(BASE_MS + SAFETY * busy),
  }
}

/**
 * The time in which a key ceremony leaves nobody out. A step may take a third of what is left until the opening. With s for each
 * of the four steps and w more for the dealings, that gives the third step its time if there are 2s + 3(s + w) in all, and the
 * fourth, which opens what was dealt, if there are 6s + 2w.
 */
export function ceremonyMs(
  { validators, cores }: Pick<DemoSize, 'validators' | 'cores'>,
  { multiplyMs }: Pick<BallotCost, 'multiplyMs'>,
): number {
  const atOnce = Math.min(cores, validators)
  const points = 2 * validators + quorum(validators) + DEALING_MULTIPLICATIONS
  const step = (SAFETY * validators * CEREMONY_STEP_MS) / atOnce
  const dealings = (DEALING_SAFETY * validators ** 2 * points * multiplyMs) / atOnce
  return 6 * step + 3 * dealings
}
