import { strict as assert } from 'node:assert'
import type { Clock } from '../../../node/index.ts'
import { MIN_PROPOSED_TRANSACTIONS } from '../../../node/limits.ts'
import { Proposer } from '../../../node/proposer.ts'
import { aNodeChain, ballotOn, openElectionOn } from '../../support/node-chain.ts'

describe('a proposer', function () {
  this.timeout(30_000)

  it('proposes all that waits, and less when the last block took a large part of a round', async () => {
    const voters = MIN_PROPOSED_TRANSACTIONS + 6
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, voters)
    const all = Array.from({ length: voters }, (_, voter) => ballotOn(on, uuid, voter))
    for (const { id } of all) on.chain.rememberVerified(id)
    await on.pool.addMany(
      all.map(({ bytes }) => ({ bytes })),
      undefined,
      true,
    )
    // Time passes whenever somebody looks: each block seems to take so long.
    let tookMs = 0
    let nowMs = on.clock.now()
    const clock: Clock = {
      now: () => {
        nowMs += tookMs
        return nowMs
      },
      setTimer: (afterMs, callback) => on.clock.setTimer(afterMs, callback),
      pause: () => on.clock.pause(),
    }
    const proposer = new Proposer({ roundTimeoutMs: 1000 }, { ...on, clock })
    const size = async (): Promise<number> => (await proposer.propose()).transactions.length
    assert.equal(await size(), voters)
    tookMs = 500
    assert.equal(await size(), voters)
    assert.equal(await size(), MIN_PROPOSED_TRANSACTIONS)
    tookMs = 0
    for (let blocks = 0; blocks < 8; blocks++) await size()
    assert.equal(await size(), voters)
  })
})
