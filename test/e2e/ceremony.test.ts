/** T23 Daemons that are killed by SIGKILL at each step of a key ceremony, and started again at once. */
import { strict as assert } from 'node:assert'
import { randomInt } from 'node:crypto'
import { unwrap } from '../../base/index.ts'
import { auditArchive } from '../../election/index.ts'
import { allTrustees, type Ceremony, type CeremonyStep } from '../../ledger/index.ts'
import { beleniosTool } from '../support/belenios-tool.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { officialRefusals } from './official-tool.ts'
import { type NodeProcess, requireBuild, startTrustee, until } from './processes.ts'
import { aRoll, aTown, aTrusteeHome, DRAFT, draft, type Prepared, statusOf, type Town } from './town.ts'

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
      // The times of an election are fixed beforehand: a machine that starts slowly gets more of it. The last step may take a third
      // of what is left then, and a round whose proposer was killed takes three seconds.
      const opensIn = Math.max(30, Math.ceil((4 * (Date.now() - start)) / 1000))
      const notary = await aTrusteeHome(town, 'Notary')
      let trustee: NodeProcess | undefined
      const nodes = Array.from({ length: VALIDATORS }, (_, i) => `node-${i + 1}`)
      try {
        const uuid = await draft(town, {
          ...DRAFT,
          trustees: [...nodes, notary.card],
          trusteeThreshold: 3,
          opensAt: `+${opensIn}s`,
          closesAt: `+${opensIn + 6}s`,
        })
        // It looks once a second, so that each step lasts long enough to be seen.
        const isThere = startTrustee(notary.home).then((process) => {
          trustee = process
        })
        const [prepared, kills] = await Promise.all([
          aRoll(town, uuid, 2),
          killAtEachStep(town, uuid),
          isThere,
        ])
        await check(town, uuid, kills)
        await vote(town, prepared)
        await finish(town, uuid)
        assert.equal(await trustee?.stop(), 0)
      } finally {
        await trustee?.kill()
        await town.close()
      }
    }))
})

/**
 * Kills a random daemon at the first sight of each step, and starts it again at once. Never two are away at a time, for then nothing
 * is finalised; and never the one through which the registrars work.
 */
async function killAtEachStep(town: Town, uuid: string): Promise<readonly Kill[]> {
  const kills: Kill[] = []
  let victim = 0
  let away: Promise<void> | undefined
  for (const step of STEPS.slice(0, -1)) {
    const seen = await until(
      `step "${step}" after ${JSON.stringify(kills)}`,
      () => ceremonyAt(town, uuid, step),
      60_000,
      50,
    )
    if (seen.attempt > 1) break
    // A busy machine may look too late.
    if (seen.step !== step) continue
    if (away === undefined) victim = 1 + randomInt(VALIDATORS - 1)
    await town.kill(victim)
    await town.start(victim)
    const returned = hasCaughtUp(town, victim).then(() => {
      if (away === returned) away = undefined
    })
    away = returned
    kills.push({ step, name: `node-${victim + 1}` })
  }
  await away
  return kills
}

/** The certified ceremony, once it has reached a step or somebody was left out. */
async function ceremonyAt(town: Town, uuid: string, step: CeremonyStep): Promise<Ceremony | undefined> {
  const read = await town.client.election(uuid)
  if (!read.ok) return undefined
  const { ceremony } = read.value
  const isReached = ceremony.attempt > 1 || STEPS.indexOf(ceremony.step) >= STEPS.indexOf(step)
  return isReached ? ceremony : undefined
}

/** Waits until a daemon has caught up; one that was killed again meanwhile is asked until it has started. */
async function hasCaughtUp(town: Town, place: number): Promise<void> {
  const home = town.homes[place] ?? ''
  const ask = async (): Promise<true | undefined> => {
    const status = await statusOf(home).catch(() => undefined)
    return status?.isCatchingUp === false ? true : undefined
  }
  await until(`node ${place + 1} catches up`, ask, 60_000)
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
  assert.ok(kills.length >= 2, said)
}

async function vote(town: Town, { uuid, credentials }: Prepared): Promise<void> {
  unwrap(await town.client.waitFor(uuid, ({ phase }) => phase === 'open', 90_000))
  const casts = credentials.map((credential) => town.client.vote(uuid, credential, [[1, 0]], 6000))
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
