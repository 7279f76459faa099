/** libp2p host and memory transport behind one port, and the bytes of every request, response and gossip message. */
export { peerAt } from './addresses.ts'
export { createLibp2pTransport, type Libp2pOptions } from './libp2p-transport.ts'
export * from './limits.ts'
export { createMemoryHub, type MemoryHub } from './memory-hub.ts'
export type { Carry, Passing } from './memory-transport.ts'
export {
  type BlocksRequest,
  type CertifiedBlock,
  type ConsensusEnvelope,
  decodeBlocksRequest,
  decodeCertifiedBlock,
  decodeEnvelope,
  decodeStatementRequest,
  decodeStatus,
  encodeBlocksRequest,
  encodeCertifiedBlock,
  encodeEnvelope,
  encodeStatementRequest,
  encodeStatus,
  type StatementRequest,
  type Status,
} from './messages/blocks.ts'
export {
  type BallotAnswer,
  type BallotRequest,
  type CertifiedHead,
  type CertifiedRecord,
  decodeBallotAnswer,
  decodeBallotRequest,
  decodeElectionAnswer,
  decodeSummary,
  decodeUuid,
  type ElectionAnswer,
  type ElectionSummary,
  encodeBallotAnswer,
  encodeBallotRequest,
  encodeElectionAnswer,
  encodeSummary,
  encodeUuid,
  type RecordAnswer,
} from './messages/elections.ts'
export {
  decodeIds,
  decodeOutcomes,
  decodeTransactionBatch,
  encodeIds,
  encodeOutcomes,
  encodeTransactionBatch,
  type OfferedTransaction,
  type SubmitOutcome,
} from './messages/transactions.ts'
export { peerNameOf } from './peer-name.ts'
export { PROTOCOL_LIMITS, type ProtocolLimits, TOPIC_LIMITS, type TopicLimits } from './protocols.ts'
export type { Tuning } from './tuning.ts'
export * from './types.ts'
