/** Keys at rest, with real processes: encrypted homes, a trustee's home and its backup, kills while keys are rewritten. */
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '../../base/index.ts'
import { openHome, type TrusteeCard } from '../../node/index.ts'
import { protectKey } from '../../node/protect.ts'
import { expectRefusal, psephos, psephosJson, requireBuild, startNode, until } from './processes.ts'
import { statusOf } from './town.ts'

const PASSPHRASE = 'the passphrase of the town'
const OTHER = 'the passphrase of the safe'

describe('keys at rest', function () {
  this.timeout(120_000)
  let directory: string
  let passphrase: string
  let other: string
  let town: string
  let home: string
  const at = (name: string): string => join(directory, name)

  before(async () => {
    requireBuild()
    directory = await mkdtemp(join(tmpdir(), 'psephos-test-'))
    passphrase = at('passphrase')
    other = at('other')
    town = at('town')
    home = join(town, 'node-1')
    writeFileSync(passphrase, `${PASSPHRASE}\n`, { mode: 0o600 })
    writeFileSync(other, `${OTHER}\n`, { mode: 0o600 })
    const made = ['testnet', town, '--validators', '1', '--passphrase-file', passphrase]
    assert.equal((await psephosJson<{ encrypted: boolean }>(made)).encrypted, true)
  })
  after(async () => {
    await rm(directory, { recursive: true, force: true })
  })

  it('an encrypted node refuses to start without its passphrase or with a wrong one', async () => {
    await expectRefusal(['start', '--home', home], 'passphrase-missing', /give --passphrase-file FILE/)
    const wrong = ['start', '--home', home, '--passphrase-file', other]
    await expectRefusal(wrong, 'passphrase-wrong', /network\.key/)
  })

  it('starts with the passphrase out of a file, and tells its status without one', async () => {
    const node = await startNode(home, ['--passphrase-file', passphrase])
    try {
      const height = async (): Promise<number | undefined> => (await statusOf(home)).height || undefined
      await until('the node finalises', height, 60_000)
    } finally {
      assert.equal(await node.stop(), 0)
    }
  })

  it('T38 starts with the passphrase from standard input, and logs no secret at any level', async () => {
    let isStopping = false
    const run = await psephos(['start', '--home', home, '--log-level', 'debug', '--passphrase-file', '-'], {
      stdin: PASSPHRASE,
      onStderr: (text, child) => {
        if (isStopping || !/"caught up".*"finalised"/s.test(text)) return
        // A second signal would end it at once.
        isStopping = true
        child.kill('SIGTERM')
      },
    })
    assert.equal(run.exitCode, 0, run.stderr)
    const { keys } = await openHome(home, async () => PASSPHRASE)
    const secrets = [PASSPHRASE, ...Object.values(keys).map(toHex)]
    for (const secret of secrets) assert.ok(!`${run.stdout}${run.stderr}`.includes(secret))
  })

  it("a registrar's encrypted key signs with its passphrase only", async () => {
    writeFileSync(at('voters.csv'), 'Ada\n')
    const election = ['--election', 'aaaaaaaaaaaaaa']
    const letters = ['--voters', at('voters.csv'), '--out', at('letters')]
    const { roll } = await psephosJson<{ roll: string }>(['credentials', 'generate', ...election, ...letters])
    const key = join(town, 'registrar-1.key')
    const publish = ['roll', 'publish', 'aaaaaaaaaaaaaa', roll, '--key', key, '--home', home]
    await expectRefusal(publish, 'passphrase-missing', /registrar-1\.key/)
    await expectRefusal([...publish, '--passphrase-file', other], 'passphrase-wrong', /registrar-1\.key/)
    const node = await startNode(home, ['--passphrase-file', passphrase])
    try {
      await expectRefusal([...publish, '--passphrase-file', passphrase], 'unknown-election', /./)
    } finally {
      assert.equal(await node.stop(), 0)
    }
  })

  it('a trustee without a validator gets a home, a backup, and the same card on another machine', async () => {
    const genesis = ['--genesis', join(town, 'genesis.json')]
    const init = ['trustee', 'init', '--home', at('notary'), '--name', 'Notary', ...genesis]
    const { card } = await psephosJson<{ card: TrusteeCard }>([...init, '--passphrase-file', passphrase])
    const backup = ['trustee', 'backup', '--home', at('notary'), '--out', at('notary.backup')]
    const passphrases = ['--passphrase-file', passphrase, '--backup-passphrase-file', other]
    assert.deepEqual((await psephosJson<{ card: TrusteeCard }>([...backup, ...passphrases])).card, card)
    const restore = [
      'trustee',
      'restore',
      at('notary.backup'),
      '--home',
      at('new'),
      ...genesis,
      ...passphrases,
    ]
    await expectRefusal(restore, 'old-not-stopped', /--old-is-stopped/)
    const restored = await psephosJson<{ card: TrusteeCard }>([...restore, '--old-is-stopped'])
    assert.deepEqual(restored.card, card)
    assert.deepEqual(JSON.parse(readFileSync(at('new/card.json'), 'utf8')), card)
    await expectRefusal([...restore, '--old-is-stopped'], 'trustee-exists', /never overwritten/)
  })

  it('a change of passphrase that was broken off is finished by the same command', async () => {
    const key = join(home, 'keys', 'validator.key')
    const next = { passphrase: OTHER }
    await protectKey(key, 'validator', next, async () => PASSPHRASE)
    await expectRefusal(
      ['start', '--home', home, '--passphrase-file', passphrase],
      'passphrase-wrong',
      /validator/,
    )
    const change = ['keys', 'protect', '--home', home, '--passphrase-file', passphrase]
    const done = await psephosJson<{ changed: string[]; unchanged: string[] }>([
      ...change,
      '--new-passphrase-file',
      other,
    ])
    assert.deepEqual([done.changed.length, done.unchanged], [2, [key]])
    await openHome(home, async () => OTHER)
  })

  it('a kill at any time while keys are rewritten loses none of them', async () => {
    const town = at('plain')
    await psephosJson(['testnet', town, '--validators', '1'])
    const home = join(town, 'node-1')
    const { keys } = await openHome(home)
    const protect = ['keys', 'protect', '--home', home, '--new-passphrase-file', passphrase]
    for (const limitMs of [800, 1300]) {
      await psephos(protect, { limitMs }).catch(() => undefined)
      const run = await psephos(protect)
      assert.equal(run.exitCode, 0, run.stderr)
      assert.deepEqual((await openHome(home, async () => PASSPHRASE)).keys, keys)
      await psephosJson(['keys', 'unprotect', '--home', home, '--passphrase-file', passphrase])
      assert.deepEqual((await openHome(home)).keys, keys)
      assert.equal(readdirSync(join(home, 'keys')).length, 3, 'no draft is left')
    }
  })
})
