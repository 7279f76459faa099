/** What every `Files` does. */
import assert from 'node:assert/strict'
import type { Files } from '../../storage/index.ts'

/** How a suite gets at files. */
export interface FilesHarness {
  /** Runs `use` with files, none of which is there, and the path of one; cleans up. */
  with(use: (files: Files, path: string) => Promise<void>): Promise<void>
}

const LIMIT = 100

/** Declares the suite for one adapter. */
export function filesSuite(name: string, harness: FilesHarness): void {
  describe(`the Files contract: ${name}`, () => {
    it('has no file at first, and none can be opened', () =>
      harness.with(async (files, path) => {
        assert.equal(await files.read(path, LIMIT), undefined)
        await files.prepare(path)
        await assert.rejects(files.open(path), { code: 'ENOENT' })
      }))

    it('reads what replaced a file last, and keeps copies', () =>
      harness.with(async (files, path) => {
        await files.prepare(path)
        const bytes = Uint8Array.of(1, 2, 3)
        await files.replace(path, bytes)
        bytes[0] = 9
        assert.deepEqual(await files.read(path, LIMIT), Uint8Array.of(1, 2, 3))
        await files.replace(path, Uint8Array.of(4))
        const read = await files.read(path, LIMIT)
        read?.fill(0)
        assert.deepEqual(await files.read(path, LIMIT), Uint8Array.of(4))
      }))

    it('writes at positions, beyond the end too, and truncates', () =>
      harness.with(async (files, path) => {
        await files.prepare(path)
        await files.replace(path, Uint8Array.of(1, 2, 3))
        const file = await files.open(path)
        await file.write(Uint8Array.of(7, 8), 2)
        assert.deepEqual(await files.read(path, LIMIT), Uint8Array.of(1, 2, 7, 8))
        await file.write(Uint8Array.of(9), 5)
        assert.deepEqual(await files.read(path, LIMIT), Uint8Array.of(1, 2, 7, 8, 0, 9))
        await file.truncate(1)
        await file.sync()
        await file.close()
        assert.deepEqual(await files.read(path, LIMIT), Uint8Array.of(1))
      }))

    it('keeps files apart by their paths', () =>
      harness.with(async (files, path) => {
        await files.prepare(path)
        await files.replace(path, Uint8Array.of(1))
        await files.replace(`${path}-2`, Uint8Array.of(2))
        assert.deepEqual(await files.read(path, LIMIT), Uint8Array.of(1))
        assert.deepEqual(await files.read(`${path}-2`, LIMIT), Uint8Array.of(2))
      }))

    it('reads a file at the limit and refuses one byte more', () =>
      harness.with(async (files, path) => {
        await files.prepare(path)
        await files.replace(path, new Uint8Array(LIMIT))
        assert.equal((await files.read(path, LIMIT))?.length, LIMIT)
        await files.replace(path, new Uint8Array(LIMIT + 1))
        await assert.rejects(files.read(path, LIMIT), { name: 'StorageError', code: 'damaged' })
      }))
  })
}
