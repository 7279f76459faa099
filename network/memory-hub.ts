/**
 * The middle of a network in memory: who is started, whose link is cut, and how gossip travels. Every two started transports of a
 * hub are connected, unless their link is cut or one refuses the other.
 */
import { type Carry, MemoryTransport, type Wires } from './memory-transport.ts'
import type { Tuning } from './tuning.ts'
import { NetworkError, type PeerName, type Topic, type Transport } from './types.ts'

/** A network in memory: transports that share one hub reach each other. Same contract as libp2p's. */
export interface MemoryHub {
  transport(name: string, tuning?: Tuning): Transport
  /** Cuts the link between two: nothing passes, and requests under way fail. */
  cut(a: string, b: string): void
  /** Mends it. */
  heal(a: string, b: string): void
  /** Sends a gossip message from one to one other alone, as only a peer that keeps to no rule does. */
  whisper(from: string, to: string, topic: Topic, payload: Uint8Array): void
}

/** Gossip takes a microtask a hop unless `carry` says otherwise. */
export function createMemoryHub(
  tuning: Tuning = {},
  carry: Carry = (_, arrive) => queueMicrotask(arrive),
): MemoryHub {
  const started = new Map<PeerName, MemoryTransport>()
  const cuts = new Set<string>()
  const requests = new Map<AbortController, string>()
  const link = (a: string, b: string): string => JSON.stringify([a, b].sort())
  const wires: Wires = {
    join: (transport) => started.set(transport.self, transport),
    leave: (transport) => {
      if (started.get(transport.self) === transport) started.delete(transport.self)
    },
    reach: (from, to) => {
      const other = started.get(to)
      const isOpen = other !== undefined && from !== other && !cuts.has(link(from.self, to))
      return isOpen && !from.refuses(to) && !other.refuses(from.self) ? other : undefined
    },
    names: () => [...started.keys()],
    carry,
    during: async function* (a, b, run) {
      const controller = new AbortController()
      requests.set(controller, link(a, b))
      try {
        yield* run(controller.signal)
      } finally {
        requests.delete(controller)
      }
    },
  }
  return {
    transport: (name, own) => new MemoryTransport(name, wires, { ...tuning, ...own }),
    cut: (a, b) => {
      cuts.add(link(a, b))
      for (const [controller, of] of requests) {
        if (of === link(a, b))
          controller.abort(new NetworkError('unreachable', `${b}: the connection failed`))
      }
    },
    heal: (a, b) => {
      cuts.delete(link(a, b))
    },
    whisper: (from, to, topic, payload) => {
      started.get(from)?.whisper(to, topic, payload)
    },
  }
}
