import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { GENERATOR, multiply, ORDER } from '../../../crypto/index.ts'
import { MAX_TOTAL_WEIGHT } from '../../../election/limits.ts'
import { createLogarithms } from '../../../election/logarithm.ts'

const power = (exponent: bigint): ReturnType<typeof multiply> => multiply(GENERATOR, exponent)

describe('discrete logarithms', () => {
  it('are found for every number up to every small bound, and none beyond it', () => {
    const points = Array.from({ length: 30 }, (_, m) => power(BigInt(m)))
    for (let bound = 0; bound < 25; bound++) {
      const logarithms = createLogarithms(BigInt(bound), 2)
      for (const [m, point] of points.entries())
        assert.equal(logarithms.find(point), m <= bound ? BigInt(m) : undefined, `${m} of ${bound}`)
    }
  })

  it('are not found for the negative of a number in the range', () => {
    const logarithms = createLogarithms(1000n, 1)
    for (const m of [1n, 2n, 31n, 500n, 1000n]) assert.equal(logarithms.find(power(ORDER - m)), undefined)
  })

  it('are found at random places of random ranges', () => {
    const range = fc.bigInt({ min: 1n, max: 10n ** 6n }).chain((bound) =>
      fc.record({
        bound: fc.constant(bound),
        m: fc.bigInt({ min: 0n, max: bound }),
        count: fc.integer({ min: 1, max: 20 }),
      }),
    )
    fc.assert(
      fc.property(range, ({ bound, m, count }) => {
        assert.equal(createLogarithms(bound, count).find(power(m)), m)
      }),
      { numRuns: 25 },
    )
  })

  it('are found at both ends of 2^40, with one table, and not beyond', function () {
    this.timeout(120_000)
    assert.equal(MAX_TOTAL_WEIGHT, 2n ** 40n)
    const logarithms = createLogarithms(MAX_TOTAL_WEIGHT, 1)
    for (const m of [MAX_TOTAL_WEIGHT, 0n]) assert.equal(logarithms.find(power(m)), m)
    assert.equal(logarithms.find(power(MAX_TOTAL_WEIGHT + 1n)), undefined)
  })

  it('refuse a bound above their limit', () => {
    assert.throws(() => createLogarithms(MAX_TOTAL_WEIGHT + 1n, 1), /within its limit/)
  })
})
