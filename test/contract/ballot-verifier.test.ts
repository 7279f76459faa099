/** Both verifiers of ballots, and what only threads can do. */
import { strict as assert } from 'node:assert'
import { AssertionFailure } from '../../base/index.ts'
import type { Election } from '../../election/index.ts'
import { createManualClock, SILENT } from '../../node/index.ts'
import { MAX_LIFELESS_THREADS } from '../../node/limits.ts'
import { createInlineVerifier } from '../../node/verifier.ts'
import { createVerifierPool } from '../../node/verifier-pool.ts'
import { accelerated, anElectionNamed, ballotsOf, jobsOf, spoiled } from '../support/ballot-jobs.ts'
import { DEATHS, POISON } from '../support/mortal-verifier.ts'
import { testBallotVerifier } from './ballot-verifier-suite.ts'

const logger = SILENT
const onFailure = (error: unknown): void => {
  throw new AssertionFailure(`the pool fails: ${error}`)
}

testBallotVerifier('in this thread', (maxJobs) =>
  createInlineVerifier({ clock: createManualClock(0), maxJobs }),
)
testBallotVerifier('in a thread of its own', (maxJobs) =>
  createVerifierPool({ threads: 1, logger, onFailure, maxJobs }),
)

describe('threads that verify ballots', function () {
  this.timeout(60_000)
  const program = new URL('../support/mortal-verifier.ts', import.meta.url)

  it('verify a ballot once when it is asked for twice, as urgently as the more urgent asks', async () => {
    const pool = createVerifierPool({ threads: 1, logger, onFailure })
    const election = anElectionNamed('twice')
    const jobs = jobsOf(election, ballotsOf(election, 6))
    const order: string[] = []
    const normal = jobs.map((job) => pool.verify([job], 'normal').then(() => order.push('normal')))
    const urgent = pool.verify(jobs.slice(5), 'urgent').then(() => order.push('urgent'))
    assert.equal(pool.pending(), 6)
    await Promise.all([...normal, urgent])
    assert.ok(order.indexOf('urgent') < order.length - 2, 'the ones before it were overtaken')
    await pool.stop()
  })

  it('share the work, whatever the election', async () => {
    const pool = createVerifierPool({ threads: 2, logger, onFailure })
    const some = ['one', 'another', 'a third'].map((name) => {
      const election = anElectionNamed(name)
      const [good, other] = ballotsOf(election, 2)
      return jobsOf(election, [good!, spoiled(other!)])
    })
    for (const outcomes of await Promise.all(some.map((jobs) => pool.verify(jobs, 'normal')))) {
      assert.ok(outcomes !== 'busy')
      assert.deepEqual(
        outcomes.map(({ verdict }) => verdict.ok),
        [true, false],
      )
    }
    await pool.stop()
  })

  const mortal = (election: Election): ReturnType<typeof createVerifierPool> => {
    assert.ok(Object.values<string>(DEATHS).includes(election.name))
    return createVerifierPool({ threads: 2, logger, onFailure, program })
  }

  it('look at accelerators, and say of each what they found', async () => {
    const election = anElectionNamed('The tunnel')
    const pool = createVerifierPool({ threads: 1, logger, onFailure })
    const [first, second, third] = jobsOf(election, ballotsOf(election, 3))
    const [quick] = accelerated([first!])
    const outcomes = await pool.verify(
      [quick!, second!, { ...third!, accelerator: quick!.accelerator! }],
      'normal',
    )
    assert.ok(outcomes !== 'busy')
    assert.deepEqual(
      outcomes.map(({ accelerator }) => accelerator),
      ['right', 'none', 'wrong'],
    )
    assert.ok(outcomes.every(({ verdict }) => verdict.ok))
    await pool.stop()
  })

  it('are replaced when they die, and what they were at is done again', async () => {
    const election = anElectionNamed(DEATHS.company)
    const pool = mortal(election)
    const [a, b, c, d] = ballotsOf(election, 4)
    const outcomes = await pool.verify(jobsOf(election, [a!, spoiled(b!), c!, d!]), 'normal')
    assert.ok(outcomes !== 'busy')
    assert.deepEqual(
      outcomes.map(({ verdict }) => verdict.ok),
      [true, false, true, true],
    )
    assert.equal(pool.pending(), 0)
    await pool.stop()
  })

  it('give no verdict on a ballot that kills them, and go on with the others', async () => {
    const election = anElectionNamed(DEATHS.poison)
    const pool = mortal(election)
    const [a, b, c] = ballotsOf(election, 3)
    const [good, poisoned, other] = jobsOf(election, [a!, spoiled(b!, POISON), c!])
    const deadly = pool.verify([poisoned!], 'normal')
    const harmless = pool.verify([good!, other!], 'normal')
    assert.equal(await deadly, 'busy')
    assert.notEqual(await harmless, 'busy')
    await pool.stop()
  })

  it('stop the node when none of them lives', async () => {
    const election = anElectionNamed(DEATHS.always)
    const failed = new Promise<unknown>((resolve) => {
      const pool = createVerifierPool({ threads: 1, logger, onFailure: resolve, program })
      for (const job of jobsOf(election, ballotsOf(election, MAX_LIFELESS_THREADS)))
        void pool.verify([job], 'normal')
    })
    assert.match(String(await failed), /die one after the other/)
  })

  it('let go of what waits when they are stopped in the middle', async () => {
    const pool = createVerifierPool({ threads: 1, logger, onFailure })
    const election = anElectionNamed('stopped')
    const work = pool.verify(jobsOf(election, ballotsOf(election, 8)), 'urgent')
    await pool.stop()
    assert.equal(await work, 'busy')
    assert.equal(pool.pending(), 0)
  })
})
