/**
 * A secret of 32 bytes under a passphrase: scrypt (RFC 7914) makes a key of passphrase and salt, AES-256-GCM (NIST SP 800-38D)
 * encrypts the secret with it. Everything else in the file, and what the secret is for, is authenticated with it, so that a file
 * that was changed, or put in the place of another one, does not open. Salt and nonce are fresh for every file: no key of AES
 * serves twice.
 *
 * Files are JSON in one form only: each reader writes again what it understood and compares. A change of any byte is refused,
 * either as malformed or because it does not open.
 *
 * r and p are fixed at the values of RFC 7914, n is in the file and within limits: what a hostile file can ask for is bounded.
 */
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto'
import { z } from 'zod'
import { assert, concat, fromHex, fromUtf8, toHex, utf8 } from '../base/index.ts'
import type { Random } from '../crypto/index.ts'
import {
  MAX_KEY_FILE_BYTES,
  MAX_PASSPHRASE_LENGTH,
  MAX_SCRYPT_N,
  MIN_PASSPHRASE_LENGTH,
  MIN_SCRYPT_N,
  SCRYPT_N,
} from './limits.ts'

/** Bytes of every secret. */
export const SECRET_BYTES = 32
const SALT_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const SCRYPT_R = 8
const SCRYPT_P = 1

/** A passphrase, and what guessing it costs: scrypt's n, a power of two; only tests give another one than the default. */
export interface Protection {
  readonly passphrase: string
  readonly scryptN?: number
}

/** A sealed secret; bytes are in hexadecimal. */
export interface Sealed {
  readonly kdf: {
    readonly name: 'scrypt'
    readonly n: number
    readonly r: typeof SCRYPT_R
    readonly p: typeof SCRYPT_P
    readonly salt: string
  }
  readonly cipher: { readonly name: 'aes-256-gcm'; readonly iv: string; readonly tag: string }
  readonly secret: string
}

const hex = (bytes: number): z.ZodType<string> => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))

/** The fields of a sealed secret, in their order; the format around them adds its own. */
export const SEALED_FIELDS: { readonly [K in keyof Sealed]: z.ZodType<Sealed[K]> } = {
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    n: z.int().refine(isScryptN),
    r: z.literal(SCRYPT_R),
    p: z.literal(SCRYPT_P),
    salt: hex(SALT_BYTES),
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), iv: hex(IV_BYTES), tag: hex(TAG_BYTES) }),
  secret: hex(SECRET_BYTES),
}

/** Seals 32 bytes. `about` says what the secret is for: a domain tag and fields, authenticated, not stored. */
export async function seal(
  secret: Uint8Array,
  about: string,
  { passphrase, scryptN = SCRYPT_N }: Protection,
  random: Random,
): Promise<Sealed> {
  assert(secret.length === SECRET_BYTES, 'a secret has 32 bytes')
  assert(isScryptN(scryptN), "scrypt's n is a power of two that can be read again")
  const kdf = {
    name: 'scrypt',
    n: scryptN,
    r: SCRYPT_R,
    p: SCRYPT_P,
    salt: toHex(random(SALT_BYTES)),
  } as const
  const iv = random(IV_BYTES)
  const key = await keyOf(passphrase, kdf)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(authenticated(kdf, toHex(iv), about))
  const encrypted = concat(cipher.update(secret), cipher.final())
  return {
    kdf,
    cipher: { name: 'aes-256-gcm', iv: toHex(iv), tag: toHex(cipher.getAuthTag()) },
    secret: toHex(encrypted),
  }
}

/** The secret; undefined where passphrase, purpose or any byte is another one. */
export async function unseal(
  sealed: Sealed,
  about: string,
  passphrase: string,
): Promise<Uint8Array | undefined> {
  const { kdf, cipher, secret } = sealed
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, kdf), bytes(cipher.iv), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(authenticated(kdf, cipher.iv, about))
  decipher.setAuthTag(bytes(cipher.tag))
  const decrypted = decipher.update(bytes(secret))
  try {
    return concat(decrypted, decipher.final())
  } catch {
    return undefined
  }
}

/** The bytes of a file: compact JSON and a newline. */
export function encodeFile(content: object): Uint8Array {
  return utf8(`${JSON.stringify(content)}\n`)
}

/** The content of a file that {@link encodeFile} wrote, with or without the last newline; undefined for anything else. */
export function decodeFile<T extends object>(file: Uint8Array, schema: z.ZodType<T>): T | undefined {
  if (file.length > MAX_KEY_FILE_BYTES) return undefined
  const text = fromUtf8(file)?.replace(/\n$/, '')
  if (text === undefined) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const parsed = schema.safeParse(json)
  return parsed.success && JSON.stringify(parsed.data) === text ? parsed.data : undefined
}

/** A text as people keep it in a file or type it: without one newline at its end, in Unicode's form NFKC. */
export function normalisePassphrase(text: string): string {
  return text.replace(/\r?\n$/, '').normalize('NFKC')
}

/** What is wrong with a (normalised) passphrase that is to be set; undefined where nothing is. */
export function faultOfPassphrase(passphrase: string): string | undefined {
  const { length } = [...passphrase]
  if (length < MIN_PASSPHRASE_LENGTH || length > MAX_PASSPHRASE_LENGTH)
    return `a passphrase has ${MIN_PASSPHRASE_LENGTH} to ${MAX_PASSPHRASE_LENGTH} characters, this one has ${length}`
  if (/\p{Cc}/u.test(passphrase)) return 'a passphrase is one line of text without control characters'
  return undefined
}

function isScryptN(n: number): boolean {
  return n >= MIN_SCRYPT_N && n <= MAX_SCRYPT_N && Number.isInteger(Math.log2(n))
}

function keyOf(passphrase: string, { n, r, p, salt }: Sealed['kdf']): Promise<Uint8Array> {
  // What scrypt needs is 128 r (n + p) bytes and a little; Node refuses what reaches maxmem.
  const maxmem = 128 * r * (n + p + 2)
  return new Promise((resolve, reject) => {
    scrypt(utf8(passphrase), bytes(salt), KEY_BYTES, { N: n, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/** All fields in one text. Only `about` is free, and it is the last one. */
function authenticated({ name, n, r, p, salt }: Sealed['kdf'], iv: string, about: string): Uint8Array {
  return utf8([name, n, r, p, salt, 'aes-256-gcm', iv, about].join('|'))
}

function bytes(text: string): Uint8Array {
  const read = fromHex(text)
  assert(read !== undefined, 'the fields of a sealed secret are hexadecimal')
  return read
}
