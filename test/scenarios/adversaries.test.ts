/** Faulty validators and lying peers, performed against whole nodes. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { type Certificate, decodeMessage, proposerOf } from '../../consensus/index.ts'
import { type Ballot, ballotId } from '../../election/index.ts'
import { type Block, blockId, isOnBoard } from '../../ledger/index.ts'
import { decodeEnvelope, encodeStatus, type Transport } from '../../network/index.ts'
import { aCertificate, aForgedBlock, aProposal, certified } from '../support/forged-blocks.ts'
import { aBallot, cast, privateKeyOf } from '../support/ledger-builders.ts'
import {
  aNodeNetwork,
  anOpenElection,
  aRunningNetwork,
  electionAt,
  leastHeight,
  type NodeNetwork,
  nameOf,
} from '../support/node-network.ts'

/** Prepares and commits heard for each block id. */
function heardVotes(transport: Transport): Map<string, number> {
  const votes = new Map<string, number>()
  transport.subscribe('consensus', async (_from, payload) => {
    const envelope = decodeEnvelope(payload)
    const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
    if (message.ok && (message.value.kind === 'prepare' || message.value.kind === 'commit')) {
      const { blockId: id } = message.value.signed.statement
      votes.set(id, (votes.get(id) ?? 0) + 1)
    }
    return 'accept'
  })
  return votes
}

/** Stops the validator that proposes the next block, and gives back its index and a transport in its name. */
async function takeOver(network: NodeNetwork): Promise<{ index: number; transport: Transport }> {
  const height = leastHeight(network) + 1
  const index = proposerOf(height, 0, 4)
  await network.stop(index)
  for (const [other] of network.running) assert.equal(network.height(other), height - 1)
  const transport = network.hub.transport(nameOf(index))
  return { index, transport }
}

function withForgedProof(ballot: Ballot): Ballot {
  const [answer, ...others] = ballot.answers
  assert.ok(answer)
  const [first, ...rest] = answer.individualProofs
  assert.ok(first?.[0])
  const forged = [{ ...first[0], response: first[0].response + 1n }, ...first.slice(1)]
  return { ...ballot, answers: [{ ...answer, individualProofs: [forged, ...rest] }, ...others] }
}

describe('T09 a proposer that puts an invalid ballot into its block', function () {
  this.timeout(120_000)

  for (const [what, forge] of [
    ['whose proof is forged', withForgedProof],
    [
      'whose signature is forged',
      (ballot: Ballot) => ({
        ...ballot,
        signature: { ...ballot.signature, response: ballot.signature.response + 1n },
      }),
    ],
  ] as const) {
    it(`T09 gets no prepare for a ballot ${what}, and the others go on without it`, async () => {
      const network = await aRunningNetwork(4)
      const { uuid } = await anOpenElection(network, 2, 1)
      const { index, transport } = await takeOver(network)
      const honest = [...network.running.keys()]
      const { node } = network.running.get(honest[0]!)!
      const good = aBallot(electionAt(network, honest[0]!, uuid), 0, [[1, 0]])
      const bad = forge(aBallot(electionAt(network, honest[0]!, uuid), 1, [[0, 1]]))
      const block = aForgedBlock(node.chain.state(), [cast(good), cast(bad)], network.clock.now() + 1)
      const votes = heardVotes(transport)
      await transport.start()
      await transport.publish('consensus', aProposal(network.networkId, index, block))
      const { height } = block.header
      await network.runUntil(() => leastHeight(network) >= height, 30_000, 'a block by another proposer')
      const id = toHex(blockId(block.header))
      assert.equal(votes.get(id), undefined)
      assert.ok([...votes.keys()].length > 0, 'other blocks are voted on')
      for (const other of honest) {
        const state = network.running.get(other)!.node.chain.state()
        assert.equal(isOnBoard(state, uuid, ballotId(bad)), false)
        assert.deepEqual(network.running.get(other)!.failures, [])
      }
      await network.stopAll()
    })
  }

  it('T09 would get prepares for the same block with good ballots', async () => {
    const network = await aRunningNetwork(4)
    const { uuid } = await anOpenElection(network, 2, 1)
    const { index, transport } = await takeOver(network)
    const other = [...network.running.keys()][0]!
    const { node } = network.running.get(other)!
    const good = aBallot(electionAt(network, other, uuid), 0, [[1, 0]])
    const block = aForgedBlock(node.chain.state(), [cast(good)], network.clock.now() + 1)
    const votes = heardVotes(transport)
    await transport.start()
    await transport.publish('consensus', aProposal(network.networkId, index, block))
    const id = toHex(blockId(block.header))
    await network.runUntil(() => node.chain.height() >= block.header.height, 5000, 'the block')
    assert.equal(toHex(node.chain.state().head.id), id)
    assert.ok((votes.get(id) ?? 0) >= 3)
    await network.stopAll()
  })
})

describe('a proposer whose clock is ahead', function () {
  this.timeout(120_000)

  it('gets prepares only once its time is no more than 2 s ahead of the others', async () => {
    const network = await aRunningNetwork(4)
    const { index, transport } = await takeOver(network)
    const { node } = network.running.get([...network.running.keys()][0]!)!
    const start = network.clock.now()
    const block = aForgedBlock(node.chain.state(), [], start + 3000)
    const votes = heardVotes(transport)
    await transport.start()
    await transport.publish('consensus', aProposal(network.networkId, index, block))
    const id = toHex(blockId(block.header))
    await network.run(990)
    assert.equal(votes.get(id), undefined)
    await network.run(20)
    assert.ok((votes.get(id) ?? 0) >= 3)
    await network.stopAll()
  })
})

/** A peer that says it stands at height 1 and gives this as its block. */
async function aLyingPeer(network: NodeNetwork, block: Block, payload: Uint8Array): Promise<Transport> {
  const transport = network.hub.transport('liar')
  const { networkId } = network
  transport.handle('status', async function* () {
    yield encodeStatus({ networkId, height: 1, blockId: blockId(block.header) })
  })
  transport.handle('blocks', async function* () {
    yield payload
  })
  await transport.start()
  return transport
}

describe('T29 a block with fewer commits than a quorum', function () {
  this.timeout(120_000)

  const withoutQuorum: readonly (readonly [string, (network: NodeNetwork, block: Block) => Certificate])[] = [
    ['of two validators of four', ({ networkId }, block) => aCertificate(networkId, block, [0, 1])],
    [
      'of one that is counted three times',
      ({ networkId }, block) => aCertificate(networkId, block, [0, 0, 0]),
    ],
    [
      'of three, one of whom signed with another key',
      ({ networkId }, block) => {
        const { signatures, ...rest } = aCertificate(networkId, block, [0, 1, 2])
        const foreign = aCertificate(networkId, block, [3]).signatures[0]!.signature
        return { ...rest, signatures: [...signatures.slice(0, 2), { validator: 2, signature: foreign }] }
      },
    ],
    [
      'of three on another network',
      (_network, block) => aCertificate(privateKeyOf('another network'), block, [0, 1, 2]),
    ],
  ]
  for (const [what, certificateOf] of withoutQuorum) {
    it(`T29 is not taken from a peer: commits ${what}`, async () => {
      const network = aNodeNetwork(4)
      const { node, transport, failures } = await network.start(3)
      const block = aForgedBlock(node.chain.state(), [], network.clock.now())
      const payload = certified(block, certificateOf(network, block))
      const liar = await aLyingPeer(network, block, payload)
      await network.run(5000)
      await liar.publish('blocks', payload)
      await network.run(1000)
      assert.equal(node.chain.height(), 0)
      assert.deepEqual(failures, [])
      assert.equal(transport.peers().length, 0, 'the liar is cut off')
      await network.stopAll()
    })
  }

  it('T29 is taken with the commits of three of four', async () => {
    const network = aNodeNetwork(4)
    const { node } = await network.start(3)
    const block = aForgedBlock(node.chain.state(), [], network.clock.now())
    const payload = certified(block, aCertificate(network.networkId, block, [0, 1, 2]))
    await aLyingPeer(network, block, payload)
    await network.run(5000)
    assert.equal(node.chain.height(), 1)
    await network.stopAll()
  })

  it('T29 stops the node when a quorum certified another block at its height', async () => {
    const network = aNodeNetwork(4)
    const { node, failures } = await network.start(3)
    const [first, second] = [0, 1].map((later) =>
      aForgedBlock(node.chain.state(), [], network.clock.now() + later),
    )
    assert.ok(first && second)
    const { networkId } = network
    const liar = await aLyingPeer(network, first, certified(first, aCertificate(networkId, first, [0, 1, 2])))
    await network.run(5000)
    assert.equal(node.chain.height(), 1)
    await liar.publish('blocks', certified(second, aCertificate(networkId, second, [0, 1, 2])))
    await network.run(100)
    assert.match(String(failures[0]), /two different blocks of height 1/)
    await network.stopAll()
  })

  it('stops the node when a quorum certified a block that does not execute', async () => {
    const network = aNodeNetwork(4)
    const { node, failures } = await network.start(3)
    const good = aForgedBlock(node.chain.state(), [], network.clock.now())
    const bad = { ...good, header: { ...good.header, stateRoot: privateKeyOf('another root') } }
    const payload = certified(bad, aCertificate(network.networkId, bad, [0, 1, 2]))
    await aLyingPeer(network, bad, payload)
    await network.run(5000)
    assert.equal(node.chain.height(), 0)
    assert.match(String(failures[0]), /does not execute here/)
    await network.stopAll()
  })

  it('takes no body that does not belong to a certified header, and punishes who brings it', async () => {
    const network = aNodeNetwork(4)
    const { node, failures, transport } = await network.start(3)
    const block = aForgedBlock(node.chain.state(), [], network.clock.now())
    const certificate = aCertificate(network.networkId, block, [0, 1, 2])
    const stuffed = { ...block, transactions: [privateKeyOf('not a transaction')] }
    await aLyingPeer(network, block, certified(stuffed, certificate))
    await network.run(5000)
    assert.equal(node.chain.height(), 0)
    assert.deepEqual(failures, [])
    assert.equal(transport.peers().length, 0, 'the liar is cut off')
    await network.stopAll()
  })
})

describe('a peer that claims heights which it cannot show', function () {
  this.timeout(120_000)

  it('does not keep a validator from taking part', async () => {
    const network = aNodeNetwork(4)
    for (const index of [0, 1, 2]) await network.start(index)
    const liar = network.hub.transport('liar')
    const { networkId } = network
    liar.handle('status', async function* () {
      yield encodeStatus({ networkId, height: 1_000_000, blockId: networkId })
    })
    liar.handle('blocks', async function* () {
      // Nothing: the list ends at once.
    })
    await liar.start()
    await network.runUntil(() => leastHeight(network) >= 5, 30_000, 'five blocks')
    await network.stopAll()
  })
})
