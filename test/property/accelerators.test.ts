import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { unwrap } from '../../base/index.ts'
import { GENERATOR, modOrder } from '../../crypto/index.ts'
import {
  accelerateBallot,
  acceleratorBytes,
  type Ballot,
  type Election,
  type Proof,
  type Question,
  verifyBallot,
  verifySentBallots,
} from '../../election/index.ts'
import { anAcceleratedBallot, pointsOf, TOOLS, withPoint } from '../support/election/accelerated.ts'
import {
  anElection,
  aVoter,
  signedBy,
  TORSION_POINTS,
  type Voter,
  withAnswer,
} from '../support/election/builders.ts'
import { withSignaturePoint } from '../support/election/false-accelerators.ts'

const aRandomQuestion: fc.Arbitrary<Question> = fc
  .record({
    count: fc.integer({ min: 1, max: 10 }),
    blank: fc.boolean(),
    bounds: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ count, blank, bounds }) => {
    const [a, b] = bounds.map((bound) => bound % (count + 1)) as [number, number]
    const answers = Array.from({ length: count }, (_, index) => `answer ${index}`)
    return { question: 'Which?', answers, blank, min: Math.min(a, b), max: Math.max(a, b) }
  })

/** An answer to the question: blank, or a random choice of an allowed size. */
function anAnswer({ answers, blank, min, max }: Question, dice: number): readonly number[] {
  if (blank && dice % 4 === 0) return [1, ...answers.map(() => 0)]
  const size = min + (dice % (max - min + 1))
  const chosen = answers.map((_, index) => ((index + dice) % answers.length < size ? 1 : 0))
  return blank ? [0, ...chosen] : chosen
}

/** Other numbers in one proof: of a choice, of all choices, or of blankness. */
function withChangedProof(ballot: Ballot, dice: number): Ballot {
  const at = dice % ballot.answers.length
  const { individualProofs, overallProof, blankProof } = ballot.answers[at]!
  const change = (proofs: readonly Proof[]): readonly Proof[] =>
    proofs.map((proof, index) =>
      index !== dice % proofs.length
        ? proof
        : dice % 2 === 0
          ? { ...proof, challenge: modOrder(proof.challenge + 1n) }
          : { ...proof, response: modOrder(proof.response + BigInt(dice) + 1n) },
    )
  if (dice % 3 === 0) return withAnswer(ballot, at, { overallProof: change(overallProof) })
  if (dice % 3 === 1 && blankProof !== undefined)
    return withAnswer(ballot, at, { blankProof: change(blankProof) })
  const choice = dice % individualProofs.length
  const changed = individualProofs.map((proofs, index) => (index === choice ? change(proofs) : proofs))
  return withAnswer(ballot, at, { individualProofs: changed })
}

function withChangedCiphertext(ballot: Ballot, dice: number): Ballot {
  const at = dice % ballot.answers.length
  const { choices } = ballot.answers[at]!
  const choice = dice % choices.length
  const { alpha, beta } = choices[choice]!
  const changed = dice % 2 === 0 ? { alpha: beta, beta: alpha } : { alpha, beta: alpha }
  return withAnswer(ballot, at, { choices: choices.map((old, index) => (index === choice ? changed : old)) })
}

/** Ways to damage a ballot. */
const DAMAGE: readonly ((ballot: Ballot, dice: number, voter: Voter) => Ballot)[] = [
  (ballot, dice) => withChangedProof(ballot, dice),
  (ballot, dice, { secret }) => signedBy(withChangedProof(ballot, dice), secret),
  (ballot, dice) => withChangedCiphertext(ballot, dice),
  (ballot, dice, { secret }) => signedBy(withChangedCiphertext(ballot, dice), secret),
  (ballot, dice) => ({
    ...ballot,
    signature: { ...ballot.signature, response: modOrder(ballot.signature.response + BigInt(dice) + 1n) },
  }),
  (ballot, dice) => ({
    ...ballot,
    credential: ballot.answers[dice % ballot.answers.length]!.choices[0]!.alpha,
  }),
  (ballot, _dice, { secret }) => signedBy({ ...ballot, answers: [...ballot.answers].reverse() }, secret),
  (ballot) => ({ ...ballot, uuid: `${ballot.uuid}x` }),
]

/** The accelerators that somebody could think of for a ballot that came of a good one. */
function accelerators(
  election: Election,
  damaged: Ballot,
  good: Uint8Array,
  dice: number,
): readonly Uint8Array[] {
  const place = dice % pointsOf(good).length
  const made = accelerateBallot(election, damaged)
  return [
    good,
    ...(made.ok ? [made.value] : []),
    ...(made.ok ? [withSignaturePoint(damaged, good)] : []),
    withPoint(good, place, (point) => point.add(GENERATOR)),
    good.subarray(0, good.length - 1 - (dice % 64)),
  ]
}

const aCase = fc.record({
  questions: fc.array(aRandomQuestion, { minLength: 1, maxLength: 2 }),
  dice: fc.nat(),
})

describe('the verification with accelerators, whatever the election', () => {
  it('takes every valid ballot, alone and among others, also with components of small order', () => {
    fc.assert(
      fc.property(aCase, fc.nat(7), ({ questions, dice }, torsion) => {
        const election = anElection({ questions })
        const answers = questions.map((question) => anAnswer(question, dice))
        const one = anAcceleratedBallot(election, aVoter(election, 'one'), answers)
        const two = anAcceleratedBallot(election, aVoter(election, 'two'))
        assert.equal(one.accelerator.length, acceleratorBytes(questions))
        assert.deepEqual(unwrap(accelerateBallot(election, one.ballot)), one.accelerator)
        assert.deepEqual(verifyBallot(election, one.ballot), { ok: true, value: undefined })
        const place = dice % pointsOf(one.accelerator).length
        const mixed = withPoint(one.accelerator, place, (point) => point.add(TORSION_POINTS[torsion]!))
        for (const { verdict, accelerator } of verifySentBallots(
          [one, two, { ...one, accelerator: mixed }],
          TOOLS,
        ))
          assert.deepEqual([verdict.ok, accelerator], [true, 'right'])
      }),
      { numRuns: 10 },
    )
  }).timeout(60_000)

  it('agrees with the exact verification on every damaged ballot, whatever comes beside it', () => {
    fc.assert(
      fc.property(aCase, fc.nat(DAMAGE.length - 1), ({ questions, dice }, kind) => {
        const election = anElection({ questions })
        const voter = aVoter(election, 'one')
        const good = anAcceleratedBallot(election, voter)
        const damaged = DAMAGE[kind]!(good.ballot, dice, voter)
        const expected = verifyBallot(election, damaged)
        const beside = accelerators(election, damaged, good.accelerator, dice)
        const sent = beside.map((accelerator) => ({ election, ballot: damaged, accelerator }))
        for (const { verdict, accelerator } of verifySentBallots(sent, TOOLS)) {
          assert.deepEqual(verdict, expected)
          assert.ok(expected.ok || accelerator === 'wrong')
        }
        // The good one among them stays good.
        assert.deepEqual(verifySentBallots([...sent.slice(0, 2), good], TOOLS).at(-1), {
          verdict: { ok: true, value: undefined },
          accelerator: 'right',
        })
      }),
      { numRuns: 16 },
    )
  }).timeout(60_000)
})
