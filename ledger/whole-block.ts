/**
 * A block together with the decoded transactions that its header names. That they are those is checked when it is made, here and
 * nowhere else; so a node checks it once, and whoever holds one has its bytes and its id.
 */
import { equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import { blockId, decodeBlock, encodeBlock, transactionsRoot } from './block.ts'
import { type Decoded, decodeWithId } from './decoded.ts'
import { MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS } from './limits.ts'
import type { BlockHeader, BlockRejection } from './types.ts'

/** Immutable; what it says was not executed yet. */
export interface WholeBlock {
  /** The block's id in hexadecimal. */
  readonly id: string
  readonly header: BlockHeader
  /** In the block's order. */
  readonly transactions: readonly Decoded[]
  /** `encodeBlock`. */
  readonly bytes: Uint8Array
}

/** The block of a header and transactions in the block's order, if they are the ones that it names. */
export function wholeBlock(
  header: BlockHeader,
  transactions: readonly Decoded[],
): Result<WholeBlock, BlockRejection> {
  if (transactions.length > MAX_BLOCK_TRANSACTIONS)
    return refuse('too-large', `${transactions.length} transactions, at most ${MAX_BLOCK_TRANSACTIONS}`)
  const encoded = transactions.map(({ bytes }) => bytes)
  if (!equalBytes(header.transactionsRoot, transactionsRoot(encoded)))
    return refuse('wrong-transactions-root', 'it has not the transactions of its header')
  const block = joined(header, transactions)
  return block.bytes.length > MAX_BLOCK_BYTES
    ? refuse('too-large', `${block.bytes.length} bytes, at most ${MAX_BLOCK_BYTES}`)
    : ok(block)
}

/** The block of a header that was made for these very transactions. */
export function joined(header: BlockHeader, transactions: readonly Decoded[]): WholeBlock {
  const bytes = encodeBlock({ header, transactions: transactions.map((one) => one.bytes) })
  return { id: toHex(blockId(header)), header, transactions, bytes }
}

const indexes = new WeakMap<WholeBlock, ReadonlyMap<string, Decoded>>()

/** A transaction of a block by id; the index is made when it is first asked for. */
export function transactionIn(block: WholeBlock, id: string): Decoded | undefined {
  let index = indexes.get(block)
  if (index === undefined) {
    index = new Map(block.transactions.map((transaction) => [transaction.id, transaction]))
    indexes.set(block, index)
  }
  return index.get(id)
}

/** The whole block of an encoded one. Never throws. */
export function decodeWholeBlock(bytes: Uint8Array): Result<WholeBlock, BlockRejection> {
  const block = decodeBlock(bytes)
  if (!block.ok) return block
  const transactions: Decoded[] = []
  for (const [index, encoded] of block.value.transactions.entries()) {
    const decoded = decodeWithId(encoded)
    if (!decoded.ok) return refuse('malformed', `transaction ${index}: ${decoded.error.detail}`)
    transactions.push(decoded.value)
  }
  return wholeBlock(block.value.header, transactions)
}
