/** Measuring how a quorum returns, and the command line of chaos runs. */
import { strict as assert } from 'node:assert'
import type { Sighting } from '../../chaos/facts.ts'
import { parseOptions } from '../../chaos/options.ts'
import { boundMs, recoveries } from '../../chaos/recovery.ts'

/** `ready 2`, `gone 2`, `final 7` at 100, 200, 300, ... */
function sightings(...what: readonly string[]): readonly Sighting[] {
  return what.map((text, i) => {
    const [type, number] = text.split(' ')
    const at = 100 * (i + 1)
    if (type === 'final') return { at, place: 0, type: 'finalised', height: Number(number), round: i }
    return { at, place: Number(number), type: type === 'ready' ? 'ready' : 'gone' }
  })
}

describe('the measure of recovery', () => {
  const START = ['ready 0', 'ready 1', 'ready 2', 'ready 3', 'final 1'] as const

  it('runs from the daemon that makes the quorum to the next new height', () => {
    const seen = sightings('ready 0', 'ready 1', 'ready 2', 'ready 3', 'final 1')
    assert.deepEqual(recoveries(seen, 3), [{ returnedAt: 300, afterMs: 200, round: 4 }])
  })

  it('takes no notice of one that dies while there is a quorum', () => {
    assert.equal(recoveries(sightings(...START, 'gone 3', 'final 2', 'ready 3', 'final 3'), 3).length, 1)
  })

  it('does not take a height that somebody else had before for a new one', () => {
    const seen = sightings(...START, 'gone 3', 'gone 2', 'ready 2', 'final 1', 'final 2')
    assert.deepEqual(recoveries(seen, 3)[1], { returnedAt: 800, afterMs: 200, round: 9 })
  })

  it('says where the quorum was lost again, or never came to anything', () => {
    const seen = sightings(...START, 'gone 3', 'gone 2', 'ready 2', 'gone 1', 'ready 1')
    assert.deepEqual(recoveries(seen, 3).slice(1), [{ returnedAt: 800 }, { returnedAt: 1000 }])
  })

  it('is bounded by the catch-up wait of a start and two timeouts of the round', () => {
    const timing = { roundTimeoutMs: 3000, roundTimeoutStepMs: 2000, roundTimeoutCapMs: 30_000 }
    assert.deepEqual(
      [0, 1, 100].map((round) => boundMs(round, timing)),
      [9000, 13_000, 63_000],
    )
  })
})

describe('the command line of chaos runs', () => {
  it('keeps the order of the scenarios, and says how to repeat a run', () => {
    const options = parseOptions(['--only', 'kills,torn', '--seed', '7', '--kills', '3'])
    assert.ok(typeof options !== 'string')
    assert.deepEqual(
      options.scenarios.map(({ name }) => name),
      ['torn', 'kills'],
    )
    assert.equal(options.again, '--seed 7 --kills 3 --only kills,torn')
  })

  it('refuses what it does not know', () => {
    for (const args of [['--kills', '0'], ['--kills', '1001'], ['--only', 'fire'], ['--fast']])
      assert.match(String(parseOptions(args)), /usage: /, args.join(' '))
  })
})
