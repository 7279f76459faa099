/** Disks that fail, and disks that were tampered with or restored in part. */
import { strict as assert } from 'node:assert'
import { decodeMessage } from '../../consensus/index.ts'
import { decodeEnvelope } from '../../network/index.ts'
import { NodeError } from '../../node/index.ts'
import { type Database, memoryDatabase, openChainStore, StorageError } from '../../storage/index.ts'
import { aCollectedLog } from '../support/collected-log.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { aDisk, aNodeNetwork, leastHeight, nameOf } from '../support/node-network.ts'

/** The same chain, with each value of the state's image passed through `alter`. */
async function copyOf(
  database: Database,
  networkId: Uint8Array,
  alter: (value: Uint8Array) => Uint8Array,
): Promise<Database> {
  const copy = memoryDatabase()
  const [from, to] = [await openChainStore(database, networkId), await openChainStore(copy, networkId)]
  const changes: { readonly key: Uint8Array; readonly value: Uint8Array }[] = []
  for await (const [key, value] of from.stateEntries()) changes.push({ key, value: alter(value) })
  for (let height = 1; height <= from.height(); height++) {
    const stored = await from.block(height)
    assert.ok(stored)
    await to.append({
      height,
      ...stored,
      transactionIds: [],
      changes: height === from.height() ? changes : [],
    })
  }
  return copy
}

describe('a node whose storage fails', function () {
  this.timeout(120_000)

  it('stops with the error, and its peers go on', async () => {
    const network = aNodeNetwork(4)
    for (const index of [0, 1, 2]) await network.start(index)
    const disk = aDisk()
    let isBroken = false
    const { failures } = await network.start(3, {
      ...disk,
      database: {
        ...disk.database,
        write: (batch) =>
          isBroken
            ? Promise.reject(new StorageError('failed', 'no space left on the disk'))
            : disk.database.write(batch),
      },
    })
    await network.runUntil(() => network.height(3) >= 2, 20_000, 'two blocks')
    isBroken = true
    await network.runUntil(() => failures.length > 0, 20_000, 'the failure')
    assert.match(String(failures[0]), /no space left/)
    await network.stop(3)
    const height = leastHeight(network)
    await network.runUntil(() => leastHeight(network) > height + 1, 30_000, 'the others')
    await network.stopAll()
  })

  it('does not start on a journal that no runner wrote', async () => {
    const network = aNodeNetwork(1)
    await network.disks[0]!.journal.reset(1)
    await network.disks[0]!.journal.append(Uint8Array.of(1, 2, 3))
    await assert.rejects(network.start(0), (error: unknown) => {
      assert.ok(error instanceof NodeError)
      assert.equal(error.code, 'storage-damaged')
      return true
    })
  })

  it('does not start on a state that is not that of its last block', async () => {
    const network = aNodeNetwork(1)
    await network.start(0)
    await network.runUntil(() => network.height(0) >= 2, 10_000, 'two blocks')
    await network.stopAll()
    const { database, lastSigned } = network.disks[0]!
    const same = await copyOf(database, network.networkId, (value) => value)
    await network.start(0, { ...aDisk(), lastSigned, database: same })
    await network.stopAll()
    const altered = await copyOf(database, network.networkId, (value) => value.with(0, value[0]! ^ 1))
    await assert.rejects(
      network.start(0, { ...aDisk(), lastSigned, database: altered }),
      (error: unknown) => {
        assert.ok(error instanceof NodeError)
        assert.equal(error.code, 'storage-damaged')
        return true
      },
    )
  })

  it('T31 says nothing at heights below its journal, until it has caught up', async () => {
    const network = aNodeNetwork(4)
    for (let index = 0; index < 4; index++) await network.start(index)
    await network.runUntil(() => leastHeight(network) >= 4, 20_000, 'four blocks')
    await network.stop(3)
    const { journal, lastSigned } = network.disks[3]!
    const bound = journal.height()
    const heights: number[] = []
    const transport = withFaults(network.hub.transport(nameOf(3)), {
      onPublish: async (_topic, payload) => {
        const envelope = decodeEnvelope(payload)
        const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
        if (message.ok) heights.push(message.value.signed.statement.height)
      },
    })
    // Its database is lost; journal and last-signed record are not.
    const fresh = memoryDatabase()
    const { logger, lines } = aCollectedLog()
    await network.start(3, { database: fresh, journal, lastSigned, transport, logger })
    await network.runUntil(() => network.height(3) >= bound + 2, 30_000, 'catching up')
    assert.equal(lines.filter((line) => line.includes('the journal is ahead')).length, 1, 'said once')
    assert.ok(heights.length > 0)
    assert.ok(Math.min(...heights) >= bound)
    assert.equal((await openChainStore(fresh, network.networkId)).height(), network.height(3))
    await network.stopAll()
  })
})
