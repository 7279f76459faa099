import { strict as assert } from 'node:assert'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHome } from '../../../node/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'
import { aPerson, runCommand } from './command-line.ts'

const FIRST = 'the first passphrase'
const SECOND = 'the second passphrase'

interface Town {
  readonly directory: string
  readonly home: string
  readonly first: string
  readonly second: string
}

/** A network of one validator; its keys are plain unless told otherwise. */
async function withTown(isEncrypted: boolean, use: (town: Town) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    const [first, second] = [join(directory, 'first'), join(directory, 'second')]
    writeFileSync(first, `${FIRST}\n`, { mode: 0o600 })
    writeFileSync(second, `${SECOND}\n`, { mode: 0o600 })
    const town = join(directory, 'town')
    const args = ['testnet', town, '--validators', '1', ...(isEncrypted ? ['--passphrase-file', first] : [])]
    assert.equal((await runCommand(args)).exitCode, 0)
    await use({ directory: town, home: join(town, 'node-1'), first, second })
  })
}

const json = async <T>(args: readonly string[], stdin = ''): Promise<T> => {
  const run = await runCommand([...args, '--json'], stdin)
  assert.equal(run.exitCode, 0, run.stderr)
  return JSON.parse(run.stdout) as T
}
const opensWith = async (home: string, passphrase: string): Promise<boolean> =>
  openHome(home, async () => passphrase).then(
    () => true,
    () => false,
  )
const keysOf = (town: Town): readonly string[] => [
  ...readdirSync(join(town.home, 'keys')).map((name) => join(town.home, 'keys', name)),
  ...readdirSync(town.directory)
    .filter((name) => name.endsWith('.key'))
    .map((name) => join(town.directory, name)),
]
const isPlain = (path: string): boolean => /^[0-9a-f]{64}\n$/.test(readFileSync(path, 'utf8'))

describe('psephos testnet', () => {
  it('leaves all keys plain without a passphrase, and says so', () =>
    withTown(false, async (town) => {
      assert.equal(keysOf(town).length, 5)
      assert.ok(keysOf(town).every(isPlain))
      const run = await runCommand(['testnet', join(town.directory, 'other'), '--validators', '1'])
      assert.match(run.stdout, /All keys in it lie unencrypted: for tests on this machine only/)
    }))

  it('encrypts every key with a passphrase, each for its purpose', () =>
    withTown(true, async (town) => {
      assert.equal(keysOf(town).length, 5)
      for (const path of keysOf(town)) {
        assert.ok(!isPlain(path), path)
        assert.equal(statSync(path).mode & 0o777, 0o600)
      }
      assert.ok(await opensWith(town.home, FIRST))
      assert.ok(!(await opensWith(town.home, SECOND)))
      const key = join(town.directory, 'registrar-1.key')
      const wrong = ['keys', 'unprotect', '--key', key, '--passphrase-file', town.first]
      assert.match(
        (await runCommand([...wrong, '--office', 'administrator'])).stderr,
        /error: passphrase-wrong: /,
      )
      assert.equal((await runCommand([...wrong, '--office', 'registrar'])).exitCode, 0)
    }))

  it('takes the passphrase from standard input, and no poor one', () =>
    inTemporaryDirectory(async (directory) => {
      const args = ['testnet', join(directory, 'town'), '--validators', '1', '--passphrase-file', '-']
      const poor = await runCommand(args, 'short\n')
      assert.equal(poor.exitCode, 1)
      assert.match(poor.stderr, /^error: passphrase-invalid: .* 8 to 1024 characters/)
      const { encrypted, nodes } = await json<{ encrypted: boolean; nodes: { home: string }[] }>(
        args,
        `${FIRST}\n`,
      )
      assert.equal(encrypted, true)
      assert.ok(await opensWith(nodes[0]?.home ?? '', FIRST))
    }))
})

describe('commands that open keys', () => {
  it('refuse an encrypted home without a passphrase and with a wrong one, and say what to do', () =>
    withTown(true, async ({ home, second }) => {
      const none = await runCommand(['start', '--home', home])
      assert.equal(none.exitCode, 1)
      assert.match(
        none.stderr,
        /^error: passphrase-missing: a passphrase is needed for the keys in .*: give --passphrase-file FILE .*\n$/,
      )
      const wrong = await runCommand(['start', '--home', home, '--passphrase-file', second])
      assert.match(wrong.stderr, /^error: passphrase-wrong: .*network\.key: .*\n$/)
      const typed = await runCommand(['start', '--home', home], '', aPerson('a wrong one'))
      assert.match(typed.stderr, /^error: passphrase-wrong: /)
    }))

  it('refuse keys that others can read', () =>
    withTown(false, async ({ home }) => {
      chmodSync(join(home, 'keys', 'validator.key'), 0o644)
      const run = await runCommand(['start', '--home', home])
      assert.equal(run.exitCode, 1)
      assert.match(run.stderr, /^error: key-exposed: .*chmod 600 .*validator\.key\n$/)
    }))

  it('refuse to read two things from one standard input', async () => {
    const twice = ['--passphrase-file', '-', '--new-passphrase-file', '-']
    const run = await runCommand(['keys', 'protect', '--home', 'x', ...twice])
    assert.equal(run.exitCode, 2)
    assert.match(run.stderr, /^error: usage: standard input holds one thing only/)
    const vote = ['vote', 'UUID', '--credential', '-', '--answers', '[[1]]', '--passphrase-file', '-']
    assert.equal((await runCommand(vote)).exitCode, 2)
    const start = ['start', '--home', 'x', '--passphrase-file', '-', '--stop-with-stdin']
    assert.equal((await runCommand(start)).exitCode, 2)
  })
})

describe('psephos keys protect', () => {
  it('encrypts a home, changes its passphrase, and finds nothing to do again', () =>
    withTown(false, async ({ home, first, second }) => {
      const protect = ['keys', 'protect', '--home', home]
      const encrypt = [...protect, '--new-passphrase-file', first]
      assert.equal((await json<{ changed: string[] }>(encrypt)).changed.length, 3)
      assert.ok(await opensWith(home, FIRST))
      const without = await runCommand([...protect, '--new-passphrase-file', second])
      assert.match(without.stderr, /^error: passphrase-missing: /)
      const change = [...protect, '--passphrase-file', first, '--new-passphrase-file', second]
      assert.equal((await json<{ changed: string[] }>(change)).changed.length, 3)
      assert.ok(await opensWith(home, SECOND))
      const again = await json<{ changed: string[]; unchanged: string[] }>(change)
      assert.deepEqual([again.changed.length, again.unchanged.length], [0, 3])
      assert.match((await runCommand(change)).stdout, /^Nothing to do/)
    }))

  it('asks at a terminal: the new passphrase twice, then the present one where it is needed', () =>
    withTown(true, async ({ home }) => {
      const person = aPerson(SECOND, SECOND, FIRST)
      const run = await runCommand(['keys', 'protect', '--home', home], '', person)
      assert.equal(run.exitCode, 0, run.stderr)
      assert.equal(person.questions.length, 3)
      assert.ok(person.questions.every((question) => question.endsWith('(hidden)')))
      assert.ok(await opensWith(home, SECOND))
    }))

  it('encrypts one key of an office', () =>
    withTown(false, async ({ directory, first }) => {
      const key = join(directory, 'administrator.key')
      const args = ['keys', 'protect', '--key', key, '--new-passphrase-file', first]
      assert.equal((await runCommand(args)).exitCode, 2)
      assert.equal((await runCommand([...args, '--office', 'administrator'])).exitCode, 0)
      assert.ok(!isPlain(key))
    }))

  it('wants one place', async () => {
    for (const args of [[], ['--home', 'a', '--key', 'b'], ['--key', 'b'], ['--office', 'registrar']]) {
      const run = await runCommand(['keys', 'protect', ...args])
      assert.equal(run.exitCode, 2)
      assert.match(run.stderr, /^error: usage: name the keys: --home DIR, or --key FILE with --office/)
    }
  })
})

describe('psephos keys unprotect', () => {
  it('decrypts a home, with a warning', () =>
    withTown(true, async (town) => {
      const args = ['keys', 'unprotect', '--home', town.home]
      assert.match((await runCommand(args)).stderr, /^error: passphrase-missing: /)
      const run = await runCommand([...args, '--passphrase-file', town.first])
      assert.equal(run.exitCode, 0)
      assert.match(run.stderr, /^warning: whoever can read /)
      await openHome(town.home)
      assert.match((await runCommand(args)).stdout, /^Nothing to do/)
    }))
})
