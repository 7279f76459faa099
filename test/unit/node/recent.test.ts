import { strict as assert } from 'node:assert'
import { Budget, RecentMap } from '../../../node/recent.ts'

describe('a bounded memory', () => {
  it('forgets what was not touched for longest, one past its limit', () => {
    const memory = new RecentMap<number>(2)
    memory.set('a', 1)
    memory.set('b', 2)
    assert.equal(memory.get('a'), 1)
    memory.set('c', 3)
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => memory.has(key)),
      [true, false, true],
    )
    assert.equal(memory.size, 2)
  })
})

describe('a budget', () => {
  it('gives its burst at once and its rate in the long run, to each key its own', () => {
    const budget = new Budget({ perSecond: 10, burst: 3, keys: 8 })
    const taken = (key: string, now: number): boolean => budget.take(key, 1, now)
    assert.deepEqual([taken('a', 0), taken('a', 0), taken('a', 0), taken('a', 0)], [true, true, true, false])
    assert.equal(taken('b', 0), true)
    assert.deepEqual([taken('a', 99), taken('a', 101), taken('a', 101)], [false, true, false])
    assert.deepEqual(
      [1, 2, 3, 4].map(() => taken('a', 60_000)),
      [true, true, true, false],
    )
  })

  it('gains nothing from a clock that goes back', () => {
    const budget = new Budget({ perSecond: 10, burst: 1, keys: 8 })
    assert.equal(budget.take('a', 1, 1000), true)
    assert.equal(budget.take('a', 1, 0), false)
  })
})
