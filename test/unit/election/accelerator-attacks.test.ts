/** What whoever sends ballots can try with accelerators, performed; docs/accelerators.md says what comes of it. */
import { strict as assert } from 'node:assert'
import { concat, toHex, unwrap } from '../../../base/index.ts'
import {
  COORDINATES_BYTES,
  eighthOf,
  encodeCoordinates,
  encodePoint,
  GENERATOR,
  IDENTITY,
  modOrder,
  multiply,
  ORDER,
  octupled,
  type Point,
  pointsToHex,
  type Random,
  randomScalar,
  withPlainBatch,
} from '../../../crypto/index.ts'
import { answerText, ballotText, intervalText } from '../../../election/answer-proofs.ts'
import { proveDisjunction } from '../../../election/disjunction.ts'
import {
  accelerateBallot,
  type SentBallot,
  verifyAccelerated,
  verifyBallot,
} from '../../../election/index.ts'
import { MAX_SEARCH_PASSES } from '../../../election/limits.ts'
import { invert } from '../../../election/modular.ts'
import {
  anAcceleratedBallot,
  outcomes,
  pointOf,
  pointsOf,
  TOOLS,
  withCoordinates,
  withPoint,
} from '../../support/election/accelerated.ts'
import {
  anElection,
  aQuestion,
  aVoter,
  replaced,
  seeded,
  signedBy,
  TORSION_POINTS,
  withAnswer,
  withTorsion,
} from '../../support/election/builders.ts'
import { cheatingBallot } from '../../support/election/cheating-voter.ts'
import {
  fittedBallot,
  withFittedSignature,
  withShiftedSignature,
  withSignaturePoint,
} from '../../support/election/false-accelerators.ts'

const random = seeded('accelerator attacks')
/** One answer, yes or no: 12 points. */
const election = anElection({ questions: [aQuestion({ answers: ['Yes'], min: 0, max: 1 })] })
const [alice, bob, mallory] = ['alice', 'bob', 'mallory'].map((name) => aVoter(election, name)) as [
  ReturnType<typeof aVoter>,
  ReturnType<typeof aVoter>,
  ReturnType<typeof aVoter>,
]
const good = anAcceleratedBallot(election, alice, [[1]])
const other = anAcceleratedBallot(election, bob, [[0]])
const PLACES = good.accelerator.length / COORDINATES_BYTES
const WEIGHTS = 9

/** Between two others that are in order, and must stay so. */
function between(sent: Omit<SentBallot, 'election'>): string {
  const [before, outcome, after] = outcomes([good, { election, ...sent }, other])
  assert.deepEqual([before, after], ['valid right', 'valid right'])
  return outcome!
}

describe('T06 accelerators with components of small order', () => {
  for (const [index, torsion] of TORSION_POINTS.entries())
    it(`component ${index} of 8, in each point: the octuple is the same, and so is what is found`, () => {
      const changed = Array.from({ length: PLACES }, (_, place) =>
        withPoint(good.accelerator, place, (point) => point.add(torsion)),
      )
      const all = encodeCoordinates(pointsOf(good.accelerator).map((point) => point.add(torsion)))
      for (const accelerator of [...changed, all])
        assert.deepEqual(outcomes([{ ...good, accelerator }]), ['valid right'])
    })

  it('do not help a ballot that has such a component itself: nothing octuples to its point', () => {
    const { ballot } = good
    const [choice] = ballot.answers[0]!.choices
    for (const torsion of TORSION_POINTS.slice(1))
      for (const half of ['alpha', 'beta'] as const) {
        const mixed = { ...choice!, [half]: withTorsion(choice![half], torsion) }
        const damaged = signedBy(withAnswer(ballot, 0, { choices: [mixed] }), alice.secret)
        const accelerator = unwrap(accelerateBallot(election, damaged))
        assert.deepEqual(outcomes([{ election, ballot: damaged, accelerator }]), [
          'point-outside-subgroup wrong',
        ])
      }
  })

  it('do not help a ballot all of whose equations hold: with even challenges a component of order 2 vanishes from them', () => {
    const s0 = ballotText(election.fingerprint, toHex(mallory.publicCredential))
    for (;;) {
      const r = randomScalar(random)
      const eighths = [multiply(GENERATOR, eighthOf(r)), multiply(election.publicKey, eighthOf(r))] as const
      const halves = [octupled(eighths[0]).add(TORSION_POINTS[4]!), octupled(eighths[1])] as const
      const pair = pointsToHex(halves).join(',')
      const proofs = [intervalText(s0, pair), intervalText(answerText(s0, [pair]), pair)].map((text) => {
        const witnesses = [0, 1].map((value) => ({ randomness: r, plaintext: 0, value }))
        return proveDisjunction(text, election.publicKey, witnesses, 0, random)
      })
      const challenges = proofs.flatMap((made) => made.proofs.map(({ challenge }) => challenge))
      if (challenges.some((challenge) => challenge % 2n === 1n)) continue
      const answer = {
        choices: [{ alpha: encodePoint(halves[0]), beta: encodePoint(halves[1]) }],
        individualProofs: [proofs[0]!.proofs],
        overallProof: proofs[1]!.proofs,
      }
      const ballot = signedBy({ ...good.ballot, answers: [answer] }, mallory.secret)
      const own = multiply(GENERATOR, eighthOf(mallory.secret))
      const points = [own, own, ...eighths, ...proofs.flatMap((made) => made.eighths)]
      const accelerator = withSignaturePoint(ballot, encodeCoordinates(points))
      assert.equal(between({ ballot, accelerator }), 'point-outside-subgroup wrong')
      break
    }
  })
})

const codeOf = (ballot: SentBallot['ballot']): string => {
  const verdict = verifyBallot(election, ballot)
  return verdict.ok ? 'valid' : verdict.error.code
}

describe('T10 wrong accelerators of valid ballots', () => {
  it('cost time alone, wherever the wrong point is: the ballot is valid, and its sender is named', () => {
    const changes: readonly ((point: Point) => Point)[] = [
      (point) => point.add(GENERATOR),
      (point) => point.negate(),
      () => IDENTITY,
    ]
    for (let place = 0; place < PLACES; place++)
      for (const change of changes) {
        const accelerator = withPoint(good.accelerator, place, change)
        assert.equal(between({ ballot: good.ballot, accelerator }), 'valid wrong', `place ${place}`)
      }
  }).timeout(30_000)

  it('are wrong where two ballots have exchanged theirs, or two points of a ballot', () => {
    const { accelerator } = good
    assert.deepEqual(
      outcomes([
        { ...good, accelerator: other.accelerator },
        { ...other, accelerator },
      ]),
      ['valid wrong', 'valid wrong'],
    )
    const points = pointsOf(accelerator)
    const swapped = encodeCoordinates([...points.slice(0, 4), points[5]!, points[4]!, ...points.slice(6)])
    assert.equal(between({ ballot: good.ballot, accelerator: swapped }), 'valid wrong')
  })

  it('are wrong with coordinates that are not canonical or off the curve', () => {
    const { x, y } = pointsOf(good.accelerator)[3]!.toAffine()
    const p = 2n ** 255n - 19n
    const written = (...numbers: readonly bigint[]): Uint8Array =>
      concat(
        ...numbers.map((number) =>
          Uint8Array.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex')).reverse(),
        ),
      )
    for (const coordinates of [
      written(x + p, y),
      written(x, y + p),
      written(y, x),
      written(x, y ^ 1n),
      written(0n, 0n),
    ])
      assert.equal(
        between({ ballot: good.ballot, accelerator: withCoordinates(good.accelerator, 3, coordinates) }),
        'valid wrong',
      )
  })

  it('of another length are refused before anything is computed', () => {
    const { accelerator, ballot } = good
    const wrong = [
      new Uint8Array(),
      accelerator.subarray(1),
      accelerator.subarray(COORDINATES_BYTES),
      concat(accelerator, Uint8Array.of(0)),
      concat(accelerator, accelerator.subarray(0, COORDINATES_BYTES)),
    ]
    const sent = wrong.map((bytes) => ({ election, ballot, accelerator: bytes }))
    const found = verifyAccelerated(sent, {
      random: unasked,
      withBatch: unasked,
    })
    assert.deepEqual(found, Array(wrong.length).fill('wrong'))
    assert.deepEqual(outcomes(sent), Array(wrong.length).fill('valid wrong'))
  })
})

function unasked(): never {
  assert.fail('nothing is computed')
}

describe('T08 invalid ballots with accelerators', () => {
  it('2, -1 and 7 with the best proofs there are: what the equations make of them does not hash to the challenges', () => {
    for (const value of [2, -1, 7]) {
      const ballot = cheatingBallot(election, mallory, [[value]], random)
      const accelerator = unwrap(accelerateBallot(election, ballot))
      assert.equal(between({ ballot, accelerator }), 'individual-proof wrong')
    }
  })

  it('2 with commitments whose hashes fit: the equations do not hold, and the exact verification says why', () => {
    assert.equal(between(fittedBallot(election, mallory, [[2]], random)), 'individual-proof wrong')
  })

  it('even 1, where the proofs do not show it', () => {
    assert.equal(between(fittedBallot(election, mallory, [[1]], random)), 'individual-proof wrong')
  })

  it('without a credential: a signature whose hash fits is found out by its equation', () => {
    assert.equal(between(withFittedSignature(good, random)), 'bad-signature wrong')
  })

  it('with any one number of any proof changed, and signed again', () => {
    const { answers } = good.ballot
    const [proofs] = answers[0]!.individualProofs
    for (const branch of [0, 1])
      for (const part of ['challenge', 'response'] as const) {
        const proof = { ...proofs![branch]!, [part]: modOrder(proofs![branch]![part] + 1n) }
        const individualProofs = [replaced(proofs!, branch, proof)]
        const ballot = signedBy(withAnswer(good.ballot, 0, { individualProofs }), alice.secret)
        const accelerator = withSignaturePoint(ballot, good.accelerator)
        assert.equal(between({ ballot, accelerator }), 'individual-proof wrong')
      }
  })
})

describe('errors that cancel', () => {
  /** A verifier without weights, which is to say with equal ones. */
  const EQUAL_WEIGHTS = { ...TOOLS, random: (length: number): Uint8Array => new Uint8Array(length).fill(1) }
  const found = (sent: readonly SentBallot[], tools = TOOLS): readonly string[] =>
    verifyAccelerated(sent, tools)

  it('between two ballots pass a verifier without weights, and fail here', () => {
    const sent = [
      { election, ...withShiftedSignature(good, 5n) },
      { election, ...withShiftedSignature(other, -5n) },
    ]
    assert.deepEqual(found(sent, EQUAL_WEIGHTS), ['right', 'right'])
    assert.deepEqual(found(sent), ['wrong', 'wrong'])
    assert.deepEqual(outcomes(sent), ['bad-signature wrong', 'bad-signature wrong'])
  })

  it('between two branches of a proof pass a verifier without weights, and fail here', () => {
    const [first, second] = good.ballot.answers[0]!.individualProofs[0]!
    const individualProofs = [
      [
        { ...first!, response: modOrder(first!.response + 5n) },
        { ...second!, response: modOrder(second!.response - 5n) },
      ],
    ]
    const ballot = signedBy(withAnswer(good.ballot, 0, { individualProofs }), alice.secret)
    const sent = [{ election, ballot, accelerator: withSignaturePoint(ballot, good.accelerator) }]
    assert.deepEqual(found(sent, EQUAL_WEIGHTS), ['right'])
    assert.deepEqual(found(sent), ['wrong'])
    assert.equal(codeOf(ballot), 'individual-proof')
  })

  it('pass whenever the weights are known beforehand: they come from the system, after everything is fixed', () => {
    const foreseen = (): Random => seeded('foreseen')
    const bytes = foreseen()(4096)
    const weight = (index: number): bigint =>
      BigInt(`0x${Buffer.from(bytes.subarray(16 * index, 16 * index + 16)).toString('hex')}`)
    // A ballot has a weight for its signature and one for each of eight other commitments.
    const shift = modOrder(-5n * weight(0) * invert(weight(WEIGHTS), ORDER))
    const sent = [
      { election, ...withShiftedSignature(good, 5n) },
      { election, ...withShiftedSignature(other, shift) },
    ]
    assert.deepEqual(found(sent, { ...TOOLS, random: foreseen() }), ['right', 'right'])
    assert.deepEqual(found(sent), ['wrong', 'wrong'])
  })

  it('asks for weights when all points are kept and encoded, and not before', () => {
    const order: string[] = []
    const tools = {
      random: (length: number): Uint8Array => {
        order.push('weights')
        return TOOLS.random(length)
      },
      withBatch: <T>(work: Parameters<typeof withPlainBatch<T>>[0]): T =>
        withPlainBatch((batch) =>
          work({
            get count() {
              return batch.count
            },
            octuple: (coordinates) => {
              order.push('points')
              return batch.octuple(coordinates)
            },
            take: batch.take,
            sum: batch.sum,
            encodings: (from, to) => {
              order.push('hashes')
              return batch.encodings(from, to)
            },
            vanishes: (terms, generator) => {
              order.push('equations')
              return batch.vanishes(terms, generator)
            },
          }),
        ),
    }
    assert.deepEqual(verifyAccelerated([good, other], tools), ['right', 'right'])
    assert.deepEqual(order, ['points', 'points', 'hashes', 'weights', 'equations'])
  })
})

describe('T10 floods of ballots whose hashes fit', () => {
  it('are searched within a limit, and none of it changes what a ballot is', () => {
    const bad = { election, ...withFittedSignature(other, random) }
    const sent = Array.from({ length: 128 }, (_, index) => (index % 8 === 3 ? good : bad))
    let [asked, terms] = [0, 0]
    const tools = {
      ...TOOLS,
      withBatch: <T>(work: Parameters<typeof withPlainBatch<T>>[0]): T =>
        withPlainBatch((batch) =>
          work({
            get count() {
              return batch.count
            },
            octuple: batch.octuple,
            take: batch.take,
            sum: batch.sum,
            encodings: batch.encodings,
            vanishes: (some, generator) => {
              asked++
              terms += some.length
              return batch.vanishes(some, generator)
            },
          }),
        ),
    }
    assert.deepEqual(
      outcomes(sent, tools),
      sent.map((one) => (one === good ? 'valid right' : 'bad-signature wrong')),
    )
    // All but the multiples of the key and of g, a term a point.
    assert.ok(terms <= MAX_SEARCH_PASSES * sent.length * PLACES + asked, `${terms}`)
    assert.ok(verifyAccelerated(sent, tools).includes('unknown'))
  }).timeout(30_000)
})

describe('encodings', () => {
  it('of a ballot that are not canonical are nobody else than themselves: no accelerator fits them', () => {
    const [choice] = good.ballot.answers[0]!.choices
    const notCanonical = Uint8Array.from(Buffer.from(`7f${'ff'.repeat(30)}ee`, 'hex'))
    const ballot = signedBy(
      withAnswer(good.ballot, 0, { choices: [{ ...choice!, alpha: notCanonical }] }),
      alice.secret,
    )
    // y = p + 1 would be the neutral element.
    const accelerator = withSignaturePoint(
      ballot,
      withPoint(good.accelerator, 2, () => IDENTITY),
    )
    assert.equal(between({ ballot, accelerator }), 'point-malformed wrong')
    assert.throws(() => pointOf(notCanonical))
  })
})
