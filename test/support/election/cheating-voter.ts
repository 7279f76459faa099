/**
 * An adversary: a voter with a credential of their own who encrypts whatever they like (2, -1, too many, too few) and makes
 * the best proofs they can. A proof whose statement has a true branch is made honestly; of one that has none every branch is
 * simulated, which is all that anybody can do without breaking the hash.
 */
import { toHex } from '../../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  modOrder,
  multiply,
  type Point,
  pointsToHex,
  type Random,
  randomScalar,
} from '../../../crypto/index.ts'
import {
  answerText,
  BLANK_BRANCHES,
  type Branch,
  ballotText,
  blankOverallText,
  blankText,
  firstCounted,
  individualBranches,
  intervalText,
  overallBranches,
} from '../../../election/answer-proofs.ts'
import { proveDisjunction } from '../../../election/disjunction.ts'
import type { Ballot, Election, EncryptedAnswer, Proof, Question } from '../../../election/index.ts'
import { signedBy, type Voter } from './builders.ts'

interface Choice {
  readonly alpha: Point
  readonly beta: Point
  readonly randomness: bigint
  readonly plaintext: number
}

/** A signed ballot of any plaintexts. */
export function cheatingBallot(
  election: Election,
  voter: Voter,
  plaintexts: readonly (readonly number[])[],
  random: Random,
): Ballot {
  const s0 = ballotText(election.fingerprint, toHex(voter.publicCredential))
  const answers = election.questions.map((question, index) =>
    cheatingAnswer(election.publicKey, question, s0, plaintexts[index]!, random),
  )
  const unsigned = {
    uuid: election.uuid,
    electionHash: election.hash,
    credential: voter.publicCredential,
    answers,
    signature: { challenge: 0n, response: 0n },
  }
  return signedBy(unsigned, voter.secret)
}

function cheatingAnswer(
  key: Point,
  question: Question,
  s0: string,
  plaintexts: readonly number[],
  random: Random,
): EncryptedAnswer {
  const choices = plaintexts.map((plaintext): Choice => {
    const randomness = randomScalar(random)
    const alpha = multiply(GENERATOR, randomness)
    const beta = multiply(key, randomness).add(multiply(GENERATOR, modOrder(BigInt(plaintext))))
    return { alpha, beta, randomness, plaintext }
  })
  const sum = choices.slice(firstCounted(question)).reduce((a, b) => ({
    alpha: a.alpha.add(b.alpha),
    beta: a.beta.add(b.beta),
    randomness: modOrder(a.randomness + b.randomness),
    plaintext: a.plaintext + b.plaintext,
  }))
  const texts = choices.map(({ alpha, beta }) => pointsToHex([alpha, beta]).join(','))
  const s = answerText(s0, texts)
  const prove = (text: string, branches: readonly Branch[]): readonly Proof[] => {
    const witnesses = branches.map(({ of, value }) => ({ ...(of === 'sum' ? sum : choices[of]!), value }))
    const truth = witnesses.findIndex(({ plaintext, value }) => plaintext === value)
    return proveDisjunction(text, key, witnesses, truth, random).proofs
  }
  const overall = question.blank
    ? blankOverallText(s)
    : intervalText(s, pointsToHex([sum.alpha, sum.beta]).join(','))
  return {
    choices: choices.map(({ alpha, beta }) => ({ alpha: encodePoint(alpha), beta: encodePoint(beta) })),
    individualProofs: texts.map((text, index) => prove(intervalText(s0, text), individualBranches(index))),
    overallProof: prove(overall, overallBranches(question)),
    ...(question.blank ? { blankProof: prove(blankText(s), BLANK_BRANCHES) } : {}),
  }
}
