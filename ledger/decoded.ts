/**
 * A transaction with its bytes and its id. A ballot's id is the hash of its JSON, which takes longer to write than everything else about
 * it but its proofs: so a node decodes a transaction once, where it arrives, and carries the result through pool, blocks and storage.
 */
import { ok, type Refusal, type Result, toHex } from '../base/index.ts'
import { decodeTransaction, encodeTransaction, transactionId } from './transaction-ssz.ts'
import type { Transaction } from './types.ts'

/** A transaction as it travels through a node; bytes and id are its own. */
export interface Decoded {
  readonly transaction: Transaction
  readonly bytes: Uint8Array
  /** `transactionId`, 32 bytes. */
  readonly hash: Uint8Array
  /** The same in hexadecimal. */
  readonly id: string
}

/** The transaction of bytes that are its only encoding. The bytes are kept, not copied. Never throws. */
export function decodeWithId(bytes: Uint8Array): Result<Decoded, Refusal<'malformed'>> {
  const transaction = decodeTransaction(bytes)
  return transaction.ok ? ok(carried(transaction.value, bytes)) : transaction
}

/** A transaction that was made here. */
export function identified(transaction: Transaction): Decoded {
  return carried(transaction, encodeTransaction(transaction))
}

function carried(transaction: Transaction, bytes: Uint8Array): Decoded {
  const hash = transactionId(transaction)
  return { transaction, bytes, hash, id: toHex(hash) }
}
