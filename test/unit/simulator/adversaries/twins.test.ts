import { strict as assert } from 'node:assert'
import { aSchedule, twins } from '../../../simulator/adversaries/twins.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { Hands, Reaches } from '../../../simulator/types.ts'
import { aStage, proposalOf, saying, seatOf } from './stage.ts'

const FIRST = 'validator 4'
const SECOND = 'validator 4 twin'
const SEATS = ['validator 1', 'validator 2', 'validator 3', FIRST, SECOND]

/** Who hears whom at a time, as text. */
function linksAt(reaches: Reaches, atMs: number): string {
  return SEATS.map((from) => SEATS.map((to) => (reaches(from, to, atMs) ? '1' : '0')).join('')).join(' ')
}

describe('twins', function () {
  this.timeout(30_000)

  it('follow a schedule that is a function of the dice alone', () => {
    const times = Array.from({ length: 300 }, (_, i) => 1_700_000_000_000 + i * 97)
    const [first, same, other] = ['a seed', 'a seed', 'another seed'].map((seed) =>
      aSchedule(createDice(seed)),
    )
    assert.ok(first && same && other)
    // Asked in another order, and of more windows than are remembered.
    const backwards = new Map([...times].reverse().map((atMs) => [atMs, linksAt(same, atMs)]))
    const links = times.map((atMs) => linksAt(first, atMs))
    assert.deepEqual(
      links,
      times.map((atMs) => backwards.get(atMs)),
    )
    assert.notDeepEqual(
      links,
      times.map((atMs) => linksAt(other, atMs)),
    )
    assert.ok(new Set(links).size > 3, 'partitions change')
  })

  it('are seldom in one company: sides split, seats are away, and now and then all is whole', () => {
    let [apart, whole, away, both] = [0, 0, 0, 0]
    for (let seed = 0; seed < 500; seed++) {
      const reaches = aSchedule(createDice(`seed ${seed}`))
      const hears = (from: string, to: string): boolean => reaches(from, to, 1_700_000_000_000)
      for (const from of SEATS) for (const to of SEATS) assert.equal(hears(from, to), hears(to, from))
      const correct = SEATS.slice(0, 3)
      if (!hears(FIRST, SECOND)) apart++
      if (SEATS.every((from) => SEATS.every((to) => hears(from, to)))) whole++
      if (correct.some((seat) => !hears(seat, seat))) away++
      if (correct.some((seat) => hears(seat, FIRST)) && correct.some((seat) => hears(seat, SECOND))) both++
    }
    assert.ok(apart > 200 && whole > 50 && away > 50 && both > 200, `${apart} ${whole} ${away} ${both}`)
  })

  it('say what correct nodes say to their side, and hear their side only', async () => {
    const stage = aStage()
    const create = twins.conspire(createDice('run'))
    const { reaches } = create
    assert.ok(reaches)
    const said = proposalOf(stage, 3, stage.block([]))
    let cut = 0
    for (const self of [FIRST, SECOND]) {
      for (let atMs = 0; atMs < 60_000; atMs += 500) {
        const hands: Hands = {
          ...stage.hands(3).hands,
          self: { name: self, index: 3, role: 'puppet' },
          others: SEATS.filter((name) => name !== self),
          nowMs: () => atMs,
        }
        const adversary = create()
        const [sending, ...more] = await saying(adversary, said, hands)
        assert.ok(sending && more.length === 0)
        assert.deepEqual(
          sending.to,
          hands.others.filter((name) => reaches(self, name, atMs)),
        )
        for (const name of hands.others) {
          assert.equal(adversary.hear?.(name, sending, hands), reaches(name, self, atMs))
        }
        if (sending.to.length < 4) cut++
      }
    }
    assert.ok(cut > 20)
    assert.equal(twins.seatsPerIndex, 2)
    assert.equal(seatOf(3), FIRST)
  })
})
