/** A home that was copied, as real processes: the copy is refused beside the original and without it, and votes again after a repair. */
import { strict as assert } from 'node:assert'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { psephos, psephosJson, requireBuild, startNode, until } from './processes.ts'
import { aTown, statusOf, type Town } from './town.ts'

const COPIED = 3
const OTHERS = [0, 1, 2]

describe('a copied home', function () {
  this.timeout(180_000)
  before(requireBuild)

  it('T31 does not sign beside the original, nor in its place before a repair', () =>
    inTemporaryDirectory(async (directory) => {
      const town = await aTown(join(directory, 'town'), 4)
      try {
        const copy = join(directory, 'copy')
        await town.kill(COPIED)
        cpSync(town.homes[COPIED] ?? '', copy, { recursive: true })
        listenElsewhere(copy)
        await town.start(COPIED)
        await finaliseMore(town, 3)
        assert.ok((await heardHeight(town)) > 0)

        await expectInUse(copy)
        await finaliseMore(town, 2)
        assert.equal((await statusOf(town.homes[COPIED] ?? '')).isCatchingUp, false, 'the original goes on')

        await town.kill(COPIED)
        await expectInUse(copy)
        const barrier = (await highest(town)) + 2
        await psephosJson(['repair', '--home', copy, '--signed-up-to', String(barrier), '--yes'])
        const repaired = await startNode(copy)
        try {
          await until(
            'it votes again',
            async () => ((await heardHeight(town)) > barrier ? true : undefined),
            90_000,
          )
        } finally {
          assert.equal(await repaired.stop(), 0)
        }
        for (const { contradiction, name } of (await statusOf(town.homes[0] ?? '')).validators)
          assert.equal(contradiction, undefined, name)
      } finally {
        await town.close()
      }
    }))
})

/** The same keys on another port, as on another machine. */
function listenElsewhere(home: string): void {
  const path = join(home, 'node.json')
  const settings = JSON.parse(readFileSync(path, 'utf8')) as { listen: readonly string[] }
  writeFileSync(path, JSON.stringify({ ...settings, listen: ['/ip4/127.0.0.1/tcp/0'] }))
}

async function expectInUse(home: string): Promise<void> {
  const run = await psephos(['start', '--home', home], { limitMs: 60_000 })
  assert.equal(run.exitCode, 1, run.stderr)
  assert.match(run.stderr, /^error: key-in-use: .*psephos repair --home DIR --signed-up-to HEIGHT/m)
}

/** The height at which the others last heard the validator. */
async function heardHeight(town: Town): Promise<number> {
  const { validators } = await statusOf(town.homes[0] ?? '')
  return validators[COPIED]?.lastHeard?.height ?? 0
}

async function highest(town: Town): Promise<number> {
  const heights = await Promise.all(
    OTHERS.map(async (place) => (await statusOf(town.homes[place] ?? '')).height),
  )
  return Math.max(...heights)
}

async function finaliseMore(town: Town, blocks: number): Promise<void> {
  const target = (await highest(town)) + blocks
  await until('more blocks', async () => ((await highest(town)) >= target ? true : undefined), 60_000)
}
