import { strict as assert } from 'node:assert'
import { createManualClock } from '../../../node/clock.ts'
import { createInlineVerifier } from '../../../node/verifier.ts'
import { anElectionNamed, ballotsOf, jobsOf } from '../../support/ballot-jobs.ts'

const election = anElectionNamed('The bridge')

describe('the ballot verifier in this thread', () => {
  it('gives way before each ballot, but not for a proposal that waits for one', async () => {
    let ways = 0
    const verifier = createInlineVerifier({
      clock: createManualClock(0),
      giveWay: async () => {
        ways++
      },
    })
    const [a, b] = ballotsOf(election, 2)
    assert.ok(a && b)
    await verifier.verify(jobsOf(election, [a, b]), 'normal')
    assert.equal(ways, 2)
    await verifier.verify(jobsOf(election, [a, b]), 'urgent')
    assert.equal(ways, 2)
    const stuck = createInlineVerifier({ clock: createManualClock(0), giveWay: () => new Promise(() => {}) })
    void stuck.verify(jobsOf(election, [a]), 'normal')
    await stuck.verify(jobsOf(election, [b]), 'urgent')
    assert.equal(stuck.pending(), 1, 'the other one still waits')
    await stuck.stop()
  })
})
