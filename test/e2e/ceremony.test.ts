/** T23 Daemons that are killed by SIGKILL at each step of a key ceremony, and started again at once. */
import { strict as assert } from 'node:assert'
import { randomInt } from 'node:crypto'
import { unwrap } from '../../base/index.ts'
import { auditArchive } from '../../election/index.ts'
import { allTrustees, type CeremonyStep } from '../../ledger/index.ts'
import { beleniosTool } from '../support/belenios-tool.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { officialRefusals } from './official-tool.ts'
import { requireBuild, startTrustee, until } from './processes.ts'
import { aRoll, aTown, aTrusteeHome, DRAFT, draft, type Prepared, type Town } from './town.ts'

const VALIDATORS = 4
const LIMIT_MS = 180_000
const STEPS: readonly CeremonyStep[] = ['certificates', 'commitments', 'dealings', 'keys', 'done']

interface Kill {
  readonly step: CeremonyStep
  readonly name: string
}

describe('a key ceremony whose daemons are killed', function () {
  this.timeout(LIMIT_MS)
  before(requireBuild)

  it('T23 completes with all of them, or without exactly those that returned too late', () =>
    inTemporaryDirectory(async (directory) => {
      const start = Date.now()
      const town = await aTown(directory, VALIDATORS)
      // It looks once a second, so that each step lasts long enough to be seen.
      const notary = await aTrusteeHome(town, 'Notary')
      const process = await startTrustee(notary.home)
      // The times of an election are fixed beforehand: a machine that starts slowly gets more of it.
      const opensIn = Math.max(24, Math.ceil((4 * (Date.now() - start)) / 1000))
      const nodes = Array.from({ length: VALIDATORS }, (_, i) => `node-${i + 1}`)
      try {
        const uuid = await draft(town, {
          ...DRAFT,
          trustees: [...nodes, notary.card],
          trusteeThreshold: 3,
          opensAt: `+${opensIn}s`,
          closesAt: `+${opensIn + 8}s`,
        })
        const [prepared, kills] = await Promise.all([aRoll(town, uuid, 2), killAtEachStep(town, uuid)])
        await check(town, uuid, kills)
        await vote(town, prepared)
        await finish(town, uuid)
        assert.equal(await process.stop(), 0)
      } finally {
        await process.kill()
        await town.close()
      }
    }))
})

/** Kills a random daemon at the first sight of each step, and starts it again; not the one through which the registrars work. */
async function killAtEachStep(town: Town, uuid: string): Promise<readonly Kill[]> {
  const kills: Kill[] = []
  for (const step of STEPS.slice(0, -1)) {
    const seen = await until(
      `step "${step}" after ${JSON.stringify(kills)}`,
      async () => {
        const read = await town.client.election(uuid)
        if (!read.ok) return undefined
        const { ceremony } = read.value
        const isReached = ceremony.attempt > 1 || STEPS.indexOf(ceremony.step) >= STEPS.indexOf(step)
        return isReached ? ceremony : undefined
      },
      60_000,
      50,
    )
    if (seen.attempt > 1) break
    assert.equal(seen.step, step, 'each step is seen')
    const victim = 1 + randomInt(VALIDATORS - 1)
    await town.kill(victim)
    await town.start(victim)
    kills.push({ step, name: `node-${victim + 1}` })
  }
  return kills
}

/** All have a share, or whoever has none was killed in the step that it missed. */
async function check(town: Town, uuid: string, kills: readonly Kill[]): Promise<void> {
  const isReady = ({ phase }: { readonly phase: string }): boolean => phase !== 'draft'
  const { record, ceremony } = unwrap(await town.client.waitFor(uuid, isReady, 90_000))
  const names = allTrustees(record.draft).map(({ name }) => name)
  const missed = ceremony.faults.map(({ place, kind }) => `${names[place]} ${kind}`)
  const excused = kills.map(({ step, name }) => `${name} no-${step.slice(0, -1)}`)
  const said = JSON.stringify({ kills, missed, phase: record.phase, reason: record.reason })
  assert.notEqual(record.phase, 'abandoned', said)
  assert.ok(
    missed.every((one) => excused.includes(one)),
    said,
  )
  assert.equal(ceremony.members.length, VALIDATORS + 1 - missed.length, said)
  assert.ok(missed.length > 0 || kills.length === STEPS.length - 1, said)
}

async function vote(town: Town, { uuid, credentials }: Prepared): Promise<void> {
  unwrap(await town.client.waitFor(uuid, ({ phase }) => phase === 'open', 90_000))
  const casts = credentials.map((credential) => town.client.vote(uuid, credential, [[1, 0]], 8000))
  for (const cast of await Promise.all(casts)) unwrap(cast)
}

/** The result comes by itself; our audit and the official tool accept the archive. */
async function finish(town: Town, uuid: string): Promise<void> {
  const isTallied = ({ phase }: { readonly phase: string }): boolean => phase === 'tallied'
  const { record } = unwrap(await town.client.waitFor(uuid, isTallied, 60_000))
  assert.deepEqual(record.result, [[2n, 0n]])
  const { archive } = unwrap(await town.client.export(uuid))
  const audit = auditArchive(archive)
  assert.ok(audit.ok, JSON.stringify(audit.checks.filter(({ ok }) => !ok)))
  if (beleniosTool !== undefined) assert.deepEqual(officialRefusals(archive, uuid), [])
}
