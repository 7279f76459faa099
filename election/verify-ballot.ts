/**
 * Verifies a ballot (specification 4.11 to 4.17): everything that needs no roll.
 *
 * Cheap checks first (T10): the election and the shape cost nothing, then the credential and the signature, which nobody without
 * a credential can make, then the ciphertexts and their proofs. Points are checked to be canonical, on the curve and in
 * the subgroup before anything is computed with them (T05, T06).
 */
import { ok, type Result, toHex } from '../base/index.ts'
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
  answerStatements,
  type Branch,
  ballotText,
  firstCounted,
  proofsOfAnswer,
  statementTexts,
} from './answer-proofs.ts'
import { signatureText } from './ballot-json.ts'
import { checkShape, refuseBallot } from './ballot-shape.ts'
import { type PreparedCiphertext, verifyDisjunction } from './disjunction.ts'
import type {
  Ballot,
  BallotRefusal,
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
  const shape = checkShape(election, ballot)
  if (!shape.ok) return yield shape.error
  const signature = checkSignature(ballot)
  if (!signature.ok) yield signature.error
  const key = fixedBase(election.publicKey)
  const s0 = ballotText(election.fingerprint, toHex(ballot.credential))
  for (const [question, answer] of ballot.answers.entries())
    yield* answerFaults(key, election.questions[question]!, s0, answer, { question })
}

/** 4.16: A = g^response credential^challenge, and challenge = H("sig|hash|A"). */
function checkSignature(ballot: Ballot): Verdict {
  const place: Place = { proof: 'signature' }
  const credential = decodeBase(ballot.credential)
  if (!credential.ok) return refuseBallot(credential.error.code, 'the credential', place)
  const { challenge, response } = ballot.signature
  const commitment = combination([
    [fixedBase(GENERATOR), response],
    [credential.value, challenge],
  ])
  return hashToScalar(signatureText(ballot) + pointToHex(commitment)) === challenge
    ? GOOD
    : refuseBallot('bad-signature', 'the signature does not hold', place)
}

/** What is not shown where a proof fails. */
const UNPROVED = {
  individual: 'not shown to be 0 or 1',
  overall: 'not shown to choose as many as allowed',
  blank: 'not shown to be either blank or not',
} as const

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
  const sumText = (): string => pointsToHex([sum.alpha.point, sum.beta.point]).join(',')
  const proofTexts = statementTexts(question, s0, texts, sumText)
  const proofs = proofsOfAnswer(answer)
  for (const [index, { branches, ...of }] of answerStatements(question).entries())
    if (!holds(proofTexts[index]!, branches, proofs[index]!))
      yield refuseBallot(`${of.proof}-proof`, UNPROVED[of.proof], { ...place, ...of }).error
}

function prepareCiphertext(
  { alpha, beta }: EncodedCiphertext,
  place: Place,
): Result<PreparedCiphertext, BallotRefusal> {
  const first = decodeBase(alpha)
  if (!first.ok) return refuseBallot(first.error.code, 'alpha', place)
  const second = decodeBase(beta)
  if (!second.ok) return refuseBallot(second.error.code, 'beta', place)
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
