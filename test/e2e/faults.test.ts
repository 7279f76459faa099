/** Daemons that die: one of four, then two, and what becomes of the ballots that were reported final. */
import { strict as assert } from 'node:assert'
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { unwrap } from '../../base/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { auditArchive, readArchive, tracker } from '../../election/index.ts'
import { beleniosTool } from '../support/belenios-tool.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { officialRefusals } from './official-tool.ts'
import { requireBuild, until } from './processes.ts'
import { anOpenElection, aTown, DRAFT, type Prepared, statusOf, type Town } from './town.ts'

const VALIDATORS = 4
const LIMIT_MS = 280_000
/** Longer than a height takes with every round's timer running out once. */
const SILENCE_MS = 6000
/** A round with a dead proposer lasts three seconds; several may follow each other. */
const FINALITY_MS = 40_000

/** Who is reported final, and for what they voted. */
type Reported = Map<string, { readonly voter: number; readonly yes: boolean }>

describe('an election whose daemons die', function () {
  this.timeout(LIMIT_MS)
  before(requireBuild)

  it('finishes with every ballot that was reported final, and all nodes reach one state', () =>
    inTemporaryDirectory(async (directory) => {
      const start = Date.now()
      const town = await aTown(directory, VALIDATORS)
      // The times of an election are fixed beforehand: a machine that starts slowly gets more of it.
      const seconds = (Date.now() - start) / 1000
      try {
        const election = await anOpenElection(town, 8, {
          ...DRAFT,
          opensAt: `+${Math.max(14, Math.ceil(2 * seconds))}s`,
          closesAt: `+${Math.max(60, Math.ceil(9 * seconds))}s`,
        })
        const reported: Reported = new Map()
        const victim = await killOneWhileVoting(town, election, reported)
        await catchUp(town, victim)
        await loseTwo(town, election, reported)
        await finish(town, election, reported)
      } finally {
        await town.close()
      }
    }))
})

/** Casts a ballot and keeps what was reported final. */
async function vote(
  town: Town,
  { uuid, credentials }: Prepared,
  reported: Reported,
  voter: number,
  yes: boolean,
) {
  const answers = [yes ? [1, 0] : [0, 1]]
  const cast = unwrap(await town.client.vote(uuid, credentials[voter] ?? '', answers, FINALITY_MS))
  reported.set(cast.tracker, { voter, yes })
}

/** SIGKILLs a random daemon at a random moment while three voters vote; then two more vote without it. */
async function killOneWhileVoting(town: Town, election: Prepared, reported: Reported): Promise<number> {
  const victim = randomInt(VALIDATORS)
  const afterMs = randomInt(2000)
  const said = `daemon ${victim + 1} killed after ${afterMs} ms`
  const killed = wait(afterMs).then(() => town.kill(victim))
  const votes = [0, 1, 2].map((voter) => vote(town, election, reported, voter, voter !== 1))
  await Promise.all([killed, ...votes]).catch((error: unknown) => {
    throw new Error(said, { cause: error })
  })
  await vote(town, election, reported, 3, true)
  await vote(town, election, reported, 0, false)
  return victim
}

/** Starts a killed daemon again: it reaches the height and the state root of the others. */
async function catchUp(town: Town, victim: number): Promise<void> {
  await town.start(victim)
  const other = town.homes[(victim + 1) % VALIDATORS] ?? ''
  await until(
    `daemon ${victim + 1} catches up`,
    async () => {
      const [mine, theirs] = await Promise.all([statusOf(town.homes[victim] ?? ''), statusOf(other)])
      if (mine.isCatchingUp || mine.height !== theirs.height) return undefined
      assert.equal(mine.stateRoot, theirs.stateRoot)
      assert.equal(mine.blockId, theirs.blockId)
      return true
    },
    60_000,
  )
}

/** T29 Without a quorum nothing is finalised; when one daemon returns it goes on, with the ballot that waited. */
async function loseTwo(town: Town, election: Prepared, reported: Reported): Promise<void> {
  await Promise.all([town.kill(0), town.kill(2)])
  const survivor = town.homes[1] ?? ''
  await wait(500)
  const before = await statusOf(survivor)
  const { uuid, credentials } = election
  const cast = await town.client.vote(uuid, credentials[4] ?? '', [[1, 0]], SILENCE_MS)
  assert.ok(!cast.ok, 'nothing can be final without a quorum')
  assert.equal(cast.error.code, 'not-final-in-time')
  const after = await statusOf(survivor)
  assert.equal(after.height, before.height)
  assert.equal(after.stateRoot, before.stateRoot)
  await town.start(0)
  await until(
    'finality returns',
    async () => ((await statusOf(survivor)).height > after.height + 1 ? true : undefined),
    FINALITY_MS,
  )
  await vote(town, election, reported, 5, true)
  await town.start(2)
}

/** Waits for the result, and compares archive, audit and official tool with what was reported. */
async function finish(town: Town, { uuid }: Prepared, reported: Reported): Promise<void> {
  const { record } = unwrap(await town.client.waitFor(uuid, ({ phase }) => phase === 'tallied', 180_000))
  const { archive } = unwrap(await town.client.export(uuid))
  const audit = auditArchive(archive)
  assert.ok(audit.ok, JSON.stringify(audit.checks.filter(({ ok }) => !ok)))
  const onBoard = new Set(unwrap(readArchive(archive)).entries.map(({ json }) => tracker(sha256(json))))
  for (const one of reported.keys()) assert.ok(onBoard.has(one), `${one} was reported final and is missing`)
  // Voter 4's ballot waited while there was no quorum: it may have become final later, and counts then.
  const last = new Map([...reported.values()].map(({ voter, yes }) => [voter, yes]))
  const late = record.voted - last.size
  assert.ok(late === 0 || late === 1)
  const yes = [...last.values()].filter((one) => one).length
  assert.deepEqual(record.result, [[BigInt(yes + late), BigInt(last.size - yes)]])
  if (beleniosTool !== undefined) assert.deepEqual(officialRefusals(archive, uuid), [])
  const states = await until(
    'all nodes at one height',
    async () => {
      const all = await Promise.all(town.homes.map(statusOf))
      return all.every(({ height }) => height === all[0]?.height) ? all : undefined
    },
    60_000,
  )
  assert.equal(new Set(states.map(({ stateRoot }) => stateRoot)).size, 1)
}
