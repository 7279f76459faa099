/** A whole election on nodes in one process. */
import { strict as assert } from 'node:assert'
import { anOpenElection, aRunningNetwork, castThrough } from '../support/node-network.ts'

describe('an election on four nodes', function () {
  this.timeout(120_000)

  it('is finalised from the draft to the tally, with the same state everywhere', async () => {
    const network = await aRunningNetwork(4)
    const { uuid } = await anOpenElection(network, 3)
    await castThrough(network, 0, uuid, 0, [[1, 0]])
    await castThrough(network, 1, uuid, 1, [[0, 1]])
    await castThrough(network, 2, uuid, 2, [[1, 0]])
    await network.runUntil(() => network.record(3, uuid)?.voted === 3, 10_000, 'three ballots')
    await castThrough(network, 3, uuid, 1, [[1, 0]], 'changed mind')
    await network.runUntil(() => network.record(3, uuid)?.ballots === 4, 10_000, 'a second ballot')
    await network.runUntil(() => network.record(3, uuid)?.phase === 'tallied', 60_000, 'the tally')
    await network.run(2000)
    assert.deepEqual(network.record(0, uuid)?.result, [[3n, 0n]])
    assert.equal(new Set([0, 1, 2, 3].map((index) => network.root(index))).size, 1)
    for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
    await network.stopAll()
  })
})
