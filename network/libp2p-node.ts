/** The libp2p node under the host: TCP and WebSockets, noise, yamux, identify, ping, gossipsub, and their limits. */
// First: libp2p 3 calls Promise.withResolvers, which Node 20 lacks.
import 'promise.withresolvers/auto'
import { type GossipSub, gossipsub } from '@chainsafe/libp2p-gossipsub'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { ed25519 } from '@noble/curves/ed25519.js'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'
import { assert, concat } from '../base/index.ts'
import { gossipOptions, type Validating } from './gossip.ts'
import {
  DIAL_TIMEOUT_MS,
  IDENTIFY_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_HOST_AND_SECOND,
  MAX_PENDING_CONNECTIONS,
  MAX_STREAMS_PER_CONNECTION,
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
  STREAM_BUFFER_BYTES,
  STREAM_WINDOW_BYTES,
} from './limits.ts'
import { networkTag } from './protocols.ts'
import type { PeerName } from './types.ts'

export interface NodeOptions {
  readonly networkId: Uint8Array
  readonly privateKey: Uint8Array
  readonly listen: readonly string[]
  /** Without it, the node takes no part in gossip. */
  readonly gossip?: { readonly bootstrapPeers: number; readonly pointsOf: (peer: PeerName) => number }
  readonly isDenied: (peer: PeerName) => boolean
}

export interface Node {
  readonly libp2p: Libp2p
  readonly identify: Identify
  readonly pubsub?: GossipSub & Validating
}

/** A node that is not started yet. */
export async function createNode(options: NodeOptions): Promise<Node> {
  const protocolPrefix = `psephos/${networkTag(options.networkId)}`
  const isDenied = (peer: PeerId): boolean => options.isDenied(peer.toString())
  const { gossip } = options
  const services: ServiceFactoryMap = {
    // The host runs it itself and closes what cannot identify as a member of this network.
    identify: identify({ protocolPrefix, timeout: IDENTIFY_TIMEOUT_MS, runOnConnectionOpen: false }),
    ping: ping({ protocolPrefix, timeout: PING_TIMEOUT_MS }),
  }
  if (gossip !== undefined) {
    const settings = gossipOptions(options.networkId, gossip.bootstrapPeers, gossip.pointsOf)
    services.pubsub = gossipsub(settings)
  }
  const libp2p = await createLibp2p({
    start: false,
    privateKey: hostKey(options.privateKey),
    nodeInfo: { name: 'psephos', version: '1', userAgent: 'psephos' },
    addresses: { listen: [...options.listen] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
        maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
        streamOptions: {
          maxStreamWindowSize: STREAM_WINDOW_BYTES,
          maxReadBufferLength: STREAM_BUFFER_BYTES,
        },
      }),
    ],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_CONNECTIONS_PER_HOST_AND_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
      dialTimeout: DIAL_TIMEOUT_MS,
      // Kept connections are redialled by bootstrap.ts.
      reconnectRetries: 0,
    },
    connectionMonitor: {
      protocolPrefix,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: { minTimeout: PING_TIMEOUT_MS, maxTimeout: PING_TIMEOUT_MS },
    },
    connectionGater: {
      denyDialMultiaddr: () => false,
      denyDialPeer: isDenied,
      denyInboundEncryptedConnection: isDenied,
      denyOutboundEncryptedConnection: isDenied,
    },
    services,
  })
  return { libp2p, ...(libp2p.services as unknown as Omit<Node, 'libp2p'>) }
}

/** The key of a seed of 32 bytes. libp2p's raw form is the seed and the public key. */
function hostKey(seed: Uint8Array): PrivateKey {
  assert(seed.length === 32, 'the seed of a host key has 32 bytes')
  return privateKeyFromRaw(concat(seed, ed25519.getPublicKey(seed)))
}
