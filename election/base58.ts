/** The alphabet of identifiers and credentials (specification 4.2 and 4.8). */
import type { Random } from '../crypto/index.ts'

export const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Bytes below this fall on every character equally often; others are drawn again. */
const FAIR_BYTES = 256 - (256 % BASE58.length)

/** That many uniform characters. */
export function randomBase58(random: Random, length: number): string {
  let text = ''
  while (text.length < length)
    for (const byte of random(length - text.length))
      if (byte < FAIR_BYTES) text += BASE58[byte % BASE58.length]!
  return text
}
