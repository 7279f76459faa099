/**
 * Whether a database holds a finalised chain of this network, whole: every height is there, each block names the one before it, a quorum
 * signed the last one, and the stored state has its root. Blocks are not executed again: their ids follow from the signed one.
 */
import { equalBytes } from '../../base/index.ts'
import {
  type Block,
  blockId,
  decodeBlock,
  type Genesis,
  genesisState,
  loadStateFrom,
  stateRoot,
} from '../../ledger/index.ts'
import { type ChainStore, type Database, openChainStore } from '../../storage/index.ts'
import { proveBlock } from '../block-import.ts'
import { isWhole } from '../chain.ts'
import { NodeError } from '../error.ts'

/** What a chain is checked against. */
export interface ChainIdentity {
  readonly genesis: Genesis
  readonly networkId: Uint8Array
}

/** The height of the chain; rejects with `StorageError` or a `NodeError` `storage-damaged` that says what does not add up. */
export async function checkChain(database: Database, identity: ChainIdentity): Promise<number> {
  const store = await openChainStore(database, identity.networkId)
  const height = store.height()
  let parent = genesisState(identity.genesis, identity.networkId).head.id
  for (let at = 1; at <= height; at++) {
    const { header } = await wholeBlock(store, at)
    if (header.height !== at || !equalBytes(header.parent, parent))
      throw damaged(`block ${at} does not follow block ${at - 1}`)
    parent = blockId(header)
  }
  if (height > 0) await checkHead(store, identity)
  await checkState(store, identity, parent)
  return height
}

async function wholeBlock(store: ChainStore, height: number): Promise<Block> {
  const stored = await store.block(height)
  const block = stored === undefined ? undefined : decodeBlock(stored.block)
  if (block === undefined || !block.ok || !isWhole(block.value))
    throw damaged(`block ${height} cannot be read`)
  return block.value
}

async function checkHead(store: ChainStore, { genesis, networkId }: ChainIdentity): Promise<void> {
  const height = store.height()
  const stored = await store.block(height)
  const validators = { keys: genesis.validators.map(({ publicKey }) => publicKey) }
  const proven = stored && proveBlock(stored, { networkId, validators })
  if (proven === undefined || !proven.ok) throw damaged(`no quorum signed block ${height} as it is stored`)
}

async function checkState(
  store: ChainStore,
  { genesis, networkId }: ChainIdentity,
  head: Uint8Array,
): Promise<void> {
  const state = await loadStateFrom(genesis, networkId, store.stateEntries())
  if (!state.ok) throw damaged(`the stored state: ${state.error.detail}`)
  const height = store.height()
  if (state.value.head.height !== height || !equalBytes(state.value.head.id, head))
    throw damaged(`the stored state is not that of block ${height}`)
  if (height === 0) return
  const { header } = await wholeBlock(store, height)
  if (!equalBytes(header.stateRoot, stateRoot(state.value)))
    throw damaged(`the stored state has not the root of block ${height}`)
}

function damaged(what: string): NodeError {
  return new NodeError('storage-damaged', `the database does not add up: ${what}`)
}
