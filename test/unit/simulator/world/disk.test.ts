import assert from 'node:assert/strict'
import { concat } from '../../../../base/index.ts'
import type { Files } from '../../../../storage/index.ts'
import { createDice } from '../../../simulator/dice.ts'
import { Disk } from '../../../simulator/world/disk.ts'
import { SimulatedFiles } from '../../../simulator/world/files.ts'
import { Life } from '../../../simulator/world/life.ts'

const PATH = '/home/file'
const MAX_BYTES = 1 << 20
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

async function aFile(content: Uint8Array): Promise<{ readonly disk: SimulatedFiles; readonly files: Files }> {
  const disk = new SimulatedFiles()
  const files = disk.opened(new Life())
  await files.replace(PATH, content)
  return { disk, files }
}

describe('a simulated file', () => {
  it('keeps what was synced through a power cut', async () => {
    const { disk, files } = await aFile(bytes(10, 1))
    const file = await files.open(PATH)
    await file.write(bytes(5, 2), 10)
    assert.equal(disk.isSynced(PATH), false)
    await file.sync()
    assert.equal(disk.isSynced(PATH), true)
    assert.equal(disk.cutPower(createDice('cut')), 0)
    assert.deepEqual(await files.read(PATH, MAX_BYTES), concat(bytes(10, 1), bytes(5, 2)))
  })

  it('has what was written and not synced after the death of its process, until power is cut', async () => {
    const { disk, files } = await aFile(bytes(10, 1))
    const life = new Life()
    const file = await disk.opened(life).open(PATH)
    await file.write(bytes(5, 2), 10)
    life.end()
    assert.equal((await files.read(PATH, MAX_BYTES))?.length, 15)
    assert.deepEqual(disk.durable(PATH), bytes(10, 1))
  })

  it('is torn by a power cut in every way: nothing, a beginning, sectors and not others, all; never before what was synced', async () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 300; seed++) {
      const { disk, files } = await aFile(bytes(700, 1))
      const file = await files.open(PATH)
      await file.write(bytes(1500, 2), 700)
      disk.cutPower(createDice(`cut ${seed}`))
      const left = (await files.read(PATH, MAX_BYTES))!
      assert.deepEqual(left.subarray(0, 700), bytes(700, 1))
      const tail = left.subarray(700)
      if (tail.length === 0) outcomes.add('nothing')
      else if (tail.length < 1500) outcomes.add('a beginning')
      else if (tail.every((byte) => byte === 2)) outcomes.add('all')
      else if (tail[0] === 0) outcomes.add('the first sector is missing')
      else outcomes.add('another sector is missing')
    }
    assert.equal(outcomes.size, 5)
  })

  it('is replaced whole, and for good', async () => {
    const { disk, files } = await aFile(bytes(10, 1))
    await files.replace(PATH, bytes(3, 9))
    disk.cutPower(createDice('cut'))
    assert.deepEqual(await files.read(PATH, MAX_BYTES), bytes(3, 9))
  })

  it('takes a beginning at most when there is no room, and takes all again later', async () => {
    const { disk, files } = await aFile(bytes(10, 1))
    const file = await files.open(PATH)
    disk.ailment = 'full'
    await assert.rejects(file.write(bytes(8, 2), 10), { code: 'ENOSPC' })
    await assert.rejects(files.replace(PATH, bytes(1, 1)), { code: 'ENOSPC' })
    await assert.rejects(file.sync(), { code: 'ENOSPC' })
    disk.ailment = undefined
    await file.write(bytes(8, 3), 10)
    await file.sync()
    assert.deepEqual(disk.durable(PATH), concat(bytes(10, 1), bytes(8, 3)))
  })

  it('can neither be read nor written while the disk fails', async () => {
    const { disk, files } = await aFile(bytes(10, 1))
    disk.ailment = 'failing'
    await assert.rejects(files.read(PATH, MAX_BYTES), { code: 'EIO' })
    await assert.rejects(files.replace(PATH, bytes(1, 1)), { code: 'EIO' })
  })
})

describe('a process on a simulated disk', () => {
  it('can end before and after each effect, and then waits for ever', async () => {
    for (const [moments, length] of [
      [0, 10],
      [1, 3],
    ] as const) {
      const { disk, files } = await aFile(bytes(10, 1))
      const life = new Life()
      let hasEnded = false
      life.endAfter(moments, () => {
        hasEnded = true
        life.end()
      })
      void disk
        .opened(life)
        .replace(PATH, bytes(3, 2))
        .then(() => assert.fail('the dead go on'))
      await new Promise((resolve) => setImmediate(resolve))
      assert.ok(hasEnded)
      assert.equal((await files.read(PATH, MAX_BYTES))?.length, length)
    }
  })

  it('has a journal whose records count as undurable until the disk has them', async () => {
    const disk = await Disk.with([], 0)
    const open = await disk.open({ moments: new Life(), onSign: (message) => message })
    await open.journal.reset(5)
    await open.journal.append(bytes(4, 1))
    await open.journal.append(bytes(4, 2))
    assert.equal(open.undurable(), 2)
    await open.journal.sync()
    assert.equal(open.undurable(), 0)
  })

  it('has a last-signed record that is durable before the key is used', async () => {
    const disk = await Disk.with([], 0)
    const open = await disk.open({
      moments: new Life(),
      onSign: (message) => {
        assert.deepEqual(disk.durableSlot(), [7, 1, 2])
        return message
      },
    })
    assert.equal(disk.durableSlot(), undefined)
    const signed = await open.lastSigned.sign({ height: 7, round: 1, step: 2 }, bytes(4, 1), () =>
      assert.fail('the simulator signs'),
    )
    assert.ok(signed.ok)
  })

  it('has a database that refuses while it is full, and has lost nothing', async () => {
    const disk = await Disk.with([{ type: 'put', key: bytes(1, 1), value: bytes(1, 1) }], 0)
    const { database } = await disk.open({ moments: new Life(), onSign: (message) => message })
    disk.ailment = 'full'
    const write = database.write([{ type: 'remove', key: bytes(1, 1) }])
    await assert.rejects(write, { name: 'StorageError', code: 'failed' })
    assert.deepEqual(await database.get(bytes(1, 1)), bytes(1, 1))
  })
})
