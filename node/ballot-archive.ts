/** Finalised transactions out of the chain store, by id; a few decoded blocks are kept, since neighbours are asked for together. */
import { assert, equalBytes, toHex } from '../base/index.ts'
import type { Ballot } from '../election/index.ts'
import {
  type Block,
  decodeBlock,
  decodeTransaction,
  type Transaction,
  transactionId,
} from '../ledger/index.ts'
import type { ChainStore } from '../storage/index.ts'
import { NodeError } from './error.ts'
import { MAX_CACHED_BLOCKS } from './limits.ts'
import { RecentMap } from './recent.ts'

/** Reads what was finalised. */
export interface BallotArchive {
  /** A finalised ballot. That it is there is the caller's knowledge: its absence is damage. */
  ballot(id: Uint8Array): Promise<Ballot>
  /** An encoded finalised transaction, if there is one with this id. */
  transaction(id: Uint8Array): Promise<Uint8Array | undefined>
}

interface Found {
  readonly encoded: Uint8Array
  readonly transaction: Transaction
}

/** Over a chain store. */
export function createBallotArchive(store: ChainStore): BallotArchive {
  const blocks = new RecentMap<Block>(MAX_CACHED_BLOCKS)

  const block = async (height: number): Promise<Block> => {
    const known = blocks.get(String(height))
    if (known !== undefined) return known
    const stored = await store.block(height)
    const decoded = stored === undefined ? undefined : decodeBlock(stored.block)
    if (decoded === undefined || !decoded.ok) {
      throw new NodeError('storage-damaged', `the stored block of height ${height} cannot be read`)
    }
    blocks.set(String(height), decoded.value)
    return decoded.value
  }
  const find = async (id: Uint8Array): Promise<Found | undefined> => {
    for (const { height, index } of await store.places(id)) {
      const encoded = (await block(height)).transactions[index]
      if (encoded === undefined) {
        throw new NodeError('storage-damaged', `the index of transaction ${toHex(id)} points nowhere`)
      }
      const decoded = decodeTransaction(encoded)
      assert(decoded.ok, 'finalised transactions decode')
      if (equalBytes(transactionId(decoded.value), id)) return { encoded, transaction: decoded.value }
    }
    return undefined
  }
  return {
    transaction: async (id) => (await find(id))?.encoded,
    ballot: async (id) => {
      const found = await find(id)
      if (found === undefined) {
        throw new NodeError('storage-damaged', `ballot ${toHex(id)} is on the board and not in the database`)
      }
      assert(found.transaction.kind === 'ballot', 'an id on the board is that of a ballot')
      return found.transaction.ballot
    },
  }
}
