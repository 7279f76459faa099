/**
 * A daemon with a large roll: how long it takes to start, and how much memory it takes, when it has just started, after ballots came in,
 * and when it is started again. The validator of a network of one, a process of its own on a real disk.
 *
 * Its home is made by a node's own chain in this process (`made-chain.ts`): all of it is what a daemon would have written that had taken the
 * roll's chunks from a registrar, but that nobody has spent time on checking that each credential is in the group. That is what
 * `roll-publish` measures, with a smaller roll.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { unwrap } from '../base/index.ts'
import { decodeTransaction } from '../ledger/index.ts'
import { startDaemons } from '../node/cli/demo/daemons.ts'
import { orFail } from '../node/cli/error.ts'
import { type Connection, withClient } from '../node/cli/network.ts'
import { send } from '../node/cli/transact.ts'
import { contextOfDaemons } from './daemons.ts'
import { type MadeChain, makeChain } from './made-chain.ts'
import { residentMemory } from './memory.ts'
import type { BenchOptions, Report } from './report.ts'

const DEFAULT_VOTERS = 1_000_000
const DEFAULT_BALLOTS = 1000
const BALLOTS_A_BLOCK = 100
const AT_ONCE = 25
/** A daemon that has nothing to do gives back what it needed for starting. */
const REST_MS = 5000
const TIMEOUT_MS = 600_000

const QUESTIONS = [{ question: 'Shall it be built?', answers: ['Yes'], blank: false, min: 0, max: 1 }]

/** Prints `roll.start`, `roll.memory.*` and `roll.restart`. */
export async function run(
  report: Report,
  { voters = DEFAULT_VOTERS, ballots = DEFAULT_BALLOTS }: BenchOptions,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'psephos-bench-'))
  try {
    const made = await makeChain({
      directory,
      validators: 1,
      questions: QUESTIONS,
      ballots: 0,
      ballotsPerBlock: BALLOTS_A_BLOCK,
      voters,
      spare: ballots,
      hasVote: true,
      onProgress: progress,
    })
    const note = `a roll of ${voters}`
    const tell = (bench: string, value: number, unit: string, what: string): void =>
      report({ bench, value, unit, note: `${note}, ${what}` })
    await onDaemon(made, async (pid, startMs, connection) => {
      tell('roll.start', startMs / 1000, 's', 'until the daemon is ready')
      await tellMemory(pid, 'start', 'a rest after starting', tell)
      await cast(connection, made)
      await tellMemory(pid, 'ballots', `a rest after ${ballots} ballots came in`, tell)
    })
    await onDaemon(made, async (pid, startMs) => {
      tell('roll.restart', startMs / 1000, 's', `with ${ballots} ballots, until the daemon is ready`)
      await tellMemory(pid, 'restart', 'a rest after starting again', tell)
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

type Tell = (bench: string, value: number, unit: string, what: string) => void

async function tellMemory(pid: number, name: string, when: string, tell: Tell): Promise<void> {
  await wait(REST_MS)
  const { now, peak } = await residentMemory(pid)
  tell(`roll.memory.${name}`, now, 'MB', when)
  tell(`roll.memory.${name}.peak`, peak, 'MB', 'the most until then')
}

/** Runs `use` while the daemon runs; it is stopped whatever happens. */
async function onDaemon(
  { home, address, genesis, networkId }: MadeChain,
  use: (pid: number, startMs: number, connection: Connection) => Promise<void>,
): Promise<void> {
  const context = contextOfDaemons()
  const began = performance.now()
  const daemons = await startDaemons({ nodes: [{ name: 'full', home }] }, context.self, (name, how) =>
    progress(`the daemon ${name} ended: ${how}`),
  )
  const startMs = performance.now() - began
  try {
    await withClient({ genesis, networkId }, [address], context, (connection) =>
      use(daemons.pids[0] ?? 0, startMs, connection),
    )
  } finally {
    await daemons.stop()
  }
}

async function cast(connection: Connection, { spare, uuid }: MadeChain): Promise<void> {
  const ballots = spare.map((bytes) => unwrap(decodeTransaction(bytes)))
  for (let at = 0; at < ballots.length; at += AT_ONCE) await send(connection, ballots.slice(at, at + AT_ONCE))
  const isThere = (record: { readonly ballots: number }): boolean => record.ballots === ballots.length
  orFail(await connection.client.waitFor(uuid, isThere, TIMEOUT_MS))
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
