/** Trustees that are processes of their own, without validators, and die: an election needs a threshold of them, and its mandatory one. */
import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unwrap } from '../../base/index.ts'
import { auditArchive } from '../../election/index.ts'
import { requireBeleniosTool } from '../support/belenios-tool.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { officialRefusals } from './official-tool.ts'
import {
  expectRefusal,
  type NodeProcess,
  psephos,
  psephosJson,
  requireBuild,
  startTrustee,
} from './processes.ts'
import {
  aRoll,
  aTown,
  aTrusteeHome,
  DRAFT,
  draft,
  type Prepared,
  statusOf,
  type Town,
  type TrusteeHome,
} from './town.ts'

const LIMIT_MS = 240_000
const NAMES = ['City', 'Bar', 'Paper', 'Notary'] as const
type Name = (typeof NAMES)[number]

/** What `election show --json` says about trustees. */
interface Shown {
  readonly phase: string
  readonly ceremony: { readonly attempt: number; readonly step: string; readonly faults: readonly object[] }
  readonly trustees: readonly {
    readonly name: string
    readonly role: string
    readonly owner: number
    readonly awaited: boolean
    readonly hasDecrypted: boolean
  }[]
  readonly trusteeThreshold: number
  readonly missing: readonly string[]
  readonly waiting: string
}

/** The trustees of a test that run. */
interface Trustees {
  readonly homes: Readonly<Record<Name, TrusteeHome>>
  readonly running: Map<Name, NodeProcess>
  start(name: Name): Promise<void>
}

describe('an election whose trustees die', function () {
  this.timeout(LIMIT_MS)
  before(function () {
    requireBuild()
    requireBeleniosTool(this)
  })

  it('T20 waits for a threshold of them, says for whom, and is tallied when one of two returns', () =>
    inTemporaryDirectory(async (directory) => {
      const start = Date.now()
      const town = await aTown(directory, 4)
      const startMs = Date.now() - start
      const trustees = await startAll(town)
      try {
        await refuseTwice(trustees.homes.City)
        const election = await makeKey(town, trustees, startMs)
        const { uuid } = election
        await vote(town, election)
        await kill(trustees, 'Paper')
        await waitForThreshold(town, trustees, uuid)
        await trustees.start('Paper')
        await tally(town, uuid)
        const codes = await Promise.all([...trustees.running.values()].map((one) => one.stop()))
        trustees.running.clear()
        assert.deepEqual(codes, [0, 0, 0], 'trustees stop in order')
      } finally {
        for (const one of trustees.running.values()) await one.kill()
        await town.close()
      }
    }))
})

/** Makes and starts all of them; one has its keys encrypted. */
async function startAll(town: Town): Promise<Trustees> {
  const file = join(town.directory, 'passphrase.txt')
  writeFileSync(file, 'a passphrase for the paper\n')
  const options: Readonly<Record<string, readonly string[]>> = { Paper: ['--passphrase-file', file] }
  const made = await Promise.all(
    NAMES.map(async (name) => [name, await aTrusteeHome(town, name, options[name])] as const),
  )
  const homes = Object.fromEntries(made) as Trustees['homes']
  const running = new Map<Name, NodeProcess>()
  const start = async (name: Name): Promise<void> => {
    running.set(name, await startTrustee(homes[name].home, options[name]))
  }
  await Promise.all(NAMES.map(start))
  return { homes, running, start }
}

async function kill({ running }: Trustees, name: Name): Promise<void> {
  await running.get(name)?.kill()
  running.delete(name)
}

/** A home has one process: neither a second trustee nor a daemon may run in it. */
async function refuseTwice({ home }: TrusteeHome): Promise<void> {
  await expectRefusal(['trustee', 'run', '--home', home], 'home-in-use', /in use by another process/)
  await expectRefusal(['start', '--home', home, '--log-level', 'silent'], 'home-in-use', /in use/)
}

/** Four trustees and a mandatory validator make a key; one share is lost for good as soon as it is there. */
async function makeKey(town: Town, trustees: Trustees, startMs: number): Promise<Prepared> {
  // The times of an election are fixed beforehand: a machine that starts slowly gets more of it.
  const opensIn = Math.max(16, Math.ceil((2 * startMs) / 1000))
  const election = await draft(town, {
    ...DRAFT,
    mandatoryTrustees: ['node-2'],
    trustees: NAMES.map((name) => trustees.homes[name].card),
    opensAt: `+${opensIn}s`,
    closesAt: `+${opensIn + 8}s`,
  })
  const prepared = await aRoll(town, election, 2)
  const { ceremony } = unwrap(
    await town.client.waitFor(election, ({ phase }) => phase === 'frozen' || phase === 'open', 60_000),
  )
  assert.deepEqual(ceremony.faults, [], 'nobody was left out')
  await kill(trustees, 'Notary')
  return prepared
}

async function vote(town: Town, { uuid, credentials }: Prepared): Promise<void> {
  unwrap(await town.client.waitFor(uuid, ({ phase }) => phase === 'open', 60_000))
  const casts = credentials.map((credential) => town.client.vote(uuid, credential, [[1, 0]], 8000))
  for (const cast of await Promise.all(casts)) unwrap(cast)
}

/** Two of three partial decryptions and the mandatory one are there: the election waits, and everybody can see for whom. */
async function waitForThreshold(town: Town, { homes }: Trustees, uuid: string): Promise<void> {
  const home = town.homes[2] ?? ''
  unwrap(await town.client.waitFor(uuid, ({ decryptions }) => decryptions.length === 3, 60_000))
  const shown = await psephosJson<Shown>(['election', 'show', uuid, '--home', home])
  assert.equal(shown.phase, 'decrypting')
  assert.deepEqual([shown.ceremony.attempt, shown.ceremony.step, shown.trusteeThreshold], [1, 'done', 3])
  assert.deepEqual(shown.missing, ['Paper', 'Notary'])
  assert.equal(shown.waiting, 'waits for 1 more partial decryption of: Paper, Notary')
  assert.deepEqual(
    shown.trustees.map(({ name, role, owner, awaited, hasDecrypted }) => [
      name,
      role,
      owner,
      awaited,
      hasDecrypted,
    ]),
    [
      ['node-2', 'mandatory', 1, false, true],
      ['City', 'member', 2, false, true],
      ['Bar', 'member', 3, false, true],
      ['Paper', 'member', 4, true, false],
      ['Notary', 'member', 5, true, false],
    ],
  )
  const text = (await psephos(['election', 'show', uuid, '--home', home])).stdout
  assert.match(text, /^waiting +waits for 1 more partial decryption of: Paper, Notary$/m)
  assert.match(text, /^ *Notary +4th of the ceremony +partial decryption awaited$/m)
  const status = await statusOf(home)
  assert.deepEqual(
    status.waitingElections.map((one) => [one.uuid, one.phase, one.missing]),
    [[uuid, 'decrypting', ['Paper', 'Notary']]],
  )
  assert.equal(status.waiting, `election ${uuid}: ${shown.waiting}`)
  const said = /^node-1 .*\nIt waits: election .* of: Paper, Notary/
  assert.match(
    (await psephos(['status', '--home', homes.City.home])).stdout,
    said,
    'a trustee asks the network',
  )
  await expectRefusal(['election', 'result', uuid, '--home', home], 'not-tallied', /of: Paper, Notary/)
  const later = unwrap(await town.client.election(uuid))
  assert.equal(later.record.decryptions.length, 3, 'and nothing goes on without them')
}

/** The result comes by itself; our audit and the official tool accept the archive. */
async function tally(town: Town, uuid: string): Promise<void> {
  const isTallied = ({ phase }: { readonly phase: string }): boolean => phase === 'tallied'
  const { record } = unwrap(await town.client.waitFor(uuid, isTallied, 60_000))
  assert.deepEqual(record.result, [[2n, 0n]])
  const { archive } = unwrap(await town.client.export(uuid))
  const audit = auditArchive(archive)
  assert.ok(audit.ok, JSON.stringify(audit.checks.filter(({ ok }) => !ok)))
  assert.deepEqual(officialRefusals(archive, uuid), [])
}
