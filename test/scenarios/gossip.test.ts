/** What a node makes of gossip from strangers and careless peers. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { encodeMessage, type Statement, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import { ballotId } from '../../election/index.ts'
import { blockId, encodeBlock, encodeTransaction } from '../../ledger/index.ts'
import { encodeEnvelope, encodeTransactionBatch, type Transport } from '../../network/index.ts'
import { aForgedBlock, aProposal } from '../support/forged-blocks.ts'
import { aBallot, cast, privateKeyOf } from '../support/ledger-builders.ts'
import {
  aNodeNetwork,
  anOpenElection,
  aRunningNetwork,
  electionAt,
  type NodeNetwork,
  type TestNode,
} from '../support/node-network.ts'

/** A peer that is no validator. */
async function aStranger(network: NodeNetwork): Promise<Transport> {
  const transport = network.hub.transport('stranger')
  await transport.start()
  await network.clock.settle()
  return transport
}

/** A prepare for round `round` of height 1, signed with the key of this name. */
function aPrepare(network: NodeNetwork, validator: number, signer: string, round: number): Uint8Array {
  const statement = {
    kind: 'prepare',
    height: 1,
    round,
    blockId: 'ab'.repeat(32),
  } as const satisfies Statement
  const signature = sign(statementBytes(network.networkId, statement), privateKeyOf(signer))
  return encodeEnvelope({
    message: encodeMessage({ kind: 'prepare', signed: { statement, validator, signature } }),
  })
}

/** A lone validator of four that is past its start. */
async function aLoneNode(): Promise<{ network: NodeNetwork; node: TestNode }> {
  const network = aNodeNetwork(4)
  const node = await network.start(3)
  await network.run(3500)
  return { network, node }
}

const isCutOff = ({ transport }: TestNode): boolean => !transport.peers().some(({ id }) => id === 'stranger')

describe('gossip at a node', function () {
  this.timeout(120_000)

  it('takes a consensus message for its signature, whoever brings it', async () => {
    const { network, node } = await aLoneNode()
    const stranger = await aStranger(network)
    await stranger.publish('consensus', aPrepare(network, 1, 'validator 2', 0))
    await network.run(10)
    const heard = node.node.diagnostics().validators[1]?.lastHeard
    assert.equal(heard?.kind, 'prepare')
    assert.deepEqual(node.node.diagnostics().consensus?.rounds[0]?.prepares, [1])
    await network.stopAll()
  })

  it("counts no message without a registered validator's signature, and cuts off who brings them", async () => {
    const { network, node } = await aLoneNode()
    const stranger = await aStranger(network)
    for (let round = 0; round < 6; round++) {
      await stranger.publish('consensus', aPrepare(network, 1, 'somebody else', round))
      await network.run(10)
    }
    assert.deepEqual(node.node.diagnostics().consensus?.rounds, [])
    assert.equal(node.node.diagnostics().validators[1]?.lastHeard, undefined)
    assert.ok(isCutOff(node))
    await network.stopAll()
  })

  for (const topic of ['transactions', 'consensus', 'blocks'] as const) {
    it(`T32 cuts off a peer that sends malformed messages on the topic of ${topic}`, async () => {
      const { network, node } = await aLoneNode()
      const stranger = await aStranger(network)
      for (let i = 0; i < 6; i++) {
        await stranger.publish(topic, Uint8Array.of(255, i, 3))
        await network.run(10)
      }
      assert.ok(isCutOff(node))
      assert.deepEqual(node.failures, [])
      await network.stopAll()
    })
  }

  it('rejects a proposal without its block, or with the block of another id', async () => {
    const { network, node } = await aLoneNode()
    const stranger = await aStranger(network)
    const state = node.node.chain.state()
    const block = aForgedBlock(state, [], network.clock.now())
    const other = aForgedBlock(state, [], network.clock.now() + 1)
    const statement = {
      kind: 'proposal',
      height: 1,
      round: 0,
      blockId: toHex(blockId(block.header)),
    } as const
    const signature = sign(statementBytes(network.networkId, statement), privateKeyOf('validator 2'))
    const signed = { statement, validator: 1, signature }
    const message = encodeMessage({ kind: 'proposal', signed, roundChanges: [], prepares: [] })
    const stuffed = { ...block, transactions: [Uint8Array.of(1)] }
    for (const bytes of [undefined, encodeBlock(other), encodeBlock(stuffed), Uint8Array.of(1)]) {
      await stranger.publish(
        'consensus',
        encodeEnvelope(bytes === undefined ? { message } : { message, block: bytes }),
      )
      await network.run(10)
    }
    assert.equal(node.node.diagnostics().consensus?.rounds[0]?.proposal, undefined)
    await stranger.publish('consensus', aProposal(network.networkId, 1, block))
    await network.run(10)
    assert.equal(
      node.node.diagnostics().consensus?.rounds[0]?.proposal,
      statement.blockId,
      'the right one is taken',
    )
    await network.stopAll()
  })

  it('T10 passes on good ballots, and cuts off a peer that brings forged ones', async () => {
    const network = await aRunningNetwork(4)
    const { uuid } = await anOpenElection(network, 2, 1)
    const stranger = await aStranger(network)
    const good = aBallot(electionAt(network, 0, uuid), 0, [[1, 0]])
    await stranger.publish('transactions', encodeTransactionBatch([{ bytes: encodeTransaction(cast(good)) }]))
    await network.run(50)
    for (const { node } of network.running.values()) {
      assert.ok(
        node.pool.get(toHex(ballotId(good))) !== undefined || node.chain.isVerified(toHex(ballotId(good))),
      )
    }
    for (let seed = 0; seed < 6; seed++) {
      const ballot = aBallot(electionAt(network, 0, uuid), 1, [[1, 0]], `forged ${seed}`)
      const forged = { ...ballot, signature: { ...ballot.signature, response: 1n } }
      await stranger.publish(
        'transactions',
        encodeTransactionBatch([{ bytes: encodeTransaction(cast(forged)) }]),
      )
      await network.run(50)
    }
    for (const node of network.running.values()) assert.ok(isCutOff(node))
    await network.runUntil(() => network.record(0, uuid)?.voted === 1, 10_000, 'the good ballot')
    await network.stopAll()
  })
})
