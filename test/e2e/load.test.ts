/** A rehearsal on real processes: ballots prepared and cast at a rate, each of them final, counted and audited. */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unwrap } from '../../base/index.ts'
import type { Fates, WindowFigures } from '../../node/cli/load/book.ts'
import type { Share } from '../../node/cli/load/offer.ts'
import { expectRefusal, psephos, psephosJson, requireBuild } from './processes.ts'
import { anOpenElection, aTown, type Prepared, type Town } from './town.ts'

type Report = Fates & {
  readonly ok: boolean
  readonly window: WindowFigures
  readonly peers: readonly Share[]
}

const VOTERS = 100

describe('a load on four validators', function () {
  this.timeout(240_000)
  let town: Town
  let election: Prepared
  let directory: string
  let home: string
  let ballots: string

  before(async () => {
    requireBuild()
    directory = await mkdtemp(join(tmpdir(), 'psephos-test-'))
    town = await aTown(join(directory, 'town'), 4)
    home = town.homes[0] ?? ''
    election = await anOpenElection(town, VOTERS)
    ballots = join(directory, 'load.ballots')
  })
  after(async () => {
    await town?.close()
    await rm(directory, { recursive: true, force: true })
  })

  const run = (...options: readonly string[]): readonly string[] => {
    return ['load', 'run', election.uuid, '--ballots', ballots, '--home', home, ...options]
  }

  it('casts a prepared ballot for every voter; all are final, none is lost, and each peer took some', async () => {
    const credentials = join(town.directory, `letters-${election.uuid}`, 'credentials.csv')
    const prepare = ['load', 'prepare', election.uuid, '--credentials', credentials, '--out', ballots]
    const made = await psephosJson<{ ballots: number }>([...prepare, '--home', home])
    assert.equal(made.ballots, VOTERS)
    const first = ['--rate', '20', '--seconds', '3', '--warm-up', '1', '--settle', '60']
    const report = await psephosJson<Report>(run(...first), { limitMs: 120_000 })
    assert.deepEqual(
      [report.ok, report.offered, report.accepted, report.finalised, report.lost, report.untaken],
      [true, 80, 80, 80, 0, 0],
    )
    assert.deepEqual(report.refused, {})
    assert.equal(report.window.offered, 60)
    const { fromDue, fromHandingIn } = report.window
    assert.ok((fromDue.p50 ?? 0) > 0 && (fromDue.p50 ?? 0) <= (fromDue.p99 ?? 0))
    assert.ok((fromHandingIn.max ?? 0) <= (fromDue.max ?? 0))
    assert.equal(report.peers.length, 4)
    for (const { peer, taken } of report.peers) assert.ok(taken > 0, `${peer} took some`)
    const { record } = unwrap(await town.client.election(election.uuid))
    assert.equal(record.ballots, 80)
  })

  it('tells in words what it casts at the terminal, and calls known what was cast before', async () => {
    const again = await psephos(run('--skip', '70', '--rate', '15', '--seconds', '2', '--warm-up', '0'))
    assert.equal(again.exitCode, 0, again.stderr)
    assert.match(again.stdout, /^refused +10 known$/m)
    assert.match(again.stdout, /^finalised +20$/m)
    assert.match(again.stdout, /^from when it was due( +\d+){4}$/m)
    const archive = join(directory, 'election.bel')
    await psephosJson(['export', election.uuid, '--out', archive, '--home', home])
    const audit = await psephosJson<{ ok: boolean; ballots: number }>(['audit', archive])
    assert.deepEqual([audit.ok, audit.ballots], [true, VOTERS])
  })

  it('refuses what cannot be: ballots of another election, too few of them, a file that is damaged', async () => {
    await expectRefusal(run('--rate', '200'), 'too-few-ballots', /has 100 ballots; 200 a second need 13000/)
    const other = ['load', 'run', 'NoSuchElection1', '--ballots', ballots, '--rate', '1', '--home', home]
    await expectRefusal(other, 'wrong-election', new RegExp(election.uuid))
    await expectRefusal(
      ['load', 'run', election.uuid, '--ballots', election.roll, '--rate', '1', '--home', home],
      'ballots-malformed',
      /does not begin as a file of prepared ballots/,
    )
    const prepare = ['load', 'prepare', election.uuid, '--out', ballots, '--home', home, '--credentials']
    const voters = join(town.directory, 'voters.csv')
    await expectRefusal([...prepare, voters], 'credentials-invalid', /line 1: no credential/)
    const credentials = join(town.directory, `letters-${election.uuid}`, 'credentials.csv')
    await expectRefusal([...prepare, credentials, '--count', '101'], 'too-few-credentials', /has 100/)
    await expectRefusal([...prepare, credentials], 'file-exists', /load\.ballots/)
    assert.ok(readFileSync(ballots).length > 0)
  })
})
