import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { equalBytes, unwrap } from '../../base/index.ts'
import { combination, GENERATOR, multiply, ORDER } from '../../crypto/index.ts'
import {
  ballotJson,
  createBallot,
  decodeBallot,
  encodeBallot,
  parseBallot,
  parseElection,
  parseQuestions,
  type Question,
  verifyBallot,
} from '../../election/index.ts'
import { isWellFormed } from '../../election/json.ts'
import { aBallot, anElection, aVoter, seeded } from '../support/election/builders.ts'

const aRandomQuestion: fc.Arbitrary<Question> = fc
  .record({
    question: fc.string({ unit: 'grapheme', maxLength: 20 }),
    answers: fc.array(fc.string({ unit: 'binary', maxLength: 8 }).filter(isWellFormed), {
      minLength: 1,
      maxLength: 4,
    }),
    blank: fc.boolean(),
    bounds: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ question, answers, blank, bounds }) => {
    const [a, b] = bounds.map((bound) => bound % (answers.length + 1)) as [number, number]
    return { question, answers, blank, min: Math.min(a, b), max: Math.max(a, b) }
  })

/** An answer to the question: blank, or a random choice of an allowed size. */
function anAnswer({ answers, blank, min, max }: Question, dice: number): readonly number[] {
  if (blank && dice % 4 === 0) return [1, ...answers.map(() => 0)]
  const size = min + (dice % (max - min + 1))
  const start = dice % answers.length
  const chosen = answers.map((_, index) => ((index + start) % answers.length < size ? 1 : 0))
  return blank ? [0, ...chosen] : chosen
}

describe('ballots, whatever the election', () => {
  it('are accepted, and the same in both forms', () => {
    fc.assert(
      fc.property(
        fc.array(aRandomQuestion, { minLength: 1, maxLength: 2 }),
        fc.nat(),
        fc.string(),
        (questions, dice, seed) => {
          const election = anElection({ questions })
          const answers = questions.map((question) => anAnswer(question, dice))
          const ballot = unwrap(createBallot(election, aVoter(election, seed).secret, answers, seeded(seed)))
          assert.deepEqual(verifyBallot(election, ballot), { ok: true, value: undefined })
          const json = ballotJson(ballot)
          assert.equal(ballotJson(unwrap(parseBallot(json))), json)
          assert.equal(ballotJson(unwrap(decodeBallot(encodeBallot(ballot)))), json)
        },
      ),
      { numRuns: 15 },
    )
  }).timeout(30_000)

  it('elections are read back to the same bytes', () => {
    fc.assert(
      fc.property(fc.array(aRandomQuestion, { minLength: 1, maxLength: 3 }), (questions) => {
        const { json } = anElection({ questions })
        assert.equal(unwrap(parseElection(json)).json, json)
      }),
      { numRuns: 30 },
    )
  })
})

describe('decoders, whatever the bytes', () => {
  const election = anElection()
  const bytes = encodeBallot(aBallot(election))
  const json = ballotJson(aBallot(election))

  it('take a changed compact form only when it is the encoding of what they read, and never throw', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(3), (at, flip, cut) => {
        const changed = Uint8Array.from(bytes).subarray(0, bytes.length - (cut === 3 ? at : 0))
        if (at < changed.length) changed[at]! ^= flip
        const decoded = decodeBallot(changed)
        if (decoded.ok) assert.ok(equalBytes(encodeBallot(decoded.value), changed))
      }),
      { numRuns: 300 },
    )
  })

  it('take a changed JSON only when it is the JSON of what they read, and never throw', () => {
    fc.assert(
      fc.property(fc.nat(json.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, insert, skip) => {
        const changed = json.slice(0, at) + insert + json.slice(at + skip)
        const parsed = parseBallot(changed)
        if (parsed.ok) assert.equal(ballotJson(parsed.value), changed)
      }),
      { numRuns: 300 },
    )
  })

  it('refuse any bytes and any JSON that is none of theirs, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.json(), (noise, text) => {
        assert.ok(!decodeBallot(noise).ok)
        assert.ok(!parseBallot(text).ok)
        assert.ok(!parseElection(text).ok)
        assert.ok(!parseQuestions(JSON.parse(text)).ok)
      }),
      { numRuns: 200 },
    )
  })
})

describe('sums of multiples, whatever the scalars', () => {
  const scalar = fc.bigInt({ min: 0n, max: ORDER - 1n })
  const point = multiply(GENERATOR, 123_456_789n)

  it('are linear: [a]P + [b]P = [a + b]P', () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        const expected = multiply(point, (a + b) % ORDER)
        assert.ok(
          combination([
            [point, a],
            [point, b],
          ]).equals(expected),
        )
      }),
      { numRuns: 50 },
    )
  })
})
