/**
 * An encrypted key file, as bytes:
 *
 *     {"version":1,"kdf":{"name":"scrypt","n":131072,"r":8,"p":1,"salt":HEX},
 *      "cipher":{"name":"aes-256-gcm","iv":HEX,"tag":HEX},"secret":HEX}
 *
 * on one line. What the key is for is not in the file but authenticated with it: a validator's key in the place of the network key
 * does not open. See `sealing.ts` for the cryptography.
 */
import { z } from 'zod'
import { ok, type Refusal, type Result, refuse } from '../base/index.ts'
import type { Random } from '../crypto/index.ts'
import {
  decodeFile,
  encodeFile,
  type Protection,
  SEALED_FIELDS,
  type Sealed,
  seal,
  unseal,
} from './sealing.ts'

/** What a key is for. */
export type KeyPurpose = 'network' | 'validator' | 'trustee' | 'administrator' | 'registrar'

/** A keystore that was read and not opened yet. */
export interface Keystore extends Sealed {
  readonly version: 1
}

const KEYSTORE: z.ZodType<Keystore> = z.strictObject({ version: z.literal(1), ...SEALED_FIELDS })

/** The file of a key of 32 bytes under a (normalised) passphrase. */
export async function encryptKey(
  key: Uint8Array,
  purpose: KeyPurpose,
  protection: Protection,
  random: Random,
): Promise<Uint8Array> {
  return encodeFile({ version: 1, ...(await seal(key, aboutOf(purpose), protection, random)) })
}

/** Whether a key file claims to be a keystore; a plain one begins with a digit. */
export function isKeystore(file: Uint8Array): boolean {
  return file[0] === '{'.charCodeAt(0)
}

/** Reads a keystore without opening it. */
export function decodeKeystore(file: Uint8Array): Result<Keystore, Refusal<'key-invalid'>> {
  const keystore = decodeFile(file, KEYSTORE)
  return keystore === undefined
    ? refuse('key-invalid', 'it is not a keystore of this version as psephos writes it; it may be damaged')
    : ok(keystore)
}

/** The key of 32 bytes. A wrong passphrase, another purpose and a damaged file cannot be told apart. */
export async function decryptKey(
  keystore: Keystore,
  purpose: KeyPurpose,
  passphrase: string,
): Promise<Result<Uint8Array, Refusal<'passphrase-wrong'>>> {
  const key = await unseal(keystore, aboutOf(purpose), passphrase)
  return key === undefined
    ? refuse(
        'passphrase-wrong',
        `the passphrase does not open it as a ${purpose} key: give the right one; if it is, the file is damaged or another key's, and has to come from a backup`,
      )
    : ok(key)
}

function aboutOf(purpose: KeyPurpose): string {
  return `psephos/keystore/1|${purpose}`
}
