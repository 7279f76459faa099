/**
 * Validators' keys, by name. Signatures are made by node:crypto: Ed25519 is deterministic (RFC 8032, section 5.1.6), so they are the
 * bytes that the product's own code makes, ten times faster.
 */
import { createPrivateKey, sign } from 'node:crypto'
import { concat, fromHex } from '../../../base/index.ts'
import { privateKeyOf } from '../../support/ledger-builders.ts'

/** PKCS #8 before the 32 bytes of an Ed25519 private key (RFC 8410). */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420', 16)!

const signers = new Map<string, (bytes: Uint8Array) => Uint8Array>()

/** Signs as the named party. */
export function signerOf(name: string): (bytes: Uint8Array) => Uint8Array {
  const known = signers.get(name)
  if (known !== undefined) return known
  const key = createPrivateKey({
    key: Buffer.from(concat(PKCS8_PREFIX, privateKeyOf(name))),
    format: 'der',
    type: 'pkcs8',
  })
  const signer = (bytes: Uint8Array): Uint8Array => new Uint8Array(sign(null, bytes, key))
  signers.set(name, signer)
  return signer
}
