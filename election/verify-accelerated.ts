/**
 * Verifies many ballots at once by their accelerators: all equations of all their proofs in one sum with random weights (the small
 * exponents test of Bellare, Garay and Rabin 1998). docs/accelerators.md has the argument; in short, for each ballot
 *
 * 1. the eighths are on the curve, so that their octuples are in the prime-order subgroup;
 * 2. the octuples encode to the ballot's credential, alphas and betas, and those of the commitments hash to its challenges;
 * 3. the octuples satisfy the equations g^r alpha^c = A and y^r (beta / g^M)^c = B, by which the exact verification computes A and B.
 *
 * Where all of it holds, `verifyBallot` would accept. What fails here is not thereby invalid: `verifyBallot` alone decides that.
 */
import { equalBytes, ok, type Result } from '../base/index.ts'
import {
  COORDINATES_BYTES,
  MAX_BATCH_POINTS,
  POINT_BYTES,
  type PointBatch,
  type Random,
  type WithPointBatch,
} from '../crypto/index.ts'
import {
  type AcceleratorLayout,
  type AnswerLayout,
  acceleratorLayout,
  CREDENTIAL_PLACE,
  SIGNATURE_PLACE,
} from './accelerator.ts'
import { ballotText, proofsOfAnswer, statementTexts } from './answer-proofs.ts'
import { signatureText } from './ballot-json.ts'
import { checkShape } from './ballot-shape.ts'
import { isChallenge, pointsText } from './challenge.ts'
import { type Found, findWrong } from './halving.ts'
import { MAX_BATCH_BALLOTS, MAX_SEARCH_PASSES } from './limits.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, BallotRefusal, Election, EncryptedAnswer } from './types.ts'
import { verifyBallots } from './verify-ballot.ts'
import { freshWeights, type KeptBallot, vanish, weighEquations } from './weighted-equations.ts'

/** A ballot with what came beside it. */
export interface SentBallot {
  readonly election: Election
  readonly ballot: Ballot
  readonly accelerator?: Uint8Array
}

/** What became of a ballot. */
export interface BallotOutcome {
  /** What `verifyBallot` says. */
  readonly verdict: Result<void, BallotRefusal>
  /** A wrong accelerator cost us time: whoever sent it should hear less from us. That of an invalid ballot is always wrong. */
  readonly accelerator: 'none' | 'right' | 'wrong'
}

/** What a batch is verified with. */
export interface BatchTools {
  readonly withBatch: WithPointBatch
  /** The system's generator: whoever can foresee it passes invalid ballots. */
  readonly random: Random
}

/** The verdicts of `verifyBallot` on many ballots, faster where they have right accelerators. */
export function verifySentBallots(sent: readonly SentBallot[], tools: BatchTools): readonly BallotOutcome[] {
  const found = verifyAccelerated(sent, tools)
  const exact = verifyExactly(sent.filter((_, index) => found[index] !== 'right'))
  let next = 0
  return sent.map(({ accelerator }, index): BallotOutcome => {
    if (found[index] === 'right') return { verdict: ok(undefined), accelerator: 'right' }
    const verdict = exact[next++]!
    if (accelerator === undefined) return { verdict, accelerator: 'none' }
    // What was found out about the points is true of a valid ballot only if the equations hold as well.
    const isRight = verdict.ok && found[index] === 'unknown'
    return { verdict, accelerator: isRight ? 'right' : 'wrong' }
  })
}

/** The verdicts of the exact verification: of neighbours of one election together. */
function verifyExactly(sent: readonly SentBallot[]): readonly BallotOutcome['verdict'][] {
  const verdicts: BallotOutcome['verdict'][] = []
  for (let from = 0; from < sent.length; ) {
    const { election } = sent[from]!
    const end = sent.findIndex((one, index) => index > from && one.election !== election)
    const some = sent.slice(from, end === -1 ? sent.length : end)
    verdicts.push(
      ...verifyBallots(
        election,
        some.map(({ ballot }) => ballot),
      ),
    )
    from += some.length
  }
  return verdicts
}

/**
 * `right`: the ballot is valid. `wrong`: its accelerator is not that of a valid ballot. `unknown`: the points are right, and there were too
 * many wrong ballots around to find out more. A ballot without an accelerator counts as one with a wrong one.
 */
export function verifyAccelerated(
  sent: readonly SentBallot[],
  { withBatch, random }: BatchTools,
): readonly Found[] {
  const found: Found[] = sent.map(() => 'wrong')
  for (const batch of batchesOf(sent))
    withBatch((points) => {
      const kept = keepFaithful(points, batch)
      // Not before everything that the batch holds is fixed.
      const next = freshWeights(random)
      const equations = kept.map((ballot) => weighEquations(ballot, next))
      const results = findWrong(
        equations,
        (part) => vanish(points, part),
        ({ terms }) => terms.length,
        MAX_SEARCH_PASSES,
      )
      for (const [i, { candidate }] of kept.entries()) found[candidate.index] = results[i]!
    })
  return found
}

/** A ballot of the right shape, with an accelerator of the right length. */
interface Candidate {
  /** Its place among the ballots that were sent. */
  readonly index: number
  readonly election: Election
  readonly ballot: Ballot
  readonly accelerator: Uint8Array
  readonly layout: AcceleratorLayout
}

/** The candidates, in parts that a batch has room for. */
function* batchesOf(sent: readonly SentBallot[]): Generator<readonly Candidate[], void> {
  const layouts = new Map<Election, AcceleratorLayout>()
  let batch: Candidate[] = []
  let room = MAX_BATCH_POINTS
  for (const [index, { election, ballot, accelerator }] of sent.entries()) {
    if (accelerator === undefined) continue
    let layout = layouts.get(election)
    if (layout === undefined) {
      layout = acceleratorLayout(election.questions)
      layouts.set(election, layout)
    }
    if (accelerator.length !== layout.points * COORDINATES_BYTES || !checkShape(election, ballot).ok) continue
    // The key, and the sums of the answers.
    const points = layout.points + 1 + 2 * layout.answers.length
    if (batch.length === MAX_BATCH_BALLOTS || points > room) {
      yield batch
      batch = []
      room = MAX_BATCH_POINTS
    }
    batch.push({ index, election, ballot, accelerator, layout })
    room -= points
  }
  if (batch.length > 0) yield batch
}

interface KeptCandidate extends KeptBallot {
  readonly candidate: Candidate
  /** Where in the batch the sums of the answers begin. */
  readonly sums: number
}

/** The ballots whose points are on the curve, are those of the ballot and hash to its challenges. */
function keepFaithful(points: PointBatch, batch: readonly Candidate[]): readonly KeptCandidate[] {
  const keys = new Map<Election, number>()
  const kept: KeptCandidate[] = []
  for (const candidate of batch) {
    const { election, ballot, accelerator, layout } = candidate
    let key = keys.get(election)
    if (key === undefined) {
      key = points.count
      points.take(election.publicKey)
      keys.set(election, key)
    }
    const first = points.count
    if (!points.octuple(accelerator)) continue
    kept.push({ candidate, ballot, layout, key, first, sums: points.count })
    keepSums(points, layout, first)
  }
  const encodings = points.encodings(0, points.count)
  return kept.filter((one) => isFaithful(one, encodings))
}

function keepSums(points: PointBatch, { answers }: AcceleratorLayout, first: number): void {
  for (const { question, choices, isSumHashed } of answers) {
    if (!isSumHashed) continue
    const alphas = Array.from({ length: choiceCount(question) }, (_, choice) => first + choices + 2 * choice)
    points.sum(alphas)
    points.sum(alphas.map((alpha) => alpha + 1))
  }
}

function isFaithful(kept: KeptCandidate, encodings: Uint8Array): boolean {
  const { candidate, ballot, layout, first } = kept
  const at = (place: number, count: number): Uint8Array =>
    encodings.subarray(POINT_BYTES * (first + place), POINT_BYTES * (first + place + count))
  const credential = at(CREDENTIAL_PLACE, 1)
  if (!equalBytes(credential, ballot.credential)) return false
  if (!isChallenge(signatureText(ballot), at(SIGNATURE_PLACE, 1), [ballot.signature])) return false
  const s0 = ballotText(candidate.election.fingerprint, pointsText(credential))
  let sum = kept.sums - first
  for (const [index, answer] of layout.answers.entries()) {
    const sumPlace = answer.isSumHashed ? sum : answer.choices
    if (!isFaithfulAnswer(ballot.answers[index]!, answer, s0, at, sumPlace)) return false
    if (answer.isSumHashed) sum += 2
  }
  return true
}

function isFaithfulAnswer(
  answer: EncryptedAnswer,
  { question, choices, statements }: AnswerLayout,
  s0: string,
  at: (place: number, count: number) => Uint8Array,
  sum: number,
): boolean {
  const ciphertexts: string[] = []
  for (const { alpha, beta } of answer.choices) {
    const pair = at(choices + 2 * ciphertexts.length, 2)
    if (!equalBytes(pair.subarray(0, POINT_BYTES), alpha) || !equalBytes(pair.subarray(POINT_BYTES), beta))
      return false
    ciphertexts.push(pointsText(pair))
  }
  const texts = statementTexts(question, s0, ciphertexts, () => pointsText(at(sum, 2)))
  const proofs = proofsOfAnswer(answer)
  return statements.every(({ commitments, branches }, index) =>
    isChallenge(texts[index]!, at(commitments, 2 * branches.length), proofs[index]!),
  )
}
