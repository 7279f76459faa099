/** The Transport port: gossip topics and request/response between peers. Payloads are opaque bytes. */

/** Gossip topics. */
export type Topic = 'transactions' | 'consensus' | 'blocks'
/**
 * What the subscriber thinks of a gossiped message: accept (pass on), ignore (drop silently), reject (drop and lower the
 * score of whoever sent it).
 */
export type Verdict = 'accept' | 'ignore' | 'reject'
/** Request/response protocols; one question a protocol. */
export type Protocol =
  | 'status'
  | 'statement'
  | 'blocks'
  | 'transactions'
  | 'submit'
  | 'elections'
  | 'election'
  | 'ballot'
  | 'archive'
  | 'diagnostics'
/** A peer id in its text form. */
export type PeerName = string

export interface Peer {
  readonly id: PeerName
  readonly addresses: readonly string[]
}

/** What a subscriber says to a gossiped message; `from` is the peer that passed it on, not its author. */
export type GossipHandler = (from: PeerName, payload: Uint8Array) => Promise<Verdict>
/**
 * The chunks that answer a request. A NetworkError refuses with its message, another error tells the peer nothing.
 * The signal is aborted when the peer gives up or the host stops.
 */
export type RequestHandler = (
  from: PeerName,
  request: Uint8Array,
  signal: AbortSignal,
) => AsyncIterable<Uint8Array>

/**
 * Best effort: `publish` may reach nobody, a request may fail with a `NetworkError`. Every call has a limit in time and
 * size (`limits.ts`). Handlers that throw count as `ignore` (gossip) or end the stream with an error (requests).
 */
export interface Transport {
  readonly self: PeerName
  /** Addresses that others can dial, with the peer id. */
  addresses(): readonly string[]
  start(): Promise<void>
  stop(): Promise<void>
  peers(): readonly Peer[]
  /** Opens a connection to a multiaddr; its peer id. */
  dial(address: string, signal?: AbortSignal): Promise<PeerName>
  subscribe(topic: Topic, handler: GossipHandler): void
  publish(topic: Topic, payload: Uint8Array): Promise<void>
  /** Serves a protocol: the request's payload in, response chunks out. */
  handle(protocol: Protocol, handler: RequestHandler): void
  /** Asks a peer; yields response chunks. Fails when the peer says nothing for the protocol's time limit. */
  request(
    peer: PeerName,
    protocol: Protocol,
    request: Uint8Array,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>
  /** A peer broke a rule: lowers its score; below the threshold it is disconnected and refused for a while. */
  penalise(peer: PeerName, points: number, reason: string): void
}

export type NetworkErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'refused'
  | 'aborted'
  | 'address-in-use'
  | 'malformed'
  | 'stopped'
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: NetworkErrorCode
  constructor(code: NetworkErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
