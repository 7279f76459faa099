/** What every `PointBatch` does, told by noble's points. An adapter runs this. */
import assert from 'node:assert/strict'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { AssertionFailure, concat, concatAll } from '../../base/index.ts'
import {
  COORDINATES_BYTES,
  encodeCoordinates,
  encodePoint,
  GENERATOR,
  IDENTITY,
  MAX_BATCH_POINTS,
  modOrder,
  multiply,
  ORDER,
  type Point,
  type WithPointBatch,
} from '../../crypto/index.ts'
import { TORSION_POINTS } from '../support/election/builders.ts'

const P = ed25519.Point.CURVE().p
const points = [1n, 2n, 3n, 5n, 8n, ORDER - 1n].map((k) => multiply(GENERATOR, (k * 7_777_777n) % ORDER))
const scalar = fc.oneof(
  fc.bigInt({ min: 0n, max: ORDER - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  fc.constantFrom(0n, 1n, ORDER - 1n, 2n ** 128n - 1n, 2n ** 252n),
)
const octuple = (point: Point): Point => multiply(point, 8n)
const encoded = (all: readonly Point[]): Uint8Array => concatAll(all.map(encodePoint))

/** Coordinates of anything, little-endian. */
function coordinates(x: bigint, y: bigint): Uint8Array {
  const half = (value: bigint): Uint8Array =>
    Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')).reverse()
  return concat(half(x), half(y))
}

/** Declares the suite for one adapter. */
export function pointBatchSuite(name: string, withBatch: WithPointBatch): void {
  describe(`the PointBatch contract: ${name}`, () => {
    keeping(withBatch)
    octupling(withBatch)
    refusing(withBatch)
    summing(withBatch)
  })
}

function keeping(withBatch: WithPointBatch): void {
  it('keeps points in the order in which they came, octupled, taken and added up', () => {
    withBatch((batch) => {
      assert.equal(batch.count, 0)
      assert.ok(batch.octuple(encodeCoordinates(points.slice(0, 3))))
      batch.take(points[3]!)
      batch.sum([0, 2, 3])
      batch.sum([1])
      assert.ok(batch.octuple(encodeCoordinates(points.slice(4))))
      assert.equal(batch.count, 8)
      const octuples = points.map(octuple)
      const [a, b, c, , e, f] = octuples as [Point, Point, Point, Point, Point, Point]
      const kept = [a, b, c, points[3]!, a.add(c).add(points[3]!), b, e, f]
      assert.deepEqual(batch.encodings(0, 8), encoded(kept))
      assert.deepEqual(batch.encodings(2, 5), encoded(kept.slice(2, 5)))
      assert.deepEqual(batch.encodings(3, 3), new Uint8Array())
    })
  })

  it('begins every time without a point', () => {
    withBatch((batch) => batch.take(GENERATOR))
    assert.equal(
      withBatch((batch) => batch.count),
      0,
    )
  })

  it('takes nothing at all, and the neutral element', () => {
    withBatch((batch) => {
      assert.ok(batch.octuple(new Uint8Array()))
      batch.take(IDENTITY)
      assert.ok(batch.octuple(encodeCoordinates([IDENTITY])))
      batch.sum([0, 1])
      assert.deepEqual(batch.encodings(0, 3), encoded([IDENTITY, IDENTITY, IDENTITY]))
    })
  })

  it('T06 octuples away each of the eight components of small order, in every point and alone', () => {
    for (const torsion of TORSION_POINTS)
      for (const point of [points[0]!, IDENTITY])
        withBatch((batch) => {
          assert.ok(batch.octuple(encodeCoordinates([point.add(torsion)])))
          assert.deepEqual(batch.encodings(0, 1), encodePoint(octuple(point)))
        })
  })

  it('adds points that are equal, opposite, or both the same kept point', () => {
    withBatch((batch) => {
      const [point] = points as [Point]
      assert.ok(batch.octuple(encodeCoordinates([point, point, point.negate()])))
      batch.sum([0, 1])
      batch.sum([0, 2])
      batch.sum([0, 0])
      const twice = multiply(point, 16n)
      assert.deepEqual(batch.encodings(3, 6), encoded([twice, IDENTITY, twice]))
    })
  })
}

function octupling(withBatch: WithPointBatch): void {
  it('octuples many points at once, whatever their coordinates', () => {
    const step = multiply(GENERATOR, 987_654_321n)
    const many: Point[] = []
    for (let point = points[0]!; many.length < 1000; point = point.add(step)) many.push(point)
    withBatch((batch) => {
      assert.ok(batch.octuple(encodeCoordinates(many)))
      assert.deepEqual(batch.encodings(0, many.length), encoded(many.map((point) => point.clearCofactor())))
    })
  })
}

function refusing(withBatch: WithPointBatch): void {
  const { x, y } = points[0]!.toAffine()
  const wrong: Readonly<Record<string, Uint8Array>> = {
    'off the curve': coordinates(x, (y + 1n) % P),
    'with x and y exchanged': coordinates(y, x),
    'with x + p': coordinates(x + P, y),
    'with y = p + 1': coordinates(0n, P + 1n),
    'with x = p': coordinates(P, 1n),
    'of all ones': new Uint8Array(COORDINATES_BYTES).fill(255),
    'of all zeros': new Uint8Array(COORDINATES_BYTES),
    'with the highest bit set': coordinates(x, y + 2n ** 255n),
  }
  for (const [what, bytes] of Object.entries(wrong))
    it(`keeps nothing of coordinates ${what}, nor of what stands beside them`, () => {
      withBatch((batch) => {
        batch.take(GENERATOR)
        for (const place of [0, 1, 2]) {
          const all = points.slice(0, 3).map((point) => encodeCoordinates([point]))
          all[place] = bytes
          assert.equal(batch.octuple(concatAll(all)), false)
          assert.equal(batch.count, 1)
        }
        assert.ok(batch.octuple(encodeCoordinates(points.slice(1, 2))))
        assert.deepEqual(batch.encodings(0, 2), encoded([GENERATOR, octuple(points[1]!)]))
      })
    })

  it('keeps as many points as it says, and no more', () => {
    const many = encodeCoordinates(Array.from({ length: 1024 }, () => points[0]!))
    withBatch((batch) => {
      for (let kept = 0; kept < MAX_BATCH_POINTS; kept += 1024) assert.ok(batch.octuple(many))
      assert.equal(batch.count, MAX_BATCH_POINTS)
      assert.throws(() => batch.take(GENERATOR), AssertionFailure)
      assert.throws(() => batch.sum([0]), AssertionFailure)
      assert.throws(() => batch.octuple(many), AssertionFailure)
    })
  }).timeout(30_000)
}

function summing(withBatch: WithPointBatch): void {
  it('says whether multiples of kept points and of g add up to nothing, whatever the scalars', () => {
    const aTerm = fc.record({ index: fc.nat(points.length), scalar })
    fc.assert(
      fc.property(fc.array(aTerm, { maxLength: 12 }), scalar, fc.boolean(), (terms, generator, isWrong) => {
        withBatch((batch) => {
          assert.ok(batch.octuple(encodeCoordinates(points)))
          batch.take(IDENTITY)
          const kept = [...points.map(octuple), IDENTITY]
          const sum = terms
            .map(({ index, scalar: k }) => multiply(kept[index]!, k))
            .reduce((a, b) => a.add(b), multiply(GENERATOR, generator))
          batch.take(sum.negate())
          const last = { index: batch.count - 1, scalar: 1n }
          assert.equal(
            batch.vanishes([...terms, last], isWrong ? modOrder(generator + 1n) : generator),
            !isWrong,
          )
        })
      }),
      { numRuns: 40 },
    )
  }).timeout(30_000)

  it('finds one wrong scalar among hundreds of terms, and none where there is none', () => {
    withBatch((batch) => {
      for (let i = 0; i < 50; i++) assert.ok(batch.octuple(encodeCoordinates(points)))
      const terms = Array.from({ length: 300 }, (_, index) => ({
        index,
        scalar: modOrder(BigInt(index) ** 30n),
      }))
      const logarithms = [1n, 2n, 3n, 5n, 8n, ORDER - 1n].map((k) => modOrder(8n * 7_777_777n * k))
      const total = terms.reduce((sum, { index, scalar: k }) => sum + logarithms[index % 6]! * k, 0n)
      assert.ok(batch.vanishes(terms, modOrder(-total)))
      terms[137] = { index: 137, scalar: modOrder(terms[137]!.scalar + 1n) }
      assert.ok(!batch.vanishes(terms, modOrder(-total)))
    })
  })

  it('finds nothing in no terms, and g in g', () => {
    withBatch((batch) => {
      assert.ok(batch.vanishes([], 0n))
      assert.ok(!batch.vanishes([], 1n))
      batch.take(GENERATOR)
      assert.ok(batch.vanishes([{ index: 0, scalar: ORDER - 1n }], 1n))
      assert.ok(batch.vanishes([{ index: 0, scalar: 0n }], 0n))
    })
  })

  it('does not take scalars that are not reduced, nor points that were not kept', () => {
    withBatch((batch) => {
      batch.take(GENERATOR)
      for (const bad of [ORDER, -1n]) {
        assert.throws(() => batch.vanishes([{ index: 0, scalar: bad }], 0n), AssertionFailure)
        assert.throws(() => batch.vanishes([], bad), AssertionFailure)
      }
      assert.throws(() => batch.vanishes([{ index: 1, scalar: 1n }], 0n), AssertionFailure)
      assert.throws(() => batch.sum([1]), AssertionFailure)
      assert.throws(() => batch.sum([]), AssertionFailure)
      assert.throws(() => batch.encodings(0, 2), AssertionFailure)
    })
  })
}
