/**
 * The Transport over libp2p: gossip (gossip.ts), requests (request-response.ts), connections (membership.ts), and the
 * score book that ties them together. Starting and stopping are here; they run once.
 */
import { type Connection, setMaxListeners } from '@libp2p/interface'
import { randomBytes } from '@noble/hashes/utils.js'
import { type AddressBook, createAddressBook } from './address-book.ts'
import { parseAddress, peerAt } from './addresses.ts'
import { createAdmission, refuseBusy } from './admission.ts'
import { isTheirFault } from './answers.ts'
import { keepConnected } from './bootstrap.ts'
import { sleep } from './deadline.ts'
import { startError } from './errors.ts'
import { createGossip, type Gossip } from './gossip.ts'
import { createNode, type Node } from './libp2p-node.ts'
import type { Libp2pOptions } from './libp2p-transport.ts'
import { BROKEN_FRAME_POINTS, GOSSIP_CHECK_MS, REJECTED_MESSAGE_POINTS } from './limits.ts'
import { Membership } from './membership.ts'
import { protocolId } from './protocols.ts'
import { ask, serve } from './request-response.ts'
import { createScores, type Scores } from './scores.ts'
import { protocolLimits } from './tuning.ts'
import {
  type GossipHandler,
  NetworkError,
  type Peer,
  type PeerName,
  type Protocol,
  type RequestHandler,
  type Topic,
  type Transport,
} from './types.ts'

/** A host that is not started yet. Refuses malformed addresses with a NetworkError. */
export async function createHost(options: Libp2pOptions): Promise<Transport> {
  const scores = createScores(options.tuning?.now ?? Date.now, options.tuning?.scores)
  const book = createAddressBook()
  const bootstrap = new Set<PeerName>()
  for (const address of options.bootstrap) {
    const peer = peerAt(address)
    book.add(peer, address)
    bootstrap.add(peer)
  }
  for (const address of options.listen) parseAddress(address)
  const gossip = { bootstrapPeers: bootstrap.size, pointsOf: scores.points }
  const node = await createNode({
    networkId: options.networkId,
    privateKey: options.privateKey ?? randomBytes(32),
    listen: options.listen,
    isDenied: scores.isDenied,
    ...(options.gossip ? { gossip } : {}),
  })
  bootstrap.delete(node.libp2p.peerId.toString())
  return new Libp2pHost(options, node, scores, book, [...bootstrap])
}

class Libp2pHost implements Transport {
  readonly self: PeerName
  readonly #options: Libp2pOptions
  readonly #node: Node
  readonly #scores: Scores
  readonly #bootstrap: readonly PeerName[]
  readonly #members: Membership
  readonly #gossip: Gossip | undefined
  readonly #stopping = new AbortController()
  #tasks: readonly Promise<void>[] = []
  #state: 'new' | 'started' | 'stopped' = 'new'

  constructor(
    options: Libp2pOptions,
    node: Node,
    scores: Scores,
    book: AddressBook,
    bootstrap: readonly PeerName[],
  ) {
    this.self = node.libp2p.peerId.toString()
    this.#options = options
    this.#node = node
    this.#scores = scores
    this.#bootstrap = bootstrap
    const { signal } = this.#stopping
    // Each request under way listens to it: their number is bounded by admission and by our callers.
    setMaxListeners(Number.POSITIVE_INFINITY, signal)
    const log = (message: string, fields: Readonly<Record<string, unknown>>): void =>
      this.#log(message, fields)
    this.#members = new Membership({
      node,
      scores,
      book,
      important: new Set(bootstrap),
      stopping: signal,
      gossipCheckMs: options.tuning?.gossipCheckMs ?? GOSSIP_CHECK_MS,
      log,
    })
    this.#gossip =
      node.pubsub &&
      createGossip(
        node.pubsub,
        options.networkId,
        (from, topic) => this.penalise(from, REJECTED_MESSAGE_POINTS, `rejected message on ${topic}`),
        (from, topic) => this.#log('gossip queue full', { from, topic }),
      )
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
    const kept = {
      peers: this.#bootstrap,
      isConnected: (peer: PeerName) => this.#members.has(peer) || this.#scores.isDenied(peer),
      dial: (peer: PeerName, cancel: AbortSignal): Promise<Connection> => this.#members.connect(peer, cancel),
      sleep,
      onFailure: (peer: PeerName, error: unknown) =>
        this.#log('bootstrap peer unreachable', { peer, reason: String(error) }),
    }
    this.#tasks = [
      keepConnected(kept, signal),
      this.#gossip ? this.#members.watchGossip() : Promise.resolve(),
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
    return this.#members.peers()
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerName> {
    this.#assertStarted()
    const connection = await this.#members.open([parseAddress(address)], address, signal)
    return connection.remotePeer.toString()
  }

  subscribe(topic: Topic, handler: GossipHandler): void {
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
    const id = protocolId(this.#options.networkId, protocol)
    this.#node.libp2p
      .handle(
        id,
        async (stream, connection) => {
          const from = connection.remotePeer.toString()
          const isAdmitted = admission.enter(from)
          try {
            await serve(stream, {
              from,
              handler: isAdmitted ? handler : refuseBusy,
              limits,
              signal,
              onFailure: (error) => this.#log('request failed', { protocol, reason: String(error) }),
              onBroken: (error) => this.penalise(from, BROKEN_FRAME_POINTS, error.message),
            })
          } finally {
            if (isAdmitted) admission.leave(from)
          }
        },
        // Past our own answer "busy" libp2p cuts the stream.
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
    try {
      yield* ask(
        `${protocol} from ${peer}`,
        async (open) => (await this.#members.connect(peer, open)).newStream(id, { signal: open }),
        request,
        limits,
        signal,
        this.#stopping.signal,
      )
    } catch (error) {
      if (isTheirFault(error, request, limits)) this.penalise(peer, BROKEN_FRAME_POINTS, String(error))
      throw error
    }
  }

  penalise(peer: PeerName, points: number, reason: string): void {
    const isRefused = this.#scores.penalise(peer, points)
    this.#log(isRefused ? 'peer refused' : 'peer penalised', { peer, points, reason })
    if (isRefused) this.#members.drop(peer)
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
