/** A trustee's card: what an administrator puts into a draft so that the trustee takes part. Public. */
import { z } from 'zod'
import { fromUtf8, toHex, utf8 } from '../base/index.ts'
import { PUBLIC_KEY_BYTES } from '../crypto/index.ts'
import { MAX_NAME_LENGTH } from './limits.ts'
import { trusteePublicKey } from './trustee-secrets.ts'

/** One entry of a draft's `trustees`; the key is in hexadecimal. */
export interface TrusteeCard {
  readonly name: string
  readonly publicKey: string
}

const CARD: z.ZodType<TrusteeCard> = z.strictObject({
  name: z.string().refine(isTrusteeName),
  publicKey: z.string().regex(new RegExp(`^[0-9a-f]{${2 * PUBLIC_KEY_BYTES}}$`)),
})

/** Whether drafts take a name: the rule of the genesis file for parties. */
export function isTrusteeName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_NAME_LENGTH && !/\p{C}/u.test(name)
}

/** The card of the trustee with this seed. */
export function trusteeCard(name: string, seed: Uint8Array): TrusteeCard {
  return { name, publicKey: toHex(trusteePublicKey(seed)) }
}

/** The bytes of `card.json`. */
export function cardFile({ name, publicKey }: TrusteeCard): Uint8Array {
  return utf8(`${JSON.stringify({ name, publicKey }, null, 2)}\n`)
}

/** The card in the bytes of a file, or undefined. */
export function parseCard(file: Uint8Array): TrusteeCard | undefined {
  try {
    return CARD.parse(JSON.parse(fromUtf8(file) ?? ''))
  } catch {
    return undefined
  }
}
