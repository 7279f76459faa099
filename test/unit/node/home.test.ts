import { strict as assert } from 'node:assert'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '../../../base/index.ts'
import { genesisFile, networkIdOf } from '../../../ledger/index.ts'
import {
  createHome,
  createKeys,
  loadKey,
  type NodeErrorCode,
  type NodeSettings,
  openHome,
  parseSettings,
  saveKey,
} from '../../../node/index.ts'
import { MAX_NAME_LENGTH, MAX_PEER_ADDRESSES } from '../../../node/limits.ts'
import { aGenesis, privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const SETTINGS: NodeSettings = {
  name: 'City of Athens',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  peers: [],
  logLevel: 'info',
}

function aHome(): Parameters<typeof createHome>[1] {
  return {
    genesisFile: genesisFile(aGenesis()),
    settings: SETTINGS,
    keys: createKeys(seededRandom('home')),
  }
}

async function failsWith(code: NodeErrorCode, work: () => unknown): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error: Error) => {
      assert.equal((error as Error & { code?: string }).code, code, error.message)
      assert.ok(!error.message.includes('\n'), 'one line')
      return true
    },
  )
}

describe('a home directory', () => {
  it('is read as it was made', async () => {
    await inTemporaryDirectory(async (path) => {
      const content = aHome()
      await createHome(path, content)
      const home = await openHome(path)
      assert.deepEqual(home.settings, SETTINGS)
      assert.deepEqual(home.keys, content.keys)
      assert.deepEqual(home.networkId, networkIdOf(content.genesisFile))
    })
  })

  it('keeps its keys in hexadecimal, for the owner alone', async () => {
    await inTemporaryDirectory(async (path) => {
      const content = aHome()
      await createHome(path, content)
      for (const name of ['network.key', 'validator.key', 'trustee.seed']) {
        const { mode } = await stat(join(path, 'keys', name))
        assert.equal(mode & 0o777, 0o600, name)
      }
      assert.equal((await stat(join(path, 'keys'))).mode & 0o777, 0o700)
      const text = await readFile(join(path, 'keys', 'network.key'), 'utf8')
      assert.equal(text, `${toHex(content.keys.network)}\n`)
    })
  })

  it('belongs to an observer without a validator key', async () => {
    await inTemporaryDirectory(async (path) => {
      const content = aHome()
      await createHome(path, { ...content, keys: { network: content.keys.network } })
      assert.deepEqual((await openHome(path)).keys, { network: content.keys.network })
    })
  })

  it('is never written over', async () => {
    await inTemporaryDirectory(async (path) => {
      await createHome(path, aHome())
      const other = { ...aHome(), keys: createKeys(seededRandom('another home')) }
      await failsWith('home-exists', () => createHome(path, other))
      assert.deepEqual((await openHome(path)).keys, aHome().keys)
    })
  })

  it('is not begun with a genesis file or settings that are wrong', async () => {
    await inTemporaryDirectory(async (path) => {
      const home = join(path, 'home')
      await failsWith('genesis-invalid', () =>
        createHome(home, { ...aHome(), genesisFile: new Uint8Array(3) }),
      )
      await failsWith('settings-invalid', () =>
        createHome(home, { ...aHome(), settings: { ...SETTINGS, name: '' } }),
      )
      await assert.rejects(stat(home))
    })
  })

  it('names what is missing or wrong', async () => {
    await inTemporaryDirectory(async (path) => {
      await failsWith('home-missing', () => openHome(join(path, 'nowhere')))
      const empty = join(path, 'empty')
      await mkdir(empty)
      await failsWith('home-missing', () => openHome(empty))
      const home = join(path, 'home')
      await createHome(home, aHome())
      await writeFile(join(home, 'keys', 'validator.key'), 'not a key\n')
      await failsWith('key-invalid', () => openHome(home))
      await writeFile(join(home, 'genesis.json'), '{}')
      await failsWith('genesis-invalid', () => openHome(home))
    })
  })

  it('T38 does not quote a damaged key in its error', async () => {
    await inTemporaryDirectory(async (path) => {
      const secret = toHex(privateKeyOf('someone')).slice(1)
      await writeFile(join(path, 'a.key'), secret)
      await assert.rejects(loadKey(join(path, 'a.key')), (error: Error) => !error.message.includes(secret))
    })
  })

  it('saves a key once', async () => {
    await inTemporaryDirectory(async (path) => {
      const key = privateKeyOf('someone')
      await saveKey(join(path, 'a.key'), key)
      assert.deepEqual(await loadKey(join(path, 'a.key')), key)
      await failsWith('home-exists', () => saveKey(join(path, 'a.key'), privateKeyOf('another')))
      await failsWith('key-missing', () => loadKey(join(path, 'b.key')))
    })
  })
})

describe('node settings', () => {
  const text = (changes: object): string => JSON.stringify({ ...SETTINGS, ...changes })

  it('have defaults for what may be left out', () => {
    const { peers, logLevel } = parseSettings('{"name":"a","listen":[]}', 'node.json')
    assert.deepEqual({ peers, logLevel }, { peers: [], logLevel: 'info' })
  })

  it('are refused with unknown keys, wrong types and over their limits', async () => {
    const refused = (json: string): Promise<void> =>
      failsWith('settings-invalid', () => parseSettings(json, 'node.json'))
    await refused(text({ logLevl: 'debug' }))
    await refused(text({ logLevel: 'loud' }))
    await refused(text({ listen: '/ip4/127.0.0.1/tcp/0' }))
    await refused('{')
    await refused('null')
    await refused(text({ name: 'x'.repeat(MAX_NAME_LENGTH + 1) }))
    await refused(text({ peers: new Array(MAX_PEER_ADDRESSES + 1).fill('/ip4/127.0.0.1/tcp/1') }))
    assert.ok(parseSettings(text({ name: 'x'.repeat(MAX_NAME_LENGTH) }), 'node.json'))
    assert.ok(
      parseSettings(text({ peers: new Array(MAX_PEER_ADDRESSES).fill('/ip4/127.0.0.1/tcp/1') }), 'node.json'),
    )
  })
})
