/**
 * Accelerators: bytes that travel beside a ballot, never as part of it, and let many ballots be verified at once
 * (`verify-accelerated.ts`). Why they convince, and why they reveal nothing, is in docs/accelerators.md.
 *
 * An accelerator holds the eighth of each point that the exact verification decodes or recomputes, as affine coordinates, in this order:
 * the credential; the commitment of the signature; then, question by question, alpha and beta of every choice, and A and B of
 * every branch of every proof, in the order of the proofs (`answer-proofs.ts`). So its length follows from the questions alone.
 */
import { ok, type Result } from '../base/index.ts'
import {
  COORDINATES_BYTES,
  decodeCurvePoint,
  eighthOf,
  encodeCoordinates,
  GENERATOR,
  multiply,
  type Point,
} from '../crypto/index.ts'
import { type AnswerStatement, answerStatements, firstCounted, proofsOfAnswer } from './answer-proofs.ts'
import { checkShape, refuseBallot } from './ballot-shape.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, BallotRefusal, Election, EncryptedAnswer, Proof, Question } from './types.ts'

/** Where the points of a ballot stand. */
export interface AcceleratorLayout {
  readonly answers: readonly AnswerLayout[]
  /** How many points there are. */
  readonly points: number
}
/** The places of an answer's points. Of each two, the second one follows the first. */
export interface AnswerLayout {
  readonly question: Question
  /** Alpha of the first choice. */
  readonly choices: number
  readonly statements: readonly (AnswerStatement & {
    /** A of the first branch. */
    readonly commitments: number
  })[]
  /** Whether the sum of the counted choices is hashed, and is none of them itself. */
  readonly isSumHashed: boolean
}

export const CREDENTIAL_PLACE = 0
export const SIGNATURE_PLACE = 1

/** The places of all points of a ballot. */
export function acceleratorLayout(questions: readonly Question[]): AcceleratorLayout {
  let end = SIGNATURE_PLACE + 1
  const answers = questions.map((question): AnswerLayout => {
    const choices = end
    end += 2 * choiceCount(question)
    const statements = answerStatements(question).map((statement) => {
      const commitments = end
      end += 2 * statement.branches.length
      return { ...statement, commitments }
    })
    return { question, choices, statements, isSumHashed: !question.blank && choiceCount(question) > 1 }
  })
  return { answers, points: end }
}

/** Bytes of every accelerator of an election with these questions. */
export function acceleratorBytes(questions: readonly Question[]): number {
  return acceleratorLayout(questions).points * COORDINATES_BYTES
}

/**
 * The accelerator of a ballot that came without one, from what the exact verification recomputes; it takes about as long. It is
 * right where the ballot is valid, which is not looked at.
 */
export function accelerateBallot(election: Election, ballot: Ballot): Result<Uint8Array, BallotRefusal> {
  const shape = checkShape(election, ballot)
  if (!shape.ok) return shape
  const credential = decodeCurvePoint(ballot.credential)
  if (!credential.ok) return refuseBallot(credential.error.code, 'the credential', { proof: 'signature' })
  const eighths: Point[] = [
    multiply(credential.value, eighthOf(1n)),
    commitmentEighth(GENERATOR, credential.value, ballot.signature),
  ]
  for (const [index, answer] of ballot.answers.entries()) {
    const ciphertexts = decodeCiphertexts(answer)
    if (ciphertexts === undefined) return refuseBallot('point-malformed', 'a ciphertext', { question: index })
    eighths.push(...answerEighths(election, election.questions[index]!, answer, ciphertexts))
  }
  return ok(encodeCoordinates(eighths))
}

type Pair = readonly [alpha: Point, beta: Point]

function decodeCiphertexts({ choices }: EncryptedAnswer): readonly Pair[] | undefined {
  const pairs: Pair[] = []
  for (const { alpha, beta } of choices) {
    const [first, second] = [decodeCurvePoint(alpha), decodeCurvePoint(beta)]
    if (!first.ok || !second.ok) return undefined
    pairs.push([first.value, second.value])
  }
  return pairs
}

function answerEighths(
  { publicKey }: Election,
  question: Question,
  answer: EncryptedAnswer,
  ciphertexts: readonly Pair[],
): readonly Point[] {
  const sum = ciphertexts
    .slice(firstCounted(question))
    .reduce(([a, b], [alpha, beta]): Pair => [a.add(alpha), b.add(beta)])
  const proofs = proofsOfAnswer(answer)
  const commitments = answerStatements(question).flatMap(({ branches }, index) =>
    branches.flatMap(({ of, value }, branch) => {
      const [alpha, beta] = of === 'sum' ? sum : ciphertexts[of]!
      const proof = proofs[index]![branch]!
      const shifted = beta.subtract(multiply(GENERATOR, BigInt(value)))
      return [commitmentEighth(GENERATOR, alpha, proof), commitmentEighth(publicKey, shifted, proof)]
    }),
  )
  return [...ciphertexts.flat().map((point) => multiply(point, eighthOf(1n))), ...commitments]
}

/** The eighth of base^response point^challenge. */
function commitmentEighth(base: Point, point: Point, { challenge, response }: Proof): Point {
  return multiply(base, eighthOf(response)).add(multiply(point, eighthOf(challenge)))
}
