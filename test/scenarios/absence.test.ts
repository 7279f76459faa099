/** Validators that are away, and what the others do without them. */
import { strict as assert } from 'node:assert'
import { decodeEnvelope } from '../../network/index.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { seededRandom } from '../support/ledger-builders.ts'
import {
  aNodeNetwork,
  anOpenElection,
  aRunningNetwork,
  castThrough,
  leastHeight,
  nameOf,
} from '../support/node-network.ts'

describe('absent validators', function () {
  this.timeout(120_000)

  it('lets three of four go on, and the fourth catches up to the same state root', async () => {
    const network = await aRunningNetwork(4)
    const { uuid } = await anOpenElection(network, 3)
    await castThrough(network, 0, uuid, 0, [[1, 0]])
    await network.stop(3)
    await castThrough(network, 1, uuid, 1, [[0, 1]])
    await network.runUntil(() => network.record(0, uuid)?.voted === 2, 20_000, 'two ballots')
    await castThrough(network, 2, uuid, 1, [[1, 0]], 'again')
    await network.runUntil(() => network.record(0, uuid)?.ballots === 3, 20_000, 'a replaced ballot')
    await network.start(3)
    await network.runUntil(() => network.record(3, uuid)?.ballots === 3, 20_000, 'catching up')
    await network.runUntil(() => network.record(3, uuid)?.phase === 'tallied', 60_000, 'the tally')
    await network.run(3000)
    assert.deepEqual(network.record(3, uuid)?.result, [[2n, 0n]])
    assert.equal(network.root(3), network.root(0))
    await network.stopAll()
  })

  it('finalises nothing with two of four gone, and goes on when one returns', async () => {
    const network = await aRunningNetwork(4)
    await network.stop(2)
    await network.stop(3)
    await network.run(500)
    const height = leastHeight(network)
    await network.run(40_000)
    assert.ok(leastHeight(network) <= height)
    assert.match(network.running.get(0)!.node.diagnostics().waiting ?? '', /nothing was finalised/)
    await network.start(3)
    await network.runUntil(() => leastHeight(network) > height + 1, 60_000, 'a block with three')
    await network.stopAll()
  })

  it('goes on after all of them were stopped and started at once', async () => {
    const network = await aRunningNetwork(4)
    await network.run(700)
    await network.stopAll()
    for (let index = 0; index < 4; index++) await network.start(index)
    const height = leastHeight(network)
    await network.runUntil(() => leastHeight(network) > height + 1, 30_000, 'another block')
    for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
    await network.stopAll()
  })

  it('goes on when gossip lost what two halves of the network said to each other', async () => {
    const network = await aRunningNetwork(4)
    const links = [0, 1].flatMap((a) => [2, 3].map((b) => [nameOf(a), nameOf(b)] as const))
    for (const [a, b] of links) network.hub.cut(a, b)
    await network.run(10_000)
    const height = leastHeight(network)
    for (const [a, b] of links) network.hub.heal(a, b)
    await network.runUntil(() => leastHeight(network) > height + 1, 60_000, 'a block together')
    await network.stopAll()
  })

  it('starts a network of one at once', async () => {
    const network = aNodeNetwork(1)
    await network.start(0)
    await network.runUntil(() => network.height(0) >= 2, 4000, 'two blocks')
    await network.stopAll()
  })

  it('lets one that hears no proposals and no blocks follow by asking its peers', async () => {
    const network = aNodeNetwork(4)
    for (const index of [0, 1, 2]) await network.start(index)
    const transport = withFaults(network.hub.transport(nameOf(3)), {
      isLost: (topic, payload) => topic === 'blocks' || hasBlock(payload),
    })
    const { failures } = await network.start(3, { transport })
    await network.runUntil(() => network.height(3) >= 4, 30_000, 'four blocks')
    assert.deepEqual(failures, [])
    await network.stopAll()
  })

  it('goes on while a third of all gossip is lost', async () => {
    const network = aNodeNetwork(4)
    for (let index = 0; index < 4; index++) {
      const random = seededRandom(`losses of ${index}`)
      const isLost = (): boolean => random(1)[0]! < 85
      await network.start(index, { transport: withFaults(network.hub.transport(nameOf(index)), { isLost }) })
    }
    await network.runUntil(() => leastHeight(network) >= 6, 120_000, 'six blocks')
    for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
    await network.stopAll()
  })
})

function hasBlock(payload: Uint8Array): boolean {
  const envelope = decodeEnvelope(payload)
  return envelope.ok && envelope.value.block !== undefined
}
