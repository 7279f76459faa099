/** Transactions on their way in: batches (gossip `transactions`, request `submit`), outcomes, and ids to ask for. */
import { ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { codec, type Refusal, type Result } from '../../base/index.ts'
import {
  MAX_ACCELERATOR_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_TRANSACTIONS,
  MAX_CODE_BYTES,
  MAX_DETAIL_BYTES,
  MAX_IDS_PER_REQUEST,
  MAX_TRANSACTION_BYTES,
} from '../limits.ts'
import { bounded, bytesUpTo, cutText, HASH, hash, list, type Message, message, text, texts } from './wire.ts'

type Bytes = Uint8Array

/** A transaction on its way in, with what speeds up its verification: beside it, and no part of it. */
export interface OfferedTransaction {
  /** Encoded. */
  readonly bytes: Uint8Array
  /** Of a ballot. */
  readonly accelerator?: Uint8Array
}

const OFFERED = new ContainerType({
  bytes: bytesUpTo(MAX_TRANSACTION_BYTES),
  accelerator: bytesUpTo(MAX_ACCELERATOR_BYTES),
})
const BATCH = new ListCompositeType(OFFERED, MAX_BATCH_TRANSACTIONS)
const NO_ACCELERATOR = new Uint8Array()
const batch: Message<readonly OfferedTransaction[]> = message(
  'transactions',
  MAX_BATCH_BYTES,
  codec<typeof BATCH>(BATCH, MAX_BATCH_BYTES),
  (all) =>
    list(all, MAX_BATCH_TRANSACTIONS).map(({ bytes, accelerator = NO_ACCELERATOR }) => ({
      bytes: bounded(bytes, MAX_TRANSACTION_BYTES),
      accelerator: bounded(accelerator, MAX_ACCELERATOR_BYTES),
    })),
  (all) =>
    all.map(({ bytes, accelerator }) => (accelerator.length === 0 ? { bytes } : { bytes, accelerator })),
)

/** Gossip `transactions` and request `submit`. The caller keeps within MAX_BATCH_*. */
export function encodeTransactionBatch(offered: readonly OfferedTransaction[]): Uint8Array {
  return batch.encode(offered)
}
export function decodeTransactionBatch(
  bytes: Uint8Array,
): Result<readonly OfferedTransaction[], Refusal<'malformed'>> {
  return batch.decode(bytes)
}

const IDS = new ListCompositeType(HASH, MAX_IDS_PER_REQUEST)
export const MAX_IDS_BYTES: number = 32 * MAX_IDS_PER_REQUEST
const ids: Message<readonly Bytes[]> = message(
  'ids',
  MAX_IDS_BYTES,
  codec<typeof IDS>(IDS, MAX_IDS_BYTES),
  (all) => list(all, MAX_IDS_PER_REQUEST).map(hash),
  (all) => all,
)

/** `transactions`: ids, 32 bytes each; the response has one chunk (encoded transaction) for each that is known. */
export function encodeIds(all: readonly Uint8Array[]): Uint8Array {
  return ids.encode(all)
}
export function decodeIds(bytes: Uint8Array): Result<readonly Uint8Array[], Refusal<'malformed'>> {
  return ids.decode(bytes)
}

/** What a peer did with a submitted transaction. */
export interface SubmitOutcome {
  /** `accepted`, `known` (pooled or final already), `busy` (try again later), or the ledger's rejection code. */
  readonly code: string
  /** One sentence for people; cut at MAX_DETAIL_BYTES. */
  readonly detail: string
}

const OUTCOMES = new ListCompositeType(
  new ContainerType({ code: bytesUpTo(MAX_CODE_BYTES), detail: bytesUpTo(MAX_DETAIL_BYTES) }),
  MAX_BATCH_TRANSACTIONS,
)
/** Each outcome has its texts, its place in the list and two offsets, 4 bytes each. */
export const MAX_OUTCOMES_BYTES: number = MAX_BATCH_TRANSACTIONS * (MAX_CODE_BYTES + MAX_DETAIL_BYTES + 12)
const outcomes: Message<readonly SubmitOutcome[]> = message(
  'outcomes',
  MAX_OUTCOMES_BYTES,
  codec<typeof OUTCOMES>(OUTCOMES, MAX_OUTCOMES_BYTES),
  (all) =>
    list(all, MAX_BATCH_TRANSACTIONS).map(({ code, detail }) => ({
      code: text(code, MAX_CODE_BYTES),
      detail: cutText(detail, MAX_DETAIL_BYTES),
    })),
  (all) => {
    const read: SubmitOutcome[] = []
    for (const one of all) {
      const [code, detail] = texts(one.code, one.detail) ?? []
      if (code === undefined || detail === undefined) return undefined
      read.push({ code, detail })
    }
    return read
  },
)

/** `submit`: the response is one chunk, an outcome for each transaction in order. */
export function encodeOutcomes(all: readonly SubmitOutcome[]): Uint8Array {
  return outcomes.encode(all)
}
export function decodeOutcomes(bytes: Uint8Array): Result<readonly SubmitOutcome[], Refusal<'malformed'>> {
  return outcomes.decode(bytes)
}
