/**
 * `psephos repair`: looks at a home's database, journal and last-signed record, says what to do about it, and does it. Nothing is
 * deleted, and nothing that was signed is forgotten. It works only while no daemon runs in the home, which the lock of the database
 * ensures as far as the database can be opened; one that cannot be opened does not start a daemon either.
 */
import { assert, equalBytes } from '../../base/index.ts'
import { quorum } from '../../consensus/index.ts'
import { publicKeyOf } from '../../crypto/index.ts'
import {
  copyAside,
  type Database,
  mendLevelDatabase,
  moveAside,
  saveJournal,
  saveLastSigned,
} from '../../storage/index.ts'
import { nodeError } from '../daemon.ts'
import { type DataPaths, dataPaths, exists, type Home } from '../home.ts'
import { SILENCE } from '../journal-record.ts'
import { type Findings, lookAtDatabase, lookAtGuards } from './findings.ts'
import { type Plan, planRepair, type RepairStep } from './plan.ts'
import type { Signatory } from './signed-slots.ts'

export interface RepairOptions {
  readonly home: Home
  readonly isAlone: boolean
  readonly signedUpTo: number | undefined
  /** Milliseconds since 1970: dates what is set aside. */
  readonly now: number
}

/** What was found and what is to be done; to be closed. */
export interface Repair {
  /** Without guards in a home without a validator key. */
  readonly findings: Pick<Findings, 'database'> & Partial<Findings>
  readonly plan: Plan
  /** Carries the plan out; the names of what was set aside. */
  carryOut(): Promise<readonly string[]>
  /** Lets daemons in again. */
  close(): Promise<void>
}

/** Looks at a home and changes nothing. Rejects with a `NodeError`: `home-in-use` where a daemon runs. */
export function openRepair(options: RepairOptions): Promise<Repair> {
  return look(options).catch((error: unknown) => {
    throw nodeError(error)
  })
}

async function look(options: RepairOptions): Promise<Repair> {
  const { home, isAlone, signedUpTo } = options
  const paths = dataPaths(home.directory)
  const { finding, database } = await lookAtDatabase(paths.database, home)
  try {
    const signatory = signatoryOf(home)
    const guards = signatory && (await lookAtGuards(paths, signatory))
    const n = home.genesis.validators.length
    const canOthersGoOn = n - 1 >= quorum(n)
    const plan: Plan =
      guards !== undefined
        ? planRepair({ database: finding, ...guards }, { canOthersGoOn, isAlone, signedUpTo })
        : { ok: true, steps: finding.is === 'damaged' ? [{ act: 'mend-database' }] : [] }
    return {
      findings: { database: finding, ...guards },
      plan,
      carryOut: () =>
        carryOut(plan, paths, database, options).catch((error: unknown) => {
          throw nodeError(error)
        }),
      close: async () => database?.close(),
    }
  } catch (error) {
    await database?.close().catch(() => undefined)
    throw error
  }
}

/** A home whose key is not that of a validator has nothing to guard. */
function signatoryOf({ genesis, networkId, keys }: Home): Signatory | undefined {
  if (keys.validator === undefined) return undefined
  const publicKey = publicKeyOf(keys.validator)
  const self = genesis.validators.findIndex((validator) => equalBytes(validator.publicKey, publicKey))
  const validators = { keys: genesis.validators.map((validator) => validator.publicKey) }
  return self < 0 ? undefined : { networkId, validators, timing: genesis.parameters, self }
}

async function carryOut(
  plan: Plan,
  paths: DataPaths,
  database: Database | undefined,
  { home, now }: RepairOptions,
): Promise<readonly string[]> {
  assert(plan.ok, 'only a plan that can be carried out is')
  const suffix = `.set-aside-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  const aside: string[] = []
  const keepCopy = async (path: string): Promise<void> => {
    if (!(await exists(path))) return
    await copyAside(path, `${path}${suffix}`)
    aside.push(`${path}${suffix}`)
  }
  for (const step of plan.steps) await carryOutStep(step)
  return aside

  async function carryOutStep(step: RepairStep): Promise<void> {
    switch (step.act) {
      case 'write-record':
        await keepCopy(paths.lastSigned)
        return saveLastSigned(paths.lastSigned, step.recorded)
      case 'bar':
        // The record first: whatever happens next, it is the stronger guard.
        await keepCopy(paths.lastSigned)
        await saveLastSigned(paths.lastSigned, step.recorded)
        await keepCopy(paths.journal)
        return saveJournal(paths.journal, step.recorded.slot.height, step.isSilent ? [SILENCE] : [])
      case 'mend-database': {
        assert(database === undefined, 'a database that could be opened is not mended')
        if (await isMended(paths.database, home)) return
        await moveAside(paths.database, `${paths.database}${suffix}`)
        aside.push(`${paths.database}${suffix}`)
        return
      }
    }
  }
}

/** Whether LevelDB's own repair gives a whole chain. */
async function isMended(path: string, home: Home): Promise<boolean> {
  try {
    await mendLevelDatabase(path)
  } catch {
    return false
  }
  const { finding, database } = await lookAtDatabase(path, home)
  await database?.close()
  // A chain of no height is none: what there was is set aside rather than overwritten.
  return finding.is === 'sound' && finding.height > 0
}
