import { strict as assert } from 'node:assert'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '../../../base/index.ts'
import { genesisFile, networkIdOf } from '../../../ledger/index.ts'
import { peerNameOf } from '../../../network/index.ts'
import {
  createHome,
  createKeys,
  type NodeSettings,
  openHome,
  parseSettings,
  readHome,
} from '../../../node/index.ts'
import {
  MAX_NAME_LENGTH,
  MAX_PEER_ADDRESSES,
  MAX_VERIFIER_THREADS,
  MIN_SCRYPT_N,
} from '../../../node/limits.ts'
import { trusteePublicKey } from '../../../node/trustee-secrets.ts'
import { failsWith } from '../../support/failures.ts'
import { aGenesis, privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const SETTINGS: NodeSettings = {
  name: 'City of Athens',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  peers: [],
  logLevel: 'info',
}

const PROTECTION = { passphrase: 'a passphrase', scryptN: MIN_SCRYPT_N }

function aHome(): Parameters<typeof createHome>[1] {
  return {
    genesisFile: genesisFile(aGenesis()),
    settings: SETTINGS,
    keys: createKeys(seededRandom('home')),
  }
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

  it('is read with the key of the network alone for a node without a vote', async () => {
    await inTemporaryDirectory(async (path) => {
      const content = aHome()
      await createHome(path, content)
      // A key that nobody may read is not read.
      await chmod(join(path, 'keys', 'validator.key'), 0o644)
      const { keys } = await openHome(path, undefined, 'network key')
      assert.deepEqual(keys, { network: content.keys.network })
      await failsWith('key-exposed', () => openHome(path))
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

  it('with a passphrase has every key encrypted, and asks for it once', async () => {
    await inTemporaryDirectory(async (path) => {
      const content = aHome()
      const made = await createHome(path, content, PROTECTION)
      let asked = 0
      const opened = await openHome(path, async () => {
        asked++
        return PROTECTION.passphrase
      })
      assert.deepEqual(opened, made)
      assert.deepEqual(opened.keys, content.keys)
      assert.equal(asked, 1)
      for (const name of ['network.key', 'validator.key', 'trustee.seed']) {
        const text = await readFile(join(path, 'keys', name), 'utf8')
        assert.match(text, /^\{"version":1,/)
        for (const key of Object.values(content.keys)) assert.ok(!text.includes(toHex(key)))
      }
      await failsWith('passphrase-missing', () => openHome(path))
      await failsWith('passphrase-wrong', () => openHome(path, async () => 'another'), /network\.key/)
    })
  })

  it('asks for no passphrase where no key is encrypted', async () => {
    await inTemporaryDirectory(async (path) => {
      await createHome(path, aHome())
      await openHome(path, () => assert.fail('asked'))
    })
  })

  it('does not open with its encrypted keys swapped', async () => {
    await inTemporaryDirectory(async (path) => {
      await createHome(path, aHome(), PROTECTION)
      const [validator, seed] = [join(path, 'keys', 'validator.key'), join(path, 'keys', 'trustee.seed')]
      await rename(validator, `${seed}.other`)
      await rename(seed, validator)
      await rename(`${seed}.other`, seed)
      await failsWith(
        'passphrase-wrong',
        () => openHome(path, async () => PROTECTION.passphrase),
        /validator/,
      )
    })
  })

  it('says its peer id and the card of its trustee without any key', async () => {
    await inTemporaryDirectory(async (path) => {
      const content = aHome()
      await createHome(path, content, PROTECTION)
      assert.equal((await readHome(path)).peerId, peerNameOf(content.keys.network))
      const card = JSON.parse(await readFile(join(path, 'card.json'), 'utf8'))
      const publicKey = toHex(trusteePublicKey(content.keys.trusteeSeed ?? new Uint8Array(0)))
      assert.deepEqual(card, { name: SETTINGS.name, publicKey })
      const observer = join(path, 'observer')
      await createHome(observer, { ...content, keys: { network: content.keys.network } })
      await assert.rejects(stat(join(observer, 'card.json')))
    })
  })

  it('does without a file of its peer id, and refuses a wrong one', async () => {
    await inTemporaryDirectory(async (path) => {
      const { peerId } = await createHome(path, aHome())
      await rm(join(path, 'peer-id'))
      assert.equal((await readHome(path)).peerId, undefined)
      assert.equal((await openHome(path)).peerId, peerId)
      await writeFile(join(path, 'peer-id'), `${peerNameOf(privateKeyOf('another'))}\n`)
      await failsWith('settings-invalid', () => openHome(path), new RegExp(peerId))
      await writeFile(join(path, 'peer-id'), 'somebody\n')
      await failsWith('settings-invalid', () => readHome(path), /peer-id holds no peer id/)
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
    await refused(text({ verifierThreads: 0 }))
    await refused(text({ verifierThreads: MAX_VERIFIER_THREADS + 1 }))
    assert.ok(parseSettings(text({ verifierThreads: MAX_VERIFIER_THREADS }), 'node.json'))
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
