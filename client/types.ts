/** The nouns of a client. */
import type { Refusal, Result } from '../base/index.ts'
import type { Random } from '../crypto/index.ts'
import type { Ceremony, ElectionRecord, Genesis, Transaction } from '../ledger/index.ts'
import type { ElectionSummary, PeerName, SubmitOutcome, Transport } from '../network/index.ts'

/** What a client starts from: the genesis file, nothing else is believed. */
export interface Trust {
  readonly genesis: Genesis
  readonly networkId: Uint8Array
}

export type ClientErrorCode =
  | 'no-peer'
  | 'untrusted-answer'
  | 'fork'
  | 'unknown-election'
  | 'not-open'
  | 'unknown-credential'
  | 'answers-invalid'
  | 'refused'
  | 'not-final-in-time'
/** Names the peers at fault in `detail`. */
export type ClientError = Refusal<ClientErrorCode>

export interface CertifiedElection {
  readonly record: ElectionRecord
  /** How its key came about, or how far that is. */
  readonly ceremony: Ceremony
  /** Height and time of the certified head it was read at. */
  readonly height: number
  readonly time: number
}

/** A file that proves, offline, that a ballot is on the board of an election of this network, and whether it counts. */
export interface Receipt {
  readonly json: string
}

/** A block that a quorum certified. */
export interface FinalisedBlock {
  readonly height: number
  /** Milliseconds since 1970, by the proposer's clock. */
  readonly time: number
  /** Encoded. */
  readonly transactions: readonly Uint8Array[]
}

/** What one peer said to a submission, an outcome a transaction. */
export interface Submission {
  readonly peer: PeerName
  readonly outcomes: readonly SubmitOutcome[]
}

/** What a voter holds after a ballot was finalised. */
export interface CastBallot {
  readonly tracker: string
  readonly receipt: Receipt
  /** Height of the certified head that proves it. */
  readonly height: number
}

/** What a receipt proves. */
export interface ReceiptContent {
  readonly uuid: string
  readonly tracker: string
  readonly height: number
  readonly time: number
  /** Whether at that height it was the ballot that counts for its credential (a later one may have replaced it since). */
  readonly counts: boolean
}

/** Everything a client does. All waits end: at `timeoutMs`, or with the network's own limits. */
export interface Client {
  /** Uncertified: for finding one's way. Where peers disagree about a phase, the one that comes first in an election's life. */
  elections(): Promise<Result<readonly ElectionSummary[], ClientError>>
  /** Certified by a quorum, from at least two peers where two are there; the newest head of those wins. */
  election(uuid: string): Promise<Result<CertifiedElection, ClientError>>
  /** A transaction that the peers hold, by its id; undefined where none of those asked has it. */
  transaction(id: Uint8Array): Promise<Result<Transaction | undefined, ClientError>>
  /** The certified blocks from a height on that one peer has, some at a time, in order; none where there is none yet. */
  blocks(from: number): Promise<Result<readonly FinalisedBlock[], ClientError>>
  /** Hands transactions to all peers (bounded); fails only where no peer answered. */
  submit(transactions: readonly Transaction[]): Promise<Result<readonly Submission[], ClientError>>
  /** Waits until the record fulfils the condition; an election that is not there yet, or a silent network, is waited for too. */
  waitFor(
    uuid: string,
    condition: (record: ElectionRecord, ceremony: Ceremony) => boolean,
    timeoutMs: number,
  ): Promise<Result<CertifiedElection, ClientError>>
  /** Encrypts, submits to several peers, waits for finality, returns the receipt. `credential` is the private credential. */
  vote(
    uuid: string,
    credential: string,
    answers: readonly (readonly number[])[],
    timeoutMs: number,
  ): Promise<Result<CastBallot, ClientError>>
  /** The archive, its last event equal to a certified board head. */
  export(
    uuid: string,
  ): Promise<Result<{ readonly archive: Uint8Array; readonly record: ElectionRecord }, ClientError>>
}

export interface ClientOptions {
  readonly trust: Trust
  /** Multiaddrs, in the order in which they are asked. */
  readonly peers: readonly string[]
  /**
   * Whether each question begins with the next peer instead of the first one. For clients that ask for months: two peers that
   * keep silent about something are then not the only ones that are ever asked.
   */
  readonly rotates?: boolean
}

export interface ClientDependencies {
  /** Started by the caller, and stopped by it. */
  readonly transport: Transport
  readonly random: Random
  /** Milliseconds; for deadlines only. */
  readonly now: () => number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Told, in a sentence, of peers that lied or did not answer while others did. */
  readonly onWarning?: (warning: string) => void
}
