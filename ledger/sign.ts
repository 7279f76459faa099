/** Signing transactions, and who must have signed one. */
import { assert, equalBytes, ok, type Result, refuse, unreachable } from '../base/index.ts'
import { publicKeyOf, sign, verifySignature } from '../crypto/index.ts'
import {
  type AuthoredTransaction,
  signingBytes,
  type Unsigned,
  type UnsignedTransaction,
} from './transaction-ssz.ts'
import type { Rejection, Transaction } from './types.ts'

/** Signs the canonical form: domain tag, network id, kind, body (T15). The author's key must match `privateKey`. */
export function signTransaction(
  networkId: Uint8Array,
  body: Unsigned<Transaction>,
  privateKey: Uint8Array,
): Transaction {
  assert(equalBytes(publicKeyOf(privateKey), authorOf(body)), "a transaction is signed with its author's key")
  return { ...body, signature: sign(signingBytes(networkId, body), privateKey) }
}

/** The Ed25519 key that must have signed a transaction. */
export function authorOf(body: UnsignedTransaction): Uint8Array {
  switch (body.kind) {
    case 'draft':
      return body.administrator
    case 'trusteeKey':
    case 'partialDecryption':
    case 'ceremonyCertificate':
    case 'ceremonyCommitment':
    case 'ceremonyDealing':
    case 'ceremonyKey':
    case 'ceremonyComplaint':
      return body.trustee
    case 'rollChunk':
    case 'rollSignature':
      return body.registrar
    default:
      return unreachable(body)
  }
}

/** Whether a transaction carries its author's signature for this network. */
export function verifyAuthor(
  networkId: Uint8Array,
  transaction: AuthoredTransaction,
): Result<void, Rejection> {
  const isGood = verifySignature(
    signingBytes(networkId, transaction),
    transaction.signature,
    authorOf(transaction),
  )
  return isGood
    ? ok(undefined)
    : refuse('bad-signature', 'not the signature of its author for this network and these contents')
}
