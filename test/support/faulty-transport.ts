/** A transport with faults of its own: what is received can be lost, what is sent can be overheard. */
import type { GossipHandler, Topic, Transport } from '../../network/index.ts'

export interface Faults {
  /** Whether a gossiped message is lost on its way here. */
  readonly isLost?: (topic: Topic, payload: Uint8Array) => boolean
  /** Told before a message is sent; waited for. */
  readonly onPublish?: (topic: Topic, payload: Uint8Array) => Promise<void>
  /** Whether peers are out of sight. */
  readonly isAlone?: () => boolean
}

/** The transport underneath, with faults. */
export function withFaults(transport: Transport, faults: Faults): Transport {
  return {
    self: transport.self,
    addresses: () => transport.addresses(),
    start: () => transport.start(),
    stop: () => transport.stop(),
    peers: () => (faults.isAlone?.() === true ? [] : transport.peers()),
    dial: (address, signal) => transport.dial(address, signal),
    subscribe: (topic, handler) => {
      const lossy: GossipHandler = async (from, payload) =>
        faults.isLost?.(topic, payload) === true ? 'ignore' : handler(from, payload)
      transport.subscribe(topic, lossy)
    },
    publish: async (topic, payload) => {
      await faults.onPublish?.(topic, payload)
      await transport.publish(topic, payload)
    },
    handle: (protocol, handler) => transport.handle(protocol, handler),
    request: (peer, protocol, request, signal) => transport.request(peer, protocol, request, signal),
    penalise: (peer, points, reason) => transport.penalise(peer, points, reason),
  }
}
