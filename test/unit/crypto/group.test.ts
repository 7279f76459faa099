import { strict as assert } from 'node:assert'
import { ed25519 } from '@noble/curves/ed25519.js'
import { toBigEndian } from '../../../base/index.ts'
import {
  combination,
  decodePoint,
  encodePoint,
  GENERATOR,
  IDENTITY,
  multiply,
  multiplySecret,
  ORDER,
  type Point,
  pointFromHex,
  pointRefusals,
  pointsToHex,
  pointToHex,
  precompute,
  randomScalar,
} from '../../../crypto/index.ts'
import { seeded, TORSION_POINTS } from '../../support/election/builders.ts'

const P = 2n ** 255n - 19n

describe('points of the group', () => {
  it('are written as the reverse of RFC 8032, 64 digits', () => {
    assert.equal(pointToHex(GENERATOR), `${'66'.repeat(31)}58`)
    assert.equal(pointToHex(IDENTITY), `${'00'.repeat(31)}01`)
  })

  it('are read back', () => {
    const point = multiply(GENERATOR, 12345678901234567890n)
    const read = pointFromHex(pointToHex(point))
    assert.ok(read.ok && read.value.equals(point))
  })

  it('T05 have one encoding: y + p, a sign on x = 0 and upper case are refused', () => {
    const encodings = [
      // y = 1 and the same y + p.
      toBigEndian(P + 1n, 32),
      // The neutral element with a sign.
      Uint8Array.from([0x80, ...new Uint8Array(30), 1]),
      // y = p itself, that is 0.
      toBigEndian(P, 32),
    ]
    for (const bytes of encodings) {
      const read = decodePoint(bytes)
      assert.ok(!read.ok && read.error.code === 'point-malformed')
    }
    const upper = pointFromHex(pointToHex(multiply(GENERATOR, 7n)).toUpperCase())
    assert.ok(!upper.ok && upper.error.code === 'point-malformed')
  })

  it('have exactly 32 bytes and lie on the curve', () => {
    const outside = Array.from({ length: 64 }, (_, y) => toBigEndian(BigInt(y), 32)).find(
      (bytes) => !decodePoint(bytes).ok,
    )
    assert.ok(outside !== undefined)
    for (const bytes of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
      const read = decodePoint(bytes)
      assert.ok(!read.ok && read.error.code === 'point-malformed')
    }
  })

  it('T06 are refused with any of the seven components of small order, whatever they are added to', () => {
    const point = multiply(GENERATOR, randomScalar(seeded('torsion')))
    for (const [index, torsion] of TORSION_POINTS.entries())
      for (const target of [point, IDENTITY]) {
        const bytes = encodePoint(target.add(torsion))
        const read = decodePoint(bytes)
        assert.equal(read.ok, index === 0, `component ${index}`)
        if (!read.ok) assert.equal(read.error.code, 'point-outside-subgroup')
      }
  })

  it('are refused among many for the same reasons as alone', () => {
    const good = multiply(GENERATOR, 5n)
    const points = [
      ...TORSION_POINTS.map((torsion) => encodePoint(good.add(torsion))),
      new Uint8Array(31),
      encodePoint(IDENTITY),
      new Uint8Array(32).fill(0xff),
      encodePoint(good),
      new Uint8Array(0),
    ]
    const alone = points.map((point) => {
      const read = decodePoint(point)
      return read.ok ? undefined : read.error
    })
    assert.deepEqual(pointRefusals(points), alone)
    assert.deepEqual(pointRefusals([]), [])
    assert.deepEqual(
      alone.map((refusal) => refusal === undefined),
      points.map((_, i) => [0, 9, 11].includes(i)),
    )
  })

  it('eight different points of small order are what the test adds', () => {
    assert.equal(new Set(pointsToHex(TORSION_POINTS)).size, 8)
    for (const point of TORSION_POINTS) assert.ok(point.clearCofactor().is0())
  })
})

describe('sums of multiples', () => {
  const random = seeded('sums')
  const points = Array.from({ length: 4 }, () => multiply(GENERATOR, randomScalar(random)))
  const scalars = [0n, 1n, 2n, 8n, 9n, 15n, 16n, 2n ** 252n, ORDER - 1n, ORDER - 8n, randomScalar(random)]

  /** Double and add on noble's points: slow, and nothing shared with the code under test. */
  function naive(point: Point, scalar: bigint): Point {
    let sum: Point = ed25519.Point.ZERO
    for (const bit of scalar.toString(2)) {
      sum = sum.double()
      if (bit === '1') sum = sum.add(point)
    }
    return sum
  }

  it('of one point agree with double and add, whether it is the generator or not', () => {
    for (const scalar of scalars)
      for (const point of [points[0]!, GENERATOR])
        assert.ok(combination([[point, scalar]]).equals(naive(point, scalar)), `[${scalar}]`)
  })

  it('of several points agree with the sum of single multiples', () => {
    for (let i = 0; i < 20; i++) {
      const terms = points.map((point, index) => {
        const scalar = i < scalars.length ? scalars[(i + index) % scalars.length]! : randomScalar(random)
        return [point, scalar] as const
      })
      const expected = terms.map(([point, scalar]) => naive(point, scalar)).reduce((a, b) => a.add(b))
      assert.ok(combination(terms).equals(expected))
    }
  })

  it('of the neutral element and of opposite points need no case of their own', () => {
    const opposite = points[0]!.negate()
    assert.ok(combination([]).is0())
    assert.ok(combination([[IDENTITY, 5n]]).is0())
    assert.ok(
      combination([
        [points[0]!, 5n],
        [opposite, 5n],
      ]).is0(),
    )
  })

  it('refuse a scalar that is not reduced', () => {
    assert.throws(() => combination([[GENERATOR, ORDER]]), /reduced/)
    assert.throws(() => combination([[GENERATOR, -1n]]), /reduced/)
    assert.throws(() => multiplySecret(GENERATOR, ORDER), /reduced/)
  })

  it('of a secret scalar give the same points, with and without tables', () => {
    const scalar = randomScalar(random)
    const expected = naive(points[1]!, scalar)
    assert.ok(multiplySecret(points[1]!, scalar).equals(expected))
    assert.ok(multiplySecret(precompute(points[1]!), scalar).equals(expected))
    assert.ok(multiplySecret(precompute(points[1]!), scalar).equals(expected))
    assert.ok(multiplySecret(points[1]!, 0n).is0())
  })

  it('are written together as they are written alone', () => {
    const sums = [...points, IDENTITY, points[0]!.add(points[1]!)]
    assert.deepEqual(pointsToHex(sums), sums.map(pointToHex))
    assert.deepEqual(pointsToHex([]), [])
  })
})
