/**
 * T23 Processes that are killed by SIGKILL at each step of a key ceremony, and started again at once: a validator's daemon, a trustee
 * that runs alone, and a mandatory one. What comes out is compared with what their seeds determine.
 */
import { strict as assert } from 'node:assert'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromHex, unwrap } from '../../base/index.ts'
import { auditArchive } from '../../election/index.ts'
import { allTrustees, type Ceremony, type CeremonyStep, networkIdOf } from '../../ledger/index.ts'
import { beleniosTool } from '../support/belenios-tool.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { materialFromSeeds, materialOnChain } from '../support/trustees/material.ts'
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
      const court = await aTrusteeHome(town, 'Court')
      const alone = [notary.home, court.home].map(aloneAt)
      const nodes = Array.from({ length: VALIDATORS }, (_, i) => `node-${i + 1}`)
      try {
        // They look once a second, so that each step lasts long enough to be seen.
        await Promise.all(alone.map((one) => one.start()))
        const uuid = await draft(town, {
          ...DRAFT,
          trustees: [...nodes, notary.card],
          trusteeThreshold: 3,
          mandatoryTrustees: [court.card],
          opensAt: `+${opensIn}s`,
          closesAt: `+${opensIn + 6}s`,
        })
        const [prepared, kills] = await Promise.all([aRoll(town, uuid, 2), killAtEachStep(town, uuid, alone)])
        await check(town, uuid, kills)
        await compareWithSeeds(town, uuid, { Notary: notary.home, Court: court.home })
        await vote(town, prepared)
        await finish(town, uuid)
        for (const one of alone) assert.equal(await one.stop(), 0)
      } finally {
        for (const one of alone) await one.kill()
        await town.close()
      }
    }))
})

/** A trustee that runs alone, killed and started again. */
interface Alone {
  start(): Promise<void>
  kill(): Promise<void>
  stop(): Promise<number | null | undefined>
}

function aloneAt(home: string): Alone {
  let process: NodeProcess | undefined
  return {
    start: async () => {
      process = await startTrustee(home)
    },
    kill: async () => process?.kill(),
    stop: async () => process?.stop(),
  }
}

/** All key material of the ceremony is that of the seeds, whoever was killed whenever. */
async function compareWithSeeds(
  town: Town,
  uuid: string,
  alone: Readonly<Record<string, string>>,
): Promise<void> {
  const { record, ceremony } = unwrap(await town.client.election(uuid))
  const names = allTrustees(record.draft).map(({ name }) => name)
  const seeds = new Map<string, Uint8Array>()
  for (const name of names) {
    const home = alone[name] ?? town.homes[Number(name.slice('node-'.length)) - 1] ?? ''
    const seed = fromHex((await readFile(join(home, 'keys', 'trustee.seed'), 'utf8')).trim())
    assert.ok(seed, home)
    seeds.set(name, seed)
  }
  const members = ceremony.members.map(({ place }) => names[place] ?? '')
  const { draft } = record
  const networkId = networkIdOf(new Uint8Array(await readFile(town.genesis)))
  const expected = materialFromSeeds(networkId, draft, ceremony.attempt, members, (name) => seeds.get(name)!)
  assert.deepEqual(materialOnChain(record, ceremony), expected)
}

/**
 * Kills those who run alone and a random daemon at the first sight of each step, and starts it again at once. Never two are away at a time, for then nothing
 * is finalised; and never the one through which the registrars work.
 */
async function killAtEachStep(town: Town, uuid: string, alone: readonly Alone[]): Promise<readonly Kill[]> {
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
    await Promise.all([town.kill(victim), ...alone.map((one) => one.kill())])
    await Promise.all([town.start(victim), ...alone.map((one) => one.start())])
    const returned = hasCaughtUp(town, victim).then(() => {
      if (away === returned) away = undefined
    })
    away = returned
    kills.push({ step, name: `node-${victim + 1}` }, { step, name: 'Notary' })
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
  assert.ok(kills.length >= 4, said)
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
