/**
 * Encrypts and signs a ballot (specification 4.11.1, 4.16, 4.17). Every step and every drawn byte is the same for every
 * choice, and so is the length of the compact form (T35).
 */
import { ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  type Point,
  pointsToHex,
  pointToHex,
  precompute,
  type Random,
  randomScalar,
} from '../crypto/index.ts'
import { answerStatements, type Branch, ballotText, firstCounted, statementTexts } from './answer-proofs.ts'
import { signatureText } from './ballot-json.ts'
import { proveDisjunction, type Witness } from './disjunction.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, Election, EncryptedAnswer, Proof, Question } from './types.ts'

/** A choice with what its voter knows about its ciphertext. */
interface SecretChoice {
  readonly alpha: Point
  readonly beta: Point
  readonly randomness: bigint
  readonly plaintext: number
}

/** Encrypts and signs. `answers` has a 0/1 a choice and question; where blank is allowed the first one says "blank". */
export function createBallot(
  election: Election,
  secret: bigint,
  answers: readonly (readonly number[])[],
  random: Random,
): Result<Ballot, Refusal<'answers-invalid'>> {
  const { questions, uuid, hash: electionHash } = election
  if (answers.length !== questions.length)
    return refuse('answers-invalid', `${answers.length} answers to ${questions.length} questions`)
  for (const [index, question] of questions.entries()) {
    const problem = answerProblem(question, answers[index]!)
    if (problem !== undefined) return refuse('answers-invalid', `question ${index + 1}: ${problem}`)
  }
  const credential = encodePoint(multiplySecret(GENERATOR, secret))
  const s0 = ballotText(election.fingerprint, toHex(credential))
  const key = precompute(election.publicKey)
  const encrypted = questions.map((question, index) =>
    encryptAnswer(key, question, s0, answers[index]!, random),
  )
  const unsigned = { uuid, electionHash, credential, answers: encrypted }
  return ok({ ...unsigned, signature: signBallot(unsigned, secret, random) })
}

/** Why these are not an answer to the question, or undefined. */
function answerProblem(question: Question, answer: readonly number[]): string | undefined {
  const choices = choiceCount(question)
  if (answer.length !== choices)
    return `${answer.length} numbers for ${choices} choices${question.blank ? ', blank first' : ''}`
  if (!answer.every((value) => value === 0 || value === 1)) return 'every choice is 0 or 1'
  const chosen = answer.slice(firstCounted(question)).reduce<number>((sum, value) => sum + value, 0)
  if (question.blank && answer[0] === 1) return chosen === 0 ? undefined : 'a blank vote has no other choice'
  return chosen >= question.min && chosen <= question.max
    ? undefined
    : `${chosen} chosen, allowed are ${question.min} to ${question.max}`
}

function encryptAnswer(
  key: Point,
  question: Question,
  s0: string,
  answer: readonly number[],
  random: Random,
): EncryptedAnswer {
  const choices = answer.map((plaintext): SecretChoice => {
    const randomness = randomScalar(random)
    const masked = multiplySecret(key, randomness)
    // Added in either case, so that the time does not tell the choice.
    const both = [masked, masked.add(GENERATOR)] as const
    return { alpha: multiplySecret(GENERATOR, randomness), beta: both[plaintext]!, randomness, plaintext }
  })
  const texts = choices.map(({ alpha, beta }) => pointsToHex([alpha, beta]).join(','))
  const sum = sumOfChoices(choices.slice(firstCounted(question)))
  const prove = (text: string, branches: readonly Branch[]): readonly Proof[] => {
    const witnesses = branches.map(({ of, value }): Witness => {
      const { randomness, plaintext } = of === 'sum' ? sum : choices[of]!
      return { randomness, plaintext, value }
    })
    const truth = witnesses.findIndex(({ plaintext, value }) => plaintext === value)
    return proveDisjunction(text, key, witnesses, truth, random)
  }
  const sumText = (): string => pointsToHex([sum.alpha, sum.beta]).join(',')
  const proofTexts = statementTexts(question, s0, texts, sumText)
  const proofs = answerStatements(question).map(({ branches }, index) => prove(proofTexts[index]!, branches))
  const [overallProof, blankProof] = proofs.slice(choices.length)
  return {
    choices: choices.map(({ alpha, beta }) => ({ alpha: encodePoint(alpha), beta: encodePoint(beta) })),
    individualProofs: proofs.slice(0, choices.length),
    overallProof: overallProof!,
    ...(blankProof === undefined ? {} : { blankProof }),
  }
}

function sumOfChoices(choices: readonly SecretChoice[]): SecretChoice {
  return choices.reduce((sum, choice) => ({
    alpha: sum.alpha.add(choice.alpha),
    beta: sum.beta.add(choice.beta),
    randomness: modOrder(sum.randomness + choice.randomness),
    plaintext: sum.plaintext + choice.plaintext,
  }))
}

/** Schnorr signature over the unsigned ballot (4.16). */
function signBallot(unsigned: Omit<Ballot, 'signature'>, secret: bigint, random: Random): Proof {
  const nonce = randomScalar(random)
  const commitment = pointToHex(multiplySecret(GENERATOR, nonce))
  const challenge = hashToScalar(signatureText(unsigned) + commitment)
  return { challenge, response: modOrder(nonce - secret * challenge) }
}
