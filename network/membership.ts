/**
 * Who is connected. Every new connection must identify as a member of the same network or is closed (the name of the
 * identify protocol holds the network), peers that scores.ts denies are refused, and a connection whose gossip stream
 * broke is closed so that it is opened anew: gossipsub does not reopen one by itself.
 */
import type { Connection, IdentifyResult, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { AddressBook } from './address-book.ts'
import { parseAddress, peerOf, toPeerId } from './addresses.ts'
import { abortedBy, createDeadline, orAborted, sleep } from './deadline.ts'
import { dialError } from './errors.ts'
import type { Node } from './libp2p-node.ts'
import { CLOSE_TIMEOUT_MS, DIAL_TIMEOUT_MS, IDENTIFY_TIMEOUT_MS, MAX_ADDRESSES_PER_PEER } from './limits.ts'
import type { Scores } from './scores.ts'
import { NetworkError, type Peer, type PeerName } from './types.ts'

export interface MembershipOptions {
  readonly node: Node
  readonly scores: Scores
  readonly book: AddressBook
  /** The last to be closed when there are too many connections. */
  readonly important: ReadonlySet<PeerName>
  readonly stopping: AbortSignal
  readonly gossipCheckMs: number
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #identities = new WeakMap<Connection, Promise<IdentifyResult>>()
  readonly #members = new Map<PeerName, IdentifyResult>()

  constructor(options: MembershipOptions) {
    this.#options = options
    const { libp2p } = options.node
    libp2p.addEventListener('connection:open', ({ detail }) => {
      this.#identify(detail).catch(() => undefined)
    })
    libp2p.addEventListener('peer:disconnect', ({ detail }) => this.#onDisconnect(detail))
  }

  has(peer: PeerName): boolean {
    return this.#members.has(peer)
  }

  peers(): readonly Peer[] {
    return [...this.#members].map(([id, { listenAddrs, connection }]) => ({
      id,
      addresses: (listenAddrs.length > 0 ? listenAddrs : [connection.remoteAddr])
        .slice(0, MAX_ADDRESSES_PER_PEER)
        .map((address) => (peerOf(address) === undefined ? `${address}/p2p/${id}` : `${address}`)),
    }))
  }

  clear(): void {
    this.#members.clear()
  }

  /** Closes all connections of a peer at once. */
  drop(peer: PeerName): void {
    this.#members.delete(peer)
    for (const connection of this.#connectionsTo(peer)) hangUp(connection, 'the peer is refused')
  }

  /** The open connection to a peer, or a new one to where it was found before. Fails with a NetworkError. */
  async connect(peer: PeerName, signal: AbortSignal): Promise<Connection> {
    if (toPeerId(peer) === undefined) throw new NetworkError('malformed', `${peer}: not a peer id`)
    this.#assertNotDenied(peer, peer)
    const open = this.#connectionsTo(peer).find(({ status }) => status === 'open')
    if (open !== undefined) {
      await this.#identified(open, peer, signal)
      return open
    }
    const addresses = this.#options.book.of(peer)
    if (addresses.length === 0) {
      throw new NetworkError('unreachable', `${peer}: not connected, and no address is known`)
    }
    return this.open(addresses.map(parseAddress), peer, signal)
  }

  /** A connection to the first of these addresses that answers; `what` names it in errors, which are NetworkErrors. */
  async open(targets: Multiaddr[], what: string, signal?: AbortSignal): Promise<Connection> {
    const { node, book, stopping } = this.#options
    const peer = targets.map(peerOf).find((name) => name !== undefined)
    if (peer !== undefined) this.#assertNotDenied(peer, what)
    const deadline = createDeadline(DIAL_TIMEOUT_MS, what, stopping, signal)
    let connection: Connection
    try {
      connection = await node.libp2p.dial(targets, { signal: deadline.signal })
      deadline.restart()
      await this.#identified(connection, what, deadline.signal)
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : dialError(error, what)
    } finally {
      deadline.stop()
    }
    const name = connection.remotePeer.toString()
    for (const target of targets) book.add(name, target.toString())
    return connection
  }

  /** Closes connections whose gossip broke, until the host stops. */
  async watchGossip(): Promise<void> {
    const { stopping, gossipCheckMs, log } = this.#options
    // Two looks in a row: a stream that is only being opened is not broken.
    const suspects = new Set<PeerName>()
    while (!stopping.aborted) {
      await sleep(gossipCheckMs, stopping).catch(() => undefined)
      for (const [peer, identity] of this.#members) {
        if (!hasBrokenGossip(this.#connectionsTo(peer), identity)) suspects.delete(peer)
        else if (suspects.delete(peer)) {
          log('gossip stream lost, reconnecting', { peer })
          for (const connection of this.#connectionsTo(peer)) hangUp(connection, 'its gossip stream broke')
        } else suspects.add(peer)
      }
    }
  }

  #assertNotDenied(peer: PeerName, what: string): void {
    if (!this.#options.scores.isDenied(peer)) return
    throw new NetworkError('refused', `${what}: this peer is refused for breaking rules`)
  }

  #connectionsTo(peer: PeerName): readonly Connection[] {
    const id = toPeerId(peer)
    return id === undefined ? [] : this.#options.node.libp2p.getConnections(id)
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
    const result = this.#options.node.identify
      .identify(connection, { signal: AbortSignal.timeout(IDENTIFY_TIMEOUT_MS) })
      .then(
        (identity) => {
          if (connection.status === 'open') this.#onMember(connection, identity)
          return identity
        },
        (error: unknown) => {
          this.#options.log('connection not of this network', { address: String(connection.remoteAddr) })
          hangUp(connection, 'not of this network')
          throw error
        },
      )
    this.#identities.set(connection, result)
    return result
  }

  #onMember(connection: Connection, identity: IdentifyResult): void {
    const { node, important, log } = this.#options
    const peer = connection.remotePeer.toString()
    this.#members.set(peer, identity)
    log('peer connected', { peer, direction: connection.direction })
    if (!important.has(peer)) return
    const tags = { important: { value: 100 } }
    node.libp2p.peerStore.merge(connection.remotePeer, { tags }).catch(() => undefined)
  }

  #onDisconnect(id: PeerId): void {
    const peer = id.toString()
    if (this.#members.delete(peer)) this.#options.log('peer disconnected', { peer })
  }
}

/**
 * Closes a connection without waiting for the other side: its streams are cut, so that nothing is left to be closed in
 * an orderly way. Not `abort`, which over WebSockets leaves the socket open (a close code that the standard forbids).
 */
function hangUp(connection: Connection, reason: string): void {
  const error = new Error(reason)
  for (const stream of connection.streams) stream.abort(error)
  connection.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) }).catch(() => connection.abort(error))
}

/** Speaks gossip, and no gossip stream leads to it. */
function hasBrokenGossip(connections: readonly Connection[], identity: IdentifyResult): boolean {
  const isGossip = (protocol: string): boolean => protocol.startsWith('/meshsub/')
  if (!identity.protocols.some(isGossip)) return false
  return !connections.some(({ streams }) =>
    streams.some(({ direction, protocol }) => direction === 'outbound' && isGossip(protocol)),
  )
}
