/** What every verifier of ballots promises. */
import { strict as assert } from 'node:assert'
import type { BallotVerifier, Urgency } from '../../node/verifier.ts'
import { accelerated, anElectionNamed, ballotsOf, jobsOf, spoiled } from '../support/ballot-jobs.ts'

const election = anElectionNamed('The bridge')

/** `create`: a verifier that takes so many normal jobs at once, and does few at a time. */
export function testBallotVerifier(name: string, create: (maxJobs: number) => BallotVerifier): void {
  describe(`the ballot verifier ${name}`, function () {
    this.timeout(60_000)
    let verifier: BallotVerifier
    const all = ballotsOf(election, 24)
    const verify = (from: number, to: number, urgency: Urgency): ReturnType<BallotVerifier['verify']> =>
      verifier.verify(jobsOf(election, all.slice(from, to)), urgency)

    beforeEach(() => {
      verifier = create(16)
    })
    afterEach(() => verifier.stop())

    it('gives an outcome for each ballot, in order', async () => {
      const [good, other] = all
      assert.ok(good && other)
      const outcomes = await verifier.verify(jobsOf(election, [good, spoiled(other), other]), 'normal')
      assert.ok(outcomes !== 'busy')
      assert.deepEqual(
        outcomes.map(({ verdict }) => verdict.ok),
        [true, false, true],
      )
      const bad = outcomes[1]?.verdict
      assert.ok(bad?.ok === false)
      assert.equal(bad.error.code, 'bad-signature')
      assert.deepEqual(bad.error.place, { proof: 'signature' })
    })

    it('gives the same verdicts to ballots with accelerators, right ones and wrong ones', async () => {
      const [first, second, third] = accelerated(jobsOf(election, all.slice(0, 3)))
      assert.ok(first && second && third)
      const bad = { ...jobsOf(election, [spoiled(third.ballot)])[0]!, accelerator: third.accelerator! }
      const outcomes = await verifier.verify(
        [first, { ...second, accelerator: first.accelerator! }, bad],
        'normal',
      )
      assert.ok(outcomes !== 'busy')
      assert.deepEqual(
        outcomes.map(({ verdict }) => verdict.ok),
        [true, true, false],
      )
      // Who does not look at accelerators says so.
      const found = outcomes.map(({ accelerator }) => accelerator).join()
      assert.ok(found === 'right,wrong,wrong' || found === 'none,none,none', found)
    })

    it('verifies nothing in no time', async () => {
      assert.deepEqual(await verifier.verify([], 'urgent'), [])
    })

    it('is busy beyond its limit, and takes all of a request or nothing', async () => {
      assert.equal(await verify(0, 17, 'normal'), 'busy')
      assert.equal(verifier.pending(), 0)
      assert.notEqual(await verify(0, 16, 'normal'), 'busy')
    })

    it('never refuses what is urgent for its number', async () => {
      const outcomes = await verify(0, 24, 'urgent')
      assert.equal(outcomes.length, 24)
    })

    it('serves a proposal before the rest of what waits, and the past after all', async () => {
      const order: string[] = []
      const note = (name: string, from: number, urgency: Urgency): Promise<unknown> =>
        verify(from, from + 1, urgency).then(() => order.push(name))
      const normal = Array.from({ length: 8 }, (_, place) => note('normal', place, 'normal'))
      const past = note('past', 10, 'background')
      const urgent = note('urgent', 11, 'urgent')
      await Promise.all([...normal, past, urgent])
      assert.ok(order.indexOf('urgent') < order.lastIndexOf('normal'))
      assert.equal(order.at(-1), 'past')
    })

    it('counts what waits, the background apart', async () => {
      const past = verify(0, 3, 'background')
      assert.equal(verifier.pending(), 0)
      const now = verify(3, 6, 'normal')
      assert.equal(verifier.pending(), 3)
      await Promise.all([past, now])
      assert.equal(verifier.pending(), 0)
      assert.equal(await verify(0, 17, 'background'), 'busy')
    })

    it('says when there is room again', async () => {
      await verifier.room()
      const work = verify(0, 16, 'normal')
      let isOver = false
      void work.then(() => {
        isOver = true
      })
      await verifier.room()
      assert.equal(isOver, false)
      assert.notEqual(await verify(16, 20, 'normal'), 'busy')
      await work
    })

    it('leaves the event loop its turns', async () => {
      let turns = 0
      let isDone = false
      const count = (): void => {
        turns++
        if (!isDone) setImmediate(count)
      }
      setImmediate(count)
      await verify(0, 4, 'normal')
      isDone = true
      assert.ok(turns >= 3)
    })

    it('takes nothing once it is stopped, and keeps nobody waiting for room', async () => {
      await verifier.stop()
      assert.equal(await verify(0, 1, 'urgent'), 'busy')
      await verifier.room()
    })
  })
}
