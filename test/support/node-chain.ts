/** A node's chain over memory storage that grows without agreement: certificates are made with all validators' keys. */
import { toHex } from '../../base/index.ts'
import { ballotId } from '../../election/index.ts'
import {
  type ElectionDraft,
  electionOf,
  electionRecord,
  encodeTransaction,
  type Genesis,
  genesisFile,
  identified,
  networkIdOf,
  type Transaction,
} from '../../ledger/index.ts'
import { type BallotArchive, createBallotArchive } from '../../node/ballot-archive.ts'
import { Chain } from '../../node/chain.ts'
import { createManualClock, type ManualClock } from '../../node/index.ts'
import { Pool, type PoolOptions } from '../../node/pool.ts'
import { type BallotVerifier, createInlineVerifier } from '../../node/verifier.ts'
import { type ChainStore, memoryDatabase, openChainStore } from '../../storage/index.ts'
import { aCertificate } from './forged-blocks.ts'
import { aBallot, aDraft, aGenesis, aPreparation, aRoll, cast, GENESIS_TIME } from './ledger-builders.ts'

export interface NodeChain {
  readonly genesis: Genesis
  readonly networkId: Uint8Array
  readonly clock: ManualClock
  readonly store: ChainStore
  readonly ballots: BallotArchive
  readonly verifier: BallotVerifier
  readonly chain: Chain
  readonly pool: Pool
  /** One more block with these transactions at the clock's time, or later. */
  extend(transactions: readonly Transaction[], time?: number): Promise<void>
}

/** An empty chain in a network of two validators, and a pool on top of it. */
export async function aNodeChain(
  options: { readonly pool?: PoolOptions; readonly maxJobs?: number } = {},
): Promise<NodeChain> {
  const genesis = aGenesis()
  const networkId = networkIdOf(genesisFile(genesis))
  const clock = createManualClock(GENESIS_TIME + 1000)
  const store = await openChainStore(memoryDatabase(), networkId)
  const ballots = createBallotArchive(store)
  const { maxJobs } = options
  const verifier = createInlineVerifier({ clock, ...(maxJobs === undefined ? {} : { maxJobs }) })
  const chain = await Chain.open({ genesis, networkId }, { store, verifier, ballots, clock })
  const pool = new Pool(options.pool ?? {}, { chain, verifier, clock })
  return {
    genesis,
    networkId,
    clock,
    store,
    ballots,
    verifier,
    chain,
    pool,
    extend: async (transactions, time) => {
      const at = time ?? Math.max(clock.now(), chain.state().head.time + 1)
      if (at > clock.now()) await clock.advance(at - clock.now())
      const { block } = await chain.build(transactions.map(identified), at)
      const forBlock = { header: block.header, transactions: transactions.map(encodeTransaction) }
      await chain.commit(block, aCertificate(networkId, forBlock, [0, 1]))
    },
  }
}

/** Brings an election with that many voters to `open` on the chain; its draft. */
export async function openElectionOn(on: NodeChain, voters: number): Promise<ElectionDraft> {
  const draft = aDraft()
  const preparation = aPreparation(on.networkId, draft, aRoll(voters))
  await on.extend([preparation.draft])
  await on.extend([...preparation.keys, ...preparation.chunks, ...preparation.signatures])
  await on.extend([], draft.opensAt)
  return draft
}

/** A ballot for an election on the chain. */
export function ballotOn(
  on: NodeChain,
  uuid: string,
  voter: number,
  seed?: string,
): { readonly transaction: Transaction; readonly bytes: Uint8Array; readonly id: string } {
  const election = electionOf(electionRecord(on.chain.state(), uuid)!)!
  const ballot = aBallot(election, voter, [[1, 0]], seed)
  const transaction = cast(ballot)
  return { transaction, bytes: encodeTransaction(transaction), id: toHex(ballotId(ballot)) }
}
