/**
 * An adversary is an honest trustee behind a board that is not: between the two sits somebody who has the trustee's seed, sees what
 * it hands in, and changes it, withholds it, or hands in something else.
 */
import { unwrap } from '../../../base/index.ts'
import { type CeremonyKeys, ceremonyKeys } from '../../../election/index.ts'
import {
  decodeTransaction,
  encodeTransaction,
  signTransaction,
  type Transaction,
  type Unsigned,
} from '../../../ledger/index.ts'
import type { Handed, TrusteeBoard } from '../../../node/trustee/board.ts'
import type { Standing } from '../../../node/trustee/duty.ts'
import { ceremonySeed, trusteeSigningKey } from '../../../node/trustee-secrets.ts'
import { seedOf } from './material.ts'

/** Whose board, and the true one. */
export interface Corrupted {
  readonly networkId: Uint8Array
  readonly name: string
  readonly board: TrusteeBoard
}

/** Makes the board that the corrupted trustee gets. */
export type Adversary = (corrupted: Corrupted) => TrusteeBoard

/** Nothing goes out, and the trustee believes that it did. */
export const WITHHELD: Handed = { code: 'accepted', detail: 'withheld' }

/** The board, with each transaction that is handed in replaced by another one, or withheld (undefined). */
export function tampering(
  { board }: Corrupted,
  change: (transaction: Transaction) => Promise<Transaction | undefined>,
): TrusteeBoard {
  return {
    standings: () => board.standings(),
    transaction: (id) => board.transaction(id),
    isWaiting: (id) => board.isWaiting(id),
    submit: async (bytes) => {
      const changed = await change(unwrap(decodeTransaction(bytes)))
      return changed === undefined ? WITHHELD : board.submit(encodeTransaction(changed))
    },
  }
}

/** The board without what mandatory trustees have published, so that the trustee behind it goes on with a key that is not its own. */
export function hidingMandatory(board: TrusteeBoard): TrusteeBoard {
  return {
    ...board,
    standings: async () =>
      (await board.standings()).map(({ record, ceremony }) => ({
        record,
        ceremony: { ...ceremony, mandatory: ceremony.mandatory.map(() => ({})) },
      })),
  }
}

/** Signed with the corrupted trustee's key. */
export function resigned({ networkId, name }: Corrupted, body: Unsigned<Transaction>): Transaction {
  return signTransaction(networkId, body, trusteeSigningKey(seedOf(name)))
}

/** The private keys of the corrupted trustee in an attempt. */
export function stolenKeys({ networkId, name }: Corrupted, uuid: string, attempt: number): CeremonyKeys {
  return ceremonyKeys(ceremonySeed(seedOf(name), { networkId, uuid }, attempt))
}

/** The election as the true board has it. */
export async function standingOf({ board }: Corrupted, uuid: string): Promise<Standing> {
  const found = (await board.standings()).find(({ record }) => record.draft.uuid === uuid)
  if (found === undefined) throw new Error(`the election ${uuid} is not among the standings`)
  return found
}
