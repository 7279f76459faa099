/**
 * Certifies another member's encryption key as its own, which it hears before that one's certificate is finalised, and is first in
 * a block with it.
 */
import { assert, unwrap } from '../../../../base/index.ts'
import { certificateText } from '../../../../election/ceremony/messages.ts'
import {
  decodeTrusteeCertificate,
  encodeTrusteeCertificate,
  type TrusteeCertificate,
} from '../../../../election/index.ts'
import { signMessage } from '../../../../election/schnorr.ts'
import {
  contextOf,
  decodeTransaction,
  memberNumber,
  type Transaction,
  type TransactionOf,
  trusteePlace,
} from '../../../../ledger/index.ts'
import { seededRandom } from '../../parties.ts'
import {
  type Adversary,
  type Corrupted,
  resigned,
  standingOf,
  stolenKeys,
  tampering,
  WITHHELD,
} from '../tampering.ts'

/** The copier, and the board of its victim, which lets the copier be first. */
export function keyCopier(): { readonly copier: Adversary; readonly victim: Adversary } {
  let heard: TrusteeCertificate | undefined
  let isCopied = false
  return {
    victim: ({ board }) => ({
      ...board,
      submit: async (bytes) => {
        const transaction = unwrap(decodeTransaction(bytes))
        if (transaction.kind !== 'ceremonyCertificate' || isCopied) return board.submit(bytes)
        heard = unwrap(decodeTrusteeCertificate(transaction.certificate))
        return WITHHELD
      },
    }),
    copier: (corrupted) =>
      tampering(corrupted, async (transaction) => {
        if (transaction.kind !== 'ceremonyCertificate') return transaction
        if (heard === undefined) return undefined
        isCopied = true
        return copied(corrupted, transaction, heard)
      }),
  }
}

async function copied(
  corrupted: Corrupted,
  transaction: TransactionOf<'ceremonyCertificate'>,
  { encryption }: TrusteeCertificate,
): Promise<Transaction> {
  const { uuid, attempt, trustee } = transaction
  const { record, ceremony } = await standingOf(corrupted, uuid)
  const number = memberNumber(ceremony, trusteePlace(record.draft, trustee) ?? -1)
  assert(number !== undefined, 'the copier is a member')
  const { verification } = unwrap(decodeTrusteeCertificate(transaction.certificate))
  const text = certificateText(contextOf(record.draft, ceremony), number + 1, { verification, encryption })
  const random = seededRandom(`copy by ${corrupted.name}`)
  const signature = signMessage(stolenKeys(corrupted, uuid, attempt).signing, text, random)
  const certificate = encodeTrusteeCertificate({ verification, encryption, signature })
  return resigned(corrupted, { ...transaction, certificate })
}
