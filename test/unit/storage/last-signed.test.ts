import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LastSigned, openLastSigned, type SigningSlot } from '../../../storage/index.ts'
import { MAX_LAST_SIGNED_BYTES } from '../../../storage/limits.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const SLOT: SigningSlot = { height: 12, round: 3, step: 2 }
const STATEMENT: Uint8Array = Uint8Array.of(7)

describe('the last-signed record in a file', () => {
  it('T31 has the slot on disk before the signature is made', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'last-signed.json')
      const guard = await openLastSigned(path)
      const onDisk: string[] = []
      await guard.sign(SLOT, STATEMENT, (bytes) => {
        // What another process would find if this one were killed here.
        onDisk.push(readFileSync(path, 'utf8'))
        return bytes
      })
      assert.match(onDisk[0] ?? '', /^\{"version":1,"height":12,"round":3,"step":2,"hash":"[0-9a-f]{64}",/)
      await guard.close()
    }))

  it('is one file that its owner alone can read, and leaves nothing beside it', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'last-signed.json')
      await signed(path, SLOT)
      assert.deepEqual(await readdir(directory), ['last-signed.json'])
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      assert.ok((await readFile(path)).length < MAX_LAST_SIGNED_BYTES)
    }))

  it('is the old one when it was cut while it was replaced', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'last-signed.json')
      await signed(path, SLOT)
      await writeFile(`${path}.new`, '{"version":1,"hei')
      const guard = await openLastSigned(path)
      assert.deepEqual(guard.last(), SLOT)
      await guard.close()
    }))

  it('is refused when any bit of it is flipped or it is cut anywhere', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'last-signed.json')
      await signed(path, SLOT)
      const whole = await readFile(path)
      for (let at = 0; at < whole.length; at++) {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 1 << (at % 8)
        for (const bytes of [flipped, whole.subarray(0, at)]) {
          await writeFile(path, bytes)
          await assert.rejects(openLastSigned(path), { name: 'StorageError', code: 'damaged' })
        }
      }
    }))

  it('is refused when it is larger than such a record can be', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'last-signed.json')
      for (const [size, message] of [
        [MAX_LAST_SIGNED_BYTES, /not a last-signed record/],
        [MAX_LAST_SIGNED_BYTES + 1, /4097 bytes/],
      ] as const) {
        await writeFile(path, new Uint8Array(size))
        await assert.rejects(openLastSigned(path), { code: 'damaged', message })
      }
    }))

  it('signs nothing when the disk fails, then or later', () =>
    inTemporaryDirectory(async (directory) => {
      const guard = await openLastSigned(join(directory, 'home', 'last-signed.json'))
      await rm(join(directory, 'home'), { recursive: true })
      let calls = 0
      const sign = (bytes: Uint8Array): Uint8Array => {
        calls += 1
        return bytes
      }
      await assert.rejects(guard.sign(SLOT, STATEMENT, sign), { code: 'failed' })
      await assert.rejects(guard.sign({ ...SLOT, height: 13 }, STATEMENT, sign), { code: 'failed' })
      assert.equal(calls, 0)
      assert.equal(guard.last(), undefined)
      await guard.close()
    }))
})

async function signed(path: string, slot: SigningSlot): Promise<void> {
  const guard: LastSigned = await openLastSigned(path)
  await guard.sign(slot, STATEMENT, (bytes) => bytes)
  await guard.close()
}
