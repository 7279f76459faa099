/** Blocks and headers: their bytes, ids and the checks that need no execution. */
import { ByteListType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import {
  type Codec,
  codec,
  compareBytes,
  equalBytes,
  ok,
  type Refusal,
  type Result,
  refuse,
} from '../base/index.ts'
import { POINT_BYTES } from '../crypto/index.ts'
import { type Decoded, decodeWithId } from './decoded.ts'
import {
  BLOCK_OVERHEAD_BYTES,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_POINTS,
  MAX_BLOCK_TRANSACTIONS,
  MAX_TRANSACTION_BYTES,
  TRANSACTION_OVERHEAD_BYTES,
} from './limits.ts'
import { BYTES32, UINT64 } from './ssz.ts'
import { type State, validatorsRoot } from './state.ts'
import type { Block, BlockHeader, BlockRejection, Transaction } from './types.ts'

const HEADER = new ContainerType(
  {
    networkId: BYTES32,
    height: UINT64,
    time: UINT64,
    parent: BYTES32,
    transactionsRoot: BYTES32,
    stateRoot: BYTES32,
    validatorsRoot: BYTES32,
    nextValidatorsRoot: BYTES32,
  },
  { typeName: 'BlockHeader' },
)
const TRANSACTIONS = new ListCompositeType(new ByteListType(MAX_TRANSACTION_BYTES), MAX_BLOCK_TRANSACTIONS)
const BLOCK = new ContainerType({ header: HEADER, transactions: TRANSACTIONS }, { typeName: 'Block' })
const HEADER_BYTES = 208

const headerCodec: Codec<BlockHeader> = codec(HEADER, HEADER_BYTES)
const transactionsCodec: Codec<Uint8Array[]> = codec(TRANSACTIONS, MAX_BLOCK_BYTES)
const blockCodec: Codec<{ header: BlockHeader; transactions: Uint8Array[] }> = codec(BLOCK, MAX_BLOCK_BYTES)

export function encodeBlock(block: Block): Uint8Array {
  return blockCodec.encode({ header: block.header, transactions: [...block.transactions] })
}
export function decodeBlock(bytes: Uint8Array): Result<Block, Refusal<'malformed'>> {
  return blockCodec.decode(bytes)
}
export function encodeHeader(header: BlockHeader): Uint8Array {
  return headerCodec.encode(header)
}
export function decodeHeader(bytes: Uint8Array): Result<BlockHeader, Refusal<'malformed'>> {
  return headerCodec.decode(bytes)
}
/** `hash_tree_root` of the header. */
export function blockId(header: BlockHeader): Uint8Array {
  return headerCodec.root(header)
}

/** SSZ root of a block's list of encoded transactions, as its header has it: says whether bytes are the block of an id. */
export function transactionsRoot(transactions: readonly Uint8Array[]): Uint8Array {
  return transactionsCodec.root([...transactions])
}

/** What a block still has room for. Mutable; a proposer fills it, a validator checks it. */
export interface BlockRoom {
  /** Takes a transaction in if it fits. */
  takes(transaction: Transaction, bytes: Uint8Array): boolean
}

export function blockRoom(): BlockRoom {
  let count = 0
  let bytes = BLOCK_OVERHEAD_BYTES
  let points = 0
  return {
    takes: (transaction, encoded) => {
      const moreBytes = encoded.length + TRANSACTION_OVERHEAD_BYTES
      const morePoints = pointsOf(transaction)
      if (
        count + 1 > MAX_BLOCK_TRANSACTIONS ||
        bytes + moreBytes > MAX_BLOCK_BYTES ||
        points + morePoints > MAX_BLOCK_POINTS
      )
        return false
      count += 1
      bytes += moreBytes
      points += morePoints
      return true
    },
  }
}

/** Points of a transaction whose subgroup is checked, where they are many. */
function pointsOf(transaction: Transaction): number {
  if (transaction.kind === 'rollChunk') return transaction.entries.length
  if (transaction.kind !== 'ceremonyDealing') return 0
  return 2 * transaction.shares.length + Math.floor(transaction.polynomial.length / POINT_BYTES)
}

/** Whether a header continues this state: network, height, parent, time, validators. */
export function checkHeader(state: State, header: BlockHeader): Result<void, BlockRejection> {
  const { head, networkId, genesis } = state
  if (!equalBytes(header.networkId, networkId)) return refuse('wrong-network', 'of another network')
  if (header.height !== head.height + 1)
    return refuse('wrong-height', `height ${header.height} after ${head.height}`)
  if (!equalBytes(header.parent, head.id)) return refuse('wrong-parent', 'does not continue the last block')
  if (!Number.isSafeInteger(header.time) || header.time <= head.time)
    return refuse('wrong-time', `time ${header.time} is not after the parent's ${head.time}`)
  const validators = validatorsRoot(genesis.validators.map(({ publicKey }) => publicKey))
  // The validators of a network are those of its genesis for now; the header has room for more.
  if (!equalBytes(header.validatorsRoot, validators) || !equalBytes(header.nextValidatorsRoot, validators))
    return refuse('wrong-validators-root', 'not the roots of the validators of this height and the next')
  return ok(undefined)
}

/** The transactions of a block: their root, limits, form and order (ballots last, ascending by id: T34). */
export function decodeTransactions(block: Block): Result<readonly Decoded[], BlockRejection> {
  if (block.transactions.length > MAX_BLOCK_TRANSACTIONS)
    return refuse('too-large', `${block.transactions.length} transactions, at most ${MAX_BLOCK_TRANSACTIONS}`)
  if (!equalBytes(transactionsRoot(block.transactions), block.header.transactionsRoot))
    return refuse('wrong-transactions-root', 'the header is not that of these transactions')
  const all: Decoded[] = []
  for (const [i, bytes] of block.transactions.entries()) {
    const decoded = decodeWithId(bytes)
    if (!decoded.ok) return refuse('malformed', `transaction ${i}: ${decoded.error.detail}`)
    all.push(decoded.value)
  }
  const arranged = checkArrangement(all)
  return arranged.ok ? ok(all) : arranged
}

/** Limits and order of a block's transactions. */
export function checkArrangement(transactions: readonly Decoded[]): Result<void, BlockRejection> {
  const room = blockRoom()
  for (const [i, next] of transactions.entries()) {
    if (!room.takes(next.transaction, next.bytes))
      return refuse('too-large', `transaction ${i} is one more than a block may hold`)
    const before = transactions[i - 1]
    if (before !== undefined && !isOrdered(before, next))
      return refuse('wrong-order', `transaction ${i}: ballots come last, strictly ascending by id`)
  }
  return ok(undefined)
}

function isOrdered(before: Decoded, next: Decoded): boolean {
  if (before.transaction.kind !== 'ballot') return true
  return next.transaction.kind === 'ballot' && compareBytes(before.hash, next.hash) < 0
}
