/** One validator key on two machines, and homes out of old backups: who notices, and who goes on. */
import { strict as assert } from 'node:assert'
import { encodeSigned, type Statement, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import { encodeStatementRequest, encodeStatus, type Transport } from '../../network/index.ts'
import { NodeError } from '../../node/index.ts'
import { SILENCE } from '../../node/journal-record.ts'
import { barrierAt } from '../../node/repair/signed-slots.ts'
import { memoryJournal, memoryLastSigned } from '../../storage/index.ts'
import { aContradictionChecker, type ContradictionChecker } from '../support/contradictions.ts'
import { aCopiedDisk, type CopiedDisk } from '../support/copied-disk.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { privateKeyOf } from '../support/ledger-builders.ts'
import {
  aNodeNetwork,
  type Disk,
  leastHeight,
  type NodeNetwork,
  nameOf,
  type TestNode,
} from '../support/node-network.ts'

const COPIED = 3

interface Scene {
  readonly network: NodeNetwork
  readonly disk: CopiedDisk
  readonly original: TestNode
  /** Hears what the original and its copies say. */
  readonly checker: ContradictionChecker
}

/** Four validators that run; the disk of the last one can be copied. */
async function aScene(): Promise<Scene> {
  const network = aNodeNetwork(4)
  const disk = aCopiedDisk()
  const checker = aContradictionChecker()
  for (const index of [0, 1, 2]) await network.start(index)
  const original = await network.start(COPIED, {
    ...disk,
    transport: mouthOf(network, nameOf(COPIED), checker),
  })
  await network.runUntil(() => leastHeight(network) >= 3, 60_000, 'three blocks')
  return { network, disk, original, checker }
}

function mouthOf({ hub }: NodeNetwork, name: string, checker: ContradictionChecker): Transport {
  return withFaults(hub.transport(name), {
    onPublish: async (topic, payload) => {
      if (topic === 'consensus') checker.hear(payload)
    },
  })
}

/** Starts a second node with the key, beside the one that counts as running. */
async function startCopy(
  { network, original }: Scene,
  disk: Disk,
  checker: ContradictionChecker,
): Promise<TestNode> {
  const copy = await network.start(COPIED, { ...disk, transport: mouthOf(network, 'the copy', checker) })
  network.running.set(COPIED, original)
  return copy
}

function assertInUse({ failures }: TestNode): void {
  assert.equal(failures.length, 1)
  assert.ok(failures[0] instanceof NodeError)
  assert.equal(failures[0].code, 'key-in-use')
}

describe('a validator key on two machines', function () {
  this.timeout(120_000)

  it('T31 the copy of an hour ago is refused before its first word, and the original goes on', async () => {
    const scene = await aScene()
    const { network, original } = scene
    const old = await scene.disk.copy()
    await network.runUntil(() => leastHeight(network) >= 6, 60_000, 'time passes')
    const words = aContradictionChecker()
    const copy = await startCopy(scene, old, words)
    await network.runUntil(() => copy.failures.length > 0, 20_000, 'the refusal')
    assertInUse(copy)
    await copy.node.stop()
    const height = leastHeight(network)
    await network.runUntil(() => leastHeight(network) > height + 3, 60_000, 'going on')
    assert.equal(words.statements(COPIED), 0)
    assert.deepEqual(original.failures, [])
    await network.stopAll()
  })

  it('T31 of two that start from the same moment one stops, and the others go on', async () => {
    const scene = await aScene()
    const { network, original, checker } = scene
    const copy = await startCopy(scene, await scene.disk.copy(), checker)
    await network.runUntil(() => copy.failures.length + original.failures.length > 0, 30_000, 'one notices')
    for (const one of [copy, original]) if (one.failures.length > 0) assertInUse(one)
    await copy.node.stop()
    await network.stop(COPIED)
    const height = leastHeight(network)
    await network.runUntil(() => leastHeight(network) > height + 2, 60_000, 'going on')
    await network.stopAll()
  })

  it('T31 an old backup is refused while the original is away, and votes again after a repair', async () => {
    const { network, disk, checker } = await aScene()
    const old = await disk.copy()
    await network.runUntil(() => leastHeight(network) >= 6, 60_000, 'time passes')
    await network.stop(COPIED)
    await network.run(10_000)
    const restored = await network.start(COPIED, {
      ...old,
      transport: mouthOf(network, nameOf(COPIED), checker),
    })
    await network.runUntil(() => restored.failures.length > 0, 20_000, 'the refusal')
    assertInUse(restored)
    await network.stop(COPIED)

    // What `psephos repair --signed-up-to` leaves.
    const barrier = Math.max(...[0, 1, 2].map((index) => network.height(index))) + 2
    const [journal, lastSigned] = [memoryJournal(), memoryLastSigned()]
    await journal.reset(barrier)
    await journal.append(SILENCE)
    await lastSigned.sign(barrierAt(barrier).slot, new Uint8Array(0), (bytes) => bytes)
    const transport = mouthOf(network, nameOf(COPIED), checker)
    const before = checker.statements(COPIED)
    const repaired = await network.start(COPIED, { database: disk.database, journal, lastSigned, transport })
    await network.runUntil(() => network.height(COPIED) >= barrier + 2, 120_000, 'going on')
    assert.ok(checker.statements(COPIED) > before, 'it votes again')
    assert.deepEqual(repaired.failures, [])
    assert.deepEqual(checker.contradictions, [])
    await network.stopAll()
  })

  it('T31 a home that lost everything is refused while others remember', async () => {
    const { network } = await aScene()
    await network.stop(COPIED)
    const words = aContradictionChecker()
    const fresh = { ...aCopiedDisk(), transport: mouthOf(network, nameOf(COPIED), words) }
    const emptied = await network.start(COPIED, fresh)
    await network.runUntil(() => emptied.failures.length > 0, 20_000, 'the refusal')
    assertInUse(emptied)
    assert.equal(words.statements(COPIED), 0)
    await network.stopAll()
  })

  it('T31 a restart of the same home is never refused', async () => {
    const { network, disk } = await aScene()
    for (let restart = 0; restart < 12; restart++) {
      await network.stop(COPIED)
      await network.run(restart * 130)
      const { failures } = await network.start(COPIED, disk)
      const height = leastHeight(network)
      await network.runUntil(() => leastHeight(network) > height, 60_000, 'going on')
      await network.run(restart * 70)
      assert.deepEqual(failures, [], `restart ${restart}`)
    }
    await network.stopAll()
  })
})

describe('what peers say that they heard of a validator', function () {
  this.timeout(120_000)

  for (const [what, author, height] of [
    ['a signature of somebody else', 0, 10 ** 6],
    ['a true statement of another validator', 1, 10 ** 6],
  ] as const)
    it(`T32 ${what} stops nobody, and costs the liar its connection`, async () => {
      const network = aNodeNetwork(4)
      const liar = network.hub.transport('the liar')
      const statement: Statement = { kind: 'prepare', height, round: 0, blockId: 'ab'.repeat(32) }
      const signature = sign(statementBytes(network.networkId, statement), privateKeyOf(nameOf(author)))
      const validator = author === 0 ? COPIED : author
      liar.handle('status', async function* () {
        yield encodeStatus({ networkId: network.networkId, height: 0, blockId: new Uint8Array(32) })
      })
      liar.handle('statement', async function* () {
        yield encodeSigned({ statement, validator, signature })
      })
      await liar.start()
      for (const index of [0, 1, 2, COPIED]) await network.start(index)
      await network.runUntil(() => leastHeight(network) >= 2, 60_000, 'blocks')
      const { transport, failures } = network.running.get(COPIED)!
      assert.deepEqual(failures, [])
      assert.ok(!transport.peers().some(({ id }) => id === 'the liar'))
      await liar.stop()
      await network.stopAll()
    })

  it('T32 nothing is said of validators that there are not, and nothing to requests that are none', async () => {
    const { network } = await aScene()
    const asking = network.hub.transport('somebody')
    await asking.start()
    const ask = async (request: Uint8Array): Promise<number> => {
      let chunks = 0
      for await (const _ of asking.request(nameOf(0), 'statement', request)) chunks++
      return chunks
    }
    assert.equal(await ask(encodeStatementRequest({ validator: COPIED })), 1)
    assert.equal(await ask(encodeStatementRequest({ validator: 4 })), 0)
    assert.equal(await ask(encodeStatementRequest({ validator: Number.MAX_SAFE_INTEGER })), 0)
    await assert.rejects(ask(new Uint8Array(7)), { code: 'refused', message: /malformed/ })
    await asking.stop()
    await network.stopAll()
  })
})
