/**
 * An adversary who wants an invalid ballot counted, or others' time wasted, by accelerators: commitments are chosen first, the
 * challenges are made to fit their hash, and only the equations fail. It needs no credential to sign that way, either.
 */
import { toHex, unwrap } from '../../../base/index.ts'
import {
  decodePoint,
  eighthOf,
  encodeCoordinates,
  encodePoint,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiply,
  octupled,
  type Point,
  pointsToHex,
  type Random,
  randomScalar,
} from '../../../crypto/index.ts'
import {
  answerStatements,
  ballotText,
  firstCounted,
  statementTexts,
} from '../../../election/answer-proofs.ts'
import { signatureText } from '../../../election/ballot-json.ts'
import type {
  AcceleratedBallot,
  Ballot,
  Election,
  EncryptedAnswer,
  Proof,
  Question,
} from '../../../election/index.ts'
import { withPoint } from './accelerated.ts'
import { signedBy, type Voter } from './builders.ts'

/** A ballot of any plaintexts whose points and hashes are in order, signed with a credential of one's own. */
export function fittedBallot(
  election: Election,
  voter: Voter,
  plaintexts: readonly (readonly number[])[],
  random: Random,
): AcceleratedBallot {
  const s0 = ballotText(election.fingerprint, toHex(voter.publicCredential))
  const fitted = election.questions.map((question, index) =>
    fittedAnswer(election.publicKey, question, s0, plaintexts[index]!, random),
  )
  const { uuid, hash: electionHash } = election
  const answers = fitted.map(({ answer }) => answer)
  const signature = { challenge: 0n, response: 0n }
  const credential = voter.publicCredential
  const ballot = signedBy({ uuid, electionHash, credential, answers, signature }, voter.secret)
  const own = unwrap(decodePoint(credential))
  const eighths = [multiply(own, eighthOf(1n)), GENERATOR, ...fitted.flatMap((answer) => answer.eighths)]
  return { ballot, accelerator: withSignaturePoint(ballot, encodeCoordinates(eighths)) }
}

/** The ballot under any credential, with a signature whose commitment fits its challenge, and nothing else. */
export function withFittedSignature(
  { ballot, accelerator }: AcceleratedBallot,
  random: Random,
): AcceleratedBallot {
  const eighth = multiply(GENERATOR, randomScalar(random))
  const challenge = hashToScalar(signatureText(ballot) + toHex(encodePoint(octupled(eighth))))
  return {
    ballot: { ...ballot, signature: { challenge, response: randomScalar(random) } },
    accelerator: withPoint(accelerator, 1, () => eighth),
  }
}

/** The accelerator with the right point for the ballot's signature. */
export function withSignaturePoint({ credential, signature }: Ballot, accelerator: Uint8Array): Uint8Array {
  const { challenge, response } = signature
  const own = unwrap(decodePoint(credential))
  const eighth = multiply(GENERATOR, eighthOf(response)).add(multiply(own, eighthOf(challenge)))
  return withPoint(accelerator, 1, () => eighth)
}

/** The ballot with something added to the response of its signature, which nothing hashes. */
export function withShiftedSignature(
  { ballot, accelerator }: AcceleratedBallot,
  shift: bigint,
): AcceleratedBallot {
  const { challenge, response } = ballot.signature
  return {
    ballot: { ...ballot, signature: { challenge, response: modOrder(response + shift) } },
    accelerator,
  }
}

function fittedAnswer(
  key: Point,
  question: Question,
  s0: string,
  plaintexts: readonly number[],
  random: Random,
): { readonly answer: EncryptedAnswer; readonly eighths: readonly Point[] } {
  const halves = plaintexts.map((plaintext) => {
    const r = eighthOf(randomScalar(random))
    const shift = multiply(GENERATOR, eighthOf(modOrder(BigInt(plaintext))))
    return [multiply(GENERATOR, r), multiply(key, r).add(shift)] as const
  })
  const ciphertexts = halves.map(([alpha, beta]) => [octupled(alpha), octupled(beta)] as const)
  const sum = ciphertexts
    .slice(firstCounted(question))
    .reduce(([a, b], [alpha, beta]) => [a.add(alpha), b.add(beta)] as const)
  const texts = statementTexts(
    question,
    s0,
    ciphertexts.map((pair) => pointsToHex(pair).join(',')),
    () => pointsToHex(sum).join(','),
  )
  const commitments: Point[] = []
  const proofs = answerStatements(question).map(({ branches }, index) => {
    const eighths = branches.flatMap(() => [0, 1].map(() => multiply(GENERATOR, randomScalar(random))))
    commitments.push(...eighths)
    const hash = hashToScalar(texts[index]! + pointsToHex(eighths.map(octupled)).join(','))
    const made = branches.map((): Proof => {
      return { challenge: randomScalar(random), response: randomScalar(random) }
    })
    const others = made.slice(1).reduce((total, { challenge }) => total + challenge, 0n)
    return [{ ...made[0]!, challenge: modOrder(hash - others) }, ...made.slice(1)]
  })
  const [overallProof, blankProof] = proofs.slice(plaintexts.length)
  const answer = {
    choices: ciphertexts.map(([alpha, beta]) => ({ alpha: encodePoint(alpha), beta: encodePoint(beta) })),
    individualProofs: proofs.slice(0, plaintexts.length),
    overallProof: overallProof!,
    ...(blankProof === undefined ? {} : { blankProof }),
  }
  return { answer, eighths: [...halves.flat(), ...commitments] }
}
