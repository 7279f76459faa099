/**
 * Where peers say they stand, and who is not asked for a while. A claim is what a peer said or showed last; what it fails to show
 * it no longer claims, so that nobody is waited for on its word alone.
 */
import type { PeerName, Transport } from '../network/index.ts'
import type { Clock } from './clock.ts'
import { MAX_KNOWN_PEERS, STATUS_SILENCE_MS } from './limits.ts'
import { RecentMap } from './recent.ts'

interface Standing {
  readonly height: number
  /** Not asked for blocks before this time. */
  readonly benchedUntil: number
  /** When it was last asked for blocks: whoever waited longest is next. */
  readonly askedAt: number
  /** Whether it has answered a status request. */
  readonly hasAnswered: boolean
  /** Never answered, and not asked again before this time: most are clients, which serve nothing. */
  readonly silentUntil: number
}

const UNKNOWN: Standing = { height: 0, benchedUntil: 0, askedAt: 0, hasAnswered: false, silentUntil: 0 }

/** One node's memory of its peers. */
export class Standings {
  readonly #clock: Clock
  readonly #transport: Transport
  readonly #peers = new RecentMap<Standing>(MAX_KNOWN_PEERS)

  constructor(dependencies: { readonly clock: Clock; readonly transport: Transport }) {
    this.#clock = dependencies.clock
    this.#transport = dependencies.transport
  }

  /** The height that a peer stands at, as far as it said. */
  heightOf(peer: PeerName): number | undefined {
    return this.#peers.get(peer)?.height
  }

  /** Whether a peer has shown that it is a node. */
  hasAnswered(peer: PeerName): boolean {
    return this.#of(peer).hasAnswered
  }

  /** Connected peers that may have something to say about where they stand. */
  worthAsking(): readonly PeerName[] {
    const now = this.#clock.now()
    return this.#connected().filter((peer) => this.#of(peer).silentUntil <= now)
  }

  /** It said where it stands. */
  answered(peer: PeerName, height: number): void {
    this.#change(peer, { height, hasAnswered: true })
  }

  /** It gave no status. */
  silent(peer: PeerName): void {
    if (!this.hasAnswered(peer)) this.#change(peer, { silentUntil: this.#clock.now() + STATUS_SILENCE_MS })
  }

  /** It spoke of a height as final; false where that is nothing new. */
  claims(peer: PeerName, height: number): boolean {
    if (height <= this.#of(peer).height) return false
    this.#change(peer, { height })
    return true
  }

  /** A quorum has finalised a height: every peer may have it. */
  claimForAll(height: number): void {
    for (const peer of this.#connected()) this.claims(peer, height)
  }

  /** It showed no more than this. */
  showed(peer: PeerName, height: number): void {
    this.#change(peer, { height: Math.min(height, this.#of(peer).height) })
  }

  asked(peer: PeerName): void {
    this.#change(peer, { askedAt: this.#clock.now() })
  }

  /** Not asked for blocks for a while. */
  bench(peer: PeerName, forMs: number): void {
    const until = this.#clock.now() + forMs
    this.#change(peer, { benchedUntil: Math.max(until, this.#of(peer).benchedUntil) })
  }

  /** Connected peers that claim more than a height and may be asked, the one that waited longest first. */
  above(height: number): readonly { readonly peer: PeerName; readonly height: number }[] {
    const now = this.#clock.now()
    return this.#connected()
      .map((peer) => ({ peer, ...this.#of(peer) }))
      .filter((one) => one.height > height && one.benchedUntil <= now)
      .sort((a, b) => a.askedAt - b.askedAt)
  }

  #connected(): readonly PeerName[] {
    return this.#transport.peers().map(({ id }) => id)
  }

  #of(peer: PeerName): Standing {
    return this.#peers.get(peer) ?? UNKNOWN
  }

  #change(peer: PeerName, change: Partial<Standing>): void {
    this.#peers.set(peer, { ...this.#of(peer), ...change })
  }
}
