/**
 * A chain that a whole network has certified, without the network: each block is made by the ledger and signed with all validators' keys.
 * And peers that serve it, honestly or not.
 */

import { unwrap } from '../../base/index.ts'
import { quorum } from '../../consensus/index.ts'
import { type Block, blockId, executeBlock, type Genesis, type Transaction } from '../../ledger/index.ts'
import {
  decodeBlocksRequest,
  encodeStatus,
  type MemoryHub,
  type RequestHandler,
  type Transport,
} from '../../network/index.ts'
import { aCertificate, aForgedBlock, certified } from './forged-blocks.ts'
import { aChain, anOpenElection, commit, type ElectionOptions, type TestChain } from './ledger-builders.ts'

export interface MadeChain {
  readonly chain: TestChain
  readonly networkId: Uint8Array
  /** Blocks with certificates as they travel, the first at height 1. */
  readonly payloads: Uint8Array[]
  /** One more block; the proofs of its ballots are nobody's business here. */
  extend(transactions: readonly Transaction[], byMs?: number): Block
}

/** An empty chain of a network, whose blocks a quorum signs. */
export function aMadeChain(genesis: Genesis): MadeChain {
  const chain = aChain(genesis)
  const signers = genesis.validators.map((_, index) => index).slice(0, quorum(genesis.validators.length))
  const payloads: Uint8Array[] = []
  const certify = (block: Block): void => {
    payloads.push(certified(block, aCertificate(chain.networkId, block, signers)))
  }
  return {
    chain,
    networkId: chain.networkId,
    payloads,
    extend: (transactions, byMs = 100) => {
      for (const block of chain.blocks.slice(payloads.length)) certify(block)
      const { state } = chain
      const block = aForgedBlock(state, transactions, state.head.time + byMs)
      const inputs = { isVerified: () => true, ballots: new Map() }
      commit(chain, block, unwrap(executeBlock(state, block, inputs)), transactions)
      certify(block)
      return block
    },
  }
}

/** A made chain of so many blocks with nothing in them. */
export function aLongChain(genesis: Genesis, length: number): MadeChain {
  const made = aMadeChain(genesis)
  for (let height = 1; height <= length; height++) made.extend([])
  return made
}

/** A made chain with an open election; its uuid. */
export function aChainWithElection(
  genesis: Genesis,
  options: ElectionOptions,
): MadeChain & { readonly uuid: string } {
  const made = aMadeChain(genesis)
  const uuid = anOpenElection(made.chain, options)
  made.extend([])
  return { ...made, uuid }
}

/** A peer of a hub that says it stands at a height, and answers requests for blocks in its way. */
export async function aPeer(
  hub: MemoryHub,
  name: string,
  made: MadeChain,
  blocks: RequestHandler = honestly(made),
  claimed?: number,
): Promise<Transport> {
  const transport = hub.transport(name)
  transport.handle('status', async function* () {
    const height = claimed ?? made.payloads.length
    const block = made.chain.blocks[height - 1]
    const id = block === undefined ? made.networkId : blockId(block.header)
    yield encodeStatus({ networkId: made.networkId, height, blockId: id })
  })
  transport.handle('blocks', blocks)
  await transport.start()
  return transport
}

/** The blocks that were asked for. */
export function honestly(made: Pick<MadeChain, 'payloads'>): RequestHandler {
  return async function* (_from, request) {
    const { from, to } = rangeOf(request)
    yield* made.payloads.slice(from - 1, to - 1)
  }
}

/** The heights of a request: from `from` to below `to`. */
export function rangeOf(request: Uint8Array): { readonly from: number; readonly to: number } {
  const { from, count } = unwrap(decodeBlocksRequest(request))
  return { from, to: from + count }
}

/** The same network with another name: another network id, the same keys. */
export function otherNetwork(genesis: Genesis): Genesis {
  return { ...genesis, network: 'another network' }
}
