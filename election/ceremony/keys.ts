/**
 * What a member's secret seed determines (specification 4.6.1): the key it signs with and the key it decrypts with. A seed
 * serves one attempt at one ceremony: complaints publish what its decryption key opens.
 */
import { assert, bigEndian } from '../../base/index.ts'
import { modOrder, sha256 } from '../../crypto/index.ts'
import { BASE58 } from '../base58.ts'
import type { CeremonyKeys } from './types.ts'

const SEED_CHARACTERS = 22
const SEED_SOURCE_BYTES = 64

/** The 22 base58 characters of 64 uniform secret bytes, as the last digits of a 512-bit number: their bias is below 2^-380. */
export function trusteeSeedOf(bytes: Uint8Array): string {
  assert(bytes.length === SEED_SOURCE_BYTES, 'a seed is made of 64 bytes')
  let rest = bigEndian(bytes)
  let seed = ''
  for (let i = 0; i < SEED_CHARACTERS; i++) {
    seed += BASE58[Number(rest % 58n)]!
    rest /= 58n
  }
  return seed
}

/** The private keys of a seed. */
export function ceremonyKeys(seed: string): CeremonyKeys {
  const derived = (purpose: 'sk' | 'dk'): bigint => modOrder(bigEndian(sha256(`${purpose}|${seed}`)))
  return { signing: derived('sk'), decryption: derived('dk') }
}
