/** A network of daemons of their own on this machine, for one benchmark. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Context } from '../node/cli/context.ts'
import { startDaemons } from '../node/cli/demo/daemons.ts'
import { type Connection, withClient } from '../node/cli/network.ts'
import { createOutput } from '../node/cli/output.ts'
import { createTestnet, type Testnet } from '../node/cli/testnet.ts'

/** What a benchmark works with. */
export interface Daemons {
  readonly context: Context
  readonly connection: Connection
  readonly testnet: Testnet
  readonly directory: string
  /** Of the daemons, in order. */
  readonly pids: readonly number[]
}

/** Runs `use` with so many validators, each a process; they are stopped and their homes removed whatever happens. */
export async function onDaemons<T>(validators: number, use: (daemons: Daemons) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'psephos-bench-'))
  const network = { validators, registrars: 1, name: 'bench' }
  const testnet = await createTestnet(join(directory, 'network'), network, 'warn')
  const context = contextOfDaemons()
  const daemons = await startDaemons(testnet, context.self, () => {})
  try {
    const trust = { genesis: testnet.genesis, networkId: testnet.networkId }
    const peers = testnet.nodes.map(({ address }) => address)
    return await withClient(trust, peers, context, (connection) =>
      use({ context, connection, testnet, directory, pids: daemons.pids }),
    )
  } finally {
    await daemons.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

/** The surroundings of a command, for what benchmarks borrow from commands. */
export function contextOfDaemons(): Context {
  return {
    output: createOutput(true, process.stderr, process.stderr),
    stdin: process.stdin,
    signal: () => new AbortController().signal,
    self: [process.execPath, resolve('dist/node/cli/main.js')],
  }
}
