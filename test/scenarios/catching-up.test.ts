/** Nodes that are far behind, and peers that would keep them there. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { decodeMessage } from '../../consensus/index.ts'
import { blockId, type Genesis, stateRoot } from '../../ledger/index.ts'
import { decodeEnvelope, type RequestHandler, type Transport } from '../../network/index.ts'
import { sleep } from '../../node/index.ts'
import { SYNC_BATCH_BLOCKS, SYNC_RANGES } from '../../node/limits.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { aCertificate, certified } from '../support/forged-blocks.ts'
import { aLongChain, aPeer, honestly, type MadeChain, otherNetwork, rangeOf } from '../support/made-chain.ts'
import { mortalNodes } from '../support/mortal-nodes.ts'
import { aNodeNetwork, type NodeNetwork, nameOf, type TestNode } from '../support/node-network.ts'

/** Long enough for all ranges to be under way at once. */
const LENGTH = 200
const VALIDATOR = 3
const chains = new Map<string, MadeChain>()

/** A chain, made once for all tests. */
function aSharedChain(genesis: Genesis, length: number): MadeChain {
  const key = `${genesis.network} ${length}`
  const made = chains.get(key) ?? aLongChain(genesis, length)
  chains.set(key, made)
  return made
}

/** A network of which only one validator is a node; its peers are made up, and so is the chain that they have. */
function aStage(length = LENGTH): { readonly network: NodeNetwork; readonly made: MadeChain } {
  const network = aNodeNetwork(4)
  return { network, made: aSharedChain(network.genesis, length) }
}

function assertAtHead(node: TestNode, made: MadeChain): void {
  const { chain } = node.node
  assert.equal(chain.height(), made.payloads.length)
  assert.equal(toHex(stateRoot(chain.state())), toHex(stateRoot(made.chain.state)))
  assert.deepEqual(node.failures, [])
}

function isConnected(to: TestNode, name: string): boolean {
  return to.transport.peers().some(({ id }) => id === name)
}

describe('a node far behind', function () {
  this.timeout(120_000)

  it('fetches ranges from several peers at once, each from one, and no block twice', async () => {
    const { network, made } = aStage()
    const asked: { name: string; from: number; to: number }[] = []
    let now = 0
    let most = 0
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const serve: RequestHandler = async function* (_from, request) {
        asked.push({ name, ...rangeOf(request) })
        most = Math.max(most, ++now)
        try {
          await sleep(network.clock, 100)
          yield* honestly(made)(name, request, new AbortController().signal)
        } finally {
          now--
        }
      }
      await aPeer(network.hub, name, made, serve)
    }
    const node = await network.start(VALIDATOR)
    await network.runUntil(() => node.node.chain.height() === LENGTH, 10_000, 'the head')
    assertAtHead(node, made)
    const blocks = asked.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))
    assert.equal(new Set(blocks).size, LENGTH)
    assert.equal(blocks.length, LENGTH, 'no block is asked for twice')
    assert.ok(asked.every(({ from, to }) => to - from <= SYNC_BATCH_BLOCKS))
    assert.equal(most, SYNC_RANGES)
    assert.ok(new Set(asked.map(({ name }) => name)).size >= SYNC_RANGES)
    await network.stopAll()
  })

  it('finds peers that come while it fetches', async () => {
    const { network, made } = aStage()
    const slowly: RequestHandler = async function* (_from, request) {
      const { from, to } = rangeOf(request)
      for (const payload of made.payloads.slice(from - 1, to - 1)) {
        await sleep(network.clock, 500)
        yield payload
      }
    }
    await aPeer(network.hub, 'slow', made, slowly)
    const node = await network.start(VALIDATOR)
    await network.run(10_000)
    assert.ok(node.node.chain.height() > 5 && node.node.chain.height() < 100)
    await aPeer(network.hub, 'fast', made)
    await network.runUntil(() => node.node.chain.height() === LENGTH, 60_000, 'the head')
    assertAtHead(node, made)
    await network.stopAll()
  })

  it('says every few seconds how far it is', async () => {
    const lines: { message: string; fields: Readonly<Record<string, unknown>> }[] = []
    const logger = {
      debug: () => {},
      info: (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
        lines.push({ message, fields }),
      warn: () => {},
      error: () => {},
      child: () => logger,
    }
    const network = aNodeNetwork(4, logger as never)
    const made = aSharedChain(network.genesis, LENGTH)
    const paced: RequestHandler = async function* (_from, request) {
      const { from, to } = rangeOf(request)
      for (const payload of made.payloads.slice(from - 1, to - 1)) {
        await sleep(network.clock, 100)
        yield payload
      }
    }
    await aPeer(network.hub, 'paced', made, paced)
    const node = await network.start(VALIDATOR)
    await network.runUntil(() => node.node.chain.height() === LENGTH, 60_000, 'the head')
    const said = lines.filter(({ message }) => message === 'fetching blocks')
    assert.ok(said.length >= 3 && said.length <= 5, `${said.length} lines in 20 seconds`)
    for (const { fields } of said) {
      assert.equal(Number(fields.height) + Number(fields.remaining), LENGTH)
      assert.ok(Number(fields.blocksPerSecond) >= 5 && Number(fields.blocksPerSecond) <= 15)
    }
    await network.stopAll()
  })
})

/** A way to answer requests for blocks, and whether a peer that does so breaks a rule for which it is cut off. */
interface Attack {
  readonly serve: (made: MadeChain, network: NodeNetwork) => RequestHandler
  readonly claimed?: number
  readonly isPunished: boolean
}

/** Answers with other payloads than those that were asked for. */
function instead(of: (made: MadeChain, from: number, to: number) => Iterable<Uint8Array>): Attack['serve'] {
  return (made) =>
    async function* (_from, request) {
      const { from, to } = rangeOf(request)
      yield* of(made, from, to)
    }
}

const forged = (made: MadeChain, from: number, signers: readonly number[]): Uint8Array => {
  const block = made.chain.blocks[from - 1]!
  return certified(block, aCertificate(made.networkId, block, signers))
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  'T29 certificates of fewer than a quorum': {
    serve: instead((made, from) => [forged(made, from, [0, 1])]),
    isPunished: true,
  },
  'T29 certificates in which one validator is counted three times': {
    serve: instead((made, from) => [forged(made, from, [0, 1, 1])]),
    isPunished: true,
  },
  'T25 blocks from which transactions were changed': {
    serve: instead((made, from) => {
      const block = made.chain.blocks[from - 1]!
      const certificate = aCertificate(made.networkId, block, [0, 1, 2])
      return [certified({ ...block, transactions: [new Uint8Array(100)] }, certificate)]
    }),
    isPunished: true,
  },
  'T25 other blocks under the right certificates': {
    serve: instead((made, from) => {
      const block = made.chain.blocks[from - 1]!
      const header = { ...block.header, time: block.header.time + 1 }
      return [certified({ ...block, header }, aCertificate(made.networkId, block, [0, 1, 2]))]
    }),
    isPunished: true,
  },
  'T29 blocks of another network, certified there': {
    serve: (_made, network) => honestly(aSharedChain(otherNetwork(network.genesis), LENGTH)),
    isPunished: true,
  },
  'T25 good blocks of other heights than were asked for': {
    serve: instead((made, from, to) => made.payloads.slice(from, to)),
    isPunished: true,
  },
  'T25 ranges with a block left out': {
    serve: instead((made, from, to) => made.payloads.slice(from - 1, to - 1).filter((_, i) => i !== 5)),
    isPunished: true,
  },
  'T32 bytes that are no blocks': {
    serve: instead(() => [new Uint8Array(10)]),
    isPunished: true,
  },
  'T32 the same block for ever': {
    serve: (made) =>
      async function* (_from, request) {
        for (;;) yield made.payloads[rangeOf(request).from - 1]!
      },
    isPunished: true,
  },
  'T32 all blocks of the chain, however few are asked for': {
    serve: instead((made, from) => made.payloads.slice(from - 1)),
    isPunished: false,
  },
  'T32 a stream that never says anything': {
    serve: () =>
      async function* (_from, _request, signal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    isPunished: false,
  },
  'T32 a block every five seconds': {
    serve: (made, network) =>
      async function* (_from, request) {
        const { from, to } = rangeOf(request)
        for (const payload of made.payloads.slice(from - 1, to - 1)) {
          await sleep(network.clock, 5000)
          yield payload
        }
      },
    isPunished: false,
  },
  'ranges that end after three blocks': {
    serve: instead((made, from, to) => made.payloads.slice(from - 1, Math.min(to - 1, from + 2))),
    isPunished: false,
  },
  'nothing, though it claims a million blocks': {
    serve: instead(() => []),
    claimed: 1_000_000,
    isPunished: false,
  },
  'T25 a head of long ago': {
    serve: instead((made, from, to) => made.payloads.slice(from - 1, Math.min(to - 1, 10))),
    claimed: 10,
    isPunished: false,
  },
}

describe('a node far behind, one honest peer, and three that send', function () {
  this.timeout(120_000)

  for (const [what, { serve, claimed, isPunished }] of Object.entries(ATTACKS)) {
    it(`${what}: it reaches the head`, async () => {
      const { network, made } = aStage()
      const liars = ['liar 1', 'liar 2', 'liar 3']
      for (const name of liars) await aPeer(network.hub, name, made, serve(made, network), claimed)
      await aPeer(network.hub, 'honest', made)
      const node = await network.start(VALIDATOR)
      await network.runUntil(() => node.node.chain.height() === LENGTH, 60_000, 'the head')
      assertAtHead(node, made)
      for (const name of liars) assert.equal(isConnected(node, name), !isPunished, name)
      assert.ok(isConnected(node, 'honest'))
      await network.stopAll()
    })
  }

  it('T29 each something else: it reaches the head', async () => {
    const { network, made } = aStage()
    const attacks = Object.entries(ATTACKS)
    for (const [what, { serve, claimed }] of attacks)
      await aPeer(network.hub, what, made, serve(made, network), claimed)
    await aPeer(network.hub, 'honest', made)
    const node = await network.start(VALIDATOR)
    await network.runUntil(() => node.node.chain.height() === LENGTH, 120_000, 'the head')
    assertAtHead(node, made)
    for (const [what, { isPunished }] of attacks) if (!isPunished) assert.ok(isConnected(node, what), what)
    await network.stopAll()
  })
})

/** The heights at which a node said something about agreement, and its own height then. */
function overheard(transport: Transport, said: number[], height: () => number): Transport {
  return withFaults(transport, {
    onPublish: async (topic, payload) => {
      if (topic !== 'consensus') return
      const envelope = decodeEnvelope(payload)
      const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
      assert.ok(message.ok)
      assert.equal(message.value.signed.statement.height, height() + 1)
      said.push(height())
    },
  })
}

describe('a validator that is back after 500 blocks', function () {
  this.timeout(120_000)

  it('signs nothing before the head, though most of its peers lie, and signs there', async () => {
    const { network, made } = aStage(500)
    for (const what of [
      'T29 certificates of fewer than a quorum',
      'nothing, though it claims a million blocks',
    ])
      await aPeer(network.hub, what, made, ATTACKS[what]!.serve(made, network), ATTACKS[what]!.claimed)
    for (const name of ['honest 1', 'honest 2'])
      await aPeer(network.hub, name, made, async function* (from, request, signal) {
        await sleep(network.clock, 1000)
        yield* honestly(made)(from, request, signal)
      })
    const said: number[] = []
    let node: TestNode | undefined
    const own = network.hub.transport(nameOf(VALIDATOR))
    const transport = overheard(own, said, () => node?.node.chain.height() ?? 0)
    node = await network.start(VALIDATOR, { transport })
    await network.runUntil(() => node?.node.chain.height() === 500, 60_000, 'the head')
    assert.deepEqual(said, [])
    await network.runUntil(() => said.length > 0, 60_000, 'its first word')
    assert.ok(said.every((height) => height === 500))
    await network.stopAll()
  })

  it('goes on catching up where a power cut left it, at whichever moment that comes', async () => {
    const { network, made } = aStage(500)
    await aPeer(network.hub, 'honest', made, async function* (_from, request) {
      const { from, to } = rangeOf(request)
      for (const payload of made.payloads.slice(from - 1, to - 1)) {
        await sleep(network.clock, 20)
        yield payload
      }
    })
    const nodes = mortalNodes(network)
    let height = 0
    for (const cutAfterMs of [777, 1503, 2222, 3101]) {
      const node = await nodes.start(VALIDATOR)
      assert.ok(node.node.chain.height() >= height, 'what was finalised is there')
      await network.run(cutAfterMs)
      assert.deepEqual(node.failures, [])
      assert.ok(node.node.chain.height() > height && node.node.chain.height() < 500)
      height = node.node.chain.height()
      nodes.kill(VALIDATOR)
      await network.run(100)
    }
    const node = await nodes.start(VALIDATOR)
    await network.runUntil(() => node.node.chain.height() === 500, 60_000, 'the head')
    assertAtHead(node, made)
    assert.equal(toHex(node.node.chain.state().head.id), toHex(blockId(made.chain.blocks.at(-1)!.header)))
    nodes.kill(VALIDATOR)
  })
})
