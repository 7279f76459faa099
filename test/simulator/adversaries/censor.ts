/**
 * Keeps ballots off the chain (T27, T30; A. Miller et al., *The honey badger of BFT protocols*, 2016, section 2: a proposer decides what
 * gets in). Its puppet never hears of a transaction, so it passes none on and proposes blocks without any. Half of them also veto: they
 * neither prepare nor commit a block that holds a ballot. They hope that a ballot which a correct node accepted never becomes final, or that
 * agreement stands still as long as there are ballots.
 */
import { decodeBlock, decodeTransaction } from '../../../ledger/index.ts'
import type { AdversaryKind, Gossiped, Hands } from '../types.ts'
import { Recollection } from './recollection.ts'
import { read, readOwn, send } from './speech.ts'

export const censor: AdversaryKind = {
  describe: 'proposes without ballots, passes none on, and may vote against those with ballots',
  seatsPerIndex: 1,
  conspire: (dice) => {
    const isVetoing = dice.chance(0.5)
    return () => {
      const known = new Recollection()
      return {
        hear: (_from, message, hands) => {
          const said = read(message)
          if (said !== undefined) known.note(said, hands.height())
          return message.topic !== 'transactions'
        },
        say: (message, hands) => {
          if (message.topic === 'transactions') return []
          return isVetoing && isForBallots(message, hands, known) ? [] : [send(hands.others, message)]
        },
      }
    }
  },
}

/** Whether this is a prepare or commit of ours for a block that holds a ballot. */
function isForBallots(message: Gossiped, hands: Hands, known: Recollection): boolean {
  const own = readOwn(message, hands)?.message
  if (own === undefined || (own.kind !== 'prepare' && own.kind !== 'commit')) return false
  const block = known.block(own.signed.statement.blockId)
  return block !== undefined && holdsBallot(block)
}

/** Whether an encoded block holds a ballot. */
export function holdsBallot(bytes: Uint8Array): boolean {
  const block = decodeBlock(bytes)
  if (!block.ok) return false
  return block.value.transactions.some((transaction) => {
    const decoded = decodeTransaction(transaction)
    return decoded.ok && decoded.value.kind === 'ballot'
  })
}
