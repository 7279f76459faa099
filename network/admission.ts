/** How many requests of one protocol are answered at once: in all, and of one peer (T32). */
import type { ProtocolLimits } from './protocols.ts'
import { NetworkError, type PeerName, type RequestHandler } from './types.ts'

export interface Admission {
  /** Takes a place; false when none is left. */
  enter(peer: PeerName): boolean
  leave(peer: PeerName): void
}

export function createAdmission(limits: ProtocolLimits): Admission {
  const ofPeer = new Map<PeerName, number>()
  let total = 0
  return {
    enter: (peer) => {
      const count = ofPeer.get(peer) ?? 0
      if (total >= limits.streams || count >= limits.streamsPerPeer) return false
      total += 1
      ofPeer.set(peer, count + 1)
      return true
    },
    leave: (peer) => {
      const count = ofPeer.get(peer) ?? 0
      total -= 1
      if (count > 1) ofPeer.set(peer, count - 1)
      else ofPeer.delete(peer)
    },
  }
}

/** Answers a peer that got no place. */
export const refuseBusy: RequestHandler = () => ({
  [Symbol.asyncIterator]: () => ({
    next: () =>
      Promise.reject(new NetworkError('refused', 'busy: too many requests at once, try again later')),
  }),
})
