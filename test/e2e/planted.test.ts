/**
 * Bugs that are planted into copies of the sources are convicted. All of them: `npm run simulate -- --planted`; here two of them, of
 * which one needs an adversary, so that the way from the list to a conviction is walked in every test run.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { runPlanted } from '../simulator/planted/run.ts'
import { ROOT } from '../support/source-files.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'

describe('a planted bug', () => {
  for (const [name, checker] of [
    ['journal-not-synced', 'persist-before-speak'],
    ['another-block-committed', 'agreement'],
  ] as const)
    it(`is convicted by the checker that is there for it: ${name}`, () =>
      inTemporaryDirectory(async (directory) => {
        const lines: string[] = []
        const report = await runPlanted({ only: name, jobs: 1, directory }, (line) => lines.push(line))
        assert.deepEqual(report.missed, [])
        assert.equal(report.ok, true)
        assert.deepEqual(
          report.planted.map((result) => [result.name, result.convicted, result.checker]),
          [[name, true, checker]],
        )
        assert.match(lines.join('\n'), new RegExp(`^${name}: convicted by ${checker} with seed \\d+ in`))
        assert.deepEqual(await readdir(directory), [])
      })).timeout(180_000)

  it('leaves nothing behind when it is interrupted', () =>
    inTemporaryDirectory(async (directory) => {
      const args = ['--import', 'tsx', 'test/simulator/main.ts', '--planted', 'torn-end-is-damage']
      const env = { ...process.env, TMPDIR: directory }
      const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore' })
      const exit = once(child, 'exit')
      const copies = async (): Promise<readonly string[]> =>
        (await readdir(directory)).filter((name) => name.startsWith('psephos-planted-'))
      while ((await copies()).length === 0 && child.exitCode === null) await pause(20)
      child.kill('SIGINT')
      assert.deepEqual(await exit, [130, null])
      assert.deepEqual(await copies(), [])
    })).timeout(60_000)
})
