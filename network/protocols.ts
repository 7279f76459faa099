/**
 * Names on the wire and what each protocol and topic may carry.
 *
 * A request is one frame; the answer is frames until one says that it is complete. Names hold the first 8 bytes of the
 * network id: peers of two networks do not understand each other (T15). The whole id is inside whatever is signed.
 */
import { assert, toHex } from '../base/index.ts'
import {
  MAX_BATCH_BYTES,
  MAX_BATCH_TRANSACTIONS,
  MAX_BLOCK_BYTES,
  MAX_BLOCKS_PER_REQUEST,
  MAX_STATEMENT_BYTES,
  MAX_TRANSACTION_BYTES,
} from './limits.ts'
import {
  MAX_CERTIFIED_BLOCK_BYTES,
  MAX_ENVELOPE_BYTES,
  STATEMENT_REQUEST_BYTES,
  STATUS_BYTES,
} from './messages/blocks.ts'
import { MAX_ANSWER_BYTES, MAX_BALLOT_REQUEST_BYTES, MAX_SUMMARY_BYTES } from './messages/elections.ts'
import { MAX_IDS_BYTES, MAX_OUTCOMES_BYTES } from './messages/transactions.ts'
import type { Protocol, Topic } from './types.ts'

/** What one request may cost both sides. */
export interface ProtocolLimits {
  readonly requestBytes: number
  /** One chunk of the answer. */
  readonly chunkBytes: number
  readonly chunks: number
  /** All chunks together. */
  readonly answerBytes: number
  /** A list ends early where it would exceed its limits, and is asked for again; another answer is refused instead. */
  readonly isList: boolean
  /** Longest silence: until the request has arrived, between chunks, until a chunk is taken. */
  readonly idleMs: number
  /** Requests answered at once: in all, and of one peer. */
  readonly streams: number
  readonly streamsPerPeer: number
}

/** What may wait for a topic's subscriber. */
export interface TopicLimits {
  readonly payloadBytes: number
  /** Messages that wait or are being looked at; beyond this they are ignored. One peer may have half of them. */
  readonly messages: number
  readonly queuedBytes: number
  /** Messages that the subscriber looks at concurrently. */
  readonly concurrency: number
}

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const UUID_REQUEST_BYTES = 64
const SECOND_MS = 1000

/** A short answer that is read from memory. */
const SMALL = {
  chunks: 1,
  isList: false,
  idleMs: 10 * SECOND_MS,
  streams: 64,
  streamsPerPeer: 8,
} as const

/** Every protocol has an entry here; a new one cannot be forgotten. */
export const PROTOCOL_LIMITS: Readonly<Record<Protocol, ProtocolLimits>> = {
  status: { ...SMALL, requestBytes: 0, chunkBytes: STATUS_BYTES, answerBytes: STATUS_BYTES },
  statement: {
    ...SMALL,
    requestBytes: STATEMENT_REQUEST_BYTES,
    chunkBytes: MAX_STATEMENT_BYTES,
    answerBytes: MAX_STATEMENT_BYTES,
  },
  // Large and read from disk: few at once. A peer that catches up asks again for what did not fit.
  blocks: {
    requestBytes: 16,
    chunkBytes: MAX_CERTIFIED_BLOCK_BYTES,
    chunks: MAX_BLOCKS_PER_REQUEST,
    answerBytes: 64 * MIB,
    isList: true,
    idleMs: 30 * SECOND_MS,
    streams: 16,
    streamsPerPeer: 4,
  },
  transactions: {
    requestBytes: MAX_IDS_BYTES,
    chunkBytes: MAX_TRANSACTION_BYTES,
    chunks: MAX_BATCH_TRANSACTIONS,
    answerBytes: 64 * MIB,
    isList: true,
    idleMs: 30 * SECOND_MS,
    streams: 16,
    streamsPerPeer: 4,
  },
  // The answer comes after the ballots' proofs were verified, so it may take a while.
  submit: {
    requestBytes: MAX_BATCH_BYTES,
    chunkBytes: MAX_OUTCOMES_BYTES,
    chunks: 1,
    answerBytes: MAX_OUTCOMES_BYTES,
    isList: false,
    idleMs: 60 * SECOND_MS,
    streams: 64,
    streamsPerPeer: 8,
  },
  // 1,000 elections in parallel, and those of the past.
  elections: {
    requestBytes: 0,
    chunkBytes: MAX_SUMMARY_BYTES,
    chunks: 8192,
    answerBytes: 8 * MIB,
    isList: true,
    idleMs: 10 * SECOND_MS,
    streams: 16,
    streamsPerPeer: 4,
  },
  election: {
    ...SMALL,
    requestBytes: UUID_REQUEST_BYTES,
    chunkBytes: MAX_ANSWER_BYTES,
    answerBytes: MAX_ANSWER_BYTES,
    idleMs: 20 * SECOND_MS,
  },
  ballot: {
    ...SMALL,
    requestBytes: MAX_BALLOT_REQUEST_BYTES,
    chunkBytes: MAX_ANSWER_BYTES,
    answerBytes: MAX_ANSWER_BYTES,
    idleMs: 20 * SECOND_MS,
  },
  // A million voters with ballots of a few kilobytes, twice, in pieces of any size from 16 KiB on.
  archive: {
    requestBytes: UUID_REQUEST_BYTES,
    chunkBytes: MAX_ANSWER_BYTES,
    chunks: MIB,
    answerBytes: 16 * GIB,
    isList: false,
    idleMs: 60 * SECOND_MS,
    streams: 4,
    streamsPerPeer: 2,
  },
  diagnostics: {
    ...SMALL,
    requestBytes: 0,
    chunkBytes: MIB,
    answerBytes: MIB,
    streams: 4,
    streamsPerPeer: 2,
  },
}

/** Topics have queues of their own: a flood of transactions does not drown consensus. */
export const TOPIC_LIMITS: Readonly<Record<Topic, TopicLimits>> = {
  transactions: { payloadBytes: MAX_BATCH_BYTES, messages: 1024, queuedBytes: 32 * MIB, concurrency: 16 },
  // A round of 100 validators is 300 messages, and several rounds may come at once.
  // Some of those looked at wait for transactions to be fetched.
  consensus: { payloadBytes: MAX_ENVELOPE_BYTES, messages: 4096, queuedBytes: 64 * MIB, concurrency: 64 },
  blocks: { payloadBytes: MAX_CERTIFIED_BLOCK_BYTES, messages: 64, queuedBytes: 32 * MIB, concurrency: 4 },
}

for (const limits of Object.values(PROTOCOL_LIMITS)) {
  assert(limits.answerBytes >= limits.chunkBytes, 'an answer holds its largest chunk')
  assert(limits.streams >= limits.streamsPerPeer, 'one peer has at most what all have')
}
for (const limits of Object.values(TOPIC_LIMITS)) {
  assert(limits.queuedBytes > 2 * limits.payloadBytes, 'a queue holds the largest message of two peers')
}
assert(MAX_BLOCK_BYTES <= MAX_CERTIFIED_BLOCK_BYTES, 'a certified block holds a block')

/** The part of every name that tells networks apart: 16 hexadecimal digits. */
export function networkTag(networkId: Uint8Array): string {
  assert(networkId.length === 32, 'a network id has 32 bytes')
  return toHex(networkId.subarray(0, 8))
}
/** The protocol's name for stream negotiation. */
export function protocolId(networkId: Uint8Array, protocol: Protocol): string {
  return `/psephos/${networkTag(networkId)}/${protocol}/${protocol === 'submit' ? 2 : 1}`
}
/**
 * Since version 2 blocks go by reference in agreement and announcements, and accelerators beside the transactions of `transactions` and
 * `submit`. Whoever speaks another version is not heard, which is better than to be taken for somebody who sends garbage.
 */
const TOPIC_VERSION = 2
/** The topic's name in gossip. */
export function topicName(networkId: Uint8Array, topic: Topic): string {
  return `psephos/${networkTag(networkId)}/${topic}/${TOPIC_VERSION}`
}
