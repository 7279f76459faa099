/** Validators that contradict themselves, among whole nodes: what the chain makes of them, and what it leaves alone. */
import { strict as assert } from 'node:assert'
import { toHex, unwrap, utf8 } from '../../base/index.ts'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type Signed,
  type StatementOf,
  statementBytes,
} from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import {
  type Conviction,
  convictions,
  decodeTransaction,
  genesisState,
  type Transaction,
  transactionId,
  verifyTransaction,
} from '../../ledger/index.ts'
import { decodeEnvelope, encodeEnvelope, encodeIds, type Transport } from '../../network/index.ts'
import { readReport } from '../../node/cli/status.ts'
import { type RunningNode, SILENT, startNode } from '../../node/index.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { privateKeyOf, seededRandom } from '../support/ledger-builders.ts'
import {
  aDisk,
  aNodeNetwork,
  anOpenElection,
  castThrough,
  heedless,
  leastHeight,
  type NodeNetwork,
  nameOf,
  validatorKey,
} from '../support/node-network.ts'
import { twoTongued } from '../support/two-tongued.ts'

const LIAR = 3
const HONEST = [0, 1, 2]

async function anObserver({ genesis, networkId, clock, hub }: NodeNetwork): Promise<RunningNode> {
  const name = 'observer'
  return startNode(
    { name, genesis, networkId, keys: {} },
    {
      clock,
      transport: hub.transport(name),
      random: seededRandom(name),
      logger: SILENT,
      ...aDisk(),
    },
    (error) => assert.fail(String(error)),
  )
}

function convictedAt(node: RunningNode): readonly Conviction[] {
  return convictions(node.chain.state())
}

function nodesOf(network: NodeNetwork): readonly RunningNode[] {
  return [...network.running.values()].map(({ node }) => node)
}

/** Four validators, the last of which is the liar. */
async function aNetworkWith(...kinds: Parameters<typeof twoTongued>[2]): Promise<NodeNetwork> {
  const network = aNodeNetwork(4)
  for (const index of HONEST) await network.start(index)
  // Who lies does not stop when it hears its own lies.
  const lastSigned = heedless(network.disks[LIAR]!.lastSigned)
  await network.start(LIAR, { transport: twoTongued(network, LIAR, kinds), lastSigned })
  return network
}

/** The gossip payload of the liar's prepare for a block at a height, in round 0. */
function aPrepare(networkId: Uint8Array, height: number, block: string): Uint8Array {
  const statement = { kind: 'prepare' as const, height, round: 0, blockId: block.repeat(32) }
  const signature = sign(statementBytes(networkId, statement), privateKeyOf(nameOf(LIAR)))
  return encodeEnvelope({
    message: encodeMessage({ kind: 'prepare', signed: { statement, validator: LIAR, signature } }),
  })
}

function messageIn(payload: Uint8Array): Message | undefined {
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  return message.ok ? message.value : undefined
}

/** The prepares of height 1, round 0, by validator, and the block that they are for. */
interface Heard {
  readonly prepares: Map<number, Signed<'prepare'>>
  block: Uint8Array | undefined
}

function hearPrepares(transport: Transport): Heard {
  const heard: Heard = { prepares: new Map(), block: undefined }
  transport.subscribe('consensus', async (_from, payload) => {
    const message = messageIn(payload)
    const envelope = decodeEnvelope(payload)
    if (message?.kind === 'prepare') heard.prepares.set(message.signed.validator, message.signed)
    if (message?.kind === 'proposal' && envelope.ok) heard.block = envelope.value.block
    return 'accept'
  })
  return heard
}

/** The liar's payloads of two round changes for height 1, round 1: nothing was prepared; the block was prepared. */
function twoRoundChanges(networkId: Uint8Array, { prepares, block }: Heard): readonly Uint8Array[] {
  assert.ok(block)
  const votes = [...prepares.values()].toSorted((a, b) => a.validator - b.validator)
  const { blockId } = votes[0]!.statement
  const slot = { kind: 'roundChange' as const, height: 1, round: 1 }
  const said = (
    statement: StatementOf<'roundChange'>,
    attached: readonly Signed<'prepare'>[],
  ): Uint8Array => {
    const signature = sign(statementBytes(networkId, statement), privateKeyOf(nameOf(LIAR)))
    const signed = { statement, validator: LIAR, signature }
    return encodeMessage({ kind: 'roundChange', signed, prepares: attached })
  }
  return [
    encodeEnvelope({ message: said(slot, []) }),
    encodeEnvelope({ message: said({ ...slot, prepared: { round: 0, blockId } }, votes), block }),
  ]
}

/** Anyone who knows of a conviction gets the evidence from any node, and checks it alone. */
async function assertServed(network: NodeNetwork, { evidence, validator }: Conviction): Promise<void> {
  const transport = network.hub.transport('journalist')
  await transport.start()
  const answer = transport.request(nameOf(0), 'transactions', encodeIds([evidence]))
  const served: Uint8Array[] = []
  for await (const bytes of answer) served.push(bytes)
  await transport.stop()
  const transaction = unwrap(decodeTransaction(served[0]!))
  assert.ok(transaction.kind === 'evidence')
  assert.equal(toHex(transactionId(transaction)), toHex(evidence))
  assert.equal(toHex(transaction.validator), toHex(validator))
  const anyState = genesisState(network.genesis, network.networkId)
  assert.ok(verifyTransaction(anyState, transaction).ok)
}

describe('T30 a validator that contradicts itself', function () {
  this.timeout(120_000)

  for (const kind of ['proposal', 'prepare', 'commit'] as const)
    it(`T30 is convicted on everybody's chain by two statements of kind ${kind}, and nobody else is`, async () => {
      const network = await aNetworkWith(kind)
      const observer = await anObserver(network)
      const everybody = [...nodesOf(network), observer]
      await network.runUntil(
        () => everybody.every((node) => convictedAt(node).length > 0),
        30_000,
        'a conviction',
      )
      const [conviction, ...others] = convictedAt(observer)
      assert.ok(conviction)
      assert.deepEqual(others, [])
      assert.equal(toHex(conviction.validator), toHex(validatorKey(LIAR)))
      assert.equal(conviction.slot.kind, kind)
      for (const node of everybody) assert.deepEqual(convictedAt(node), [conviction])
      await assertServed(network, conviction)
      const height = leastHeight(network)
      await network.runUntil(() => leastHeight(network) > height + 2, 30_000, 'going on')
      for (const { failures } of network.running.values()) assert.deepEqual(failures, [])

      await network.stop(0)
      const { node: restarted } = await network.start(0)
      assert.deepEqual(convictedAt(restarted), [conviction], 'it is durable')
      await observer.stop()
      await network.stopAll()
    })

  it('T30 is convicted by two round changes, one of which is prepared by the prepares of others', async () => {
    const network = aNodeNetwork(4)
    let areCommitsLost = true
    for (const index of HONEST) {
      const isLost = (_topic: string, payload: Uint8Array): boolean =>
        areCommitsLost && messageIn(payload)?.kind === 'commit'
      await network.start(index, {
        transport: withFaults(network.hub.transport(nameOf(index)), { isLost }),
      })
    }
    const liar = network.hub.transport(nameOf(LIAR))
    const heard = hearPrepares(liar)
    await liar.start()
    await network.runUntil(() => heard.prepares.size === HONEST.length, 10_000, 'a prepared block')
    for (const payload of twoRoundChanges(network.networkId, heard)) await liar.publish('consensus', payload)
    await network.run(100)
    areCommitsLost = false
    await network.runUntil(
      () => nodesOf(network).every((node) => convictedAt(node).length > 0),
      60_000,
      'a conviction',
    )
    for (const node of nodesOf(network)) {
      const [conviction, ...others] = convictedAt(node)
      assert.deepEqual(others, [])
      assert.equal(toHex(conviction!.validator), toHex(validatorKey(LIAR)))
      assert.deepEqual(conviction!.slot, { kind: 'roundChange', height: 1, round: 1 })
    }
    for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
    await network.stopAll()
  })

  it('T30 cannot fill blocks with its contradictions, nor keep an election from its result', async () => {
    const network = await aNetworkWith('proposal', 'prepare', 'commit')
    const evidence: Transaction[] = []
    network.running.get(0)!.node.chain.onCommit(({ block }) => {
      evidence.push(
        ...block.transactions.map((one) => one.transaction).filter(({ kind }) => kind === 'evidence'),
      )
    })
    const { uuid } = await anOpenElection(network, 2)
    for (const [voter, answers] of [
      [0, [[1, 0]]],
      [1, [[0, 1]]],
    ] as const)
      await castThrough(network, voter, uuid, voter, answers)
    await network.runUntil(() => network.record(0, uuid)?.phase === 'tallied', 120_000, 'the result')
    assert.deepEqual(network.record(0, uuid)?.result, [[1n, 1n]])
    assert.ok(leastHeight(network) > 20)
    assert.equal(evidence.length, 1)
    assert.equal(convictedAt(network.running.get(0)!.node).length, 1)
    for (const index of HONEST) assert.equal(network.running.get(index)!.node.pool.size, 0)
    await network.stopAll()
  })

  it('T30 is convicted later when there is no quorum at the moment: the evidence waits', async () => {
    const network = aNodeNetwork(4)
    for (const index of [0, 1]) await network.start(index)
    await network.run(4000)
    const stranger = network.hub.transport('stranger')
    await stranger.start()
    await network.clock.settle()
    for (const block of ['aa', 'bb', 'cc'])
      await stranger.publish('consensus', aPrepare(network.networkId, 1, block))
    await network.run(1000)
    for (const node of nodesOf(network)) {
      assert.equal(node.chain.height(), 0)
      assert.deepEqual(
        [...node.pool.entries()].map(({ transaction }) => transaction.kind),
        ['evidence'],
      )
    }
    await network.start(2)
    await network.runUntil(
      () => nodesOf(network).every((node) => convictedAt(node).length === 1),
      60_000,
      'a conviction',
    )
    await network.stopAll()
  })

  it('T30 is named by the status of a node, for people and as JSON', async () => {
    const network = await aNetworkWith('prepare')
    const { node } = network.running.get(0)!
    const reportOf = (): ReturnType<typeof readReport> => readReport(utf8(JSON.stringify(node.diagnostics())))
    assert.doesNotMatch(reportOf().text, /contradicted/)
    await network.runUntil(() => convictedAt(node).length > 0, 30_000, 'a conviction')
    const [conviction] = convictedAt(node)
    assert.ok(conviction)
    const { slot, height, evidence } = conviction
    const { text, json } = reportOf()
    const { validators } = json as ReturnType<typeof node.diagnostics>
    assert.deepEqual(validators[LIAR]?.contradiction, { ...slot, since: height, evidence: toHex(evidence) })
    for (const index of HONEST) assert.equal(validators[index]?.contradiction, undefined)
    const words = text.split('\n').filter((line) => line.includes('contradicted'))
    assert.equal(words.length, 1)
    assert.match(
      words[0]!,
      new RegExp(
        `^validator 4 contradicted itself at height ${slot.height}, round 0 .*on the chain since height ${height}$`,
      ),
    )
    await network.stopAll()
  })
})
