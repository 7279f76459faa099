/** The replicated state machine: transactions, blocks, state, its commitment and proofs. Pure. */
import type { Refusal, Result } from '../base/index.ts'
import type { ArchiveEntry, Ballot, Election, RollEntry } from '../election/index.ts'
import type {
  Block,
  BlockHeader,
  BlockRejection,
  BoardProof,
  Change,
  CountingProof,
  ElectionDraft,
  ElectionRecord,
  ExecutionInputs,
  Genesis,
  RecordProof,
  Rejection,
  Transaction,
} from './types.ts'

export type * from './types.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

// ---- genesis --------------------------------------------------------------------------------------------------------
/** Reads a genesis file (JSON, every key known, every limit checked). */
export function parseGenesis(_bytes: Uint8Array): Result<Genesis, Refusal<'genesis-invalid'>> {
  return notYet()
}
/** The bytes of a new genesis file: indented JSON with a final newline. */
export function genesisFile(_genesis: Genesis): Uint8Array {
  return notYet()
}
/** SHA-256 of the file's bytes (`sha256sum genesis.json`). */
export function networkIdOf(_file: Uint8Array): Uint8Array {
  return notYet()
}
export const DEFAULT_PARAMETERS = {
  blockIntervalMs: 100,
  heartbeatMs: 1000,
  roundTimeoutMs: 3000,
  roundTimeoutStepMs: 2000,
  roundTimeoutCapMs: 30_000,
} as const

// ---- transactions -----------------------------------------------------------------------------------------------------
/** A transaction without its signature. */
export type Unsigned<T> = T extends { signature: Uint8Array } ? Omit<T, 'signature'> : never
/** Signs the canonical form: domain tag, network id, kind, body (T15). The author's key must match `privateKey`. */
export function signTransaction(
  _networkId: Uint8Array,
  _body: Unsigned<Transaction>,
  _privateKey: Uint8Array,
): Transaction {
  return notYet()
}
export function encodeTransaction(_transaction: Transaction): Uint8Array {
  return notYet()
}
export function decodeTransaction(_bytes: Uint8Array): Result<Transaction, Refusal<'malformed'>> {
  return notYet()
}
/** 32 bytes: a ballot's Belenios id; otherwise SHA-256 of the encoded transaction with a domain tag. */
export function transactionId(_transaction: Transaction): Uint8Array {
  return notYet()
}
/** A draft out of an untrusted JSON value in the form of `psephos election draft FILE`; see docs/protocol.md. */
export function checkDraft(_draft: ElectionDraft): Result<void, Rejection> {
  return notYet()
}
/** The chunks of a roll, each within the limits, unsigned. */
export function splitRoll(
  _uuid: string,
  _registrar: Uint8Array,
  _entries: readonly RollEntry[],
  _isWeighted: boolean,
): readonly Unsigned<Transaction>[] {
  return notYet()
}

// ---- state --------------------------------------------------------------------------------------------------------------
/** Immutable; versions share their structure, so that speculative execution costs only what it changes. */
export interface State {
  readonly networkId: Uint8Array
  readonly genesis: Genesis
  /** The last executed block; the genesis at height 0 (its id is the network id). */
  readonly head: { readonly height: number; readonly id: Uint8Array; readonly time: number }
}
export function genesisState(_genesis: Genesis, _networkId: Uint8Array): State {
  return notYet()
}
/** The state out of its durable image: all changes of all finalised blocks, last value a key. */
export function loadState(
  _genesis: Genesis,
  _networkId: Uint8Array,
  _entries: Iterable<readonly [Uint8Array, Uint8Array]>,
): Result<State, Refusal<'state-damaged'>> {
  return notYet()
}
export function stateRoot(_state: State): Uint8Array {
  return notYet()
}
export function elections(_state: State): readonly ElectionRecord[] {
  return notYet()
}
export function electionRecord(_state: State, _uuid: string): ElectionRecord | undefined {
  return notYet()
}
/** The Belenios election of a record, from `frozen` on. */
export function electionOf(_record: ElectionRecord): Election | undefined {
  return notYet()
}
export function isOnBoard(_state: State, _uuid: string, _ballotId: Uint8Array): boolean {
  return notYet()
}

// ---- blocks ---------------------------------------------------------------------------------------------------------------
export function encodeBlock(_block: Block): Uint8Array {
  return notYet()
}
export function decodeBlock(_bytes: Uint8Array): Result<Block, Refusal<'malformed'>> {
  return notYet()
}
export function encodeHeader(_header: BlockHeader): Uint8Array {
  return notYet()
}
export function decodeHeader(_bytes: Uint8Array): Result<BlockHeader, Refusal<'malformed'>> {
  return notYet()
}
/** `hash_tree_root` of the header. */
export function blockId(_header: BlockHeader): Uint8Array {
  return notYet()
}
/** Everything cheap about a transaction, for the pool: form, phase at `time`, authorship, roll, duplicates. No proofs. */
export function checkTransaction(
  _state: State,
  _transaction: Transaction,
  _time: number,
): Result<void, Rejection> {
  return notYet()
}
/** The costly rest: a signature, a proof of knowledge, a ballot's proofs, a decryption's proofs. */
export function verifyTransaction(_state: State, _transaction: Transaction): Result<void, Rejection> {
  return notYet()
}
/** Ids of the ballots on the board that these transactions would replace: execution must take them out of the tally. */
export function neededBallots(_state: State, _transactions: readonly Transaction[]): readonly Uint8Array[] {
  return notYet()
}
export interface Execution {
  readonly state: State
  readonly changes: readonly Change[]
}
/** The next block out of candidates, leaving out what is rejected or does not fit. */
export function buildBlock(
  _state: State,
  _candidates: readonly Transaction[],
  _time: number,
  _inputs: ExecutionInputs,
): {
  readonly block: Block
  readonly execution: Execution
  readonly rejected: readonly { readonly id: Uint8Array; readonly rejection: Rejection }[]
} {
  return notYet()
}
/** Executes a block: time first (openings, closings), then its transactions, each of which must be good. */
export function executeBlock(
  _state: State,
  _block: Block,
  _inputs: ExecutionInputs,
): Result<Execution, BlockRejection> {
  return notYet()
}
/** SSZ root of a block's list of encoded transactions, as its header has it: says whether bytes are the block of an id. */
export function transactionsRoot(_transactions: readonly Uint8Array[]): Uint8Array {
  return notYet()
}
/** SSZ root of a list of validator keys. */
export function validatorsRoot(_keys: readonly Uint8Array[]): Uint8Array {
  return notYet()
}

// ---- proofs and the board ------------------------------------------------------------------------------------------------
export function proveRecord(_state: State, _uuid: string): RecordProof | undefined {
  return notYet()
}
export function verifyRecord(
  _stateRoot: Uint8Array,
  _proof: RecordProof,
): Result<ElectionRecord, Refusal<'bad-proof'>> {
  return notYet()
}
export function proveOnBoard(_state: State, _uuid: string, _ballotId: Uint8Array): BoardProof | undefined {
  return notYet()
}
export function verifyOnBoard(
  _record: ElectionRecord,
  _proof: BoardProof,
): Result<void, Refusal<'bad-proof'>> {
  return notYet()
}
export function proveCounting(
  _state: State,
  _uuid: string,
  _credential: Uint8Array,
): CountingProof | undefined {
  return notYet()
}
export function verifyCounting(
  _record: ElectionRecord,
  _proof: CountingProof,
): Result<void, Refusal<'bad-proof'>> {
  return notYet()
}
/** Ballot ids in board order. */
export function boardIds(_state: State, _uuid: string): Iterable<Uint8Array> {
  return notYet()
}
/** The whole board of an election as archive entries; `ballot` gives a ballot by id. Empty before it opens. */
export function boardEntries(
  _state: State,
  _uuid: string,
  _ballot: (id: Uint8Array) => Promise<Ballot>,
): AsyncIterable<ArchiveEntry> {
  return notYet()
}
