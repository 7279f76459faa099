import { strict as assert } from 'node:assert'
import { equalBytes, unwrap } from '../../../base/index.ts'
import {
  COORDINATES_BYTES,
  encodePoint,
  MAX_BATCH_POINTS,
  multiply,
  withPlainBatch,
} from '../../../crypto/index.ts'
import { acceleratorLayout } from '../../../election/accelerator.ts'
import {
  accelerateBallot,
  acceleratorBytes,
  ballotJson,
  createAcceleratedBallot,
  createBallot,
  type Question,
  type SentBallot,
  verifyAccelerated,
  verifyBallot,
} from '../../../election/index.ts'
import {
  MAX_ACCELERATOR_BYTES,
  MAX_BATCH_BALLOTS,
  MAX_CHOICES,
  MAX_QUESTIONS,
} from '../../../election/limits.ts'
import { anAcceleratedBallot, outcomes, pointsOf, TOOLS } from '../../support/election/accelerated.ts'
import {
  aBallot,
  anElection,
  aQuestion,
  aVoter,
  seeded,
  withAnswer,
} from '../../support/election/builders.ts'

const election = anElection()
const yesOrNo = anElection({ questions: [aQuestion({ answers: ['Yes'], min: 0, max: 1 })] })
const alice = aVoter(election, 'alice')
const sent = anAcceleratedBallot(election, alice)

describe('an accelerator', () => {
  it('comes with the ballot that is made without one, of the same random bytes', () => {
    const answers = [
      [0, 1],
      [0, 1, 1, 0],
    ]
    const { ballot } = unwrap(createAcceleratedBallot(election, alice.secret, answers, seeded('same')))
    const alone = unwrap(createBallot(election, alice.secret, answers, seeded('same')))
    assert.equal(ballotJson(ballot), ballotJson(alone))
  })

  it('holds an eighth of the credential and of every ciphertext', () => {
    const octuples = pointsOf(sent.accelerator).map((point) => encodePoint(multiply(point, 8n)))
    const first = sent.ballot.answers[0]!.choices
    assert.deepEqual(octuples[0], sent.ballot.credential)
    assert.deepEqual(
      octuples.slice(2, 2 + 2 * first.length),
      first.flatMap(({ alpha, beta }) => [alpha, beta]),
    )
  })

  it('has the bytes that somebody else makes of the ballot alone', () => {
    for (const { election: board, ballot, accelerator } of [sent, anAcceleratedBallot(yesOrNo)])
      assert.deepEqual(unwrap(accelerateBallot(board, ballot)), accelerator)
  })

  it('is not made of a ballot of another shape, or with points that are none', () => {
    const { ballot } = sent
    const refusal = (changed: typeof ballot): string => {
      const made = accelerateBallot(election, changed)
      return made.ok ? 'made' : made.error.code
    }
    const bad = new Uint8Array(32).fill(255)
    const { choices } = ballot.answers[1]!
    assert.equal(refusal({ ...ballot, uuid: 'another' }), 'wrong-election')
    assert.equal(refusal({ ...ballot, answers: ballot.answers.slice(1) }), 'wrong-shape')
    assert.equal(refusal({ ...ballot, credential: bad }), 'point-malformed')
    for (const half of ['alpha', 'beta'])
      assert.equal(
        refusal(withAnswer(ballot, 1, { choices: [{ ...choices[0]!, [half]: bad }, ...choices.slice(1)] })),
        'point-malformed',
      )
  })

  it('T35 has one length an election, whatever is voted', () => {
    const bytes = acceleratorBytes(election.questions)
    for (const answers of [
      [
        [0, 0],
        [1, 0, 0, 0],
      ],
      [
        [0, 1],
        [0, 1, 0, 1],
      ],
    ])
      assert.equal(anAcceleratedBallot(election, alice, answers).accelerator.length, bytes)
    // 1 credential, 1 signature, 6 ciphertexts with two branches each, 2 and 3 overall branches, 2 blank ones.
    assert.equal(bytes, (2 + 6 * 2 + (6 * 2 + 2 + 3 + 2) * 2) * COORDINATES_BYTES)
  })

  it('of the largest ballots is as long as the limit, and fits a batch', () => {
    const answers = Array.from({ length: MAX_CHOICES / MAX_QUESTIONS - 1 }, (_, index) => `${index}`)
    const questions = Array.from({ length: MAX_QUESTIONS }, (): Question => {
      return aQuestion({ answers, blank: true, min: 0, max: answers.length })
    })
    assert.equal(acceleratorBytes(questions), MAX_ACCELERATOR_BYTES)
    const one = aQuestion({ answers: Array<string>(MAX_CHOICES).fill('x'), min: 0, max: MAX_CHOICES })
    assert.ok(acceleratorBytes([one]) < MAX_ACCELERATOR_BYTES)
    assert.ok(acceleratorLayout(questions).points + 2 * MAX_QUESTIONS + 1 <= MAX_BATCH_POINTS)
  })
})

describe('the verification with accelerators', () => {
  it('takes ballots of several elections at once, with accelerators and without', () => {
    const plain: SentBallot = { election, ballot: aBallot(election, aVoter(election, 'bob')) }
    const all = [sent, anAcceleratedBallot(yesOrNo), plain, anAcceleratedBallot(election)]
    assert.deepEqual(outcomes(all), ['valid right', 'valid right', 'valid none', 'valid right'])
    assert.deepEqual(outcomes([]), [])
  })

  it('takes the same ballot twice', () => {
    assert.deepEqual(outcomes([sent, sent]), ['valid right', 'valid right'])
  })

  it('takes a ballot all of whose secrets are zero, as the exact verification does', () => {
    const random = (length: number): Uint8Array => new Uint8Array(length)
    const zero = unwrap(createAcceleratedBallot(yesOrNo, aVoter(yesOrNo).secret, [[0]], random))
    assert.ok(zero.ballot.answers[0]!.choices.every(({ alpha, beta }) => equalBytes(alpha, beta)))
    assert.ok(verifyBallot(yesOrNo, zero.ballot).ok)
    assert.deepEqual(outcomes([{ election: yesOrNo, ...zero }]), ['valid right'])
  })

  it('does not take a ballot for another election, or of another shape, and says so', () => {
    const { ballot, accelerator } = sent
    const answers = ballot.answers.slice(1)
    assert.deepEqual(
      outcomes([
        { election: yesOrNo, ballot, accelerator },
        { election, ballot: { ...ballot, answers }, accelerator },
        { election: anElection({ description: 'Another one.' }), ballot, accelerator },
      ]),
      ['wrong-election wrong', 'wrong-shape wrong', 'wrong-election wrong'],
    )
  })

  it('goes through batches of limited ballots and points', () => {
    const batchSizes = (one: SentBallot, times: number): readonly number[] => {
      const sizes: number[] = []
      const found = verifyAccelerated(Array<SentBallot>(times).fill(one), {
        ...TOOLS,
        withBatch: (work) =>
          withPlainBatch((batch) => {
            // Nothing is decided here but how many ballots come together.
            let ballots = 0
            return work({
              get count() {
                return batch.count
              },
              octuple: () => {
                sizes[sizes.length - (ballots++ === 0 ? 0 : 1)] = ballots
                return false
              },
              take: () => {},
              sum: () => {},
              encodings: (from, to) => batch.encodings(from, to),
              vanishes: () => true,
            })
          }),
      })
      assert.equal(found.length, times)
      return sizes
    }
    assert.deepEqual(batchSizes(anAcceleratedBallot(yesOrNo), MAX_BATCH_BALLOTS), [MAX_BATCH_BALLOTS])
    assert.deepEqual(batchSizes(anAcceleratedBallot(yesOrNo), MAX_BATCH_BALLOTS + 1), [MAX_BATCH_BALLOTS, 1])
    const answers = Array.from({ length: 12 }, (_, index) => `${index}`)
    const large = anAcceleratedBallot(anElection({ questions: [aQuestion({ answers, min: 1, max: 1 })] }))
    const points = large.accelerator.length / COORDINATES_BYTES + 3
    const fitting = Math.floor(MAX_BATCH_POINTS / points)
    assert.ok(fitting < MAX_BATCH_BALLOTS)
    assert.deepEqual(batchSizes(large, fitting + 1), [fitting, 1])
  })
})
