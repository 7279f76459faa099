/** What voters, clerks and auditors do against peers that may lie: certified reads, submission, receipts. */
import type { Refusal, Result } from '../base/index.ts'
import type { Random } from '../crypto/index.ts'
import type { ElectionRecord, Genesis, Transaction } from '../ledger/index.ts'
import type { ElectionSummary, PeerName, SubmitOutcome, Transport } from '../network/index.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

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
  /** Height and time of the certified head it was read at. */
  readonly height: number
  readonly time: number
}
/** A file that proves, offline, that a ballot is on the board of an election of this network, and counts. */
export interface Receipt {
  readonly json: string
}

/** Options first, dependencies second. All waits end: `timeoutMs` or the signal. */
export interface Client {
  elections(): Promise<Result<readonly ElectionSummary[], ClientError>>
  /** Certified by a quorum, from at least two peers where two are there; the newest head of those wins. */
  election(uuid: string): Promise<Result<CertifiedElection, ClientError>>
  submit(
    transactions: readonly Transaction[],
  ): Promise<
    Result<readonly { readonly peer: PeerName; readonly outcomes: readonly SubmitOutcome[] }[], ClientError>
  >
  /** Waits until the record fulfils the condition. */
  waitFor(
    uuid: string,
    condition: (record: ElectionRecord) => boolean,
    timeoutMs: number,
  ): Promise<Result<CertifiedElection, ClientError>>
  /** Encrypts, submits to several peers, waits for finality, returns the receipt. `credential` is the private credential. */
  vote(
    uuid: string,
    credential: string,
    answers: readonly (readonly number[])[],
    timeoutMs: number,
  ): Promise<
    Result<{ readonly tracker: string; readonly receipt: Receipt; readonly height: number }, ClientError>
  >
  /** The archive, its last event equal to a certified board head. */
  export(
    uuid: string,
  ): Promise<Result<{ readonly archive: Uint8Array; readonly record: ElectionRecord }, ClientError>>
}
export function createClient(
  _options: { readonly trust: Trust; readonly peers: readonly string[] },
  _dependencies: {
    readonly transport: Transport
    readonly random: Random
    readonly now: () => number
    readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  },
): Client {
  return notYet()
}
/** Everything about a receipt, offline, against a genesis. */
export function verifyReceipt(
  _json: string,
  _trust: Trust,
): Result<
  {
    readonly uuid: string
    readonly tracker: string
    readonly height: number
    readonly time: number
    readonly counts: boolean
  },
  Refusal<'receipt-malformed' | 'wrong-network' | 'bad-proof' | 'no-quorum'>
> {
  return notYet()
}
