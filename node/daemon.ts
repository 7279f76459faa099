/** The daemon of a home directory: a node on the real clock, libp2p and LevelDB. */
import { availableParallelism } from 'node:os'
import { equalBytes } from '../base/index.ts'
import { publicKeyOf } from '../crypto/index.ts'
import { createLibp2pTransport, NetworkError, type Transport } from '../network/index.ts'
import {
  memoryJournal,
  memoryLastSigned,
  openGuards,
  openLevelDatabase,
  StorageError,
  storedHeight,
  systemFiles,
} from '../storage/index.ts'
import { systemClock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import { NodeError, type NodeErrorCode } from './error.ts'
import { dataPaths, type Home } from './home.ts'
import type { Logger } from './log.ts'
import { type NodePorts, type RunningNode, startNode } from './node.ts'
import { systemRandom } from './random.ts'
import { createVerifierPool } from './verifier-pool.ts'

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

  let node: RunningNode | undefined
  let transport: Transport
  try {
    let early: { readonly error: unknown } | undefined
    const fail = (error: unknown): void => {
      if (node === undefined) {
        early ??= { error }
        return
      }
      const failure = nodeError(error, home.directory)
      logger.error('the node stops', { code: failure.code, reason: failure.message })
      void node.stop().then(
        () => settle?.reject(failure),
        () => settle?.reject(failure),
      )
    }
    const ports = await openPorts(home, logger, fail)
    transport = ports.transport
    node = await startNode(nodeOptions(home), ports, fail)
    if (early !== undefined) {
      await node.stop()
      throw early.error
    }
  } catch (error) {
    throw nodeError(error, home.directory)
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
async function openPorts(
  home: Home,
  logger: Logger,
  onFailure: (error: unknown) => void,
): Promise<NodePorts> {
  const paths = dataPaths(home.directory)
  await systemFiles.prepare(paths.database)
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(port: T): T => {
    opened.push(port)
    return port
  }
  try {
    const database = keep(await openLevelDatabase(paths.database))
    const { journal, lastSigned } =
      home.keys.validator === undefined
        ? { journal: memoryJournal(), lastSigned: memoryLastSigned() }
        : await openGuards(paths, await storedHeight(database))
    keep(journal)
    keep(lastSigned)
    const transport = await createLibp2pTransport({
      networkId: home.networkId,
      privateKey: home.keys.network,
      listen: home.settings.listen,
      bootstrap: bootstrapOf(home),
      gossip: true,
      log: (message, fields) => logger.debug(message, withoutClients(fields, bootstrapOf(home))),
    })
    const threads = home.settings.verifierThreads ?? Math.max(1, availableParallelism() - 1)
    const verifier = createVerifierPool({ threads, logger, onFailure })
    const system = { clock: systemClock, random: systemRandom }
    return { ...system, database, journal, lastSigned, transport, logger, verifier }
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

/** The node's error for whatever went wrong underneath; with a home's directory it says how that is repaired, where it can be. */
export function nodeError(error: unknown, directory?: string): NodeError {
  const failure = codedError(error)
  if (directory === undefined || !REPAIRABLE.has(failure.code)) return failure
  const command = `psephos repair --home ${directory}`
  return new NodeError(
    failure.code,
    `${failure.message}; ${command} says what can be done, and does it`,
    error,
  )
}

const REPAIRABLE: ReadonlySet<NodeErrorCode> = new Set(['storage-damaged', 'storage-missing'])

function codedError(error: unknown): NodeError {
  if (error instanceof NodeError) return error
  if (error instanceof StorageError) {
    const code = {
      closed: 'storage-failed',
      failed: 'storage-failed',
      full: 'storage-failed',
      damaged: 'storage-damaged',
      missing: 'storage-missing',
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
