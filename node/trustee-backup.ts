/**
 * A trustee's backup, as bytes: the seed, always encrypted, with what it belongs to in the clear so that a safe full of backups can
 * be told apart.
 *
 *     {"version":1,"backup":"trustee","name":TEXT,"network":HEX,"publicKey":HEX,"kdf":...,"cipher":...,"secret":HEX}
 *
 * on one line; the last three fields as in a keystore (`sealing.ts`), all fields authenticated. The seed is everything that a trustee
 * needs: the keys and shares of each election follow from it and the finalised chain (`trustee-secrets.ts`), so that one backup
 * serves for all elections, those before it and those after it.
 */
import { z } from 'zod'
import { fromHex, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { PUBLIC_KEY_BYTES, type Random } from '../crypto/index.ts'
import {
  decodeFile,
  encodeFile,
  type Protection,
  SEALED_FIELDS,
  type Sealed,
  seal,
  unseal,
} from './sealing.ts'
import { isTrusteeName, trusteeCard } from './trustee-card.ts'

const NETWORK_ID_BYTES = 32

/** What a backup says without its passphrase. */
export interface TrusteeBackup extends Sealed {
  readonly version: 1
  readonly backup: 'trustee'
  readonly name: string
  /** Network id in hexadecimal. */
  readonly network: string
  /** Of the trustee's card, in hexadecimal. */
  readonly publicKey: string
}

const BACKUP: z.ZodType<TrusteeBackup> = z.strictObject({
  version: z.literal(1),
  backup: z.literal('trustee'),
  name: z.string().refine(isTrusteeName),
  network: z.string().refine((text) => fromHex(text, NETWORK_ID_BYTES) !== undefined),
  publicKey: z.string().refine((text) => fromHex(text, PUBLIC_KEY_BYTES) !== undefined),
  ...SEALED_FIELDS,
})

/** The file of a backup under a (normalised) passphrase of its own. */
export async function encodeBackup(
  trustee: { readonly name: string; readonly networkId: Uint8Array; readonly seed: Uint8Array },
  protection: Protection,
  random: Random,
): Promise<Uint8Array> {
  const { name, publicKey } = trusteeCard(trustee.name, trustee.seed)
  const about = { name, network: toHex(trustee.networkId), publicKey }
  const sealed = await seal(trustee.seed, aboutOf(about), protection, random)
  return encodeFile({ version: 1, backup: 'trustee', ...about, ...sealed })
}

/** Reads a backup without opening it. */
export function decodeBackup(file: Uint8Array): Result<TrusteeBackup, Refusal<'backup-invalid'>> {
  const backup = decodeFile(file, BACKUP)
  return backup === undefined
    ? refuse(
        'backup-invalid',
        "it is not a trustee's backup of this version as psephos writes it; it may be damaged",
      )
    : ok(backup)
}

/** The seed. A wrong passphrase and a damaged file cannot be told apart. */
export async function openBackup(
  backup: TrusteeBackup,
  passphrase: string,
): Promise<Result<Uint8Array, Refusal<'passphrase-wrong' | 'backup-invalid'>>> {
  const seed = await unseal(backup, aboutOf(backup), passphrase)
  if (seed === undefined)
    return refuse(
      'passphrase-wrong',
      'the passphrase does not open it: give the right one; if it is, the file is damaged, and another copy is needed',
    )
  if (trusteeCard(backup.name, seed).publicKey !== backup.publicKey)
    return refuse('backup-invalid', 'the seed in it is not the one of the public key that it names')
  return ok(seed)
}

function aboutOf({
  name,
  network,
  publicKey,
}: Pick<TrusteeBackup, 'name' | 'network' | 'publicKey'>): string {
  return `psephos/trustee-backup/1|${network}|${publicKey}|${JSON.stringify(name)}`
}
