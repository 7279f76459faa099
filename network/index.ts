/** libp2p host and memory transport behind one port, and the bytes of every request, response and gossip message. */
import type { Refusal, Result } from '../base/index.ts'
import type { Transport } from './types.ts'

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

// ---- what travels (SSZ, each with its limit) ------------------------------------------------------------------------------
/** Gossip `transactions`: encoded transactions. */
export function encodeTransactionBatch(_transactions: readonly Uint8Array[]): Uint8Array {
  return notYet()
}
export function decodeTransactionBatch(
  _bytes: Uint8Array,
): Result<readonly Uint8Array[], Refusal<'malformed'>> {
  return notYet()
}
/** Gossip `consensus`: an encoded consensus message, and the encoded block of a proposal or of a prepared round change. */
export interface ConsensusEnvelope {
  readonly message: Uint8Array
  readonly block?: Uint8Array
}
export function encodeEnvelope(_envelope: ConsensusEnvelope): Uint8Array {
  return notYet()
}
export function decodeEnvelope(_bytes: Uint8Array): Result<ConsensusEnvelope, Refusal<'malformed'>> {
  return notYet()
}
/** Gossip `blocks`, and chunks of the `blocks` response: an encoded block with its encoded certificate. */
export interface CertifiedBlock {
  readonly block: Uint8Array
  readonly certificate: Uint8Array
}
export function encodeCertifiedBlock(_block: CertifiedBlock): Uint8Array {
  return notYet()
}
export function decodeCertifiedBlock(_bytes: Uint8Array): Result<CertifiedBlock, Refusal<'malformed'>> {
  return notYet()
}
/** `status`: empty request. */
export interface Status {
  readonly networkId: Uint8Array
  readonly height: number
  readonly blockId: Uint8Array
}
export function encodeStatus(_status: Status): Uint8Array {
  return notYet()
}
export function decodeStatus(_bytes: Uint8Array): Result<Status, Refusal<'malformed'>> {
  return notYet()
}
/** `blocks`: heights from, from+1, ... at most count. */
export interface BlocksRequest {
  readonly from: number
  readonly count: number
}
export function encodeBlocksRequest(_request: BlocksRequest): Uint8Array {
  return notYet()
}
export function decodeBlocksRequest(_bytes: Uint8Array): Result<BlocksRequest, Refusal<'malformed'>> {
  return notYet()
}
/** `transactions`: ids, 32 bytes each; the response has one chunk (encoded transaction) for each that is known. */
export function encodeIds(_ids: readonly Uint8Array[]): Uint8Array {
  return notYet()
}
export function decodeIds(_bytes: Uint8Array): Result<readonly Uint8Array[], Refusal<'malformed'>> {
  return notYet()
}
/** `submit`: request is a transaction batch; the response one chunk, an outcome for each in order. */
export interface SubmitOutcome {
  /** `accepted`, `known` (pooled or final already), `busy` (try again later), or the ledger's rejection code. */
  readonly code: string
  readonly detail: string
}
export function encodeOutcomes(_outcomes: readonly SubmitOutcome[]): Uint8Array {
  return notYet()
}
export function decodeOutcomes(_bytes: Uint8Array): Result<readonly SubmitOutcome[], Refusal<'malformed'>> {
  return notYet()
}
/** The head a certified answer is proved against: encoded header and certificate. */
export interface CertifiedHead {
  readonly header: Uint8Array
  readonly certificate: Uint8Array
}
/** A record under the head's state root. */
export interface CertifiedRecord {
  readonly record: Uint8Array
  readonly index: number
  readonly branch: readonly Uint8Array[]
}
/** `elections`: empty request; the response is a chunk for each election: (uuid, name, phase) for finding one's way; uncertified. */
export interface ElectionSummary {
  readonly uuid: string
  readonly name: string
  readonly phase: string
}
export function encodeSummary(_summary: ElectionSummary): Uint8Array {
  return notYet()
}
export function decodeSummary(_bytes: Uint8Array): Result<ElectionSummary, Refusal<'malformed'>> {
  return notYet()
}
/** `election`: a uuid; one chunk. */
export interface ElectionAnswer {
  readonly head: CertifiedHead
  readonly record?: CertifiedRecord
}
export function encodeUuid(_uuid: string): Uint8Array {
  return notYet()
}
export function decodeUuid(_bytes: Uint8Array): Result<string, Refusal<'malformed'>> {
  return notYet()
}
export function encodeElectionAnswer(_answer: ElectionAnswer): Uint8Array {
  return notYet()
}
export function decodeElectionAnswer(_bytes: Uint8Array): Result<ElectionAnswer, Refusal<'malformed'>> {
  return notYet()
}
/** `ballot`: is it on the board, and what counts for this credential? Either may be left out. */
export interface BallotRequest {
  readonly uuid: string
  readonly ballotId?: Uint8Array
  readonly credential?: Uint8Array
}
export function encodeBallotRequest(_request: BallotRequest): Uint8Array {
  return notYet()
}
export function decodeBallotRequest(_bytes: Uint8Array): Result<BallotRequest, Refusal<'malformed'>> {
  return notYet()
}
export interface BallotAnswer extends ElectionAnswer {
  readonly onBoard?: {
    readonly ballotId: Uint8Array
    readonly position: number
    readonly branch: readonly Uint8Array[]
  }
  readonly counting?: {
    readonly credential: Uint8Array
    readonly weight: bigint
    readonly place: number
    readonly rollBranch: readonly Uint8Array[]
    readonly ballotId: Uint8Array
    readonly countingBranch: readonly Uint8Array[]
  }
}
export function encodeBallotAnswer(_answer: BallotAnswer): Uint8Array {
  return notYet()
}
export function decodeBallotAnswer(_bytes: Uint8Array): Result<BallotAnswer, Refusal<'malformed'>> {
  return notYet()
}
/** `archive`: a uuid; chunks: first an ElectionAnswer, then the `.bel` in pieces. `diagnostics`: empty request; one chunk of JSON. */
