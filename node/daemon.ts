/** The daemon of a home directory: a node on the real clock, libp2p and LevelDB. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { equalBytes } from '../base/index.ts'
import { publicKeyOf } from '../crypto/index.ts'
import { createLibp2pTransport, NetworkError, type Transport } from '../network/index.ts'
import {
  memoryJournal,
  memoryLastSigned,
  openJournal,
  openLastSigned,
  openLevelDatabase,
  StorageError,
} from '../storage/index.ts'
import { systemClock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import { NodeError } from './error.ts'
import type { Home } from './home.ts'
import type { Logger } from './log.ts'
import { type NodePorts, type RunningNode, startNode } from './node.ts'
import { systemRandom } from './random.ts'

/** A running node. */
export interface Daemon {
  /** Addresses that others can dial, with the peer id. */
  addresses(): readonly string[]
  diagnostics(): Diagnostics
  /** Stops in the reverse order of starting; resolves when everything is closed. Idempotent. */
  stop(): Promise<void>
  /** Resolves when the node was stopped on request; rejects with a `NodeError` when it had to stop. */
  readonly done: Promise<void>
}

/** Runs the node of a home until the signal or `stop`. Rejects with a `NodeError` when it cannot start. */
export async function startDaemon(options: {
  readonly home: Home
  readonly logger: Logger
  readonly signal?: AbortSignal
}): Promise<Daemon> {
  const { home, logger, signal } = options
  let settle: { readonly resolve: () => void; readonly reject: (error: NodeError) => void } | undefined
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever waits for `done` sees the failure; nobody has to.
  done.catch(() => undefined)

  let node: RunningNode
  let transport: Transport
  try {
    const ports = await openPorts(home, logger)
    transport = ports.transport
    node = await startNode(nodeOptions(home), ports, (error) => {
      const failure = nodeError(error)
      logger.error('the node stops', { code: failure.code, reason: failure.message })
      void node.stop().then(
        () => settle?.reject(failure),
        () => settle?.reject(failure),
      )
    })
  } catch (error) {
    throw nodeError(error)
  }
  const stop = async (): Promise<void> => {
    try {
      await node.stop()
      settle?.resolve()
    } catch (error) {
      const failure = nodeError(error)
      settle?.reject(failure)
      throw failure
    }
  }
  if (signal?.aborted === true) await stop()
  else signal?.addEventListener('abort', () => void stop().catch(() => undefined), { once: true })
  return {
    addresses: () => transport.addresses(),
    diagnostics: () => node.diagnostics(),
    stop,
    done,
  }
}

function nodeOptions(home: Home): Parameters<typeof startNode>[0] {
  const { genesis, networkId, settings, keys } = home
  return { name: settings.name, genesis, networkId, keys }
}

/**
 * Opens the home's storage, one after the other; what was opened is closed again where a later one fails. Without a validator key there
 * is nothing to guard: journal and last-signed record of a validator's home that only observes stay as they are.
 */
async function openPorts(home: Home, logger: Logger): Promise<NodePorts> {
  const data = join(home.directory, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(port: T): T => {
    opened.push(port)
    return port
  }
  try {
    const database = keep(await openLevelDatabase(join(data, 'chain')))
    const isValidator = home.keys.validator !== undefined
    const journal = keep(isValidator ? await openJournal(join(data, 'journal')) : memoryJournal())
    const lastSigned = keep(
      isValidator ? await openLastSigned(join(data, 'last-signed')) : memoryLastSigned(),
    )
    const transport = await createLibp2pTransport({
      networkId: home.networkId,
      privateKey: home.keys.network,
      listen: home.settings.listen,
      bootstrap: bootstrapOf(home),
      gossip: true,
      log: (message, fields) => logger.debug(message, withoutClients(fields, bootstrapOf(home))),
    })
    return { clock: systemClock, random: systemRandom, database, journal, lastSigned, transport, logger }
  } catch (error) {
    for (const port of opened.reverse()) await port.close().catch(() => undefined)
    throw error
  }
}

/** The validators of the genesis file, without ourselves, and the peers of the settings. */
function bootstrapOf({ genesis, keys, settings }: Home): readonly string[] {
  const own = keys.validator === undefined ? undefined : publicKeyOf(keys.validator)
  const others = genesis.validators.filter(
    ({ publicKey }) => own === undefined || !equalBytes(publicKey, own),
  )
  return [...new Set([...others.flatMap(({ addresses }) => addresses), ...settings.peers])]
}

/**
 * The fields of a log line of the network, with the names of nodes only: a client's connection and a ballot's arrival must not
 * meet in a log (T38).
 */
export function withoutClients(
  fields: Readonly<Record<string, unknown>>,
  nodes: readonly string[],
): Readonly<Record<string, unknown>> {
  const isNode = (peer: unknown): boolean => nodes.some((address) => address.endsWith(`/p2p/${peer}`))
  if (
    (fields.peer === undefined || isNode(fields.peer)) &&
    (fields.from === undefined || isNode(fields.from))
  ) {
    const { address: _, ...rest } = fields
    return rest
  }
  return { ...(fields.topic === undefined ? {} : { topic: fields.topic }), points: fields.points }
}

/** The node's error for whatever went wrong underneath. */
export function nodeError(error: unknown): NodeError {
  if (error instanceof NodeError) return error
  if (error instanceof StorageError) {
    const code = {
      closed: 'storage-failed',
      failed: 'storage-failed',
      full: 'storage-failed',
      damaged: 'storage-damaged',
      locked: 'home-in-use',
      'wrong-schema': 'wrong-schema',
      'wrong-network': 'wrong-network',
    } as const
    return new NodeError(code[error.code], error.message, error)
  }
  if (error instanceof NetworkError) {
    const code =
      error.code === 'address-in-use'
        ? 'address-in-use'
        : error.code === 'malformed'
          ? 'address-invalid'
          : 'failed'
    return new NodeError(code, error.message, error)
  }
  const message = error instanceof Error ? error.message : 'the node failed'
  return new NodeError('failed', message, error)
}
