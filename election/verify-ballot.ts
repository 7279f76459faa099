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
import { equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import {
  type CiphertextCommitments,
  type CiphertextGroup,
  ciphertextCommitments,
  type Equation,
  GOOD_POINT,
  hashToScalar,
  MALFORMED_POINT,
  POINT_BYTES,
  type PointVerdict,
  schnorrCommitments,
} from '../crypto/index.ts'
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
} from './answer-proofs.ts'
import { signedHash, unsignedBallotJson } from './ballot-json.ts'
import { ballotShape } from './ballot-shape.ts'
import { isChallenge, pointsText } from './disjunction.ts'
import type {
  Ballot,
  BallotRefusal,
  BallotRefusalCode,
  Election,
  EncryptedAnswer,
  Place,
  Proof,
  Question,
} from './types.ts'

type Verdict = Result<void, BallotRefusal>
const GOOD: Verdict = ok(undefined)

/** Everything about a ballot that needs no roll: election, shape, points, every proof, signature. */
export function verifyBallot(election: Election, ballot: Ballot): Verdict {
  return verifyBallots(election, [ballot])[0]!
}

/** The same for many ballots, in their order. */
export function verifyBallots(election: Election, ballots: readonly Ballot[]): readonly Verdict[] {
  return faults(election, ballots, false).map(([first]) =>
    first === undefined ? GOOD : { ok: false, error: first },
  )
}

/** Every fault of a ballot with its place. A ballot for another election or of another shape has that fault alone. */
export function ballotFaults(election: Election, ballot: Ballot): readonly BallotRefusal[] {
  return faults(election, [ballot], true)[0]!
}

/** The faults of each ballot: all of them, or none beyond those of the first kind of check that finds one. */
function faults(
  election: Election,
  ballots: readonly Ballot[],
  isEveryFault: boolean,
): readonly (readonly BallotRefusal[])[] {
  const found: BallotRefusal[][] = ballots.map((ballot) => formFaults(election, ballot))
  const formed = ballots.flatMap((ballot, index) => (found[index]!.length === 0 ? [{ ballot, index }] : []))
  const signatures = signatureFaults(formed.map(({ ballot }) => ballot))
  for (const [i, { index }] of formed.entries()) found[index]!.push(...signatures[i]!)
  const rest = isEveryFault ? formed : formed.filter(({ index }) => found[index]!.length === 0)
  const answers = rest.flatMap(({ ballot, index }) => {
    const s0 = ballotText(election.fingerprint, toHex(ballot.credential))
    return ballot.answers.map((answer, question) => ({
      index,
      statement: statementOf(election.questions[question]!, s0, answer, { question }),
    }))
  })
  const commitments = ciphertextCommitments(
    election.publicKey,
    answers.map(({ statement }) => statement.group),
  )
  for (const [i, { index, statement }] of answers.entries())
    found[index]!.push(...answerFaults(statement, commitments[i]!))
  return found
}

function formFaults(election: Election, ballot: Ballot): BallotRefusal[] {
  if (ballot.uuid !== election.uuid || !equalBytes(ballot.electionHash, election.hash))
    return [bad('wrong-election', 'made for another election', {})]
  const shape = ballotShape(election.questions, ballot)
  return shape === undefined ? [] : [bad('wrong-shape', shape.detail, shape.place)]
}

/** 4.16: A = g^response credential^challenge, and challenge = H("sig|hash|A"). */
function signatureFaults(ballots: readonly Ballot[]): readonly (readonly BallotRefusal[])[] {
  const place: Place = { proof: 'signature' }
  const commitments = schnorrCommitments(
    ballots.map(({ credential, signature }) => ({ point: credential, ...signature })),
  )
  return ballots.map((ballot, index) => {
    const { verdict, commitment } = commitments[index]!
    if (verdict !== GOOD_POINT) return [bad(pointCode(verdict), 'the credential', place)]
    const hash = signedHash(unsignedBallotJson(ballot))
    return hashToScalar(`sig|${hash}|${toHex(commitment)}`) === ballot.signature.challenge
      ? []
      : [bad('bad-signature', 'the signature does not hold', place)]
  })
}

/** A proof of an answer: the text that is hashed before its commitments may need the sum's text, known later. */
interface StatedProof {
  readonly text: (sum: string) => string
  readonly proofs: readonly Proof[]
  /** What to say where it does not hold. */
  readonly fault: BallotRefusal
}
/** What an answer states: its equations are those of its proofs, one after the other. */
interface AnswerStatement {
  readonly group: CiphertextGroup
  readonly proofs: readonly StatedProof[]
  readonly place: Place
}

function statementOf(
  question: Question,
  s0: string,
  { choices, individualProofs, overallProof, blankProof }: EncryptedAnswer,
  place: Place,
): AnswerStatement {
  const texts = choices.map(({ alpha, beta }) => `${toHex(alpha)},${toHex(beta)}`)
  const s = answerText(s0, texts)
  const equations: Equation[] = []
  const state = (branches: readonly Branch[], proofs: readonly Proof[]): void => {
    for (const [index, { of, value }] of branches.entries())
      equations.push({ of: of === 'sum' ? choices.length : of, value, ...proofs[index]! })
  }
  const proofs: StatedProof[] = individualProofs.map((branches, choice) => {
    state(individualBranches(choice), branches)
    const fault = bad('individual-proof', 'not shown to be 0 or 1', { ...place, choice, proof: 'individual' })
    return { text: () => intervalText(s0, texts[choice]!), proofs: branches, fault }
  })
  state(overallBranches(question), overallProof)
  proofs.push({
    text: (sum) => (question.blank ? blankOverallText(s) : intervalText(s, sum)),
    proofs: overallProof,
    fault: bad('overall-proof', 'not shown to choose as many as allowed', { ...place, proof: 'overall' }),
  })
  if (blankProof !== undefined) {
    state(BLANK_BRANCHES, blankProof)
    const fault = bad('blank-proof', 'not shown to be either blank or not', { ...place, proof: 'blank' })
    proofs.push({ text: () => blankText(s), proofs: blankProof, fault })
  }
  const sums = [[firstCounted(question), choices.length]] as const
  return { group: { ciphertexts: choices, sums, equations }, proofs, place }
}

function answerFaults(
  { proofs, place }: AnswerStatement,
  { verdicts, sums, commitments }: CiphertextCommitments,
): readonly BallotRefusal[] {
  const points = verdicts.flatMap((verdict, index) => {
    const where = { ...place, choice: Math.floor(index / 2) }
    return verdict === GOOD_POINT ? [] : [bad(pointCode(verdict), index % 2 === 0 ? 'alpha' : 'beta', where)]
  })
  // With a ciphertext missing nothing else can be said about the answer.
  if (points.length > 0) return points
  const sum = pointsText(sums)
  let from = 0
  return proofs.flatMap(({ text, proofs: branches, fault }) => {
    const part = commitments.subarray(from, from + 2 * POINT_BYTES * branches.length)
    from += part.length
    return isChallenge(text(sum), part, branches) ? [] : [fault]
  })
}

function pointCode(verdict: PointVerdict): BallotRefusalCode {
  return verdict === MALFORMED_POINT ? 'point-malformed' : 'point-outside-subgroup'
}

function bad(code: BallotRefusalCode, detail: string, place: Place): BallotRefusal {
  const where = [
    ...(place.question === undefined ? [] : [`question ${place.question + 1}`]),
    ...(place.choice === undefined ? [] : [`choice ${place.choice + 1}`]),
    ...(place.proof === undefined ? [] : [place.proof]),
  ].join(', ')
  const { error } = refuse(code, where === '' ? detail : `${where}: ${detail}`)
  return { ...error, place }
}
