import { strict as assert } from 'node:assert'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../../base/index.ts'
import { openHome, type TrusteeCard, trusteePublicKey } from '../../../node/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'
import { aPerson, type CommandRun, runCommand } from './command-line.ts'

const HOME = 'the passphrase of the home'
const SAFE = 'the passphrase of the safe'
const NAME = 'Notary of Athens'

interface Stage {
  /** Path of a file or directory of this test. */
  readonly at: (name: string) => string
  readonly genesis: string
  /** `--passphrase-file` and `--backup-passphrase-file` with their files. */
  readonly home: readonly string[]
  readonly safe: readonly string[]
}

async function withStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    const at = (name: string): string => join(directory, name)
    writeFileSync(at('home.txt'), HOME, { mode: 0o600 })
    writeFileSync(at('safe.txt'), SAFE, { mode: 0o600 })
    assert.equal((await runCommand(['testnet', at('town'), '--validators', '1'])).exitCode, 0)
    await use({
      at,
      genesis: at('town/genesis.json'),
      home: ['--passphrase-file', at('home.txt')],
      safe: ['--backup-passphrase-file', at('safe.txt')],
    })
  })
}

const init = ({ at, genesis }: Stage, ...more: readonly string[]): readonly string[] => [
  ...['trustee', 'init', '--home', at('notary'), '--name', NAME, '--genesis', genesis],
  ...more,
]
const done = async (args: readonly string[]): Promise<Record<string, unknown> & { card: TrusteeCard }> => {
  const run = await runCommand([...args, '--json'])
  assert.equal(run.exitCode, 0, run.stderr)
  return JSON.parse(run.stdout)
}
const refused = async (code: string, args: readonly string[], exitCode = 1): Promise<CommandRun> => {
  const run = await runCommand(args)
  assert.equal(run.exitCode, exitCode, run.stderr)
  assert.match(run.stderr, new RegExp(`^error: ${code}: `, 'm'))
  assert.equal(run.stderr.split('\n').filter((line) => line.startsWith('error: ')).length, 1)
  return run
}
/** A notary's home and its backup. */
async function aBackup(stage: Stage): Promise<{ readonly file: string; readonly card: TrusteeCard }> {
  const { card } = await done(init(stage, ...stage.home))
  const file = stage.at('notary.backup')
  const backup = [
    'trustee',
    'backup',
    '--home',
    stage.at('notary'),
    '--out',
    file,
    ...stage.home,
    ...stage.safe,
  ]
  assert.deepEqual((await done(backup)).card, card)
  return { file, card }
}

describe('psephos trustee init', () => {
  it('makes a home of a trustee that is no validator, and its card', () =>
    withStage(async (stage) => {
      const peer = '/dns4/vote.example.org/tcp/4001/p2p/12D3KooWGzBUMwHoFmPGhNDzUmZ1gTXFDVM3yBVzYmYAqHrwUZdR'
      const { card, encrypted } = await done(init(stage, '--peer', peer, ...stage.home))
      const home = await openHome(stage.at('notary'), async () => HOME)
      assert.deepEqual(Object.keys(home.keys).sort(), ['network', 'trusteeSeed'])
      assert.deepEqual(home.settings, { name: NAME, listen: [], peers: [peer], logLevel: 'info' })
      const publicKey = toHex(trusteePublicKey(home.keys.trusteeSeed ?? new Uint8Array(0)))
      assert.deepEqual(card, { name: NAME, publicKey })
      assert.deepEqual(JSON.parse(readFileSync(stage.at('notary/card.json'), 'utf8')), card)
      assert.equal(encrypted, true)
    }))

  it('says what the card is for', () =>
    withStage(async (stage) => {
      const run = await runCommand(init(stage, ...stage.home))
      assert.match(run.stdout, /administrator puts into the "trustees" of a draft/)
      assert.match(run.stdout, /\{"name":"Notary of Athens","publicKey":"[0-9a-f]{64}"\}/)
      assert.match(run.stdout, /trustee backup --home/)
    }))

  it('leaves keys unencrypted only when it is told to, with a warning', () =>
    withStage(async (stage) => {
      await refused('usage', init(stage), 2)
      await refused('usage', init(stage, '--unencrypted', ...stage.home), 2)
      assert.ok(!existsSync(stage.at('notary')))
      const run = await runCommand(init(stage, '--unencrypted'))
      assert.match(run.stderr, /^warning: the keys in .* lie unencrypted/)
      await openHome(stage.at('notary'))
    }))

  it('never touches a home that is there, and refuses what is no genesis file, name or peer', () =>
    withStage(async (stage) => {
      const { card } = await done(init(stage, ...stage.home))
      await refused('home-exists', init(stage, ...stage.home))
      assert.deepEqual(JSON.parse(readFileSync(stage.at('notary/card.json'), 'utf8')), card)
      const other = (...args: readonly string[]): readonly string[] => [
        ...['trustee', 'init', '--home', stage.at('other'), '--unencrypted'],
        ...args,
      ]
      await refused('genesis-invalid', other('--name', 'x', '--genesis', stage.at('home.txt')))
      await refused('settings-invalid', other('--name', 'x'.repeat(65), '--genesis', stage.genesis))
      await refused('settings-invalid', other('--name', '', '--genesis', stage.genesis))
      await refused('settings-invalid', other('--name', 'two\nlines', '--genesis', stage.genesis))
      const nameless = ['--peer', '/ip4/127.0.0.1/tcp/4001']
      await refused('address-invalid', other('--name', 'x', '--genesis', stage.genesis, ...nameless))
      assert.ok(!existsSync(stage.at('other')))
    }))
})

describe('psephos trustee backup', () => {
  it('writes an encrypted file for its owner alone, once, and warns of a second machine', () =>
    withStage(async (stage) => {
      const { file, card } = await aBackup(stage)
      assert.equal(statSync(file).mode & 0o777, 0o600)
      const { keys } = await openHome(stage.at('notary'), async () => HOME)
      const text = readFileSync(file, 'utf8')
      assert.ok(text.includes(card.publicKey))
      assert.ok(!text.includes(toHex(keys.trusteeSeed ?? new Uint8Array(1))))
      const again = ['trustee', 'backup', '--home', stage.at('notary'), ...stage.home, ...stage.safe, '--out']
      await refused('file-exists', [...again, file])
      const run = await runCommand([...again, stage.at('second')])
      assert.match(run.stderr, /^warning: .*two machines must never run the same trustee/)
    }))

  it('is never plain, even of a plain home', () =>
    withStage(async (stage) => {
      await done(init(stage, '--unencrypted'))
      const args = ['trustee', 'backup', '--home', stage.at('notary'), '--out', stage.at('file')]
      await refused('passphrase-missing', args)
      assert.ok(!existsSync(stage.at('file')))
      const person = aPerson(SAFE, SAFE)
      assert.equal((await runCommand(args, '', person)).exitCode, 0)
      assert.match(readFileSync(stage.at('file'), 'utf8'), /^\{"version":1,"backup":"trustee"/)
    }))

  it('needs a trustee', () =>
    withStage(async (stage) => {
      rmSync(stage.at('town/node-1/keys/trustee.seed'))
      const args = ['trustee', 'backup', '--home', stage.at('town/node-1'), '--out', stage.at('file')]
      await refused('trustee-missing', [...args, ...stage.safe])
    }))
})

describe('psephos trustee restore', () => {
  it('makes the same trustee in a new home', () =>
    withStage(async (stage) => {
      const { file, card } = await aBackup(stage)
      const args = ['trustee', 'restore', file, '--home', stage.at('new'), '--genesis', stage.genesis]
      const restored = await done([...args, '--old-is-stopped', ...stage.home, ...stage.safe])
      assert.deepEqual(restored.card, card)
      const [before, after] = await Promise.all(
        ['notary', 'new'].map((name) => openHome(stage.at(name), async () => HOME)),
      )
      assert.deepEqual(after?.keys.trusteeSeed, before?.keys.trusteeSeed)
      assert.notDeepEqual(after?.keys.network, before?.keys.network)
      assert.equal(after?.settings.name, NAME)
      assert.equal(after?.keys.validator, undefined)
    }))

  it('goes on only when the old machine is said to have stopped', () =>
    withStage(async (stage) => {
      const { file } = await aBackup(stage)
      const args = ['trustee', 'restore', file, '--home', stage.at('new'), '--genesis', stage.genesis]
      const all = [...args, ...stage.home, ...stage.safe]
      const run = await refused('old-not-stopped', all)
      assert.match(run.stderr, /^warning: STOP THE TRUSTEE ON ITS OLD MACHINE FOR GOOD/)
      const no = await runCommand(all, '', aPerson('no'))
      assert.equal(no.exitCode, 1)
      assert.ok(!existsSync(stage.at('new')))
      const person = aPerson('yes')
      assert.equal((await runCommand(all, '', person)).exitCode, 0)
      assert.match(person.questions[0] ?? '', /stopped, for good\?.*\(shown\)/)
    }))

  it('refuses another network, a wrong passphrase and a damaged file, and writes nothing', () =>
    withStage(async (stage) => {
      const { file } = await aBackup(stage)
      assert.equal((await runCommand(['testnet', stage.at('rival'), '--validators', '1'])).exitCode, 0)
      const restore = (from: string, genesis: string, safe = stage.safe): readonly string[] => [
        ...['trustee', 'restore', from, '--home', stage.at('new'), '--genesis', genesis],
        ...['--old-is-stopped', ...stage.home, ...safe],
      ]
      await refused('wrong-network', restore(file, stage.at('rival/genesis.json')))
      const wrong = ['--backup-passphrase-file', stage.at('home.txt')]
      await refused('passphrase-wrong', restore(file, stage.genesis, wrong))
      writeFileSync(stage.at('damaged'), readFileSync(file).subarray(0, 300))
      await refused('backup-invalid', restore(stage.at('damaged'), stage.genesis))
      await refused('file-not-found', restore(stage.at('nowhere'), stage.genesis))
      await refused('genesis-invalid', restore(file, file))
      const homeless = ['trustee', 'restore', file, '--home', stage.at('new'), '--old-is-stopped']
      await refused('home-missing', [...homeless, ...stage.home, ...stage.safe])
      const rival = ['trustee', 'restore', file, '--home', stage.at('rival/node-1'), '--old-is-stopped']
      await refused('wrong-network', [...rival, ...stage.home, ...stage.safe])
      assert.ok(!existsSync(stage.at('new')))
    }))

  it('never overwrites a seed', () =>
    withStage(async (stage) => {
      const { file } = await aBackup(stage)
      const node = stage.at('town/node-1')
      const before = readFileSync(join(node, 'keys/trustee.seed'), 'utf8')
      const args = ['trustee', 'restore', file, '--home', node, '--old-is-stopped', '--unencrypted']
      await refused('trustee-exists', [...args, ...stage.safe])
      assert.equal(readFileSync(join(node, 'keys/trustee.seed'), 'utf8'), before)
    }))

  it("puts the seed into a validator's home that has none, under its own name and the home's passphrase", () =>
    withStage(async (stage) => {
      const { file, card } = await aBackup(stage)
      const node = stage.at('town/node-1')
      rmSync(join(node, 'keys/trustee.seed'))
      const protect = ['keys', 'protect', '--home', node, '--new-passphrase-file', stage.at('home.txt')]
      assert.equal((await runCommand(protect)).exitCode, 0)
      const args = ['trustee', 'restore', file, '--home', node, '--old-is-stopped', ...stage.safe]
      await refused('usage', [...args, '--unencrypted'], 2)
      await refused('passphrase-wrong', [...args, '--passphrase-file', stage.at('safe.txt')])
      assert.ok(!existsSync(join(node, 'keys/trustee.seed')))
      assert.deepEqual((await done([...args, ...stage.home])).card, card)
      const home = await openHome(node, async () => HOME)
      assert.equal(toHex(trusteePublicKey(home.keys.trusteeSeed ?? new Uint8Array(0))), card.publicKey)
      assert.ok(home.keys.validator !== undefined)
      const backup = [
        'trustee',
        'backup',
        '--home',
        node,
        '--out',
        stage.at('b2'),
        ...stage.home,
        ...stage.safe,
      ]
      assert.deepEqual((await done(backup)).card, card)
    }))
})

describe('T38 the commands about keys', () => {
  it('print no secret: neither keys nor passphrases, in text or JSON, done or refused', () =>
    withStage(async (stage) => {
      let printed = ''
      const say = async (...args: readonly string[]): Promise<void> => {
        for (const more of [[], ['--json', '--debug']]) {
          const run = await runCommand([...args, ...more])
          printed += run.stdout + run.stderr
        }
      }
      await say(...init(stage, ...stage.home))
      const keys = async (home: string): Promise<readonly Uint8Array[]> =>
        Object.values((await openHome(home, async () => HOME)).keys)
      const secrets = [...(await keys(stage.at('notary'))), ...(await keys(stage.at('town/node-1')))]
      await say(
        'trustee',
        'backup',
        '--home',
        stage.at('notary'),
        '--out',
        stage.at('b'),
        ...stage.home,
        ...stage.safe,
      )
      const restore = [
        'trustee',
        'restore',
        stage.at('b'),
        '--home',
        stage.at('new'),
        ...stage.safe,
        ...stage.home,
      ]
      await say(...restore)
      await say(...restore, '--genesis', stage.genesis, '--old-is-stopped')
      const node = ['--home', stage.at('town/node-1')]
      await say('keys', 'protect', ...node, '--new-passphrase-file', stage.at('home.txt'))
      await say('start', ...node, '--passphrase-file', stage.at('safe.txt'))
      await say('keys', 'unprotect', ...node, '--passphrase-file', stage.at('safe.txt'))
      await say('keys', 'unprotect', ...node, ...stage.home)
      assert.ok(printed.length > 3000, 'there was something to search')
      for (const secret of [...secrets.map(toHex), HOME, SAFE]) assert.ok(!printed.includes(secret))
    }))
})
