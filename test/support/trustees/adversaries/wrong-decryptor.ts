/** Decrypts with another key than the one it published, and proves that it did so correctly (T19). */
import { assert, unwrap } from '../../../../base/index.ts'
import { deriveScalar } from '../../../../crypto/index.ts'
import { createPartialDecryption, decodeTally, encodePartialDecryption } from '../../../../election/index.ts'
import {
  decodeTransaction,
  electionOf,
  encodeTransaction,
  type Transaction,
  type TransactionOf,
} from '../../../../ledger/index.ts'
import type { Handed } from '../../../../node/trustee/board.ts'
import { seededRandom } from '../../parties.ts'
import { seedOf } from '../material.ts'
import { type Adversary, type Corrupted, resigned, standingOf } from '../tampering.ts'

/** `told`: what became of each decryption that it handed in. */
export function wrongDecryptor(told: Handed[] = []): Adversary {
  return (corrupted) => ({
    ...corrupted.board,
    submit: async (bytes) => {
      const transaction = unwrap(decodeTransaction(bytes))
      if (transaction.kind !== 'partialDecryption') return corrupted.board.submit(bytes)
      const handed = await corrupted.board.submit(encodeTransaction(await wrongly(corrupted, transaction)))
      told.push(handed)
      return handed
    },
  })
}

async function wrongly(
  corrupted: Corrupted,
  transaction: TransactionOf<'partialDecryption'>,
): Promise<Transaction> {
  const { record } = await standingOf(corrupted, transaction.uuid)
  const election = electionOf(record)
  assert(election !== undefined && record.tally !== undefined, 'the election is being decrypted')
  const tally = unwrap(decodeTally(record.draft.questions, record.tally))
  const other = deriveScalar(seedOf(corrupted.name), 'not the published key')
  const random = seededRandom(`wrong decryption of ${corrupted.name}`)
  const decryption = encodePartialDecryption(createPartialDecryption(election, tally, other, random))
  return resigned(corrupted, { ...transaction, decryption })
}
