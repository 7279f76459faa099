/** One validator key in two homes: a copy beside the home that it was taken from, and a backup in its place (T31). */
import { strict as assert } from 'node:assert'
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { psephos, requireBuild, until } from './processes.ts'
import { aTown, statusOf, type Town } from './town.ts'

const VICTIM = 3

describe('T31 a home that was copied', function () {
  this.timeout(180_000)
  before(requireBuild)

  it('T31 does not start beside the first one, nor in its place, and contradicts nothing', () =>
    inTemporaryDirectory(async (directory) => {
      const town = await aTown(join(directory, 'town'), 4)
      try {
        const home = town.homes[VICTIM] ?? ''
        const copy = join(directory, 'copy')
        assert.equal(await town.nodes.get(VICTIM)?.stop(), 0)
        cpSync(home, copy, { recursive: true })
        listenAnywhere(copy)
        await town.start(VICTIM)
        await goOn(town, 2)

        // Beside it: the copy ends, the first one goes on.
        await refusesToStart(copy)
        await goOn(town, 1)
        assert.deepEqual(await contradictions(town), [])

        // In its place: a backup is as old as the copy.
        assert.equal(await town.nodes.get(VICTIM)?.stop(), 0)
        town.nodes.delete(VICTIM)
        renameSync(join(home, 'data'), join(home, 'data.newest'))
        cpSync(join(copy, 'data'), join(home, 'data'), { recursive: true })
        await refusesToStart(home)
        assert.deepEqual(await contradictions(town), [])

        // With what it wrote last it is at home again.
        renameSync(join(home, 'data'), join(home, 'data.old'))
        renameSync(join(home, 'data.newest'), join(home, 'data'))
        await town.start(VICTIM)
        await goOn(town, 1)
        assert.deepEqual(await contradictions(town), [])
      } finally {
        await town.close()
      }
    }))
})

/** Two processes cannot listen on one port. */
function listenAnywhere(home: string): void {
  const path = join(home, 'node.json')
  const settings = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...settings, listen: ['/ip4/127.0.0.1/tcp/0'] }))
}

/** The process says why, in one line, and ends by itself. */
async function refusesToStart(home: string): Promise<void> {
  const { exitCode, stderr } = await psephos(['start', '--home', home], { limitMs: 60_000 })
  assert.equal(exitCode, 1, stderr)
  const errors = stderr.split('\n').filter((line) => line.startsWith('error: '))
  assert.equal(errors.length, 1, stderr)
  assert.match(errors[0] ?? '', /^error: key-in-use: .*psephos repair --home \S+ --signed-up-to \d+$/)
}

/** All running nodes, the victim too, get so many blocks further. */
async function goOn(town: Town, blocks: number): Promise<void> {
  const heights = async (): Promise<readonly number[]> =>
    (await Promise.all([...town.nodes.keys()].map((place) => statusOf(town.homes[place] ?? '')))).map(
      ({ height }) => height,
    )
  const before = Math.max(...(await heights()))
  await until(
    `${blocks} more blocks`,
    async () => (Math.min(...(await heights())) >= before + blocks ? true : undefined),
    60_000,
  )
}

/** What the chain says of contradictions, by anybody. */
async function contradictions(town: Town): Promise<readonly unknown[]> {
  const { validators } = await statusOf(town.homes[0] ?? '')
  return validators.flatMap(({ contradiction }) => (contradiction === undefined ? [] : [contradiction]))
}
