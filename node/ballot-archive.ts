/** Finalised transactions out of the chain store, by id; a few decoded blocks are kept, since neighbours are asked for together. */
import { assert, toHex } from '../base/index.ts'
import type { Ballot } from '../election/index.ts'
import { type Block, decodeBlock, decodeTransaction } from '../ledger/index.ts'
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
  const transaction = async (id: Uint8Array): Promise<Uint8Array | undefined> => {
    const place = await store.transaction(id)
    if (place === undefined) return undefined
    const encoded = (await block(place.height)).transactions[place.index]
    if (encoded === undefined) {
      throw new NodeError('storage-damaged', `the index of transaction ${toHex(id)} points nowhere`)
    }
    return encoded
  }
  return {
    transaction,
    ballot: async (id) => {
      const encoded = await transaction(id)
      if (encoded === undefined) {
        throw new NodeError('storage-damaged', `ballot ${toHex(id)} is on the board and not in the database`)
      }
      const decoded = decodeTransaction(encoded)
      assert(decoded.ok, 'finalised transactions decode')
      assert(decoded.value.kind === 'ballot', 'an id on the board is that of a ballot')
      return decoded.value.ballot
    },
  }
}
