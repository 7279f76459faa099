/**
 * Credentials (specification 4.8): 22 base58 characters that a voter keeps secret, the exponent derived from them for one
 * election, and its public counterpart on the roll.
 */
import { assert, bigEndian, concat } from '../base/index.ts'
import { encodePoint, GENERATOR, modOrder, multiplySecret, type Random, sha256 } from '../crypto/index.ts'
import { BASE58, randomBase58 } from './base58.ts'

const GROUPS = [5, 6, 5, 6] as const
const CREDENTIAL = new RegExp(`^${GROUPS.map((length) => `[${BASE58}]{${length}}`).join('-')}$`)

/** A fresh private credential, 128 bits strong: `XXXXX-XXXXXX-XXXXX-XXXXXX`. */
export function createCredential(random: Random): string {
  return GROUPS.map((length) => randomBase58(random, length)).join('-')
}

/** Whether the text has the form of a private credential. */
export function isCredential(text: string): boolean {
  return CREDENTIAL.test(text)
}

/** The secret exponent of a private credential: 512 bits of SHA-256 modulo q. The credential has the right form. */
export function credentialSecret(uuid: string, credential: string): bigint {
  assert(isCredential(credential), 'a secret is derived from a credential of the right form')
  const half = (i: 0 | 1): Uint8Array => sha256(`derive_credential|${uuid}|${i}|${credential}`)
  return modOrder(bigEndian(concat(half(0), half(1))))
}

/** g^secret, encoded. */
export function publicCredential(secret: bigint): Uint8Array {
  return encodePoint(multiplySecret(GENERATOR, secret))
}
