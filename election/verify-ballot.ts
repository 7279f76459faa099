/**
 * Verifies ballots (specification 4.11 to 4.17): everything that needs no roll.
 *
 * Cheap checks first (T10): the election and the shape cost nothing, then the credential and the signature, which nobody without
 * a credential can make, then the ciphertexts and their proofs. Points are checked to be canonical, on the curve and in
 * the subgroup before anything that was computed with them is looked at (T05, T06).
 *
 * Many ballots of an election are verified together, since the group arithmetic computes two things at a time and inverts once for
 * all; each gets the verdict that it would get alone.
 */
import { ok, type Result, toHex } from '../base/index.ts'
import {
  type Arithmetic,
  arithmetic,
  type CiphertextCommitments,
  type CiphertextGroup,
  GOOD_POINT,
  hashToScalar,
  MALFORMED_POINT,
  POINT_BYTES,
  type PointVerdict,
} from '../crypto/index.ts'
import {
  answerStatements,
  ballotText,
  firstCounted,
  proofsOfAnswer,
  statementTexts,
} from './answer-proofs.ts'
import { signatureText } from './ballot-json.ts'
import { checkShape, refuseBallot } from './ballot-shape.ts'
import { isChallenge, pointsText } from './challenge.ts'
import type {
  Ballot,
  BallotRefusal,
  BallotRefusalCode,
  Election,
  EncryptedAnswer,
  Place,
  Question,
} from './types.ts'

type Verdict = Result<void, BallotRefusal>
const GOOD: Verdict = ok(undefined)

/** Everything about a ballot that needs no roll: election, shape, points, every proof, signature. */
export function verifyBallot(election: Election, ballot: Ballot): Verdict {
  return verifyBallots(election, [ballot])[0]!
}

/** The same for many ballots, in their order; with another arithmetic than the fastest one where a test or a benchmark says so. */
export function verifyBallots(
  election: Election,
  ballots: readonly Ballot[],
  by: Arithmetic = arithmetic(),
): readonly Verdict[] {
  return faults(election, ballots, false, by).map(([first]) =>
    first === undefined ? GOOD : { ok: false, error: first },
  )
}

/** Every fault of a ballot with its place. A ballot for another election or of another shape has that fault alone. */
export function ballotFaults(election: Election, ballot: Ballot): readonly BallotRefusal[] {
  return faults(election, [ballot], true, arithmetic())[0]!
}

/** The faults of each ballot: all of them, or none beyond those of the first kind of check that finds one. */
function faults(
  election: Election,
  ballots: readonly Ballot[],
  isEveryFault: boolean,
  by: Arithmetic,
): readonly (readonly BallotRefusal[])[] {
  const found: BallotRefusal[][] = ballots.map((ballot) => {
    const shape = checkShape(election, ballot)
    return shape.ok ? [] : [shape.error]
  })
  const formed = ballots.flatMap((ballot, index) => (found[index]!.length === 0 ? [{ ballot, index }] : []))
  const signatures = signatureFaults(
    formed.map(({ ballot }) => ballot),
    by,
  )
  for (const [i, { index }] of formed.entries()) found[index]!.push(...signatures[i]!)
  const rest = isEveryFault ? formed : formed.filter(({ index }) => found[index]!.length === 0)
  const answers = rest.flatMap(({ ballot, index }) => {
    const s0 = ballotText(election.fingerprint, toHex(ballot.credential))
    return ballot.answers.map((answer, question) => {
      return { index, s0, answer, question: election.questions[question]!, place: { question } }
    })
  })
  const commitments = by.ciphertextCommitments(
    election.publicKey,
    answers.map(({ question, answer }) => groupOf(question, answer)),
  )
  for (const [i, stated] of answers.entries())
    found[stated.index]!.push(...answerFaults(stated, commitments[i]!))
  return found
}

/** 4.16: A = g^response credential^challenge, and challenge = H("sig|hash|A"). */
function signatureFaults(ballots: readonly Ballot[], by: Arithmetic): readonly (readonly BallotRefusal[])[] {
  const place: Place = { proof: 'signature' }
  const commitments = by.schnorrCommitments(
    ballots.map(({ credential, signature }) => ({ point: credential, ...signature })),
  )
  return ballots.map((ballot, index) => {
    const { verdict, commitment } = commitments[index]!
    if (verdict !== GOOD_POINT) return [refuseBallot(pointCode(verdict), 'the credential', place).error]
    return hashToScalar(signatureText(ballot) + toHex(commitment)) === ballot.signature.challenge
      ? []
      : [refuseBallot('bad-signature', 'the signature does not hold', place).error]
  })
}

/** An answer's ciphertexts, their sum, and the equations of its proofs, one proof after the other. */
function groupOf(question: Question, answer: EncryptedAnswer): CiphertextGroup {
  const { choices } = answer
  const proofs = proofsOfAnswer(answer)
  const equations = answerStatements(question).flatMap(({ branches }, index) =>
    branches.map(({ of, value }, branch) => {
      return { of: of === 'sum' ? choices.length : of, value, ...proofs[index]![branch]! }
    }),
  )
  return { ciphertexts: choices, sums: [[firstCounted(question), choices.length]], equations }
}

/** What is not shown where a proof fails. */
const UNPROVED = {
  individual: 'not shown to be 0 or 1',
  overall: 'not shown to choose as many as allowed',
  blank: 'not shown to be either blank or not',
} as const

interface StatedAnswer {
  readonly question: Question
  readonly s0: string
  readonly answer: EncryptedAnswer
  readonly place: Place
}

function answerFaults(
  { question, s0, answer, place }: StatedAnswer,
  { verdicts, sums, commitments }: CiphertextCommitments,
): readonly BallotRefusal[] {
  const points = verdicts.flatMap((verdict, index) => {
    if (verdict === GOOD_POINT) return []
    const where = { ...place, choice: Math.floor(index / 2) }
    return [refuseBallot(pointCode(verdict), index % 2 === 0 ? 'alpha' : 'beta', where).error]
  })
  // With a ciphertext missing nothing else can be said about the answer.
  if (points.length > 0) return points
  const ciphertexts = answer.choices.map(({ alpha, beta }) => `${toHex(alpha)},${toHex(beta)}`)
  const texts = statementTexts(question, s0, ciphertexts, () => pointsText(sums))
  const proofs = proofsOfAnswer(answer)
  let from = 0
  return answerStatements(question).flatMap(({ branches, ...of }, index) => {
    const part = commitments.subarray(from, from + 2 * POINT_BYTES * branches.length)
    from += part.length
    return isChallenge(texts[index]!, part, proofs[index]!)
      ? []
      : [refuseBallot(`${of.proof}-proof`, UNPROVED[of.proof], { ...place, ...of }).error]
  })
}

function pointCode(verdict: PointVerdict): BallotRefusalCode {
  return verdict === MALFORMED_POINT ? 'point-malformed' : 'point-outside-subgroup'
}
