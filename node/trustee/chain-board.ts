/**
 * The board of a trustee inside a daemon: the chain that the daemon itself has executed, and its pool. A tally is shown only once the
 * proofs of all its ballots were verified here: what a certificate stands for in the meantime is not decrypted on its word.
 */
import { decodeTransaction, electionCeremony, elections } from '../../ledger/index.ts'
import type { BallotArchive } from '../ballot-archive.ts'
import type { Chain } from '../chain.ts'
import type { Pool } from '../pool.ts'
import type { TrusteeBoard } from './board.ts'

export function createChainBoard({
  chain,
  pool,
  ballots,
}: {
  readonly chain: Chain
  readonly pool: Pool
  readonly ballots: BallotArchive
}): TrusteeBoard {
  return {
    standings: async () => {
      const state = chain.state()
      const areAllVerified = chain.proofsVerifiedTo() >= state.head.height
      return elections(state).flatMap((record) => {
        if (record.phase !== 'draft' && !(record.phase === 'decrypting' && areAllVerified)) return []
        const ceremony = electionCeremony(state, record.draft.uuid)
        return ceremony === undefined ? [] : [{ record, ceremony }]
      })
    },
    transaction: async (id) => {
      const bytes = await ballots.transaction(id)
      const decoded = bytes === undefined ? undefined : decodeTransaction(bytes)
      return decoded?.ok === true ? decoded.value : undefined
    },
    submit: async (bytes) => {
      const { code, detail } = await pool.add(bytes, undefined, true)
      return { code, detail }
    },
    isWaiting: (id) => pool.get(id) !== undefined,
  }
}
