/**
 * A trustee without a validator (`psephos trustee run`): the trustee of a home, at work over peers that it asks. One process a home:
 * the lock is that of the home's database, which a daemon holds too, and which the system takes back from a process that is killed.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, createClient } from '../../client/index.ts'
import { createLibp2pTransport, type Transport } from '../../network/index.ts'
import { type Database, openLevelDatabase } from '../../storage/index.ts'
import { type Clock, sleep, systemClock, type Timer } from '../clock.ts'
import { nodeError } from '../daemon.ts'
import { NodeError } from '../error.ts'
import type { Home } from '../home.ts'
import type { Logger } from '../log.ts'
import { systemRandom } from '../random.ts'
import { trusteePublicKey } from '../trustee-secrets.ts'
import { createClientBoard } from './client-board.ts'
import { Trustee } from './trustee.ts'

export interface TrusteeProcessOptions {
  readonly home: Home
  /** Multiaddrs; of two peers at least, unless the network has one validator. */
  readonly peers: readonly string[]
  /** Between two looks at the elections. */
  readonly pollMs: number
  readonly logger: Logger
  readonly signal?: AbortSignal
}

/** A trustee that runs. */
export interface TrusteeProcess {
  /** By which drafts name it. */
  readonly publicKey: Uint8Array
  /** Resolves when everything is closed. Idempotent. */
  stop(): Promise<void>
  /** Resolves when it was stopped on request; rejects with a `NodeError` when it had to stop. */
  readonly done: Promise<void>
}

/** Runs the trustee of a home until the signal or `stop`. Rejects with a `NodeError` when it cannot start. */
export async function startTrustee(options: TrusteeProcessOptions): Promise<TrusteeProcess> {
  const seed = seedOf(options)
  checkPeers(options)
  let ports: Ports
  try {
    ports = await openPorts(options.home)
  } catch (error) {
    throw nodeError(error)
  }
  return run(options, seed, ports)
}

interface Ports {
  readonly lock: Database
  readonly transport: Transport
}

function seedOf({ home }: TrusteeProcessOptions): Uint8Array {
  const { trusteeSeed } = home.keys
  if (trusteeSeed !== undefined) return trusteeSeed
  throw new NodeError(
    'key-missing',
    `there is no ${join(home.directory, 'keys', 'trustee.seed')}: this is not the home of a trustee`,
  )
}

function checkPeers({ home, peers }: TrusteeProcessOptions): void {
  const names = new Set(peers.map((address) => /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? address))
  if (names.size >= Math.min(2, home.genesis.validators.length)) return
  throw new NodeError(
    'too-few-peers',
    `a trustee reads what it acts upon from two peers, and ${names.size === 1 ? 'only one is' : 'none is'} known; name more with --peer, or in node.json`,
  )
}

async function openPorts(home: Home): Promise<Ports> {
  const data = join(home.directory, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const lock = await openLevelDatabase(join(data, 'chain'))
  try {
    // A peer id of its own for each run: the home's belongs to a daemon, and peers need not know who asks.
    const transport = await createLibp2pTransport({
      networkId: home.networkId,
      listen: [],
      bootstrap: [],
      gossip: false,
    })
    await transport.start()
    return { lock, transport }
  } catch (error) {
    await lock.close().catch(() => undefined)
    throw error
  }
}

function run(options: TrusteeProcessOptions, seed: Uint8Array, { lock, transport }: Ports): TrusteeProcess {
  const { home, pollMs, signal } = options
  const logger = options.logger.child({ trustee: home.settings.name })
  const publicKey = trusteePublicKey(seed)
  let settle: { readonly resolve: () => void; readonly reject: (error: NodeError) => void } | undefined
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Whoever waits for `done` sees the failure; nobody has to.
  done.catch(() => undefined)
  const onFailure = (error: unknown): void => {
    const failure = nodeError(error)
    logger.error('the trustee stops', { code: failure.code, reason: failure.message })
    void close()
      .catch(() => undefined)
      .then(() => settle?.reject(failure))
  }
  const board = createClientBoard(publicKey, {
    client: clientOf(options, transport, logger),
    clock: systemClock,
    onPeers: (areThere, reason) => {
      if (closing !== undefined) return
      if (areThere) logger.info('peers answer again')
      else logger.warn('no peer answers; trying again', { reason })
    },
  })
  const trustee = new Trustee(
    { networkId: home.networkId, seed },
    { clock: systemClock, random: systemRandom, board, logger, onFailure },
  )
  const poll = every(systemClock, pollMs, () => trustee.look())

  let closing: Promise<void> | undefined
  /** In the reverse order of starting, except that requests under way end with the transport: nobody waits for a silent peer. */
  const close = (): Promise<void> => {
    closing ??= (async () => {
      poll.stop()
      const stopped = trustee.stop()
      await transport.stop()
      await stopped
      await lock.close()
      logger.info('stopped')
    })()
    return closing
  }
  const stop = (): Promise<void> =>
    close().then(
      () => settle?.resolve(),
      (error: unknown) => settle?.reject(nodeError(error)),
    )
  trustee.start()
  logger.info('started', { peers: options.peers.length })
  if (signal?.aborted === true) void stop()
  else signal?.addEventListener('abort', () => void stop(), { once: true })
  return { publicKey, stop, done }
}

function clientOf({ home, peers }: TrusteeProcessOptions, transport: Transport, logger: Logger): Client {
  const { genesis, networkId } = home
  return createClient(
    { trust: { genesis, networkId }, peers, rotates: true },
    {
      transport,
      random: systemRandom,
      now: () => systemClock.now(),
      sleep: (ms, signal) => sleep(systemClock, ms, signal),
      onWarning: (warning) => logger.warn('a peer', { warning }),
    },
  )
}

function every(clock: Clock, ms: number, action: () => void): { readonly stop: () => void } {
  let timer: Timer
  const wind = (): void => {
    timer = clock.setTimer(ms, () => {
      wind()
      action()
    })
  }
  wind()
  return { stop: () => timer.cancel() }
}
