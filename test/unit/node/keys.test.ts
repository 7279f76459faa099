import { strict as assert } from 'node:assert'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '../../../base/index.ts'
import { loadKey, saveKey } from '../../../node/index.ts'
import { createFile, replaceFile } from '../../../node/keys.ts'
import { MAX_KEY_FILE_BYTES, MIN_SCRYPT_N } from '../../../node/limits.ts'
import { failsWith } from '../../support/failures.ts'
import { privateKeyOf } from '../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const KEY = privateKeyOf('someone')
const PROTECTION = { passphrase: 'a passphrase', scryptN: MIN_SCRYPT_N }
const ask = (): Promise<string> => Promise.resolve(PROTECTION.passphrase)
const neverAsked = (): Promise<string> => assert.fail('nobody needs a passphrase here')

describe('a key file', () => {
  it('is saved once, plain, for its owner alone', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'a.key')
      await saveKey(path, KEY, 'validator')
      assert.deepEqual(await loadKey(path, 'validator', neverAsked), KEY)
      assert.equal(await readFile(path, 'utf8'), `${toHex(KEY)}\n`)
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      await failsWith('home-exists', () => saveKey(path, privateKeyOf('another'), 'validator'))
      await failsWith('key-missing', () => loadKey(join(directory, 'b.key'), 'validator'))
      await failsWith('key-missing', () => loadKey(directory, 'validator'))
    })
  })

  it('is saved encrypted with a passphrase, and opens with it for its purpose only', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'a.key')
      await saveKey(path, KEY, 'validator', PROTECTION)
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      assert.deepEqual(await loadKey(path, 'validator', ask), KEY)
      await failsWith('passphrase-missing', () => loadKey(path, 'validator'), /--passphrase-file/)
      await failsWith('passphrase-wrong', () => loadKey(path, 'validator', async () => 'another'))
      await failsWith('passphrase-wrong', () => loadKey(path, 'network', ask), /network key/)
      await failsWith('home-exists', () => saveKey(path, KEY, 'validator', PROTECTION))
    })
  })

  it('is refused when group or others may touch it, plain or encrypted', async () => {
    await inTemporaryDirectory(async (directory) => {
      const plain = join(directory, 'plain.key')
      const encrypted = join(directory, 'encrypted.key')
      await saveKey(plain, KEY, 'validator')
      await saveKey(encrypted, KEY, 'validator', PROTECTION)
      for (const path of [plain, encrypted]) {
        for (const mode of [0o640, 0o604, 0o644, 0o620, 0o666]) {
          await chmod(path, mode)
          await failsWith('key-exposed', () => loadKey(path, 'validator', ask), /: chmod 600 /)
        }
        for (const mode of [0o600, 0o400]) {
          await chmod(path, mode)
          assert.deepEqual(await loadKey(path, 'validator', ask), KEY)
        }
      }
    })
  })

  it('T38 that is damaged is not quoted in the error', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'a.key')
      const secret = toHex(KEY)
      for (const text of [
        secret.slice(1),
        `{"secret":"${secret}"}`,
        `${secret}${secret}`,
        'x'.repeat(5000),
      ]) {
        await writeFile(path, text, { mode: 0o600 })
        await failsWith('key-invalid', () => loadKey(path, 'validator', neverAsked), /a\.key/)
        await assert.rejects(
          loadKey(path, 'validator', ask),
          (error: Error) => !`${error.message}${error.cause}`.includes(secret.slice(1, 20)),
        )
      }
      await writeFile(path, ' '.repeat(MAX_KEY_FILE_BYTES - 64) + secret, { mode: 0o600 })
      assert.deepEqual(await loadKey(path, 'validator'), KEY)
      await writeFile(path, ' '.repeat(MAX_KEY_FILE_BYTES - 63) + secret, { mode: 0o600 })
      await failsWith('key-invalid', () => loadKey(path, 'validator'))
    })
  })
})

describe('files that are written whole or not at all', () => {
  it('take a free name only, or the name of an earlier file, and leave nothing beside it', async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'file')
      await createFile(path, Uint8Array.of(1), 0o600)
      await failsWith('home-exists', () => createFile(path, Uint8Array.of(2), 0o600))
      assert.deepEqual([...(await readFile(path))], [1])
      await replaceFile(path, Uint8Array.of(3), 0o600)
      assert.deepEqual([...(await readFile(path))], [3])
      assert.deepEqual(await readdir(directory), ['file'])
    })
  })
})
