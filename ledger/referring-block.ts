/**
 * A block as it travels between nodes that have most of its transactions already: encoded as any block, except that a transaction may be
 * stood for by its id. An element of 32 bytes is an id, since no transaction is that short. What is hashed and signed is the header,
 * which names the transactions themselves; so a referring block is worth nothing until it is made whole, and whoever does that
 * (`resolve`) checks the transactions against the header.
 */
import { assert, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { SIGNATURE_BYTES } from '../crypto/index.ts'
import { blockId, decodeBlock, encodeBlock } from './block.ts'
import { type Decoded, decodeWithId } from './decoded.ts'
import { EVIDENCE_BODY_BYTES } from './limits.ts'
import type { BlockHeader, BlockRejection } from './types.ts'
import { type WholeBlock, wholeBlock } from './whole-block.ts'

const ID_BYTES = 32
/** A ballot begins with this much of fixed size, and the others with a signature. */
const FIXED_BALLOT_BYTES = 136
assert(
  Math.min(SIGNATURE_BYTES, FIXED_BALLOT_BYTES, EVIDENCE_BODY_BYTES) > ID_BYTES,
  'no transaction is as short as an id',
)

/** A block of which some transactions may still have to be found. */
export interface ReferringBlock {
  /** The block's id in hexadecimal. */
  readonly id: string
  readonly header: BlockHeader
  /** In the block's order: a transaction, or the id (hexadecimal) of one. */
  readonly items: readonly (Decoded | string)[]
}

/** The block with nothing but ids. */
export function encodeReferring({ header, transactions }: WholeBlock): Uint8Array {
  return encodeBlock({ header, transactions: transactions.map(({ hash }) => hash) })
}

/** The block of {@link encodeReferring}, or of `encodeBlock`: the same bytes where all transactions are there. Never throws. */
export function decodeReferring(bytes: Uint8Array): Result<ReferringBlock, Refusal<'malformed'>> {
  const block = decodeBlock(bytes)
  if (!block.ok) return block
  const { header, transactions } = block.value
  const items: (Decoded | string)[] = []
  for (const [index, item] of transactions.entries()) {
    if (item.length === ID_BYTES) {
      items.push(toHex(item))
      continue
    }
    const decoded = decodeWithId(item)
    if (!decoded.ok) return refuse('malformed', `transaction ${index}: ${decoded.error.detail}`)
    items.push(decoded.value)
  }
  return ok({ id: toHex(blockId(header)), header, items })
}

/** Ids of the transactions that cannot be found, once each. */
export function missingFrom(
  { items }: ReferringBlock,
  find: (id: string) => Decoded | undefined,
): ReadonlySet<string> {
  return new Set(items.filter((item): item is string => typeof item === 'string' && find(item) === undefined))
}

/** The whole block, of which everything can be found; refused where these are not the transactions of its header. */
export function resolve(
  { header, items }: ReferringBlock,
  find: (id: string) => Decoded | undefined,
): Result<WholeBlock, BlockRejection> {
  const transactions = items.map((item) => {
    const found = typeof item === 'string' ? find(item) : item
    assert(found !== undefined, 'nothing is missing of a block that is made whole')
    return found
  })
  return wholeBlock(header, transactions)
}
