/** The transport of one process over the run's network: slow, unreliable, and dead with its process. */
import {
  NetworkError,
  type PeerName,
  type Protocol,
  type Topic,
  type Transport,
} from '../../../network/index.ts'
import { type Clock, sleep } from '../../../node/index.ts'
import type { Life } from './life.ts'
import type { Network } from './network.ts'
import type { Trace } from './trace.ts'

export interface TransportParts {
  /** Of the process. */
  readonly clock: Clock
  readonly life: Life
  readonly network: Network
  readonly trace: Trace
  /** The world's time. */
  readonly now: () => number
  /** A message is about to leave. */
  readonly onPublish: (topic: Topic, payload: Uint8Array) => void
}

/** The transport underneath, as the process has it. */
export function processTransport(inner: Transport, parts: TransportParts): Transport {
  const { life } = parts
  return {
    self: inner.self,
    addresses: () => inner.addresses(),
    start: () => inner.start(),
    stop: () => inner.stop(),
    peers: () => (life.isDead ? [] : inner.peers()),
    dial: (address, signal) => inner.dial(address, signal),
    subscribe: (topic, handler) =>
      inner.subscribe(topic, async (from, payload) => {
        await life.whileAlive()
        const verdict = await handler(from, payload)
        await life.whileAlive()
        return verdict
      }),
    publish: async (topic, payload) => {
      await life.moment()
      parts.onPublish(topic, payload)
      await inner.publish(topic, payload)
      await life.moment()
    },
    handle: (protocol, handler) => inner.handle(protocol, handler),
    request: (peer, protocol, request, signal) => ask(inner, parts, { peer, protocol, request, signal }),
    penalise: (peer, points, reason) => {
      if (!life.isDead) inner.penalise(peer, points, reason)
    },
  }
}

interface Question {
  readonly peer: PeerName
  readonly protocol: Protocol
  readonly request: Uint8Array
  readonly signal: AbortSignal | undefined
}

/** A request that takes its time, and may fail on its way, or in the middle of its answer. */
async function* ask(
  inner: Transport,
  parts: TransportParts,
  { peer, protocol, request, signal }: Question,
): AsyncGenerator<Uint8Array> {
  const travel = async (from: string, to: string): Promise<void> => {
    const { afterMs, arrives } = parts.network.journey(from, to)
    await sleep(parts.clock, afterMs, signal)
    await parts.life.whileAlive()
    if (signal?.aborted === true) throw new NetworkError('aborted', `${protocol} from ${peer}: given up`)
    if (!arrives) throw new NetworkError('unreachable', `${peer}: the connection failed`)
    parts.trace.delivery(parts.now(), from, to, protocol)
  }
  await travel(inner.self, peer)
  try {
    for await (const chunk of inner.request(peer, protocol, request, signal)) {
      await travel(peer, inner.self)
      yield chunk
    }
  } finally {
    await parts.life.whileAlive()
  }
}
