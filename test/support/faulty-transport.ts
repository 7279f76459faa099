/** A transport with faults of its own: what is received can be lost, what is sent can be overheard. */
import { decodeMessage } from '../../consensus/index.ts'
import { decodeEnvelope, type GossipHandler, type Topic, type Transport } from '../../network/index.ts'

export interface Faults {
  /** Whether a gossiped message is lost on its way here. */
  readonly isLost?: (topic: Topic, payload: Uint8Array) => boolean
  /** Told before a message is sent; waited for. */
  readonly onPublish?: (topic: Topic, payload: Uint8Array) => Promise<void>
  /** Whether peers are out of sight. */
  readonly isAlone?: () => boolean
  /** A validator whose own statements do not come back to it: neither by gossip nor when it asks for them. */
  readonly deafTo?: number
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
        faults.isLost?.(topic, payload) === true ||
        (faults.deafTo !== undefined && faults.deafTo === speakerOf(topic, payload))
          ? 'ignore'
          : handler(from, payload)
      transport.subscribe(topic, lossy)
    },
    publish: async (topic, payload) => {
      await faults.onPublish?.(topic, payload)
      await transport.publish(topic, payload)
    },
    handle: (protocol, handler) => transport.handle(protocol, handler),
    request: (peer, protocol, request, signal) =>
      protocol === 'statement' && faults.deafTo !== undefined
        ? nothing()
        : transport.request(peer, protocol, request, signal),
    penalise: (peer, points, reason) => transport.penalise(peer, points, reason),
  }
}

/** Whose statement a consensus message is. */
function speakerOf(topic: Topic, payload: Uint8Array): number | undefined {
  if (topic !== 'consensus') return undefined
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  return message.ok ? message.value.signed.validator : undefined
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
