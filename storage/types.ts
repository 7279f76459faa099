/** The ports of this folder. Each has a durable adapter and a memory adapter, which run the same contract tests. */
import type { Refusal, Result } from '../base/index.ts'

/** One change of a batch. `remove` of an absent key does nothing. */
export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'remove'; readonly key: Uint8Array }

/** The keys from `from` up to, and without, `to`, in lexicographic order of their bytes. */
export interface Range {
  readonly from: Uint8Array
  /** Exclusive. */
  readonly to: Uint8Array
  /** From the highest key downwards. */
  readonly reverse?: boolean
  /** At most so many entries. */
  readonly limit?: number
}

/**
 * An ordered map of bytes. Every method rejects with a `StorageError` (codes `closed`, `failed`, `damaged`); opening one may
 * also fail with `locked`. A failing database stops the node. Keys have 1 to `MAX_KEY_BYTES` bytes, values at most
 * `MAX_VALUE_BYTES`; more is the caller's mistake. Bytes that go in are copied, bytes that come out belong to the caller.
 */
export interface Database {
  /** The value last written under the key, or undefined. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** All or nothing, in order (the last operation on a key wins); when it resolves, a power cut cannot take it back. */
  write(batch: readonly Operation[]): Promise<void>
  /** The entries of a range as they are when the iteration begins; later writes do not show. */
  entries(range: Range): AsyncIterable<readonly [Uint8Array, Uint8Array]>
  /** Ends everything under way. Closing again does nothing. */
  close(): Promise<void>
}

/** One finalised height, written in one atomic durable batch. Everything is opaque bytes here. */
export interface FinalisedHeight {
  readonly height: number
  readonly block: Uint8Array
  readonly certificate: Uint8Array
  /** Ids (32 bytes) of the block's transactions in order, for `places`. */
  readonly transactionIds: readonly Uint8Array[]
  /** New values of the state's durable image; undefined removes the key. */
  readonly changes: readonly { readonly key: Uint8Array; readonly value: Uint8Array | undefined }[]
  /** Its ballots' proofs were taken on the certificate, to be verified later. They were verified unless said so. */
  readonly areProofsDeferred?: boolean
}

/** Where a transaction stands: a height, and an index in its block. */
export interface Place {
  readonly height: number
  readonly index: number
}

/** The finalised chain and the state after its last block, on top of a `Database`. */
export interface ChainStore {
  /** 0 before the first block. */
  height(): number
  /** Stores the height after the last one: durable and complete when it resolves, absent otherwise. One call at a time. */
  append(finalised: FinalisedHeight): Promise<void>
  /** Up to which height all ballots' proofs were verified here; `append` moves it where nothing is deferred. */
  proofsVerifiedTo(): number
  /** Records that the proofs up to a height, at most `height()`, were verified; durable. A lower one changes nothing. */
  markProofsVerified(height: number): Promise<void>
  /** A finalised block with its certificate; undefined above `height()`. */
  block(height: number): Promise<{ readonly block: Uint8Array; readonly certificate: Uint8Array } | undefined>
  /** Where a transaction may stand: of an id, a part is kept, so that of several places (hardly ever more than one) the caller looks which it is. */
  places(id: Uint8Array): Promise<readonly Place[]>
  /** The state's durable image in order of its keys. */
  stateEntries(): AsyncIterable<readonly [Uint8Array, Uint8Array]>
  /** Closes the database underneath. */
  close(): Promise<void>
}

/**
 * Files as the journal and the last-signed record need them. Methods reject with the system's errors, `read` with a `StorageError`
 * `damaged` for a file that is larger than one of ours can be.
 */
export interface Files {
  /** All bytes of a file; undefined when there is none. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>
  /** Makes the directory of a file, if need be. What the directory names is durable when it resolves, whoever put it there. */
  prepare(path: string): Promise<void>
  /** Puts bytes in place of a file, or makes it: durable when it resolves; after a crash there is the old file or the new one, whole. */
  replace(path: string, bytes: Uint8Array): Promise<void>
  /** Opens a file that is there, for writing. */
  open(path: string): Promise<OpenFile>
}

/** A file open for writing. What was not synced may be lost in a power cut, in whole or in part. */
export interface OpenFile {
  /** All bytes, from this position on. */
  write(bytes: Uint8Array, position: number): Promise<void>
  truncate(length: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * The write-ahead journal of one height: records in order, guarded by lengths and checksums. A torn end (power cut) is cut
 * off at opening; anything else that does not add up is `damaged`.
 */
export interface Journal {
  /** Height that the records belong to; 0 when new. */
  height(): number
  /** All records of this height, those found at opening first. */
  records(): readonly Uint8Array[]
  /** Ordered, not yet durable. At most `MAX_JOURNAL_RECORD_BYTES`; rejects with `full` at `MAX_JOURNAL_BYTES`. */
  append(record: Uint8Array): Promise<void>
  /** Everything appended so far is durable when it resolves. */
  sync(): Promise<void>
  /** Forgets the records and begins another height; durable, and all or nothing. */
  reset(height: number): Promise<void>
  /** Syncs, then closes. */
  close(): Promise<void>
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
  /** Calls are carried out one after the other, in order. An exception of `sign` passes through; its slot stays taken. */
  sign(
    slot: SigningSlot,
    bytes: Uint8Array,
    sign: (bytes: Uint8Array) => Uint8Array,
  ): Promise<Result<Uint8Array, Refusal<'slot-regression' | 'conflicting-statement'>>>
  /** The highest slot that was ever signed in; undefined when none was. */
  last(): SigningSlot | undefined
  /** Whether a statement may have been signed with this record: none above it, and in its slot only the one that it knows. */
  mayHaveSigned(slot: SigningSlot, bytes: Uint8Array): boolean
  /** Waits for what is under way. */
  close(): Promise<void>
}
