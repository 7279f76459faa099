/** libp2p host and memory transport behind one port, and the bytes of every request, response and gossip message. */
import type { Transport } from './types.ts'

export * from './limits.ts'
export {
  type BlocksRequest,
  type CertifiedBlock,
  type ConsensusEnvelope,
  decodeBlocksRequest,
  decodeCertifiedBlock,
  decodeEnvelope,
  decodeStatus,
  encodeBlocksRequest,
  encodeCertifiedBlock,
  encodeEnvelope,
  encodeStatus,
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
} from './messages/elections.ts'
export {
  decodeIds,
  decodeOutcomes,
  decodeTransactionBatch,
  encodeIds,
  encodeOutcomes,
  encodeTransactionBatch,
  type SubmitOutcome,
} from './messages/transactions.ts'
export * from './types.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

export interface Libp2pOptions {
  /** Topics and protocols carry it: networks never mix. */
  readonly networkId: Uint8Array
  /** Ed25519 seed of this host's peer id, 32 bytes. Without it a fresh one is made (light hosts). */
  readonly privateKey?: Uint8Array
  /** Multiaddrs to listen on (TCP, and `/ws` for WebSockets); empty: dial only. */
  readonly listen: readonly string[]
  /** Peers to keep connected, multiaddrs with peer ids. */
  readonly bootstrap: readonly string[]
  /** Whether to take part in gossip (clients do not). */
  readonly gossip: boolean
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void
}
export function createLibp2pTransport(_options: Libp2pOptions): Promise<Transport> {
  return notYet()
}
/** The peer id that a seed gives. */
export function peerNameOf(_privateKey: Uint8Array): string {
  return notYet()
}
/** A network in memory: transports that share one hub reach each other. Same contract as libp2p's. */
export interface MemoryHub {
  transport(name: string): Transport
}
export function createMemoryHub(): MemoryHub {
  return notYet()
}
