import { strict as assert } from 'node:assert'
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { genesisFile } from '../../../ledger/index.ts'
import { createHome, createKeys, type NodeKeys, openHome, readHome, saveKey } from '../../../node/index.ts'
import { MIN_SCRYPT_N } from '../../../node/limits.ts'
import { protectHome, protectKey } from '../../../node/protect.ts'
import type { Protection } from '../../../node/sealing.ts'
import { failsWith } from '../../support/failures.ts'
import { aGenesis, privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const KEYS: Required<NodeKeys> = createKeys(seededRandom('home'))
const NAMES = ['network.key', 'validator.key', 'trustee.seed'] as const
const FIRST: Protection = { passphrase: 'the first passphrase', scryptN: MIN_SCRYPT_N }
const SECOND: Protection = { passphrase: 'the second passphrase', scryptN: MIN_SCRYPT_N }
const asked = (protection: Protection) => (): Promise<string> => Promise.resolve(protection.passphrase)

/** Makes a home, lets `use` work on it, and checks that its keys are still there under the protection that it names. */
async function withHome(
  protection: Protection | undefined,
  use: (home: string) => Promise<Protection | undefined>,
): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    const home = join(directory, 'home')
    const settings = { name: 'a', listen: [], peers: [], logLevel: 'info' } as const
    await createHome(home, { genesisFile: genesisFile(aGenesis()), settings, keys: KEYS }, protection)
    const after = await use(home)
    const opened = await openHome(home, after && asked(after))
    assert.deepEqual(opened.keys, KEYS)
    assert.deepEqual((await readdir(join(home, 'keys'))).sort(), [...NAMES].sort(), 'nothing beside the keys')
  })
}

const contents = (home: string): Promise<readonly string[]> =>
  Promise.all(NAMES.map((name) => readFile(join(home, 'keys', name), 'utf8')))
const namesOf = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => path.split('/').at(-1) ?? '')

describe('protecting the keys of a home', () => {
  it('encrypts plain ones, and finds nothing to do the second time', () =>
    withHome(undefined, async (home) => {
      const first = await protectHome(home, FIRST)
      assert.deepEqual(namesOf(first.changed), NAMES)
      const before = await contents(home)
      const second = await protectHome(home, FIRST)
      assert.deepEqual([second.changed.length, namesOf(second.unchanged)], [0, NAMES])
      assert.deepEqual(await contents(home), before)
      return FIRST
    }))

  it('changes the passphrase, given the present one', () =>
    withHome(FIRST, async (home) => {
      const before = await contents(home)
      await failsWith('passphrase-missing', () => protectHome(home, SECOND))
      await failsWith('passphrase-wrong', () => protectHome(home, SECOND, async () => 'neither'))
      assert.deepEqual(await contents(home), before, 'nothing was changed')
      assert.equal((await protectHome(home, SECOND, asked(FIRST))).changed.length, 3)
      await failsWith('passphrase-wrong', () => openHome(home, asked(FIRST)))
      return SECOND
    }))

  it('makes them plain again, given the passphrase', () =>
    withHome(FIRST, async (home) => {
      await failsWith('passphrase-missing', () => protectHome(home, undefined))
      assert.equal((await protectHome(home, undefined, asked(FIRST))).changed.length, 3)
      assert.equal((await protectHome(home, undefined)).unchanged.length, 3)
      return undefined
    }))

  it('finishes what a kill broke off, from plain to a passphrase', () =>
    withHome(undefined, async (home) => {
      await protectKey(join(home, 'keys', 'network.key'), 'network', FIRST)
      await failsWith('passphrase-missing', () => openHome(home))
      const { changed, unchanged } = await protectHome(home, FIRST)
      assert.deepEqual([namesOf(changed), namesOf(unchanged)], [NAMES.slice(1), NAMES.slice(0, 1)])
      return FIRST
    }))

  it('finishes what a kill broke off, from one passphrase to another, and from a passphrase to plain', () =>
    withHome(FIRST, async (home) => {
      await protectKey(join(home, 'keys', 'network.key'), 'network', SECOND, asked(FIRST))
      await failsWith('passphrase-wrong', () => openHome(home, asked(FIRST)))
      await protectHome(home, SECOND, asked(FIRST))
      await protectKey(join(home, 'keys', 'validator.key'), 'validator', undefined, asked(SECOND))
      assert.equal((await protectHome(home, undefined, asked(SECOND))).changed.length, 2)
      return undefined
    }))

  it('removes the draft that a kill left, which may hold a plain key', () =>
    withHome(FIRST, async (home) => {
      const draft = join(home, 'keys', '.01234567-89ab-cdef-0123-456789abcdef')
      await writeFile(draft, 'a key', { mode: 0o600 })
      await protectHome(home, FIRST)
      return FIRST
    }))

  it('writes nothing while one of the keys is damaged or exposed', () =>
    withHome(undefined, async (home) => {
      const seed = join(home, 'keys', 'trustee.seed')
      const good = await contents(home)
      await writeFile(seed, 'damaged')
      await failsWith('key-invalid', () => protectHome(home, FIRST), /trustee\.seed/)
      await writeFile(seed, good[2] ?? '')
      await chmod(seed, 0o644)
      await failsWith('key-exposed', () => protectHome(home, FIRST), /trustee\.seed/)
      await chmod(seed, 0o600)
      assert.deepEqual(await contents(home), good)
      return undefined
    }))

  it('writes down the peer id in a home of release 0.1, which has none', () =>
    withHome(undefined, async (home) => {
      const { peerId } = await readHome(home)
      await rm(join(home, 'peer-id'))
      await protectHome(home, FIRST)
      assert.equal((await readHome(home)).peerId, peerId)
      return FIRST
    }))
})

describe('protecting a key outside a home', () => {
  it('leaves other files of its directory alone', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'registrar.key')
      const draft = join(directory, '.01234567-89ab-cdef-0123-456789abcdef')
      await saveKey(path, privateKeyOf('registrar'), 'registrar')
      await writeFile(draft, 'of somebody')
      assert.deepEqual((await protectKey(path, 'registrar', FIRST)).changed, [path])
      assert.equal(await readFile(draft, 'utf8'), 'of somebody')
      assert.deepEqual((await protectKey(path, 'registrar', FIRST)).unchanged, [path])
    }))
})
