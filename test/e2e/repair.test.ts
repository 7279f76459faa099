/** A validator's home that loses its files one after the other: refused, repaired, and back at work without a contradiction. */
import { strict as assert } from 'node:assert'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { expectRefusal, psephosJson, requireBuild, until } from './processes.ts'
import { aTown, statusOf, type Town } from './town.ts'

const VICTIM = 3
const OTHER = 0

interface Report {
  readonly found: Readonly<Record<'database' | 'journal' | 'lastSigned', string>>
  readonly steps: readonly string[]
  readonly done: boolean
  readonly setAside: readonly string[]
}

/** One way to break a home, and what is expected of it. */
interface Break {
  readonly what: string
  readonly break: (data: string) => void
  readonly code: string
  readonly found: Partial<Report['found']>
  readonly step: RegExp
}

const BREAKS: readonly Break[] = [
  {
    what: 'its last-signed record',
    break: (data) => rmSync(join(data, 'last-signed')),
    code: 'storage-missing',
    found: { database: 'sound', journal: 'sound', lastSigned: 'missing' },
    step: /write the last-signed record that follows from the journal/,
  },
  {
    what: 'its journal',
    break: (data) => rmSync(join(data, 'journal')),
    code: 'storage-missing',
    found: { database: 'sound', journal: 'missing', lastSigned: 'sound' },
    step: /sign nothing up to height \d+/,
  },
  {
    what: 'the head of its journal and the record',
    break: (data) => {
      flip(join(data, 'journal'), 3)
      flip(join(data, 'last-signed'), 3)
    },
    code: 'storage-damaged',
    found: { database: 'sound', journal: 'damaged', lastSigned: 'damaged' },
    step: /sign nothing up to height \d+/,
  },
  {
    what: 'the index of its database',
    break: (data) => rmSync(join(data, 'chain', 'CURRENT')),
    code: 'storage-damaged',
    found: { database: 'damaged', journal: 'sound', lastSigned: 'sound' },
    step: /have LevelDB save what it can/,
  },
  {
    what: 'all of its database',
    break: (data) => {
      for (const name of readdirSync(join(data, 'chain')))
        if (name !== 'LOCK' && name !== 'lost') writeFileSync(join(data, 'chain', name), 'gone')
    },
    code: 'storage-damaged',
    found: { database: 'damaged', journal: 'sound', lastSigned: 'sound' },
    step: /have LevelDB save what it can/,
  },
]

describe('a validator whose home is damaged', function () {
  this.timeout(280_000)
  before(requireBuild)

  it('T31 is refused, repaired, and votes again without contradicting itself', () =>
    inTemporaryDirectory(async (directory) => {
      const town = await aTown(join(directory, 'town'), 4)
      try {
        const home = town.homes[VICTIM] ?? ''
        await expectRefusal(['repair', '--home', home], 'home-in-use', /stop the psephos/)
        for (const one of BREAKS) await breakAndRepair(town, home, one)
        await loseEverything(town, home)
        await expectNoContradiction(town)
      } finally {
        await town.close()
      }
    }))
})

async function breakAndRepair(town: Town, home: string, one: Break): Promise<void> {
  const data = join(home, 'data')
  await town.kill(VICTIM)
  assert.deepEqual((await repair(home)).steps, [], 'a kill alone is nothing to repair')
  one.break(data)
  await expectRefusal(['start', '--home', home], one.code, /psephos repair --home /)
  const before = contentsOf(data)
  const dry = await repair(home)
  assert.deepEqual({ ...dry.found, ...one.found }, dry.found, one.what)
  assert.match(dry.steps.join('\n'), one.step)
  assert.equal(dry.done, false)
  assert.deepEqual(contentsOf(data), before, 'a dry run changes neither guard')
  const done = await repair(home, '--yes')
  assert.deepEqual([done.done, done.steps], [true, dry.steps])
  assert.ok(done.setAside.every((path) => existsSync(path)))
  assert.deepEqual((await repair(home)).steps, [], `${one.what}: repaired once is enough`)
  await votesAgain(town)
}

/** Without guards and database only the network knows; the operator says how far to keep still. */
async function loseEverything(town: Town, home: string): Promise<void> {
  await town.kill(VICTIM)
  const data = join(home, 'data')
  flip(join(data, 'journal'), 3)
  flip(join(data, 'last-signed'), 3)
  rmSync(join(data, 'chain'), { recursive: true })
  await expectRefusal(['repair', '--home', home], 'height-unknown', /--signed-up-to HEIGHT/)
  const { height } = await statusOf(town.homes[OTHER] ?? '')
  const { steps, setAside } = await repair(home, '--yes', '--signed-up-to', String(height + 2))
  assert.match(steps.join(), new RegExp(`sign nothing up to height ${height + 2}`))
  assert.equal(setAside.length, 2)
  await votesAgain(town)
}

function repair(home: string, ...options: readonly string[]): Promise<Report> {
  return psephosJson<Report>(['repair', '--home', home, ...options])
}

/** Starts it; the others hear it vote at a height that begins from now on. */
async function votesAgain(town: Town): Promise<void> {
  const other = town.homes[OTHER] ?? ''
  const { height } = await statusOf(other)
  await town.start(VICTIM)
  await until(
    'the validator votes again',
    async () => {
      const heard = (await statusOf(other)).validators[VICTIM]?.lastHeard
      return heard !== undefined && heard.height > height + 1 ? true : undefined
    },
    60_000,
  )
}

async function expectNoContradiction(town: Town): Promise<void> {
  for (const home of town.homes)
    for (const validator of (await statusOf(home)).validators)
      assert.equal(validator.contradiction, undefined, `${home}: ${validator.name}`)
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}

/** Both guards, as far as they are there. */
function contentsOf(data: string): readonly (string | undefined)[] {
  return ['journal', 'last-signed'].map((name) =>
    existsSync(join(data, name)) ? readFileSync(join(data, name), 'hex') : undefined,
  )
}
