/** Validators after a repair, among whole nodes: heights at which they have no vote, and their return. */
import { strict as assert } from 'node:assert'
import { decodeMessage } from '../../consensus/index.ts'
import { decodeEnvelope } from '../../network/index.ts'
import { SILENCE } from '../../node/journal-record.ts'
import { barrierAt } from '../../node/repair/signed-slots.ts'
import { memoryJournal, memoryLastSigned } from '../../storage/index.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { aRunningNetwork, type Disk, leastHeight, type NodeNetwork, nameOf } from '../support/node-network.ts'

const REPAIRED = 3

/** Stops a node, starts it on another disk, and gives the heights that it spoke at until it and the others have reached a height. */
async function spokenAt(network: NodeNetwork, disk: Disk, until: number): Promise<readonly number[]> {
  const heights: number[] = []
  const transport = withFaults(network.hub.transport(nameOf(REPAIRED)), {
    onPublish: async (topic, payload) => {
      const envelope = decodeEnvelope(payload)
      const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
      if (topic === 'consensus' && message.ok) heights.push(message.value.signed.statement.height)
    },
  })
  const { failures } = await network.start(REPAIRED, { ...disk, transport })
  await network.runUntil(() => leastHeight(network) >= until, 120_000, `height ${until}`)
  assert.deepEqual(failures, [])
  return heights
}

async function stopped(): Promise<{ readonly network: NodeNetwork; readonly head: number }> {
  const network = await aRunningNetwork(4)
  await network.runUntil(() => leastHeight(network) >= 2, 60_000, 'two blocks')
  const head = network.height(REPAIRED)
  await network.stop(REPAIRED)
  return { network, head }
}

describe('a validator after a repair', function () {
  this.timeout(120_000)

  it('T31 says nothing at the heights of the barrier, and votes again above it: the journal alone', async () => {
    const { network, head } = await stopped()
    const barrier = head + 3
    const journal = memoryJournal()
    await journal.reset(barrier)
    await journal.append(SILENCE)
    const disk = { ...network.disks[REPAIRED]!, journal }
    const heights = await spokenAt(network, disk, barrier + 2)
    assert.equal(Math.min(...heights), barrier + 1)
    await network.stopAll()
  })

  it('T31 says nothing at the heights of the barrier, and votes again above it: the record alone', async () => {
    const { network, head } = await stopped()
    const barrier = head + 3
    const lastSigned = memoryLastSigned()
    const { slot } = barrierAt(barrier)
    assert.ok((await lastSigned.sign(slot, new Uint8Array(0), (bytes) => bytes)).ok)
    const disk = { ...network.disks[REPAIRED]!, lastSigned }
    const heights = await spokenAt(network, disk, barrier + 2)
    assert.equal(Math.min(...heights), barrier + 1)
    await network.stopAll()
  })

  it('follows a silent height across restarts, and the others wait for it where they are too few', async () => {
    const { network, head } = await stopped()
    await network.stop(0)
    const journal = memoryJournal()
    await journal.reset(head + 2)
    await journal.append(SILENCE)
    const disk = { ...network.disks[REPAIRED]!, journal: { ...openEnded(journal) } }
    for (let life = 0; life < 2; life++) {
      const { failures } = await network.start(REPAIRED, disk)
      await network.run(20_000)
      assert.deepEqual(failures, [])
      assert.ok(leastHeight(network) <= head + 1, 'two of four are no quorum')
      await network.stop(REPAIRED)
    }
    await network.start(0)
    assert.equal(Math.min(...(await spokenAt(network, disk, head + 4))), head + 3)
    await network.stopAll()
  })
})

/** A journal that outlives its node. */
function openEnded(journal: Disk['journal']): Disk['journal'] {
  return {
    height: () => journal.height(),
    records: () => journal.records(),
    append: (record) => journal.append(record),
    sync: () => journal.sync(),
    reset: (height) => journal.reset(height),
    close: async () => {},
  }
}
