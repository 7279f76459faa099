/** What every Arithmetic does, told by noble's points. An adapter runs this. */
import { strict as assert } from 'node:assert'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { concatAll, toBigEndian, toHex } from '../../base/index.ts'
import {
  type Arithmetic,
  type CiphertextGroup,
  encodePoint,
  GENERATOR,
  GOOD_POINT,
  IDENTITY,
  MALFORMED_POINT,
  MAX_LOGARITHM,
  modOrder,
  ORDER,
  OUTSIDE_SUBGROUP,
  type Point,
  type PointVerdict,
} from '../../crypto/index.ts'
import { TORSION_POINTS } from '../support/election/builders.ts'

const P = 2n ** 255n - 19n

// ---- noble's answers, one thing after the other --------------------------------------------------------------------------
/** [k]P by double and add, also for points outside the subgroup. */
export function times(point: Point, scalar: bigint): Point {
  let sum: Point = ed25519.Point.ZERO
  for (const bit of scalar.toString(2)) {
    sum = sum.double()
    if (bit === '1') sum = sum.add(point)
  }
  return sum
}
function verdictOf(encoded: Uint8Array): PointVerdict {
  try {
    const point = ed25519.Point.fromBytes(Uint8Array.from(encoded).reverse(), false)
    return point.isTorsionFree() ? GOOD_POINT : OUTSIDE_SUBGROUP
  } catch {
    return MALFORMED_POINT
  }
}
function pointOf(encoded: Uint8Array): Point {
  return ed25519.Point.fromBytes(Uint8Array.from(encoded).reverse(), false)
}

// ---- what the arithmetics are asked about --------------------------------------------------------------------------------
const EDGE_SCALARS = [
  0n,
  1n,
  2n,
  7n,
  8n,
  9n,
  63n,
  64n,
  65n,
  127n,
  128n,
  2n ** 251n,
  2n ** 252n,
  ORDER - 1n,
  ORDER - 64n,
]
const scalar = fc.oneof(fc.constantFrom(...EDGE_SCALARS), fc.bigInt({ min: 0n, max: ORDER - 1n }))
const good = scalar.map((k) => times(GENERATOR, k))
const anyPoint = fc.oneof(
  good,
  fc.tuple(good, fc.constantFrom(...TORSION_POINTS)).map(([point, torsion]) => point.add(torsion)),
)
const edgeNumber = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 40n }),
    fc.bigInt({ min: P - 40n, max: P + 18n }),
    fc.constantFrom(2n ** 254n, 2n ** 255n - 1n, (P - 1n) / 2n),
  )
  .chain((y) => fc.boolean().map((hasSign) => toBigEndian(y + (hasSign ? 2n ** 255n : 0n), 32)))
const anyEncoding = fc.oneof(
  anyPoint.map(encodePoint),
  edgeNumber,
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
)

/** Declares the suite for one adapter; `create` is called when its tests run. */
export function arithmeticSuite(name: string, create: () => Arithmetic): void {
  describe(`the arithmetic ${name}`, () => {
    let arithmetic: Arithmetic
    before(() => {
      arithmetic = create()
    })

    it('finds of sent points what noble finds: canonical, on the curve, in the subgroup', () => {
      fc.assert(
        fc.property(fc.array(anyEncoding, { maxLength: 5 }), (encodings) => {
          assert.deepEqual(arithmetic.check(concatAll(encodings)), encodings.map(verdictOf))
        }),
        { numRuns: 60 },
      )
    })

    it('decodes a point to the same point, or says why not', () => {
      fc.assert(
        fc.property(anyEncoding, (encoded) => {
          const point = arithmetic.decode(encoded)
          const verdict = verdictOf(encoded)
          if (verdict === GOOD_POINT) assert.ok(typeof point !== 'string' && point.equals(pointOf(encoded)))
          else assert.equal(point, verdict === MALFORMED_POINT ? 'malformed' : 'outside')
        }),
        { numRuns: 60 },
      )
    })

    it('T06 finds each of the seven components of small order, on any point', () => {
      const point = times(GENERATOR, 123_456_789n)
      for (const base of [point, IDENTITY]) {
        const encoded = concatAll(TORSION_POINTS.map((torsion) => encodePoint(base.add(torsion))))
        assert.deepEqual(arithmetic.check(encoded), [0, 2, 2, 2, 2, 2, 2, 2])
      }
    })

    it('sums multiples, of the generator and of others, equal and opposite ones too', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(anyPoint, scalar), { maxLength: 5 }), scalar, (others, k) => {
          const terms = [...others, [GENERATOR, k] as const]
          for (const more of [
            terms,
            [...terms, ...terms.map(([point, s]) => [point.negate(), s] as const)],
          ]) {
            const expected = more.map(([point, s]) => times(point, s)).reduce((a, b) => a.add(b), IDENTITY)
            assert.ok(arithmetic.combination(more).equals(expected))
          }
        }),
        { numRuns: 20 },
      )
      assert.ok(arithmetic.combination([]).is0())
    })

    it('recomputes the commitments of proofs of knowledge', () => {
      const statement = fc.record({ point: anyEncoding, challenge: scalar, response: scalar })
      fc.assert(
        fc.property(fc.array(statement, { maxLength: 5 }), (statements) => {
          const answers = arithmetic.schnorrCommitments(statements)
          for (const [i, { point, challenge, response }] of statements.entries()) {
            const { verdict, commitment } = answers[i]!
            assert.equal(verdict, verdictOf(point))
            if (verdict !== GOOD_POINT) {
              assert.equal(commitment.length, 0)
              continue
            }
            const expected = times(GENERATOR, response).add(times(pointOf(point), challenge))
            assert.equal(toHex(commitment), toHex(encodePoint(expected)))
          }
          assert.equal(answers.length, statements.length)
        }),
        { numRuns: 30 },
      )
    })

    it('T06 agrees with noble on the subgroup for random points of all components', () => {
      fc.assert(
        fc.property(good, (point) => {
          const encoded = concatAll(TORSION_POINTS.map((torsion) => encodePoint(point.add(torsion))))
          assert.deepEqual(arithmetic.check(encoded), [0, 2, 2, 2, 2, 2, 2, 2])
        }),
        { numRuns: name === 'in BigInt' ? 5 : 100 },
      )
    })

    const weight = fc
      .tuple(fc.oneof(scalar, fc.bigInt({ min: 0n, max: 2n ** 64n })), fc.boolean())
      .map(([size, isNegative]) => (isNegative ? -size : size))
    const rowsOf = (count: number): fc.Arbitrary<readonly { points: Point[]; weight: bigint }[]> =>
      fc.array(fc.record({ points: fc.array(anyPoint, { minLength: count, maxLength: count }), weight }), {
        maxLength: 4,
      })
    const encodedRow = ({ points, weight }: { points: readonly Point[]; weight: bigint }) => ({
      points: concatAll(points.map(encodePoint)),
      weight,
    })

    it('adds weighted points to sums, and takes them out, as noble does', () => {
      const sumsAndRows = fc.nat(5).chain((count) =>
        fc.record({
          sums: fc.array(fc.oneof(anyPoint, fc.constant(IDENTITY)), { minLength: count, maxLength: count }),
          rows: rowsOf(count),
        }),
      )
      fc.assert(
        fc.property(sumsAndRows, ({ sums, rows }) => {
          const answer = arithmetic.addWeighted(sums, rows.map(encodedRow))
          assert.ok(answer !== undefined && answer.length === sums.length)
          for (const [i, sum] of sums.entries()) {
            const expected = rows.reduce((total, { points, weight }) => {
              const multiple = times(points[i]!, weight < 0n ? -weight : weight)
              return weight < 0n ? total.subtract(multiple) : total.add(multiple)
            }, sum)
            assert.equal(toHex(encodePoint(answer[i]!)), toHex(encodePoint(expected)))
          }
          const opposite = rows.map(({ points, weight }) => encodedRow({ points, weight: -weight }))
          const back = arithmetic.addWeighted(answer, opposite)
          assert.ok(back?.every((point, i) => point.equals(sums[i]!)))
        }),
        { numRuns: 25 },
      )
    })

    it('doubles what it adds to itself, and comes to the neutral element from the opposite', () => {
      const point = times(GENERATOR, 987_654_321n)
      const row = (weight: bigint) => [{ points: encodePoint(point), weight }]
      for (const weight of [1n, 2n, 3n, ORDER - 1n]) {
        const sum = times(point, weight)
        assert.ok(arithmetic.addWeighted([sum], row(weight))![0]!.equals(times(point, 2n * weight)))
        assert.ok(arithmetic.addWeighted([sum], row(-weight))![0]!.is0())
      }
      assert.ok(arithmetic.addWeighted([point], row(0n))![0]!.equals(point))
      const neutral = [{ points: encodePoint(IDENTITY), weight: 5n }]
      assert.ok(arithmetic.addWeighted([point], neutral)![0]!.equals(point))
      assert.ok(arithmetic.addWeighted([IDENTITY], neutral)![0]!.is0())
    })

    it('adds nothing where a point is not on the curve, and refuses rows and weights of other sizes', () => {
      const [point, bad] = [encodePoint(times(GENERATOR, 5n)), new Uint8Array(32).fill(255)]
      const sums = [GENERATOR, GENERATOR]
      const row = (first: Uint8Array, second: Uint8Array) => ({
        points: concatAll([first, second]),
        weight: 1n,
      })
      for (const wrong of [row(bad, point), row(point, bad)])
        assert.equal(arithmetic.addWeighted(sums, [row(point, point), wrong]), undefined)
      assert.throws(() => arithmetic.addWeighted(sums, [{ points: point, weight: 1n }]), /for each sum/)
      for (const weight of [ORDER, -ORDER])
        assert.throws(() => arithmetic.addWeighted([GENERATOR], [{ points: point, weight }]), /order/)
    })

    it('finds logarithms up to its bound, several by one table, and none beyond', () => {
      for (const [bound, count] of [
        [0n, 1],
        [1n, 1],
        [25n, 2],
        [10_000n, 1],
        [123_456n, 7],
      ] as const) {
        const logarithms = arithmetic.logarithms(bound, count)
        for (const m of [0n, 1n, bound / 3n, bound - 1n, bound, bound + 1n, ORDER - 1n]) {
          const expected = m >= 0n && m <= bound ? m : undefined
          assert.equal(logarithms.find(times(GENERATOR, modOrder(m))), expected, `${m} of ${bound}`)
        }
        assert.equal(logarithms.find(times(GENERATOR, ORDER / 3n)), undefined)
      }
      for (const bound of [-1n, MAX_LOGARITHM + 1n])
        assert.throws(() => arithmetic.logarithms(bound, 1), /within its limit/)
    })

    const pair = fc.record({ alpha: good.map(encodePoint), beta: good.map(encodePoint) })
    const group = fc.array(pair, { minLength: 1, maxLength: 4 }).chain((ciphertexts) => {
      const from = fc.nat(ciphertexts.length - 1)
      const sums = fc.array(
        from.chain((start) =>
          fc.integer({ min: start + 1, max: ciphertexts.length }).map((end) => [start, end] as const),
        ),
        { maxLength: 2 },
      )
      return sums.chain((ranges) => {
        const equation = fc.record({
          of: fc.nat(ciphertexts.length + ranges.length - 1),
          value: fc.nat(5),
          challenge: scalar,
          response: scalar,
        })
        return fc
          .array(equation, { maxLength: 4 })
          .map((equations): CiphertextGroup => ({ ciphertexts, sums: ranges, equations }))
      })
    })

    it('recomputes sums and commitments of ciphertexts', () => {
      fc.assert(
        fc.property(good, fc.array(group, { maxLength: 3 }), (key, groups) => {
          const answers = arithmetic.ciphertextCommitments(key, groups)
          assert.equal(answers.length, groups.length)
          for (const [index, { ciphertexts, sums, equations }] of groups.entries()) {
            const points = ciphertexts.map(({ alpha, beta }) => [pointOf(alpha), pointOf(beta)] as const)
            const added = sums.map(([from, to]) =>
              points
                .slice(from, to)
                .reduce(([a, b], [c, d]) => [a.add(c), b.add(d)] as const, [IDENTITY, IDENTITY] as const),
            )
            const all = [...points, ...added]
            const commitments = equations.flatMap(({ of, value, challenge, response }) => {
              const [alpha, beta] = all[of]!
              const shifted = beta.subtract(times(GENERATOR, BigInt(value)))
              return [
                times(GENERATOR, response).add(times(alpha, challenge)),
                times(key, response).add(times(shifted, challenge)),
              ]
            })
            const answer = answers[index]!
            assert.deepEqual(
              answer.verdicts,
              ciphertexts.flatMap(() => [GOOD_POINT, GOOD_POINT]),
            )
            assert.equal(toHex(answer.sums), toHex(concatAll(added.flat().map(encodePoint))))
            assert.equal(toHex(answer.commitments), toHex(concatAll(commitments.map(encodePoint))))
          }
        }),
        { numRuns: 15 },
      )
    })

    it('says nothing of a group with a bad point, and all of the others', () => {
      const [a, b] = [encodePoint(times(GENERATOR, 5n)), encodePoint(times(GENERATOR, 6n))]
      const bad = encodePoint(times(GENERATOR, 5n).add(TORSION_POINTS[3]!))
      const equations = [{ of: 0, value: 1, challenge: 7n, response: 8n }]
      const groups = [
        { ciphertexts: [{ alpha: a, beta: b }], sums: [[0, 1]] as const, equations },
        { ciphertexts: [{ alpha: a, beta: bad }], sums: [[0, 1]] as const, equations },
        { ciphertexts: [{ alpha: new Uint8Array(32).fill(255), beta: b }], sums: [], equations },
      ]
      const [first, second, third] = arithmetic.ciphertextCommitments(GENERATOR, groups)
      assert.equal(first!.commitments.length, 64)
      assert.deepEqual(second!.verdicts, [0, 2])
      assert.deepEqual(third!.verdicts, [1, 0])
      for (const answer of [second!, third!]) {
        assert.equal(answer.commitments.length, 0)
        assert.equal(answer.sums.length, 0)
      }
    })
  })
}
