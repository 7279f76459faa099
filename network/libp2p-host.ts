/**
 * The Transport over libp2p. It owns who is connected: every new connection must identify as a member of the same
 * network or is closed, peers below the threshold of scores.ts are refused, bootstrap peers are redialled, and a
 * connection whose gossip stream broke is opened anew (gossipsub does not reopen one by itself).
 */
import { type Connection, type IdentifyResult, type PeerId, setMaxListeners } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { randomBytes } from '@noble/hashes/utils.js'
import { createAddressBook } from './address-book.ts'
import { BUSY, createAdmission } from './admission.ts'
import { keepConnected } from './bootstrap.ts'
import { abortedBy, orAborted } from './deadline.ts'
import { dialError, startError } from './errors.ts'
import { createGossip, type Gossip } from './gossip.ts'
import { createNode, type Node } from './libp2p-node.ts'
import {
  BROKEN_FRAME_POINTS,
  CONNECTION_CHECK_MS,
  DIAL_TIMEOUT_MS,
  IDENTIFY_TIMEOUT_MS,
  MAX_ADDRESSES_PER_PEER,
  REJECTED_MESSAGE_POINTS,
} from './limits.ts'
import { protocolId } from './protocols.ts'
import { ask, refuseStream, serve } from './request-response.ts'
import { createScores, type Scores } from './scores.ts'
import { protocolLimits, type Tuning } from './tuning.ts'
import {
  NetworkError,
  type Peer,
  type PeerName,
  type Protocol,
  type RequestHandler,
  type Topic,
  type Transport,
} from './types.ts'

export interface Libp2pOptions {
  /** Topics and protocols carry it: networks never mix. */
  readonly networkId: Uint8Array
  /** Ed25519 seed of this host's peer id, 32 bytes. Without it a fresh one is made (light hosts). */
  readonly privateKey?: Uint8Array
  /** Multiaddrs to listen on (TCP, and `/ws` for WebSockets); empty: dial only. */
  readonly listen: readonly string[]
  /** Peers to keep connected, multiaddrs with peer ids. */
  readonly bootstrap: readonly string[]
  /** Whether to take part in gossip (clients do not). */
  readonly gossip: boolean
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void
  /** Other limits than the defaults. */
  readonly tuning?: Tuning
}

/** Looks at gossip streams this often; broken twice in a row, the connection is closed. */
const GOSSIP_CHECK_MS: number = 5 * CONNECTION_CHECK_MS

/** A host that is not started yet. Refuses malformed bootstrap addresses with a NetworkError. */
export async function createLibp2pTransport(options: Libp2pOptions): Promise<Transport> {
  const now = options.tuning?.now ?? Date.now
  const scores = createScores(now, options.tuning?.scores)
  const book = createAddressBook()
  const bootstrap = new Set<PeerName>()
  for (const address of options.bootstrap) {
    const peer = peerOf(parseAddress(address))
    if (peer === undefined)
      throw new NetworkError('malformed', `${address}: a bootstrap address ends in /p2p/PEER`)
    book.add(peer, address)
    bootstrap.add(peer)
  }
  for (const address of options.listen) parseAddress(address)
  const node = await createNode({
    networkId: options.networkId,
    privateKey: options.privateKey ?? randomBytes(32),
    listen: options.listen,
    isDenied: scores.isDenied,
    ...(options.gossip ? { gossip: { bootstrapPeers: bootstrap.size, pointsOf: scores.points } } : {}),
  })
  bootstrap.delete(node.libp2p.peerId.toString())
  return new Libp2pHost(options, node, scores, book, [...bootstrap])
}

class Libp2pHost implements Transport {
  readonly self: PeerName
  readonly #options: Libp2pOptions
  readonly #node: Node
  readonly #scores: Scores
  readonly #book: ReturnType<typeof createAddressBook>
  readonly #bootstrap: readonly PeerName[]
  readonly #gossip: Gossip | undefined
  /** Connections on their way to be identified, and those that are. */
  readonly #identities = new WeakMap<Connection, Promise<IdentifyResult>>()
  readonly #members = new Map<PeerName, IdentifyResult>()
  readonly #stopping = new AbortController()
  #tasks: readonly Promise<void>[] = []
  #state: 'new' | 'started' | 'stopped' = 'new'

  constructor(
    options: Libp2pOptions,
    node: Node,
    scores: Scores,
    book: ReturnType<typeof createAddressBook>,
    bootstrap: readonly PeerName[],
  ) {
    this.self = node.libp2p.peerId.toString()
    this.#options = options
    this.#node = node
    this.#scores = scores
    this.#book = book
    this.#bootstrap = bootstrap
    this.#gossip =
      node.pubsub &&
      createGossip(
        node.pubsub,
        options.networkId,
        (from, topic) => this.penalise(from, REJECTED_MESSAGE_POINTS, `rejected message on ${topic}`),
        (from, topic) => this.#log('gossip queue full', { from, topic }),
      )
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal)
    node.libp2p.addEventListener('connection:open', ({ detail }) => {
      this.#identify(detail).catch(() => undefined)
    })
    node.libp2p.addEventListener('peer:disconnect', ({ detail }) => this.#onDisconnect(detail))
  }

  addresses(): readonly string[] {
    return this.#node.libp2p.getMultiaddrs().map(String)
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new NetworkError('stopped', 'a host starts once')
    this.#state = 'started'
    try {
      await this.#node.libp2p.start()
    } catch (error) {
      await this.stop()
      throw startError(error, this.#options.listen)
    }
    this.#gossip?.start()
    const { signal } = this.#stopping
    this.#tasks = [
      keepConnected(
        {
          peers: this.#bootstrap,
          isConnected: (peer) => this.#members.has(peer) || this.#scores.isDenied(peer),
          dial: (peer, cancel) => this.#connect(peer, cancel),
          sleep,
          onFailure: (peer, error) =>
            this.#log('bootstrap peer unreachable', { peer, reason: String(error) }),
        },
        signal,
      ),
      this.#watchGossip(signal),
    ]
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#stopping.abort(new NetworkError('stopped', 'the host stops'))
    await Promise.all(this.#tasks)
    this.#gossip?.stop()
    await this.#node.libp2p.stop()
    this.#members.clear()
  }

  peers(): readonly Peer[] {
    return [...this.#members].map(([id, { listenAddrs, connection }]) => ({
      id,
      addresses: (listenAddrs.length > 0 ? listenAddrs : [connection.remoteAddr])
        .slice(0, MAX_ADDRESSES_PER_PEER)
        .map((address) => (peerOf(address) === undefined ? `${address}/p2p/${id}` : `${address}`)),
    }))
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerName> {
    this.#assertStarted()
    const target = parseAddress(address)
    const connection = await this.#open([target], address, signal)
    const peer = connection.remotePeer.toString()
    this.#book.add(peer, target.toString())
    return peer
  }

  subscribe(topic: Topic, handler: Parameters<Transport['subscribe']>[1]): void {
    this.#gossiping().subscribe(topic, handler)
  }

  async publish(topic: Topic, payload: Uint8Array): Promise<void> {
    this.#assertStarted()
    await this.#gossiping().publish(topic, payload)
  }

  handle(protocol: Protocol, handler: RequestHandler): void {
    const limits = protocolLimits(this.#options.tuning, protocol)
    const admission = createAdmission(limits)
    const { signal } = this.#stopping
    this.#node.libp2p
      .handle(
        protocolId(this.#options.networkId, protocol),
        async (stream, connection) => {
          const from = connection.remotePeer.toString()
          if (!admission.enter(from)) return refuseStream(stream, BUSY, limits.idleMs)
          try {
            await serve(stream, {
              from,
              handler,
              limits,
              signal,
              onFailure: (error) => this.#log('request failed', { protocol, reason: String(error) }),
              onBroken: (error) => this.penalise(from, BROKEN_FRAME_POINTS, error.message),
            })
          } finally {
            admission.leave(from)
          }
        },
        // Beyond our own answer "busy" libp2p cuts the stream.
        { maxInboundStreams: 2 * limits.streamsPerPeer },
      )
      .catch((error: unknown) => this.#log('protocol not served', { protocol, reason: String(error) }))
  }

  async *request(
    peer: PeerName,
    protocol: Protocol,
    request: Uint8Array,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    this.#assertStarted()
    const limits = protocolLimits(this.#options.tuning, protocol)
    const id = protocolId(this.#options.networkId, protocol)
    const cancel = signal ? AbortSignal.any([signal, this.#stopping.signal]) : this.#stopping.signal
    try {
      yield* ask(
        `${protocol} from ${peer}`,
        async (open) => (await this.#connect(peer, open)).newStream(id, { signal: open }),
        request,
        limits,
        cancel,
      )
    } catch (error) {
      if (
        error instanceof NetworkError &&
        (error.code === 'malformed' || isTheirExcess(error, request, limits))
      ) {
        this.penalise(peer, BROKEN_FRAME_POINTS, error.message)
      }
      throw error
    }
  }

  penalise(peer: PeerName, points: number, reason: string): void {
    const isRefused = this.#scores.penalise(peer, points)
    this.#log(isRefused ? 'peer refused' : 'peer penalised', { peer, points, reason })
    if (!isRefused) return
    this.#members.delete(peer)
    const id = toPeerId(peer)
    if (id === undefined) return
    const error = new Error('the peer is refused')
    for (const connection of this.#node.libp2p.getConnections(id)) connection.abort(error)
  }

  // ---- connections -------------------------------------------------------------------------------------------------------

  /** The open connection to a peer, or a new one to where it was found before. */
  async #connect(peer: PeerName, signal: AbortSignal): Promise<Connection> {
    const id = toPeerId(peer)
    if (id === undefined) throw new NetworkError('malformed', `${peer}: not a peer id`)
    const open = this.#node.libp2p.getConnections(id).find(({ status }) => status === 'open')
    if (open !== undefined) {
      await this.#identified(open, peer, signal)
      return open
    }
    const addresses = this.#book.of(peer)
    if (addresses.length === 0) {
      throw new NetworkError('unreachable', `${peer}: not connected, and no address is known`)
    }
    return this.#open(addresses.map(parseAddress), peer, signal)
  }

  async #open(targets: Multiaddr[], what: string, signal?: AbortSignal): Promise<Connection> {
    const limits = [AbortSignal.timeout(DIAL_TIMEOUT_MS), this.#stopping.signal]
    const cancel = AbortSignal.any(signal ? [...limits, signal] : limits)
    const peer = targets.map(peerOf).find((name) => name !== undefined)
    if (peer !== undefined && this.#scores.isDenied(peer)) {
      throw new NetworkError('refused', `${what}: this peer is refused for breaking rules`)
    }
    let connection: Connection
    try {
      connection = await this.#node.libp2p.dial(targets, { signal: cancel })
    } catch (error) {
      throw signal?.aborted || this.#stopping.signal.aborted
        ? abortedBy(cancel, what)
        : dialError(error, what)
    }
    await this.#identified(connection, what, cancel)
    return connection
  }

  /** Waits until the connection has shown to be of our network. */
  async #identified(connection: Connection, what: string, signal: AbortSignal): Promise<void> {
    try {
      await orAborted(this.#identify(connection), signal)
    } catch (error) {
      if (signal.aborted) throw abortedBy(signal, what)
      throw new NetworkError('refused', `${what}: no peer of this network, or it refuses us`, error)
    }
  }

  #identify(connection: Connection): Promise<IdentifyResult> {
    const known = this.#identities.get(connection)
    if (known !== undefined) return known
    const result = this.#node.identify
      .identify(connection, { signal: AbortSignal.timeout(IDENTIFY_TIMEOUT_MS) })
      .then(
        (identity) => {
          if (connection.status === 'open') this.#onMember(connection, identity)
          return identity
        },
        (error: unknown) => {
          this.#log('connection not of this network', { address: String(connection.remoteAddr) })
          connection.abort(new Error('not of this network'))
          throw error
        },
      )
    this.#identities.set(connection, result)
    return result
  }

  #onMember(connection: Connection, identity: IdentifyResult): void {
    const peer = connection.remotePeer.toString()
    this.#members.set(peer, identity)
    this.#log('peer connected', { peer, direction: connection.direction })
    if (!this.#bootstrap.includes(peer)) return
    // The last to be closed when there are too many connections.
    const tags = { validator: { value: 100 } }
    this.#node.libp2p.peerStore.merge(connection.remotePeer, { tags }).catch(() => undefined)
  }

  #onDisconnect(id: PeerId): void {
    const peer = id.toString()
    if (this.#members.delete(peer)) this.#log('peer disconnected', { peer })
  }

  async #watchGossip(signal: AbortSignal): Promise<void> {
    if (this.#gossip === undefined) return
    const broken = new Set<PeerName>()
    while (!signal.aborted) {
      await sleep(GOSSIP_CHECK_MS, signal).catch(() => undefined)
      for (const [peer, identity] of this.#members) {
        if (!hasBrokenGossip(this.#node.libp2p.getConnections(identity.peerId), identity)) broken.delete(peer)
        else if (broken.delete(peer)) {
          this.#log('gossip stream lost, reconnecting', { peer })
          await this.#node.libp2p.hangUp(identity.peerId).catch(() => undefined)
        } else broken.add(peer)
      }
    }
  }

  #gossiping(): Gossip {
    if (this.#gossip === undefined) throw new NetworkError('refused', 'this host takes no part in gossip')
    return this.#gossip
  }

  #assertStarted(): void {
    if (this.#state !== 'started') throw new NetworkError('stopped', 'the host does not run')
  }

  #log(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.log?.(message, fields)
  }
}

/** Speaks gossip, and no gossip stream leads to it. */
function hasBrokenGossip(connections: readonly Connection[], identity: IdentifyResult): boolean {
  const isGossip = (protocol: string): boolean => protocol.startsWith('/meshsub/')
  if (!identity.protocols.some(isGossip)) return false
  return !connections.some(({ streams }) =>
    streams.some(({ direction, protocol }) => direction === 'outbound' && isGossip(protocol)),
  )
}

function isTheirExcess(
  error: NetworkError,
  request: Uint8Array,
  limits: { readonly requestBytes: number },
): boolean {
  return error.code === 'too-large' && request.length <= limits.requestBytes
}

function parseAddress(address: string): Multiaddr {
  try {
    return multiaddr(address)
  } catch (error) {
    throw new NetworkError(
      'malformed',
      `${address}: not a multiaddr such as /ip4/192.0.2.1/tcp/7000/p2p/PEER`,
      error,
    )
  }
}

/** The peer id at the end of an address. */
function peerOf(address: Multiaddr): PeerName | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value
}

function toPeerId(peer: PeerName): PeerId | undefined {
  try {
    return peerIdFromString(peer)
  } catch {
    return undefined
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
