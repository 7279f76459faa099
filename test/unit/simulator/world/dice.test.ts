import assert from 'node:assert/strict'
import { ADVERSARIES } from '../../../simulator/adversaries/index.ts'
import { choose, createDice } from '../../../simulator/dice.ts'
import { createPlan } from '../../../simulator/plan.ts'
import { PROFILES, profileNames } from '../../../simulator/profiles.ts'

describe('dice', () => {
  it('fall alike for one name, and otherwise for another', () => {
    const throws = (name: string): readonly number[] => {
      const dice = createDice(name)
      return Array.from({ length: 20 }, () => dice.between(0, 1_000_000))
    }
    assert.deepEqual(throws('a'), throws('a'))
    assert.notDeepEqual(throws('a'), throws('b'))
  })

  it('have forks that do not depend on how often their parent was thrown', () => {
    const [one, other] = [createDice('a'), createDice('a')]
    for (let i = 0; i < 10; i++) other.chance(0.5)
    assert.deepEqual(one.fork('part').bytes(), other.fork('part').bytes())
    assert.notDeepEqual(one.fork('part').bytes(), one.fork('other part').bytes())
  })

  it('reach both ends of a range, nothing beyond, and every face about equally often', () => {
    const dice = createDice('faces')
    const counts = new Array<number>(6).fill(0)
    for (let i = 0; i < 6000; i++) counts[dice.between(1, 6) - 1]!++
    for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts}`)
    assert.equal(dice.chance(0), false)
    assert.equal(dice.chance(1), true)
  })

  it('choose different items, in the order of the list', () => {
    const chosen = choose(createDice('choose'), [1, 2, 3, 4, 5, 6], 4)
    assert.equal(new Set(chosen).size, 4)
    assert.deepEqual(
      chosen,
      [...chosen].sort((a, b) => a - b),
    )
  })
})

describe('a plan', () => {
  it('is a function of its seed', () => {
    assert.deepEqual(createPlan(7, undefined, ADVERSARIES), createPlan(7, undefined, ADVERSARIES))
    assert.notDeepEqual(createPlan(7, undefined, ADVERSARIES), createPlan(8, undefined, ADVERSARIES))
  })

  it('has at most f adversaries of n, and twins of one index with two seats', () => {
    const sizes = new Set<number>()
    const kinds = new Set<string>()
    for (let seed = 0; seed < 600; seed++) {
      const { n, adversaries, seats } = createPlan(seed, undefined, ADVERSARIES)
      sizes.add(n)
      assert.ok(3 * adversaries.size < n, `${adversaries.size} of ${n}`)
      for (const [index, kind] of adversaries) {
        kinds.add(kind)
        const puppets = seats.filter((seat) => seat.index === index)
        assert.equal(puppets.length, ADVERSARIES[kind]!.seatsPerIndex)
        assert.ok(puppets.every(({ role }) => role === 'puppet'))
      }
      assert.equal(seats.filter(({ role }) => role === 'correct').length, n - adversaries.size)
    }
    assert.deepEqual([...sizes].sort(), [10, 4, 5, 6, 7])
    assert.deepEqual([...kinds].sort(), Object.keys(ADVERSARIES).sort())
  })

  it('has a profile for each kind of adversary alone', () => {
    assert.deepEqual(profileNames(ADVERSARIES), [...Object.keys(PROFILES), ...Object.keys(ADVERSARIES)])
    for (const kind of Object.keys(ADVERSARIES)) {
      const { adversaries } = createPlan(1, kind, ADVERSARIES)
      assert.deepEqual([...new Set(adversaries.values())], [kind])
    }
  })
})
