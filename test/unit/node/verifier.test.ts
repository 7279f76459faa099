import { strict as assert } from 'node:assert'
import { GENERATOR } from '../../../crypto/index.ts'
import { type Ballot, createElection, createUuid, type Election } from '../../../election/index.ts'
import { createManualClock } from '../../../node/clock.ts'
import { type BallotVerifier, createInlineVerifier, type Urgency } from '../../../node/verifier.ts'
import { aBallot, QUESTIONS, seededRandom } from '../../support/ledger-builders.ts'

const election: Election = createElection({
  name: 'The bridge',
  description: '',
  publicKey: GENERATOR,
  questions: QUESTIONS,
  uuid: createUuid(seededRandom('verifier')),
})

function ballots(count: number): readonly Ballot[] {
  return Array.from({ length: count }, (_, voter) => aBallot(election, voter))
}

function jobs(of: readonly Ballot[]): Parameters<BallotVerifier['verify']>[0] {
  return of.map((ballot) => ({ election, ballot }))
}

describe('the ballot verifier', () => {
  it('gives an outcome for each ballot, in order', async () => {
    const verifier = createInlineVerifier({ clock: createManualClock(0) })
    const [good, other] = ballots(2)
    assert.ok(good && other)
    const bad = { ...other, signature: { ...other.signature, response: other.signature.response + 1n } }
    const outcomes = await verifier.verify(jobs([good, bad, other]), 'normal')
    assert.ok(outcomes !== 'busy')
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, false, true],
    )
  })

  it('lets everything else have its turn between two ballots', async () => {
    const verifier = createInlineVerifier({ clock: createManualClock(0) })
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await verifier.verify(jobs(ballots(4)), 'normal')
    isDone = true
    assert.ok(turns >= 3)
  })

  it('is busy beyond its limit, and takes all of a request or nothing', async () => {
    const verifier = createInlineVerifier({ clock: createManualClock(0), maxJobs: 3 })
    const all = ballots(4)
    assert.equal(await verifier.verify(jobs(all), 'normal'), 'busy')
    assert.equal(verifier.pending(), 0)
    assert.notEqual(await verifier.verify(jobs(all.slice(0, 3)), 'normal'), 'busy')
  })

  it('serves a proposal before all others, whatever waits', async () => {
    const verifier = createInlineVerifier({ clock: createManualClock(0), maxJobs: 3 })
    const order: string[] = []
    const [a, b, c, urgent] = ballots(4)
    assert.ok(a && b && c && urgent)
    const note = (name: string, of: Ballot, urgency: 'urgent' | 'normal'): Promise<unknown> =>
      verifier.verify(jobs([of]), urgency).then(() => order.push(name))
    await Promise.all([
      note('a', a, 'normal'),
      note('b', b, 'normal'),
      note('c', c, 'normal'),
      note('urgent', urgent, 'urgent'),
    ])
    assert.deepEqual(order, ['a', 'urgent', 'b', 'c'])
  })

  it('verifies in the background only when nothing else waits, and counts it apart', async () => {
    const verifier = createInlineVerifier({ clock: createManualClock(0), maxJobs: 3 })
    const order: string[] = []
    const [a, b, c, d] = ballots(4)
    assert.ok(a && b && c && d)
    const note = (name: string, of: readonly Ballot[], urgency: Urgency): Promise<unknown> =>
      verifier.verify(jobs(of), urgency).then(() => order.push(name))
    const past = note('past', [a], 'background')
    const more = note('more of the past', [b], 'background')
    assert.equal(verifier.pending(), 0)
    await Promise.all([past, more, note('normal', [c], 'normal'), note('urgent', [d], 'urgent')])
    assert.deepEqual(order, ['past', 'urgent', 'normal', 'more of the past'])
    assert.equal(await verifier.verify(jobs([a, b, c, d]), 'background'), 'busy')
  })

  it('gives way before each ballot, but not for a proposal that waits for one', async () => {
    let ways = 0
    const verifier = createInlineVerifier({
      clock: createManualClock(0),
      giveWay: async () => {
        ways++
      },
    })
    const [a, b] = ballots(2)
    assert.ok(a && b)
    await verifier.verify(jobs([a, b]), 'normal')
    assert.equal(ways, 2)
    await verifier.verify(jobs([a, b]), 'urgent')
    assert.equal(ways, 2)
    const stuck = createInlineVerifier({ clock: createManualClock(0), giveWay: () => new Promise(() => {}) })
    void stuck.verify(jobs([a]), 'normal')
    await stuck.verify(jobs([b]), 'urgent')
    assert.equal(stuck.pending(), 1, 'the other one still waits')
    await stuck.stop()
  })

  it('takes nothing once it is stopped', async () => {
    const verifier = createInlineVerifier({ clock: createManualClock(0) })
    await verifier.stop()
    assert.equal(await verifier.verify(jobs(ballots(1)), 'urgent'), 'busy')
  })
})
