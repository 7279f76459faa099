/** One key on two machines, and homes out of backups (T31): whoever learns of it stops before it contradicts itself. */
import { strict as assert } from 'node:assert'
import { decodeMessage, encodeMessage, type Statement, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import { decodeEnvelope, encodeEnvelope, type Transport } from '../../network/index.ts'
import { NodeError } from '../../node/index.ts'
import { decodeRecord } from '../../node/journal-record.ts'
import {
  type Database,
  memoryDatabase,
  memoryFiles,
  openJournal,
  openLastSigned,
} from '../../storage/index.ts'
import { aContradictionChecker } from '../support/contradictions.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { privateKeyOf } from '../support/ledger-builders.ts'
import {
  aDisk,
  aNodeNetwork,
  type Disk,
  heedless,
  leastHeight,
  type NodeNetwork,
  nameOf,
  type TestNode,
  type Travel,
} from '../support/node-network.ts'

const VICTIM = 3
const LIMIT = 1_000_000

/** A disk whose journal and last-signed record are files, which can be opened again and copied. */
interface Home {
  open(): Promise<Disk>
  /** Another home with what this one has on its disk now. */
  copy(): Promise<Home>
}

async function aHome(
  database: Database = memoryDatabase(),
  journalBytes?: Uint8Array,
  recordBytes?: Uint8Array,
): Promise<Home> {
  const files = memoryFiles()
  if (journalBytes !== undefined) await files.replace('journal', journalBytes)
  if (recordBytes !== undefined) await files.replace('last-signed', recordBytes)
  const close = async (): Promise<void> => {}
  return {
    open: async () => ({
      database: {
        get: (key) => database.get(key),
        write: (batch) => database.write(batch),
        entries: (range) => database.entries(range),
        close,
      },
      journal: await openJournal('journal', files),
      lastSigned: await openLastSigned('last-signed', files),
    }),
    copy: async () => {
      const copied = memoryDatabase()
      for await (const [key, value] of database.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255) }))
        await copied.write([{ type: 'put', key, value }])
      return aHome(copied, await files.read('journal', LIMIT), await files.read('last-signed', LIMIT))
    },
  }
}

interface Stage {
  readonly network: NodeNetwork
  readonly home: Home
  readonly original: TestNode
  /** Everything that was ever said with the victim's key. */
  readonly checker: ReturnType<typeof aContradictionChecker>
  /** A transport for the victim's key, overheard. `said` counts what it sent. */
  transport(name: string): Transport & { said(): number }
  /** Whether the original hears nobody but itself. */
  setDeaf(isDeaf: boolean): void
}

/** Four validators at height 4 or above, the victim on a home that can be copied. */
async function aStage(travel?: Travel): Promise<Stage> {
  const network = aNodeNetwork(4, undefined, travel)
  const checker = aContradictionChecker()
  let isDeaf = false
  const transport = (name: string): Transport & { said(): number } => {
    let said = 0
    const overheard = withFaults(network.hub.transport(name), {
      isLost: (_topic, payload) => isDeaf && name === nameOf(VICTIM) && authorOf(payload) !== VICTIM,
      onPublish: async (topic, payload) => {
        if (topic !== 'consensus') return
        said++
        checker.hear(payload)
      },
    })
    return { ...overheard, said: () => said }
  }
  const home = await aHome()
  for (const index of [0, 1, 2]) await network.start(index)
  const original = await network.start(VICTIM, {
    ...(await home.open()),
    transport: transport(nameOf(VICTIM)),
  })
  await network.runUntil(() => leastHeight(network) >= 4, 30_000, 'four blocks')
  const setDeaf = (next: boolean): void => {
    isDeaf = next
  }
  return { network, home, original, checker, transport, setDeaf }
}

/** Whose consensus message a gossiped payload is; undefined where it is none. */
function authorOf(payload: Uint8Array): number | undefined {
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  return message.ok ? message.value.signed.validator : undefined
}

async function goOn(network: NodeNetwork, blocks: number): Promise<void> {
  const height = leastHeight(network)
  await network.runUntil(() => leastHeight(network) >= height + blocks, 60_000, `${blocks} more blocks`)
}

function assertKeyInUse(error: unknown): void {
  assert.ok(error instanceof NodeError, String(error))
  assert.equal(error.code, 'key-in-use')
  assert.match(error.message, /psephos repair --home DIR --signed-up-to HEIGHT: .* not below \d+$/)
}

/** Starts on a disk and expects it to stop, at the start or soon after. */
async function expectRefusal(network: NodeNetwork, disk: Disk, transport: Transport): Promise<void> {
  let started: TestNode | undefined
  try {
    started = await network.start(VICTIM, { ...disk, transport })
  } catch (error) {
    return assertKeyInUse(error)
  }
  const { failures } = started
  await network.runUntil(() => failures.length > 0, 10_000, 'the refusal')
  assertKeyInUse(failures[0])
  await network.stop(VICTIM)
}

describe('T31 a copied key', function () {
  this.timeout(120_000)

  it('T31 a copy of a home that runs says nothing and stops, and the first one goes on', async () => {
    const { network, home, original, checker, transport } = await aStage()
    const copy = await home.copy()
    await goOn(network, 3)
    network.running.delete(VICTIM)
    const second = transport('the copy')
    await expectRefusal(network, await copy.open(), second)
    assert.equal(second.said(), 0)
    network.running.set(VICTIM, original)
    await goOn(network, 3)
    assert.deepEqual(original.failures, [])
    assert.deepEqual(checker.contradictions, [])
    await network.stopAll()
  })

  it('T31 a home out of a backup says nothing and stops', async () => {
    const { network, home, checker, transport } = await aStage()
    const backup = await home.copy()
    await goOn(network, 3)
    await network.stop(VICTIM)
    const restored = transport(nameOf(VICTIM))
    await expectRefusal(network, await backup.open(), restored)
    assert.equal(restored.said(), 0)
    assert.deepEqual(checker.contradictions, [])
    await network.stopAll()
  })

  it('T31 a last-signed record out of a backup is held against the certificates in the database', async () => {
    const { network, home, transport } = await aStage()
    const backup = await home.copy()
    await goOn(network, 3)
    await network.stopAll()
    // Nobody else is up: what tells is the home itself.
    const { lastSigned } = await backup.open()
    const mixed = { ...(await home.open()), lastSigned }
    await assert.rejects(
      network.start(VICTIM, { ...mixed, transport: transport('alone') }),
      (error: unknown) => {
        assertKeyInUse(error)
        return true
      },
    )
  })

  it('T31 peers that were all restarted still know what was said of the height under way', async () => {
    const { network, home, checker, transport } = await aStage(() => 40)
    const backup = await home.copy()
    await goOn(network, 2)
    const hasSpoken = (): boolean =>
      network.disks[0]!.journal.records().some((record) => {
        const decoded = decodeRecord(record)
        const input = decoded.ok ? decoded.value.input : undefined
        return input?.type === 'message' && input.message.signed.validator === VICTIM
      })
    await network.runUntil(hasSpoken, 30_000, 'a word of the victim')
    await network.stopAll()
    for (const index of [0, 1, 2]) await network.start(index)
    const restored = transport(nameOf(VICTIM))
    await expectRefusal(network, await backup.open(), restored)
    assert.equal(restored.said(), 0)
    assert.deepEqual(checker.contradictions, [])
    await network.stopAll()
  })

  it('T31 a validator that hears its own key above its record stops at once', async () => {
    const { network, home, original, transport, setDeaf } = await aStage()
    const copy = await home.copy()
    // The copy does not look. The original does not hear the others for a while: the copy says first what it would say, too.
    const opened = await copy.open()
    const disk = { ...opened, lastSigned: heedless(opened.lastSigned) }
    network.running.delete(VICTIM)
    const second = await network.start(VICTIM, { ...disk, transport: transport('the copy') })
    network.running.set(VICTIM, original)
    setDeaf(true)
    await network.runUntil(() => original.failures.length > 0, 60_000, 'the original stops')
    assertKeyInUse(original.failures[0])
    await network.stop(VICTIM)
    await second.node.stop()
    await network.stopAll()
  })

  it('T31 what is said with its key at a height long over still tells, if the signature is its own', async () => {
    const { network } = await aStage()
    await network.stop(VICTIM)
    const disk = aDisk()
    let isOld = false
    const lastSigned = { ...heedless(disk.lastSigned), mayHaveSigned: () => !isOld }
    const { failures } = await network.start(VICTIM, { ...disk, lastSigned })
    await goOn(network, 2)
    let round = 0
    const whisper = async (key: number): Promise<void> => {
      const blockId = 'ab'.repeat(32)
      const statement: Statement = { kind: 'prepare', height: 2, round: ++round, blockId }
      const signature = sign(statementBytes(network.networkId, statement), privateKeyOf(nameOf(key)))
      const message = encodeMessage({ kind: 'prepare', signed: { statement, validator: VICTIM, signature } })
      network.hub.whisper(nameOf(0), nameOf(VICTIM), 'consensus', encodeEnvelope({ message }))
      await network.clock.settle()
    }
    await whisper(VICTIM)
    assert.equal(failures.length, 0)
    // From now on its record is an old one. No time passes: nothing else comes in.
    isOld = true
    await whisper(0)
    assert.equal(failures.length, 0)
    await whisper(VICTIM)
    assertKeyInUse(failures[0])
    await network.stopAll()
  })

  it('T31 is never seen in an honest home that starts again, however often and whoever is up', async () => {
    const { network, home, checker, transport } = await aStage()
    for (let round = 0; round < 12; round++) {
      await network.stop(VICTIM)
      await network.run(round * 137)
      const { failures } = await network.start(VICTIM, {
        ...(await home.open()),
        transport: transport(nameOf(VICTIM)),
      })
      await network.run(200 + round * 411)
      assert.deepEqual(failures, [])
    }
    await goOn(network, 2)
    assert.deepEqual(checker.contradictions, [])
    await network.stopAll()
  })

  it('is nothing that an empty home sees in a new network', async () => {
    const network = aNodeNetwork(4)
    for (let index = 0; index < 4; index++) await network.start(index)
    await network.runUntil(() => leastHeight(network) >= 2, 20_000, 'two blocks')
    for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
    await network.stopAll()
  })

  it('T31 an empty home with a key that has voted stops', async () => {
    const { network, checker, transport } = await aStage()
    await network.stop(VICTIM)
    const fresh = transport(nameOf(VICTIM))
    await expectRefusal(network, aDisk(), fresh)
    assert.equal(fresh.said(), 0)
    assert.deepEqual(checker.contradictions, [])
    await network.stopAll()
  })
})
