import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataPaths } from '../../../node/home.ts'
import { openGuards, saveJournal, saveLastSigned } from '../../../storage/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'
import { aPerson, runCommand } from './command-line.ts'

const HEIGHT = 5
const SIGNED = { slot: { height: HEIGHT, round: 1, step: 2 }, hash: new Uint8Array(32).fill(7) }

interface Report {
  readonly ok: boolean
  readonly found: Readonly<Record<string, string>>
  readonly steps: readonly string[]
  readonly done: boolean
  readonly setAside: readonly string[]
}

/** The home of a validator whose journal is lost and whose database was moved away. */
function withHome(validators: number, use: (home: string) => Promise<void>): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const town = join(directory, 'town')
    const made = await runCommand(['testnet', town, '--validators', String(validators)])
    assert.equal(made.exitCode, 0, made.stderr)
    const home = join(town, 'node-1')
    await saveLastSigned(dataPaths(home).lastSigned, SIGNED)
    await use(home)
  })
}

async function report(...args: readonly string[]): Promise<Report> {
  const run = await runCommand(['repair', ...args, '--json'])
  assert.equal(run.exitCode, 0, run.stderr)
  return JSON.parse(run.stdout) as Report
}

describe('psephos repair', () => {
  it('says in words what is lost and what it would do, and without a terminal does nothing', () =>
    withHome(4, async (home) => {
      const run = await runCommand(['repair', '--home', home])
      assert.equal(run.exitCode, 0, run.stderr)
      assert.match(run.stdout, /database: empty/)
      assert.match(run.stdout, /journal: missing/)
      assert.match(
        run.stdout,
        /last-signed record: sound, the last statement is a prepare of height 5, round 1/,
      )
      assert.match(run.stdout, /sign nothing up to height 5/)
      assert.match(run.stdout, /Nothing was changed.*--yes/)
      assert.deepEqual(readdirSync(dataPaths(home).data), ['last-signed'])
    }))

  it('asks at a terminal, and takes nothing but yes for yes', () =>
    withHome(4, async (home) => {
      const paths = dataPaths(home)
      const doubtful = aPerson('y')
      assert.match((await runCommand(['repair', '--home', home], '', doubtful)).stdout, /Nothing was changed/)
      assert.deepEqual(doubtful.questions.length, 1)
      assert.equal(existsSync(paths.journal), false)
      const run = await runCommand(['repair', '--home', home], '', aPerson('yes'))
      assert.match(run.stdout, /Done\. Kept/)
      assert.equal(existsSync(paths.journal), true)
    }))

  it('T31 leaves guards that sign nothing at the heights in question, and keeps what it replaced', () =>
    withHome(4, async (home) => {
      const paths = dataPaths(home)
      const before = readFileSync(paths.lastSigned)
      const { done, setAside, found } = await report('--home', home, '--yes')
      assert.deepEqual(found, { database: 'sound', journal: 'missing', lastSigned: 'sound' })
      assert.equal(done, true)
      assert.equal(setAside.length, 1)
      assert.match(setAside[0] ?? '', /last-signed\.set-aside-\d{4}-\d\d-\d\dT/)
      assert.deepEqual(readFileSync(setAside[0] ?? ''), before)
      const { journal, lastSigned } = await openGuards(paths, 0)
      assert.equal(journal.height(), HEIGHT)
      const last = { height: HEIGHT, round: 2 ** 32 - 1, step: 3 }
      for (const slot of [SIGNED.slot, { height: HEIGHT, round: 9, step: 3 }, last]) {
        const refused = await lastSigned.sign(slot, Uint8Array.of(1), (bytes) => bytes)
        assert.equal(refused.ok, false)
      }
      const next = await lastSigned.sign(
        { height: HEIGHT + 1, round: 0, step: 2 },
        Uint8Array.of(1),
        (b) => b,
      )
      assert.equal(next.ok, true)
      await journal.close()
      await lastSigned.close()
    }))

  it('has nothing to do in a new home, nor where a repair is done', () =>
    withHome(4, async (home) => {
      await report('--home', home, '--yes')
      assert.deepEqual((await report('--home', home)).steps, [])
      rmSync(dataPaths(home).data, { recursive: true })
      assert.deepEqual((await report('--home', home)).steps, [])
      assert.equal(existsSync(dataPaths(home).data), false, 'a look makes nothing')
    }))

  it('raises the barrier when it is told to, sound as everything may be', () =>
    withHome(4, async (home) => {
      await saveJournal(dataPaths(home).journal, HEIGHT, [])
      assert.deepEqual((await report('--home', home)).steps, [])
      const { steps, setAside } = await report('--home', home, '--yes', '--signed-up-to', '99')
      assert.match(steps.join(), /sign nothing up to height 99/)
      assert.equal(setAside.length, 2)
      assert.deepEqual((await report('--home', home)).steps, [])
    }))

  it('does not stop a network for ever: one that needs this validator is asked about first', () =>
    withHome(1, async (home) => {
      const run = await runCommand(['repair', '--home', home, '--yes'])
      assert.equal(run.exitCode, 1)
      assert.match(run.stderr, /error: others-too-few: .*--alone/)
      const { steps } = await report('--home', home, '--yes', '--alone')
      assert.match(steps.join(), /begin the journal anew and go on: the last-signed record stays/)
      const { journal, lastSigned } = await openGuards(dataPaths(home), 0)
      const again = await lastSigned.sign(SIGNED.slot, Uint8Array.of(1), (bytes) => bytes)
      assert.equal(again.ok, false, 'what was signed is not forgotten')
      const next = await lastSigned.sign({ ...SIGNED.slot, round: 2 }, Uint8Array.of(1), (bytes) => bytes)
      assert.equal(next.ok, true)
      await journal.close()
      await lastSigned.close()
    }))

  it('sets a database aside that is none, and has only that to look at without a validator key', () =>
    withHome(4, async (home) => {
      const paths = dataPaths(home)
      rmSync(join(home, 'keys', 'validator.key'))
      await runCommand(['repair', '--home', home])
      assert.deepEqual((await report('--home', home)).found, { database: 'sound' })
      mkdirSync(paths.database)
      writeFileSync(join(paths.database, 'CURRENT'), 'MANIFEST-000001\n')
      writeFileSync(join(paths.database, '000003.ldb'), 'no table')
      const { found, setAside } = await report('--home', home, '--yes')
      assert.deepEqual(found, { database: 'damaged' })
      assert.equal(setAside.length, 1)
      assert.equal(existsSync(paths.database), false)
    }))
})
