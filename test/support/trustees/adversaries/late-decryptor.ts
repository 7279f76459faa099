/** Keeps its partial decryption until the election needs none any more, and hands it in then. */
import { unwrap } from '../../../../base/index.ts'
import { decodeTransaction } from '../../../../ledger/index.ts'
import type { Handed } from '../../../../node/trustee/board.ts'
import { type Adversary, WITHHELD } from '../tampering.ts'

/** `told`: what became of what came late. */
export function lateDecryptor(told: Handed[] = []): Adversary {
  return ({ board }) => {
    const held = new Map<string, Uint8Array>()
    return {
      ...board,
      standings: async () => {
        const standings = await board.standings()
        for (const [uuid, bytes] of held) {
          if (standings.some(({ record }) => record.draft.uuid === uuid)) continue
          held.delete(uuid)
          told.push(await board.submit(bytes))
        }
        return standings
      },
      submit: async (bytes) => {
        const transaction = unwrap(decodeTransaction(bytes))
        if (transaction.kind !== 'partialDecryption') return board.submit(bytes)
        held.set(transaction.uuid, bytes)
        return WITHHELD
      },
    }
  }
}
