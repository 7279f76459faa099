/** The Database port with its LevelDB and memory adapters; chain store, journal, last-signed record. */
import type { Refusal, Result } from '../base/index.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'remove'; readonly key: Uint8Array }
export interface Range {
  readonly from: Uint8Array
  /** Exclusive. */
  readonly to: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}
/**
 * An ordered map of bytes. Every method rejects with a `StorageError` (codes `closed`, `failed`, `damaged`, `locked`); a
 * failing database stops the node.
 */
export interface Database {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** All or nothing; when it resolves, a power cut cannot take it back. */
  write(batch: readonly Operation[]): Promise<void>
  entries(range: Range): AsyncIterable<readonly [Uint8Array, Uint8Array]>
  close(): Promise<void>
}
export type StorageErrorCode = 'closed' | 'failed' | 'damaged' | 'locked' | 'wrong-schema' | 'wrong-network'
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  constructor(code: StorageErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
export function openLevelDatabase(_path: string): Promise<Database> {
  return notYet()
}
export function memoryDatabase(): Database {
  return notYet()
}

/** One finalised height, written in one atomic durable batch. Everything is opaque bytes here. */
export interface FinalisedHeight {
  readonly height: number
  readonly block: Uint8Array
  readonly certificate: Uint8Array
  /** Ids (32 bytes) of the block's transactions in order, for `transaction`. */
  readonly transactionIds: readonly Uint8Array[]
  /** New values of the state's durable image. */
  readonly changes: readonly { readonly key: Uint8Array; readonly value: Uint8Array | undefined }[]
}
export interface ChainStore {
  /** 0 before the first block. */
  height(): number
  append(finalised: FinalisedHeight): Promise<void>
  block(height: number): Promise<{ readonly block: Uint8Array; readonly certificate: Uint8Array } | undefined>
  /** Where a transaction stands. */
  transaction(id: Uint8Array): Promise<{ readonly height: number; readonly index: number } | undefined>
  stateEntries(): AsyncIterable<readonly [Uint8Array, Uint8Array]>
  close(): Promise<void>
}
/** Checks schema version and network id before anything else; writes them into a new database. */
export function openChainStore(_database: Database, _networkId: Uint8Array): Promise<ChainStore> {
  return notYet()
}

/**
 * The write-ahead journal of one height: records in order, each with length and checksum. A torn last record (power cut)
 * is cut off at opening; anything else that does not add up is `damaged`.
 */
export interface Journal {
  /** Height that the records belong to; 0 when new. */
  height(): number
  records(): readonly Uint8Array[]
  /** Ordered, not yet durable. */
  append(record: Uint8Array): Promise<void>
  /** Everything appended so far is durable when it resolves. */
  sync(): Promise<void>
  /** Forgets the records and begins another height; durable. */
  reset(height: number): Promise<void>
  close(): Promise<void>
}
export function openJournal(_path: string): Promise<Journal> {
  return notYet()
}
export function memoryJournal(): Journal {
  return notYet()
}

/** A slot in which a validator signs at most one statement; slots are ordered by height, round, then step. */
export interface SigningSlot {
  readonly height: number
  readonly round: number
  /** Order inside a round: roundChange 0, proposal 1, prepare 2, commit 3. */
  readonly step: number
}
/**
 * The last-signed record: the second guard against double signing, independent of the journal. For a slot above the
 * recorded one it makes the new slot durable and only then signs; for the recorded slot and the same bytes it returns the
 * stored signature; otherwise it refuses.
 */
export interface LastSigned {
  sign(
    slot: SigningSlot,
    bytes: Uint8Array,
    sign: (bytes: Uint8Array) => Uint8Array,
  ): Promise<Result<Uint8Array, Refusal<'slot-regression' | 'conflicting-statement'>>>
  last(): SigningSlot | undefined
  close(): Promise<void>
}
export function openLastSigned(_path: string): Promise<LastSigned> {
  return notYet()
}
export function memoryLastSigned(): LastSigned {
  return notYet()
}
