/**
 * Verifies a ballot (specification 4.11 to 4.17): everything that needs no roll.
 *
 * Cheap checks first (T10): the election and the shape cost nothing, then the credential and the signature, which nobody without
 * a credential can make, then the ciphertexts and their proofs. Points are checked to be canonical, on the curve and in
 * the subgroup before anything is computed with them (T05, T06).
 */
import { equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import {
  type Base,
  combination,
  decodeBase,
  fixedBase,
  GENERATOR,
  hashToScalar,
  type Point,
  pointsToHex,
  pointToHex,
  variableBase,
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
import { type PreparedCiphertext, verifyDisjunction } from './disjunction.ts'
import { choiceCount } from './questions.ts'
import type {
  Ballot,
  BallotRefusal,
  BallotRefusalCode,
  Election,
  EncodedCiphertext,
  EncryptedAnswer,
  Place,
  Proof,
  Question,
} from './types.ts'

type Verdict = Result<void, BallotRefusal>
const GOOD: Verdict = ok(undefined)

/** Everything about a ballot that needs no roll: election, shape, points, every proof, signature. */
export function verifyBallot(election: Election, ballot: Ballot): Verdict {
  const [first] = ballotFaults(election, ballot)
  return first === undefined ? GOOD : { ok: false, error: first }
}

/**
 * Every fault of a ballot with its place, lazily: asking for the first one stops there. A ballot for another election or of
 * another shape has that fault alone.
 */
export function* ballotFaults(election: Election, ballot: Ballot): Generator<BallotRefusal, void> {
  if (ballot.uuid !== election.uuid || !equalBytes(ballot.electionHash, election.hash))
    return yield bad('wrong-election', 'made for another election', {}).error
  const shape = checkShape(election.questions, ballot)
  if (!shape.ok) return yield shape.error
  const signature = checkSignature(ballot)
  if (!signature.ok) yield signature.error
  const key = fixedBase(election.publicKey)
  const s0 = ballotText(election.fingerprint, toHex(ballot.credential))
  for (const [question, answer] of ballot.answers.entries())
    yield* answerFaults(key, election.questions[question]!, s0, answer, { question })
}

function checkShape(questions: readonly Question[], ballot: Ballot): Verdict {
  if (ballot.answers.length !== questions.length)
    return bad('wrong-shape', `${ballot.answers.length} answers to ${questions.length} questions`, {})
  for (const [index, question] of questions.entries()) {
    const { choices, individualProofs, overallProof, blankProof } = ballot.answers[index]!
    const expected = choiceCount(question)
    if (choices.length !== expected)
      return bad('wrong-shape', `${choices.length} choices, not ${expected}`, { question: index })
    if (individualProofs.length !== expected || individualProofs.some((proofs) => proofs.length !== 2))
      return bad('wrong-shape', 'not one 0/1 proof a choice', { question: index, proof: 'individual' })
    if (overallProof.length !== overallBranches(question).length)
      return bad('wrong-shape', 'wrong number of branches', { question: index, proof: 'overall' })
    if ((blankProof?.length ?? 0) !== (question.blank ? BLANK_BRANCHES.length : 0))
      return bad('wrong-shape', 'a blank proof where none belongs, or none', {
        question: index,
        proof: 'blank',
      })
  }
  return GOOD
}

/** 4.16: A = g^response credential^challenge, and challenge = H("sig|hash|A"). */
function checkSignature(ballot: Ballot): Verdict {
  const place: Place = { proof: 'signature' }
  const credential = decodeBase(ballot.credential)
  if (!credential.ok) return bad(credential.error.code, 'the credential', place)
  const { challenge, response } = ballot.signature
  const commitment = combination([
    [fixedBase(GENERATOR), response],
    [credential.value, challenge],
  ])
  const hash = signedHash(unsignedBallotJson(ballot))
  return hashToScalar(`sig|${hash}|${pointToHex(commitment)}`) === challenge
    ? GOOD
    : bad('bad-signature', 'the signature does not hold', place)
}

function* answerFaults(
  key: Base,
  question: Question,
  s0: string,
  answer: EncryptedAnswer,
  place: Place,
): Generator<BallotRefusal, void> {
  const texts = answer.choices.map(({ alpha, beta }) => `${toHex(alpha)},${toHex(beta)}`)
  const ciphertexts: PreparedCiphertext[] = []
  for (const [choice, encoded] of answer.choices.entries()) {
    const ciphertext = prepareCiphertext(encoded, { ...place, choice })
    if (ciphertext.ok) ciphertexts.push(ciphertext.value)
    else yield ciphertext.error
  }
  // With a ciphertext missing nothing else can be said about the answer.
  if (ciphertexts.length < texts.length) return
  const sum = sumOfCiphertexts(ciphertexts.slice(firstCounted(question)))
  const holds = (text: string, branches: readonly Branch[], proofs: readonly Proof[]): boolean => {
    const statements = branches.map(({ of, value }) => ({
      ciphertext: of === 'sum' ? sum : ciphertexts[of]!,
      value,
    }))
    return verifyDisjunction(text, key, statements, proofs)
  }
  for (const [choice, proofs] of answer.individualProofs.entries())
    if (!holds(intervalText(s0, texts[choice]!), individualBranches(choice), proofs))
      yield bad('individual-proof', 'not shown to be 0 or 1', { ...place, choice, proof: 'individual' }).error
  const s = answerText(s0, texts)
  const overallText = question.blank
    ? blankOverallText(s)
    : intervalText(s, pointsToHex([sum.alpha.point, sum.beta.point]).join(','))
  if (!holds(overallText, overallBranches(question), answer.overallProof))
    yield bad('overall-proof', 'not shown to choose as many as allowed', { ...place, proof: 'overall' }).error
  if (question.blank && !holds(blankText(s), BLANK_BRANCHES, answer.blankProof ?? []))
    yield bad('blank-proof', 'not shown to be either blank or not', { ...place, proof: 'blank' }).error
}

function prepareCiphertext(
  { alpha, beta }: EncodedCiphertext,
  place: Place,
): Result<PreparedCiphertext, BallotRefusal> {
  const first = decodeBase(alpha)
  if (!first.ok) return bad(first.error.code, 'alpha', place)
  const second = decodeBase(beta)
  if (!second.ok) return bad(second.error.code, 'beta', place)
  return ok({ alpha: first.value, beta: second.value })
}

/** The product of ciphertexts encrypts the sum of their plaintexts. */
function sumOfCiphertexts(ciphertexts: readonly PreparedCiphertext[]): PreparedCiphertext {
  const only = ciphertexts.length === 1 ? ciphertexts[0] : undefined
  if (only !== undefined) return only
  const add = (half: 'alpha' | 'beta'): Base =>
    variableBase(
      ciphertexts.map((ciphertext) => ciphertext[half].point).reduce((sum: Point, point) => sum.add(point)),
    )
  return { alpha: add('alpha'), beta: add('beta') }
}

function bad(
  code: BallotRefusalCode,
  detail: string,
  place: Place,
): { readonly ok: false; readonly error: BallotRefusal } {
  const where = [
    ...(place.question === undefined ? [] : [`question ${place.question + 1}`]),
    ...(place.choice === undefined ? [] : [`choice ${place.choice + 1}`]),
    ...(place.proof === undefined ? [] : [place.proof]),
  ].join(', ')
  const { error } = refuse(code, where === '' ? detail : `${where}: ${detail}`)
  return { ok: false, error: { ...error, place } }
}
