/**
 * Gossip over gossipsub 1.2 with anonymous messages: what travels carries its own signatures, and a libp2p signature at
 * every hop would cost eight times the throughput. A message's id is the hash of its topic and content.
 *
 * Validation is asynchronous: a message is passed on when its subscriber accepts it. Assumes subscribers that ignore
 * what they know already, since a message is recognised as seen only for SEEN_MS.
 */
import {
  type GossipSub,
  type GossipsubMessage,
  type GossipsubOpts,
  TopicValidatorResult,
} from '@chainsafe/libp2p-gossipsub'
import { concat, sha256, utf8 } from '../base/index.ts'
import {
  FLOOD_PUBLISH_PEERS,
  MAX_GOSSIP_FRAME_BYTES,
  MAX_GOSSIP_OUTBOUND_BYTES,
  MESH_PEERS,
  SEEN_MS,
} from './limits.ts'
import { TOPIC_LIMITS, topicName } from './protocols.ts'
import { type GossipHandler, NetworkError, type PeerName, type Topic, type Verdict } from './types.ts'
import { createVerdictQueue } from './verdict-queue.ts'

/** The id of a message: it tells topics apart, and no two contents share it. */
export function messageId(topic: string, payload: Uint8Array): Uint8Array {
  // The zero byte ends the topic's name, which has none.
  return sha256(concat(utf8(topic), Uint8Array.of(0), payload))
}

const TOPICS: readonly Topic[] = ['transactions', 'consensus', 'blocks']
const RESULTS: Readonly<Record<Verdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

/**
 * Scores inside gossipsub. Only invalid messages count (P4, squared: three within a few seconds silence a peer) and our
 * own points (P5). Quiet topics are normal, so mesh delivery rates (P3) count nothing; a network may run on one address,
 * so shared addresses (P6) count from 16 on, and never on this machine.
 */
function scoreParams(
  topics: readonly string[],
  pointsOf: (peer: PeerName) => number,
): Partial<GossipsubOpts['scoreParams']> {
  const topic = {
    topicWeight: 1,
    timeInMeshWeight: 0.01,
    timeInMeshQuantum: 1000,
    timeInMeshCap: 100,
    firstMessageDeliveriesWeight: 0.1,
    firstMessageDeliveriesDecay: 0.9,
    firstMessageDeliveriesCap: 100,
    meshMessageDeliveriesWeight: 0,
    meshFailurePenaltyWeight: 0,
    invalidMessageDeliveriesWeight: -10,
    invalidMessageDeliveriesDecay: 0.9,
  }
  return {
    topics: Object.fromEntries(topics.map((name) => [name, topic as never])),
    appSpecificScore: (peer) => -pointsOf(peer),
    appSpecificWeight: 1,
    IPColocationFactorThreshold: 16,
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    retainScore: 600_000,
  }
}

/** The options of the gossipsub service. `pointsOf` is the score book. */
export function gossipOptions(
  networkId: Uint8Array,
  bootstrapPeers: number,
  pointsOf: (peer: PeerName) => number,
): Partial<GossipsubOpts> {
  const topics = TOPICS.map((topic) => topicName(networkId, topic))
  return {
    globalSignaturePolicy: 'StrictNoSign',
    msgIdFn: (message) => messageId(message.topic, message.data),
    allowedTopics: topics,
    asyncValidation: true,
    fallbackToFloodsub: false,
    floodPublish: bootstrapPeers <= FLOOD_PUBLISH_PEERS,
    batchPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    doPX: false,
    D: MESH_PEERS,
    Dlo: MESH_PEERS - 2,
    Dhi: MESH_PEERS + 4,
    Dscore: 4,
    Dout: 2,
    Dlazy: MESH_PEERS,
    seenTTL: SEEN_MS,
    // A peer that leaves and comes back is in the mesh again within seconds: rounds are not much longer.
    pruneBackoff: 5_000,
    idontwantMinDataSize: 4096,
    maxOutboundBufferSize: MAX_GOSSIP_OUTBOUND_BYTES,
    maxInboundDataLength: MAX_GOSSIP_FRAME_BYTES,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    maxTopicBytesPerPeer: 8192,
    decodeRpcLimits: {
      maxSubscriptions: 16,
      maxMessages: 5000,
      maxIhaveMessageIDs: 5000,
      maxIwantMessageIDs: 5000,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 512,
      maxPeerInfos: 16,
    },
    scoreParams: scoreParams(topics, pointsOf) as NonNullable<GossipsubOpts['scoreParams']>,
  }
}

/** What gossipsub's class offers beyond its published interface. */
export interface Validating {
  reportMessageValidationResult(id: string, from: PeerName, result: TopicValidatorResult): void
}

export interface Gossip {
  /** Joins the topics subscribed so far; `subscribe` joins at once afterwards. */
  start(): void
  subscribe(topic: Topic, handler: GossipHandler): void
  publish(topic: Topic, payload: Uint8Array): Promise<void>
  stop(): void
}

/** The three topics over a gossipsub service. `onRejected` and `onOverflow` are told who brought it. */
export function createGossip(
  pubsub: GossipSub & Validating,
  networkId: Uint8Array,
  onRejected: (from: PeerName, topic: Topic) => void,
  onOverflow: (from: PeerName, topic: Topic) => void,
): Gossip {
  const topicOf = new Map(TOPICS.map((topic) => [topicName(networkId, topic), topic]))
  const queues = new Map<Topic, ReturnType<typeof createVerdictQueue>>()
  let isStarted = false

  const onMessage = (event: CustomEvent<GossipsubMessage>): void => {
    const { msg, msgId, propagationSource } = event.detail
    const topic = topicOf.get(msg.topic)
    const queue = topic && queues.get(topic)
    if (topic === undefined || queue === undefined) return
    const from = propagationSource.toString()
    // A copy: the message is a window into the connection's buffer, which it would keep alive.
    queue.judge(from, new Uint8Array(msg.data)).then((verdict) => {
      if (!isStarted) return
      pubsub.reportMessageValidationResult(msgId, from, RESULTS[verdict])
      if (verdict === 'reject') onRejected(from, topic)
    })
  }
  return {
    start: () => {
      isStarted = true
      pubsub.addEventListener('gossipsub:message', onMessage)
      for (const topic of queues.keys()) pubsub.subscribe(topicName(networkId, topic))
    },
    subscribe: (topic, handler) => {
      queues.set(
        topic,
        createVerdictQueue(handler, TOPIC_LIMITS[topic], (from) => onOverflow(from, topic)),
      )
      if (isStarted) pubsub.subscribe(topicName(networkId, topic))
    },
    publish: async (topic, payload) => {
      const limit = TOPIC_LIMITS[topic].payloadBytes
      if (payload.length > limit) {
        throw new NetworkError('too-large', `a message of topic ${topic} has at most ${limit} bytes`)
      }
      await pubsub.publish(topicName(networkId, topic), payload)
    },
    stop: () => {
      isStarted = false
      pubsub.removeEventListener('gossipsub:message', onMessage)
    },
  }
}
