/** Agreement and catching up: consensus envelopes, certified blocks, where a peer stands, what is asked for. */
import { ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { codec, type Refusal, type Result } from '../../base/index.ts'
import {
  MAX_BLOCK_BYTES,
  MAX_BLOCKS_PER_REQUEST,
  MAX_CERTIFICATE_BYTES,
  MAX_CONSENSUS_MESSAGE_BYTES,
  SSZ_OVERHEAD_BYTES,
} from '../limits.ts'
import {
  bounded,
  bytesUpTo,
  HASH,
  hash,
  isNumber,
  type Message,
  message,
  NUMBER,
  number,
  optional,
} from './wire.ts'

/** Gossip `consensus`: an encoded consensus message, and the encoded block of a proposal or of a prepared round change, by reference. */
export interface ConsensusEnvelope {
  readonly message: Uint8Array
  readonly block?: Uint8Array
  /**
   * Left out at first; another number each time its author sends it again. Gossip drops what it has seen, and a validator
   * that was away needs to hear again what the others are waiting with: with another number it is another message.
   */
  readonly repeat?: number
}

export const MAX_ENVELOPE_BYTES: number = MAX_CONSENSUS_MESSAGE_BYTES + MAX_BLOCK_BYTES + SSZ_OVERHEAD_BYTES
const ENVELOPE = new ContainerType({
  message: bytesUpTo(MAX_CONSENSUS_MESSAGE_BYTES),
  block: new ListCompositeType(bytesUpTo(MAX_BLOCK_BYTES), 1),
  repeat: NUMBER,
})
const envelopes: Message<ConsensusEnvelope> = message(
  'consensus',
  MAX_ENVELOPE_BYTES,
  codec<typeof ENVELOPE>(ENVELOPE, MAX_ENVELOPE_BYTES),
  ({ message, block, repeat }) => ({
    message: bounded(message, MAX_CONSENSUS_MESSAGE_BYTES),
    block: optional(block).map((bytes) => bounded(bytes, MAX_BLOCK_BYTES)),
    repeat: number(repeat ?? 0),
  }),
  ({ message, block: [block], repeat }) =>
    isNumber(repeat)
      ? { message, ...(block ? { block } : {}), ...(repeat === 0 ? {} : { repeat }) }
      : undefined,
)

export function encodeEnvelope(envelope: ConsensusEnvelope): Uint8Array {
  return envelopes.encode(envelope)
}
export function decodeEnvelope(bytes: Uint8Array): Result<ConsensusEnvelope, Refusal<'malformed'>> {
  return envelopes.decode(bytes)
}

/** Gossip `blocks` (by reference), and chunks of the `blocks` response: an encoded block with its encoded certificate. */
export interface CertifiedBlock {
  readonly block: Uint8Array
  readonly certificate: Uint8Array
}

export const MAX_CERTIFIED_BLOCK_BYTES: number = MAX_BLOCK_BYTES + MAX_CERTIFICATE_BYTES + SSZ_OVERHEAD_BYTES
const CERTIFIED_BLOCK = new ContainerType({
  block: bytesUpTo(MAX_BLOCK_BYTES),
  certificate: bytesUpTo(MAX_CERTIFICATE_BYTES),
})
const certifiedBlocks: Message<CertifiedBlock> = message(
  'blocks',
  MAX_CERTIFIED_BLOCK_BYTES,
  codec<typeof CERTIFIED_BLOCK>(CERTIFIED_BLOCK, MAX_CERTIFIED_BLOCK_BYTES),
  ({ block, certificate }) => ({
    block: bounded(block, MAX_BLOCK_BYTES),
    certificate: bounded(certificate, MAX_CERTIFICATE_BYTES),
  }),
  (value) => value,
)

export function encodeCertifiedBlock(block: CertifiedBlock): Uint8Array {
  return certifiedBlocks.encode(block)
}
export function decodeCertifiedBlock(bytes: Uint8Array): Result<CertifiedBlock, Refusal<'malformed'>> {
  return certifiedBlocks.decode(bytes)
}

/** `status`: empty request. */
export interface Status {
  readonly networkId: Uint8Array
  readonly height: number
  readonly blockId: Uint8Array
}

const STATUS = new ContainerType({ networkId: HASH, height: NUMBER, blockId: HASH })
export const STATUS_BYTES = 72
const statuses: Message<Status> = message(
  'status',
  STATUS_BYTES,
  codec<typeof STATUS>(STATUS, STATUS_BYTES),
  ({ networkId, height, blockId }) => ({
    networkId: hash(networkId),
    height: number(height),
    blockId: hash(blockId),
  }),
  (value) => (isNumber(value.height) ? value : undefined),
)

export function encodeStatus(status: Status): Uint8Array {
  return statuses.encode(status)
}
export function decodeStatus(bytes: Uint8Array): Result<Status, Refusal<'malformed'>> {
  return statuses.decode(bytes)
}

/** `statement`: the last statement that the peer heard of a validator, by its index. The answer is an encoded signed statement, or nothing. */
export interface StatementRequest {
  readonly validator: number
}

const STATEMENT_REQUEST = new ContainerType({ validator: NUMBER })
export const STATEMENT_REQUEST_BYTES = 8
const statementRequests: Message<StatementRequest> = message(
  'statement request',
  STATEMENT_REQUEST_BYTES,
  codec<typeof STATEMENT_REQUEST>(STATEMENT_REQUEST, STATEMENT_REQUEST_BYTES),
  ({ validator }) => ({ validator: number(validator) }),
  (value) => (isNumber(value.validator) ? value : undefined),
)

export function encodeStatementRequest(request: StatementRequest): Uint8Array {
  return statementRequests.encode(request)
}
export function decodeStatementRequest(bytes: Uint8Array): Result<StatementRequest, Refusal<'malformed'>> {
  return statementRequests.decode(bytes)
}

/** `blocks`: heights from, from+1, ... at most count (1..MAX_BLOCKS_PER_REQUEST). */
export interface BlocksRequest {
  readonly from: number
  readonly count: number
}

const BLOCKS_REQUEST = new ContainerType({ from: NUMBER, count: NUMBER })
const BLOCKS_REQUEST_BYTES = 16
const isCount = (count: number): boolean => count >= 1 && count <= MAX_BLOCKS_PER_REQUEST
const blocksRequests: Message<BlocksRequest> = message(
  'blocks request',
  BLOCKS_REQUEST_BYTES,
  codec<typeof BLOCKS_REQUEST>(BLOCKS_REQUEST, BLOCKS_REQUEST_BYTES),
  ({ from, count }) => ({ from: number(from), count: Math.min(number(count), MAX_BLOCKS_PER_REQUEST) }),
  (value) => (isNumber(value.from) && isCount(value.count) ? value : undefined),
)

export function encodeBlocksRequest(request: BlocksRequest): Uint8Array {
  return blocksRequests.encode(request)
}
export function decodeBlocksRequest(bytes: Uint8Array): Result<BlocksRequest, Refusal<'malformed'>> {
  return blocksRequests.decode(bytes)
}
