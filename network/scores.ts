/**
 * Who misbehaved, and how much. Points decay by half-lives; at the threshold a peer is refused for a while and starts
 * from zero afterwards. Both adapters use this book, so a rule broken costs the same on both.
 */
import { DENY_MS, MAX_SCORED_PEERS, SCORE_HALF_LIFE_MS, SCORE_THRESHOLD } from './limits.ts'
import type { PeerName } from './types.ts'

export interface ScoreOptions {
  readonly threshold?: number
  readonly halfLifeMs?: number
  readonly denyMs?: number
  readonly maxPeers?: number
}

export interface Scores {
  /** Adds points; true when that made the peer a refused one. */
  penalise(peer: PeerName, points: number): boolean
  /** The points left by now; the threshold for a refused peer. */
  points(peer: PeerName): number
  isDenied(peer: PeerName): boolean
}

interface Entry {
  readonly points: number
  readonly at: number
}

/** An empty book. `now` in milliseconds. */
export function createScores(now: () => number, options: ScoreOptions = {}): Scores {
  const threshold = options.threshold ?? SCORE_THRESHOLD
  const halfLifeMs = options.halfLifeMs ?? SCORE_HALF_LIFE_MS
  const denyMs = options.denyMs ?? DENY_MS
  const maxPeers = options.maxPeers ?? MAX_SCORED_PEERS
  const entries = new Map<PeerName, Entry>()
  const deniedUntil = new Map<PeerName, number>()

  const remaining = (entry: Entry): number => entry.points * 0.5 ** ((now() - entry.at) / halfLifeMs)
  /** Makes room: the peer with the fewest points left goes. */
  const forgetLightest = (): void => {
    let lightest: PeerName | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (const [peer, entry] of entries) {
      const left = remaining(entry)
      if (left >= fewest) continue
      lightest = peer
      fewest = left
    }
    if (lightest !== undefined) entries.delete(lightest)
  }
  const deny = (peer: PeerName): void => {
    entries.delete(peer)
    // A map keeps the order of insertion: the first entry is the one that ends first.
    deniedUntil.delete(peer)
    deniedUntil.set(peer, now() + denyMs)
    if (deniedUntil.size > maxPeers) deniedUntil.delete(deniedUntil.keys().next().value!)
  }
  const isDenied = (peer: PeerName): boolean => {
    const until = deniedUntil.get(peer)
    if (until === undefined) return false
    if (now() < until) return true
    deniedUntil.delete(peer)
    return false
  }
  const points = (peer: PeerName): number => {
    if (isDenied(peer)) return threshold
    const entry = entries.get(peer)
    return entry === undefined ? 0 : remaining(entry)
  }
  return {
    penalise: (peer, more) => {
      if (isDenied(peer)) return false
      const total = points(peer) + Math.max(0, more)
      if (total >= threshold) {
        deny(peer)
        return true
      }
      entries.set(peer, { points: total, at: now() })
      if (entries.size > maxPeers) forgetLightest()
      return false
    },
    points,
    isDenied,
  }
}
