import { strict as assert } from 'node:assert'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { genesisFile } from '../../../ledger/index.ts'
import { peerNameOf } from '../../../network/index.ts'
import { createObserverHome, type NodeSettings, openHome } from '../../../node/index.ts'
import { failsWith } from '../../support/failures.ts'
import { aGenesis, privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const PEER = `/ip4/192.0.2.1/tcp/7000/p2p/${peerNameOf(privateKeyOf('a peer'))}`

function content(changes: Partial<NodeSettings> = {}): Parameters<typeof createObserverHome>[1] {
  const settings = {
    name: 'observer',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    peers: [PEER],
    logLevel: 'info',
  } as const
  return { genesisFile: genesisFile(aGenesis()), settings: { ...settings, ...changes } }
}

describe("an observer's home", () => {
  it('has a network key of its own and no other, and is private to its owner', () =>
    inTemporaryDirectory(async (directory) => {
      const home = join(directory, 'deep', 'observer')
      await createObserverHome(home, content(), seededRandom('observer'))
      const { keys, settings, genesis } = await openHome(home)
      assert.deepEqual(Object.keys(keys), ['network'])
      assert.deepEqual([settings.name, settings.peers], ['observer', [PEER]])
      assert.deepEqual(genesis, aGenesis())
      assert.equal((await stat(home)).mode & 0o777, 0o700)
      assert.deepEqual(await readdir(join(directory, 'deep')), ['observer'])
    }))

  it('may take the place of an empty directory, and of nothing else', () =>
    inTemporaryDirectory(async (directory) => {
      const empty = join(directory, 'empty')
      await mkdir(empty)
      await createObserverHome(empty, content(), seededRandom('observer'))
      await failsWith('home-exists', () => createObserverHome(empty, content(), seededRandom('another')))
      const full = join(directory, 'full')
      await mkdir(full)
      await writeFile(join(full, 'letter.txt'), 'dear all')
      await failsWith('home-exists', () => createObserverHome(full, content(), seededRandom('observer')))
      assert.deepEqual(await readdir(full), ['letter.txt'])
      assert.deepEqual((await readdir(directory)).sort(), ['empty', 'full'], 'nothing is left lying about')
    }))

  it('does not come into being where an address or the genesis file is wrong', () =>
    inTemporaryDirectory(async (directory) => {
      const home = join(directory, 'observer')
      const make = (what: ReturnType<typeof content>): Promise<void> =>
        createObserverHome(home, what, seededRandom('observer'))
      for (const peer of ['nonsense', '/ip4/192.0.2.1/tcp/7000'])
        await assert.rejects(make(content({ peers: [peer] })), { code: 'malformed' })
      await failsWith('genesis-invalid', () => make({ ...content(), genesisFile: new Uint8Array(3) }))
      await failsWith('settings-invalid', () => make(content({ name: '' })))
      assert.deepEqual(await readdir(directory), [])
    }))
})
