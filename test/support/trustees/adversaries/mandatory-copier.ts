/** A mandatory trustee that wants another one's key for its own: what that one publishes it publishes again, under its own name. */
import { unwrap } from '../../../../base/index.ts'
import { decodeTransaction } from '../../../../ledger/index.ts'
import type { Handed, TrusteeBoard } from '../../../../node/trustee/board.ts'
import { type Adversary, hidingMandatory, resigned, standingOf, tampering } from '../tampering.ts'

/** Copies the key of the mandatory trustee at a place, and its commitment or not; `told`: what became of each key that it handed in. */
export function mandatoryCopier(
  victim: number,
  copied: 'key' | 'commitment and key',
  told: Handed[],
): Adversary {
  return (corrupted) => {
    const telling: TrusteeBoard = {
      ...hidingMandatory(corrupted.board),
      submit: async (bytes) => {
        const handed = await corrupted.board.submit(bytes)
        if (unwrap(decodeTransaction(bytes)).kind === 'trusteeKey') told.push(handed)
        return handed
      },
    }
    return tampering({ ...corrupted, board: telling }, async (transaction) => {
      if (transaction.kind !== 'ceremonyCommitment' && transaction.kind !== 'trusteeKey') return transaction
      const { ceremony } = await standingOf(corrupted, transaction.uuid)
      const { commitment, key } = ceremony.mandatory[victim] ?? {}
      if (transaction.kind === 'trusteeKey')
        return key === undefined ? undefined : resigned(corrupted, { ...transaction, key })
      if (copied === 'key') return transaction
      return commitment === undefined ? undefined : resigned(corrupted, { ...transaction, commitment })
    })
  }
}
