import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { type Found, findWrong } from '../../../election/halving.ts'
import { MAX_BATCH_BALLOTS, MAX_SEARCH_PASSES } from '../../../election/limits.ts'

/** A search among items that say themselves whether they are right, and what it cost. */
function search(
  items: readonly boolean[],
  passes = MAX_SEARCH_PASSES,
): { found: readonly Found[]; cost: number } {
  let cost = 0
  const areAllRight = (part: readonly boolean[]): boolean => {
    assert.ok(part.length > 0)
    cost += part.length
    return part.every((isRight) => isRight)
  }
  return { found: findWrong(items, areAllRight, () => 1, passes), cost }
}

const withWrong = (places: readonly number[]): readonly boolean[] =>
  Array.from({ length: MAX_BATCH_BALLOTS }, (_, index) => !places.includes(index))

describe('the search for wrong ones among many', () => {
  it('asks once where all are right, and not at all where there are none', () => {
    assert.deepEqual(search(withWrong([])), {
      found: Array(MAX_BATCH_BALLOTS).fill('right'),
      cost: MAX_BATCH_BALLOTS,
    })
    assert.deepEqual(search([]), { found: [], cost: 0 })
    assert.deepEqual(search([false]), { found: ['wrong'], cost: 1 })
  })

  it('finds a wrong one wherever it is, for two passes beside the first at most and one and a half on average', () => {
    let total = 0
    for (let place = 0; place < MAX_BATCH_BALLOTS; place++) {
      const { found, cost } = search(withWrong([place]))
      assert.deepEqual(
        found,
        withWrong([place]).map((isRight) => (isRight ? 'right' : 'wrong')),
      )
      assert.ok(cost < 3 * MAX_BATCH_BALLOTS)
      total += cost
    }
    const average = total / MAX_BATCH_BALLOTS / MAX_BATCH_BALLOTS
    assert.ok(average > 2.4 && average < 2.6, `${average}`)
  })

  it('finds eight wrong ones anywhere within its limit', () => {
    const place = fc.nat(MAX_BATCH_BALLOTS - 1)
    fc.assert(
      fc.property(fc.uniqueArray(place, { maxLength: 8 }), (places) => {
        const { found } = search(withWrong(places))
        assert.deepEqual(
          found,
          withWrong(places).map((isRight) => (isRight ? 'right' : 'wrong')),
        )
      }),
      { numRuns: 300, examples: [[[0, 32, 64, 96, 128, 160, 192, 224]]] },
    )
  })

  it('gives up at its limit, and says nothing that is not so', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 6 }),
        (items, passes) => {
          const { found, cost } = search(items, passes)
          assert.ok(cost <= passes * items.length)
          for (const [index, isRight] of items.entries())
            assert.ok(found[index] === 'unknown' || found[index] === (isRight ? 'right' : 'wrong'))
        },
      ),
      { numRuns: 300 },
    )
    const { found, cost } = search(withWrong([...Array(MAX_BATCH_BALLOTS).keys()]))
    assert.ok(found.includes('unknown'))
    assert.ok(cost <= MAX_SEARCH_PASSES * MAX_BATCH_BALLOTS)
  })

  it('counts what the items cost, not how many they are', () => {
    let cost = 0
    const items = [100, 1, 1, 1]
    findWrong(
      items,
      (part) => {
        cost += part.reduce((sum, item) => sum + item, 0)
        return false
      },
      (item) => item,
      2,
    )
    assert.ok(cost <= 2 * 103, `${cost}`)
  })
})
