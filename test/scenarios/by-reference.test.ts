/** Blocks travel by reference: what a validator lacks it fetches, and what nobody has does not become final. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { decodeMessage, encodeMessage, proposerOf, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import { blockId, decodeReferring, encodeBlock, identified } from '../../ledger/index.ts'
import { decodeEnvelope, encodeEnvelope } from '../../network/index.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { aForgedBlock } from '../support/forged-blocks.ts'
import { aBallot, cast, privateKeyOf } from '../support/ledger-builders.ts'
import {
  aNodeNetwork,
  anOpenElection,
  castThrough,
  electionAt,
  leastHeight,
  type NodeNetwork,
  nameOf,
} from '../support/node-network.ts'

const WITHHOLDER = 3
const N = 4

/** An open election, then three of the four validators: a quorum needs all of them. From then on one of them may be deaf to ballots. */
async function threeOfFour(
  voters: number,
  deaf?: number,
): Promise<{ readonly network: NodeNetwork; readonly uuid: string }> {
  const network = aNodeNetwork(N)
  let isDeaf = false
  for (let index = 0; index < N; index++) {
    const transport = network.hub.transport(nameOf(index))
    const isLost = (topic: string): boolean => isDeaf && index === deaf && topic === 'transactions'
    await network.start(index, { transport: withFaults(transport, { isLost }) })
  }
  await network.runUntil(() => leastHeight(network) > 0, 20_000, 'the first block')
  const { uuid } = await anOpenElection(network, voters)
  await network.stop(WITHHOLDER)
  isDeaf = true
  return { network, uuid }
}

function votersAt(network: NodeNetwork, uuid: string): readonly number[] {
  return [0, 1, 2].map((index) => network.record(index, uuid)?.ballots ?? 0)
}

describe('a block by reference in a network', function () {
  this.timeout(120_000)

  it('is made whole by a validator that heard of none of its ballots', async () => {
    const { network, uuid } = await threeOfFour(6, 2)
    for (let voter = 0; voter < 6; voter++) await castThrough(network, voter % 2, uuid, voter, [[1, 0]])
    await network.runUntil(() => votersAt(network, uuid).every((count) => count === 6), 60_000, 'the ballots')
    assert.equal(network.running.get(2)!.node.pool.size, 0)
    await network.stopAll()
  })

  it('carries no ballot', async () => {
    const network = aNodeNetwork(N)
    const carried: (readonly unknown[])[] = []
    for (let index = 0; index < N; index++) {
      const onPublish = async (topic: string, payload: Uint8Array): Promise<void> => {
        const envelope = topic === 'consensus' ? decodeEnvelope(payload) : undefined
        if (envelope?.ok !== true || envelope.value.block === undefined) return
        assert.ok(decodeMessage(envelope.value.message).ok)
        const block = decodeReferring(envelope.value.block)
        assert.ok(block.ok)
        carried.push(block.value.items)
      }
      await network.start(index, {
        transport: withFaults(network.hub.transport(nameOf(index)), { onPublish }),
      })
    }
    const { uuid } = await anOpenElection(network, 3)
    for (let voter = 0; voter < 3; voter++) await castThrough(network, voter, uuid, voter, [[1, 0]])
    await network.runUntil(() => votersAt(network, uuid).every((count) => count === 3), 60_000, 'the ballots')
    assert.ok(carried.some((items) => items.length > 0))
    assert.ok(carried.flat().every((item) => typeof item === 'string'))
    await network.stopAll()
  })

  it('T30 that nobody can make whole is prepared by nobody: the round changes, and nothing stays in memory', async () => {
    const { network, uuid } = await threeOfFour(2)
    const stranger = network.hub.transport(nameOf(WITHHOLDER))
    await stranger.start()
    const isTurn = (): boolean =>
      [0, 1, 2].every((index) => network.height(index) === leastHeight(network)) &&
      proposerOf(leastHeight(network) + 1, 0, N) === WITHHOLDER
    await network.runUntil(isTurn, 60_000, "the withholder's turn")
    const height = leastHeight(network) + 1
    const state = network.running.get(0)!.node.chain.state()
    const hidden = identified(cast(aBallot(electionAt(network, 0, uuid), 1, [[1, 0]], 'hidden')))
    const block = aForgedBlock(
      state,
      [hidden.transaction],
      Math.max(network.clock.now(), state.head.time + 1),
    )
    const id = toHex(blockId(block.header))
    const statement = { kind: 'proposal', height, round: 0, blockId: id } as const
    const signature = sign(statementBytes(network.networkId, statement), privateKeyOf(nameOf(WITHHOLDER)))
    const message = encodeMessage({
      kind: 'proposal',
      signed: { statement, validator: WITHHOLDER, signature },
      roundChanges: [],
      prepares: [],
    })
    const referring = encodeBlock({ header: block.header, transactions: [hidden.hash] })
    for (let repeat = 1; repeat <= 20; repeat++) {
      await stranger.publish('consensus', encodeEnvelope({ message, block: referring, repeat }))
      await network.run(20)
    }
    for (const index of [0, 1, 2]) {
      const rounds = network.running.get(index)!.node.diagnostics().consensus?.rounds ?? []
      assert.ok(rounds.every(({ proposal, prepares }) => proposal !== id && prepares.length === 0))
    }
    await castThrough(network, 0, uuid, 0, [[0, 1]])
    await network.runUntil(() => leastHeight(network) > height, 60_000, 'the heights after it')
    assert.ok(network.record(0, uuid)?.ballots === 1)
    for (const [, { node, failures }] of network.running) {
      const queue = node.queues().find((one) => one.queue === 'blocks by reference')
      assert.equal(queue?.length, 0)
      assert.equal(node.pool.find(hidden.id), undefined)
      assert.deepEqual(failures, [])
    }
    await network.stopAll()
  })
})
