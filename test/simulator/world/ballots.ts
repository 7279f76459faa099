/**
 * Ballots of the prepared election, made when first asked for and kept, because making one costs tens of milliseconds; and what
 * verifying one gives, kept as well. Verification is a function of its arguments and a process has one election for each number of
 * validators, so that the answer of another node, or of another run, is the same answer.
 */
import { assert, type Result, toHex } from '../../../base/index.ts'
import {
  type Ballot,
  type BallotRefusal,
  ballotId,
  type Election,
  verifyBallot,
} from '../../../election/index.ts'
import { encodeTransaction } from '../../../ledger/index.ts'
import { aBallot, cast } from '../../support/ledger-builders.ts'
import type { Dice, MadeBallot } from '../types.ts'

/** Outcomes kept; a flood of forged ballots makes us forget, not grow. */
const MAX_OUTCOMES = 4096

export class BallotBox {
  readonly #election: Election
  readonly #made = new Map<string, MadeBallot & { readonly ballot: Ballot }>()
  readonly #byId = new Map<string, Ballot>()
  readonly #outcomes = new Map<string, Result<void, BallotRefusal>>()

  constructor(election: Election) {
    this.#election = election
  }

  /** A valid ballot of a voter of the roll; versions differ in what is chosen. */
  valid(voter: number, version: number): MadeBallot {
    return this.#make(voter, version)
  }

  /** One whose proof of a choice does not hold. */
  forged(dice: Dice, voters: number): MadeBallot {
    const { ballot, answers } = this.#make(dice.between(0, voters - 1), 0)
    const [answer, ...others] = ballot.answers
    const [branches, ...proofs] = answer?.individualProofs ?? []
    const [proof, ...rest] = branches ?? []
    assert(answer !== undefined && proof !== undefined, 'a ballot proves each of its choices')
    const forgedProof = [{ ...proof, response: proof.response + BigInt(dice.between(1, 2 ** 30)) }, ...rest]
    const forged = { ...answer, individualProofs: [forgedProof, ...proofs] }
    return described({ ...ballot, answers: [forged, ...others] }, answers, false)
  }

  /** A valid ballot by its id. */
  find(id: string): Ballot | undefined {
    return this.#byId.get(id)
  }

  /** As `verifyBallot`. */
  verify(election: Election, ballot: Ballot): Result<void, BallotRefusal> {
    const id = toHex(ballotId(ballot))
    const known = this.#outcomes.get(id)
    if (known !== undefined) return known
    const outcome = verifyBallot(election, ballot)
    if (this.#outcomes.size >= MAX_OUTCOMES) this.#outcomes.clear()
    this.#outcomes.set(id, outcome)
    return outcome
  }

  #make(voter: number, version: number): MadeBallot & { readonly ballot: Ballot } {
    const key = `${voter}/${version}`
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const answers = (voter + version) % 2 === 0 ? [1, 0] : [0, 1]
    const ballot = aBallot(this.#election, voter, [answers], `version ${version}`)
    const made = { ...described(ballot, answers, true), ballot }
    this.#made.set(key, made)
    this.#byId.set(made.id, ballot)
    return made
  }
}

function described(ballot: Ballot, answers: readonly number[], isValid: boolean): MadeBallot {
  return {
    id: toHex(ballotId(ballot)),
    credential: toHex(ballot.credential),
    answers,
    isValid,
    bytes: encodeTransaction(cast(ballot)),
  }
}
