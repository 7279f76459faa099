/**
 * Waits until all others have dealt, and only then decides: to reveal what it committed to, or something that it likes better now
 * that it knows the others' coefficients (T17).
 */
import { assert, unwrap } from '../../../../base/index.ts'
import {
  awaitedPlaces,
  decodeTransaction,
  encodeTransaction,
  trusteePlace,
} from '../../../../ledger/index.ts'
import type { Handed } from '../../../../node/trustee/board.ts'
import type { Standing } from '../../../../node/trustee/duty.ts'
import { type Adversary, WITHHELD } from '../tampering.ts'
import { otherDealing } from './broken-commitment.ts'

/** `told`: what became of each dealing that it handed in. */
export function rushingDealer(plan: 'reveal' | 'choose', told: Handed[] = []): Adversary {
  return (corrupted) => {
    const { board } = corrupted
    const held = new Map<string, Uint8Array>()
    const isLast = ({ record, ceremony }: Standing, trustee: Uint8Array): boolean => {
      const awaited = awaitedPlaces(ceremony)
      return (
        ceremony.step === 'dealings' &&
        awaited.length === 1 &&
        awaited[0] === trusteePlace(record.draft, trustee)
      )
    }
    const decide = async (standing: Standing): Promise<void> => {
      const bytes = held.get(keyOf(standing))
      if (bytes === undefined) return
      const dealing = unwrap(decodeTransaction(bytes))
      assert(dealing.kind === 'ceremonyDealing', 'only dealings are held back')
      if (!isLast(standing, dealing.trustee)) return
      held.delete(keyOf(standing))
      const chosen = plan === 'reveal' ? dealing : otherDealing(corrupted, dealing, standing)
      told.push(await board.submit(encodeTransaction(chosen)))
    }
    return {
      transaction: (id) => board.transaction(id),
      isWaiting: (id) => board.isWaiting(id),
      standings: async () => {
        const standings = await board.standings()
        for (const standing of standings) await decide(standing)
        return standings
      },
      submit: async (bytes) => {
        const transaction = unwrap(decodeTransaction(bytes))
        if (transaction.kind !== 'ceremonyDealing') return board.submit(bytes)
        held.set(`${transaction.uuid}/${transaction.attempt}`, bytes)
        return WITHHELD
      },
    }
  }
}

const keyOf = ({ record, ceremony }: Standing): string => `${record.draft.uuid}/${ceremony.attempt}`
