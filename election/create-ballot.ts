/**
 * Encrypts and signs a ballot (specification 4.11.1, 4.16, 4.17). Every step and every drawn byte is the same for every
 * choice, and so are the lengths of the compact form and of the accelerator (T35).
 *
 * Points are computed as their eighths, of which the accelerator is made, and doubled three times: that costs next to nothing.
 */
import { ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import {
  eighthOf,
  encodeCoordinates,
  encodePoint,
  GENERATOR,
  GENERATOR_EIGHTH,
  hashToScalar,
  modOrder,
  multiplySecret,
  octupled,
  type Point,
  pointsToHex,
  pointToHex,
  precompute,
  type Random,
  randomScalar,
} from '../crypto/index.ts'
import { answerStatements, type Branch, ballotText, firstCounted, statementTexts } from './answer-proofs.ts'
import { signatureText } from './ballot-json.ts'
import { type Disjunction, proveDisjunction, type Witness } from './disjunction.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, Election, EncryptedAnswer, Proof, Question } from './types.ts'

/** A ballot with its accelerator. */
export interface AcceleratedBallot {
  readonly ballot: Ballot
  readonly accelerator: Uint8Array
}

/** A ciphertext with what its voter knows about it. */
interface SecretCiphertext {
  readonly alpha: Point
  readonly beta: Point
  readonly randomness: bigint
  readonly plaintext: number
}
interface SecretChoice extends SecretCiphertext {
  /** Of alpha and beta. */
  readonly eighths: readonly [Point, Point]
}

/** Encrypts and signs. `answers` has a 0/1 a choice and question; where blank is allowed the first one says "blank". */
export function createBallot(
  election: Election,
  secret: bigint,
  answers: readonly (readonly number[])[],
  random: Random,
): Result<Ballot, Refusal<'answers-invalid'>> {
  const created = createAcceleratedBallot(election, secret, answers, random)
  return created.ok ? ok(created.value.ballot) : created
}

/** The same ballot of the same random bytes, with its accelerator. */
export function createAcceleratedBallot(
  election: Election,
  secret: bigint,
  answers: readonly (readonly number[])[],
  random: Random,
): Result<AcceleratedBallot, Refusal<'answers-invalid'>> {
  const { questions, uuid, hash: electionHash } = election
  if (answers.length !== questions.length)
    return refuse('answers-invalid', `${answers.length} answers to ${questions.length} questions`)
  for (const [index, question] of questions.entries()) {
    const problem = answerProblem(question, answers[index]!)
    if (problem !== undefined) return refuse('answers-invalid', `question ${index + 1}: ${problem}`)
  }
  const credentialEighth = multiplySecret(GENERATOR, eighthOf(secret))
  const credential = encodePoint(octupled(credentialEighth))
  const s0 = ballotText(election.fingerprint, toHex(credential))
  const key = precompute(election.publicKey)
  const encrypted = questions.map((question, index) =>
    encryptAnswer(key, question, s0, answers[index]!, random),
  )
  const unsigned = { uuid, electionHash, credential, answers: encrypted.map(({ answer }) => answer) }
  const { signature, eighth } = signBallot(unsigned, secret, random)
  const eighths = [credentialEighth, eighth, ...encrypted.flatMap((answer) => answer.eighths)]
  return ok({ ballot: { ...unsigned, signature }, accelerator: encodeCoordinates(eighths) })
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

/** The encrypted answer, and the eighths of its points in the order of an accelerator. */
function encryptAnswer(
  key: Point,
  question: Question,
  s0: string,
  answer: readonly number[],
  random: Random,
): { readonly answer: EncryptedAnswer; readonly eighths: readonly Point[] } {
  const choices = answer.map((plaintext) => encryptChoice(key, plaintext, random))
  const texts = choices.map(({ alpha, beta }) => pointsToHex([alpha, beta]).join(','))
  const sum = sumOfChoices(choices.slice(firstCounted(question)))
  const prove = (text: string, branches: readonly Branch[]): Disjunction => {
    const witnesses = branches.map(({ of, value }): Witness => {
      const { randomness, plaintext } = of === 'sum' ? sum : choices[of]!
      return { randomness, plaintext, value }
    })
    const truth = witnesses.findIndex(({ plaintext, value }) => plaintext === value)
    return proveDisjunction(text, key, witnesses, truth, random)
  }
  const sumText = (): string => pointsToHex([sum.alpha, sum.beta]).join(',')
  const proofTexts = statementTexts(question, s0, texts, sumText)
  const made = answerStatements(question).map(({ branches }, index) => prove(proofTexts[index]!, branches))
  const proofs = made.map((disjunction) => disjunction.proofs)
  const [overallProof, blankProof] = proofs.slice(choices.length)
  const encrypted = {
    choices: choices.map(({ alpha, beta }) => ({ alpha: encodePoint(alpha), beta: encodePoint(beta) })),
    individualProofs: proofs.slice(0, choices.length),
    overallProof: overallProof!,
    ...(blankProof === undefined ? {} : { blankProof }),
  }
  return { answer: encrypted, eighths: [...choices, ...made].flatMap(({ eighths }) => eighths) }
}

function encryptChoice(key: Point, plaintext: number, random: Random): SecretChoice {
  const randomness = randomScalar(random)
  const masked = multiplySecret(key, eighthOf(randomness))
  // Added in either case, so that the time does not tell the choice.
  const both = [masked, masked.add(GENERATOR_EIGHTH)] as const
  const eighths = [multiplySecret(GENERATOR, eighthOf(randomness)), both[plaintext]!] as const
  return { eighths, alpha: octupled(eighths[0]), beta: octupled(eighths[1]), randomness, plaintext }
}

function sumOfChoices(choices: readonly SecretCiphertext[]): SecretCiphertext {
  return choices.reduce((sum, choice) => ({
    alpha: sum.alpha.add(choice.alpha),
    beta: sum.beta.add(choice.beta),
    randomness: modOrder(sum.randomness + choice.randomness),
    plaintext: sum.plaintext + choice.plaintext,
  }))
}

/** Schnorr signature over the unsigned ballot (4.16), and the eighth of its commitment. */
function signBallot(
  unsigned: Omit<Ballot, 'signature'>,
  secret: bigint,
  random: Random,
): { readonly signature: Proof; readonly eighth: Point } {
  const nonce = randomScalar(random)
  const eighth = multiplySecret(GENERATOR, eighthOf(nonce))
  const challenge = hashToScalar(signatureText(unsigned) + pointToHex(octupled(eighth)))
  return { signature: { challenge, response: modOrder(nonce - secret * challenge) }, eighth }
}
