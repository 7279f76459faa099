import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, openLevelDatabase } from '../../../storage/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const KEY: Uint8Array = Uint8Array.of(1)
const VALUE: Uint8Array = Uint8Array.of(2)

describe('LevelDB', () => {
  it('is locked while it is open, and says what to do', () =>
    inTemporaryDirectory(async (path) => {
      const database = await openLevelDatabase(path)
      await assert.rejects(openLevelDatabase(path), {
        code: 'locked',
        message: /another process.*stop the psephos/,
      })
      await database.close()
      await (await openLevelDatabase(path)).close()
    }))

  it('is refused as damaged when CURRENT is gone, and its tables are left alone', () =>
    inTemporaryDirectory(async (path) => {
      await filled(path)
      await rm(join(path, 'CURRENT'))
      const before = await readdir(path)
      await assert.rejects(openLevelDatabase(path), { code: 'damaged', message: /CURRENT is missing/ })
      assert.deepEqual(await readdir(path), before)
    }))

  it('is refused as damaged when CURRENT or the manifest is not what it should be', () =>
    inTemporaryDirectory(async (directory) => {
      for (const [name, length] of [
        ['CURRENT', 3],
        ['MANIFEST', 0],
      ] as const) {
        const path = join(directory, name)
        await filled(path)
        const file = (await readdir(path)).find((found) => found.startsWith(name))!
        await truncate(join(path, file), length)
        await assert.rejects(openLevelDatabase(path), { name: 'StorageError', code: 'damaged' })
      }
    }))

  it('says what failed when its place cannot be used', () =>
    inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), '')
      await assert.rejects(openLevelDatabase(join(directory, 'file')), { code: 'failed', message: /file/ })
    }))

  it('opens where opening it the first time was cut short', () =>
    inTemporaryDirectory(async (path) => {
      await writeFile(join(path, 'LOCK'), '')
      await writeFile(join(path, 'MANIFEST-000001'), 'half')
      await (await openLevelDatabase(path)).close()
    }))

  it('has every batch that was reported written when its process is killed', async () => {
    await inTemporaryDirectory(async (path) => {
      const reported = await killedWriter(path, 20)
      const database = await openLevelDatabase(path)
      for (let i = 1; i <= reported; i++) {
        assert.deepEqual(await database.get(Uint8Array.of(1, i)), Uint8Array.of(i), `batch ${i}, first half`)
        assert.deepEqual(await database.get(Uint8Array.of(2, i)), Uint8Array.of(i), `batch ${i}, second half`)
      }
      await database.close()
    })
  })
})

async function filled(path: string): Promise<void> {
  const database: Database = await openLevelDatabase(path)
  await database.write([{ type: 'put', key: KEY, value: VALUE }])
  await database.close()
}

/** Lets another process write batches until it has reported some, kills it, and gives the number of the last one reported. */
async function killedWriter(path: string, batches: number): Promise<number> {
  const program = `
    import { openLevelDatabase } from ${JSON.stringify(new URL('../../../storage/index.ts', import.meta.url).href)}
    const database = await openLevelDatabase(${JSON.stringify(path)})
    for (let i = 1; i < 256; i++) {
      const value = Uint8Array.of(i)
      await database.write([1, 2].map((half) => ({ type: 'put', key: Uint8Array.of(half, i), value })))
      process.stdout.write(i + '\\n')
    }
    setInterval(() => undefined, 1000)
  `
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.split('\n').length > batches) child.kill('SIGKILL')
  })
  const [code, signal] = await once(child, 'close')
  assert.equal(signal, 'SIGKILL', `the writer ended by itself with code ${code}`)
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1))
}
