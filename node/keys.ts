/**
 * Keys of a node and the files they lie in. A key file is plain (64 hexadecimal digits and a newline: explicitly unencrypted) or a
 * keystore (`keystore.ts`). Both have mode 0600; a file that group or others may touch is refused. Files are written whole or not
 * at all, and new keys never over old ones.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fromHex, fromUtf8, toHex, utf8 } from '../base/index.ts'
import { PRIVATE_KEY_BYTES, type Random } from '../crypto/index.ts'
import { NodeError } from './error.ts'
import { decodeKeystore, decryptKey, encryptKey, isKeystore, type KeyPurpose } from './keystore.ts'
import { MAX_KEY_FILE_BYTES } from './limits.ts'
import { systemRandom } from './random.ts'
import type { Protection } from './sealing.ts'

/** Every secret is 32 bytes. */
export interface NodeKeys {
  /** Seed of the libp2p host's peer id. */
  readonly network: Uint8Array
  /** Ed25519 private key that signs consensus statements; none: no validator. */
  readonly validator?: Uint8Array
  /** The seed that everything secret of the trustee follows from (`trustee-secrets.ts`); none: not a trustee. */
  readonly trusteeSeed?: Uint8Array
}

/** Gives the (normalised) passphrase of encrypted keys. */
export type AskPassphrase = () => Promise<string>

/** Fresh keys of a validator that is also a trustee. */
export function createKeys(random: Random): Required<NodeKeys> {
  return {
    network: random(PRIVATE_KEY_BYTES),
    validator: random(PRIVATE_KEY_BYTES),
    trusteeSeed: random(PRIVATE_KEY_BYTES),
  }
}

/** The bytes of a key file: a keystore with a protection, plain without. */
export async function keyFile(
  key: Uint8Array,
  purpose: KeyPurpose,
  protection?: Protection,
): Promise<Uint8Array> {
  return protection === undefined
    ? utf8(`${toHex(key)}\n`)
    : encryptKey(key, purpose, protection, systemRandom)
}

/** Writes a key file, whole or not at all; fails with `home-exists` where there is one already. */
export async function saveKey(
  path: string,
  key: Uint8Array,
  purpose: KeyPurpose,
  protection?: Protection,
): Promise<void> {
  await createFile(path, await keyFile(key, purpose, protection), 0o600)
}

/**
 * The 32 bytes of a key file; `ask` is called when it is a keystore. Fails with `key-missing`, `key-exposed`, `key-invalid` (which never
 * quotes its content), `passphrase-missing` or `passphrase-wrong`.
 */
export async function loadKey(path: string, purpose: KeyPurpose, ask?: AskPassphrase): Promise<Uint8Array> {
  return openKey(path, await readKeyFile(path), purpose, ask)
}

/** The key in the bytes of the file at `path`; like {@link loadKey}. */
export async function openKey(
  path: string,
  file: Uint8Array,
  purpose: KeyPurpose,
  ask: AskPassphrase | undefined,
): Promise<Uint8Array> {
  if (!isKeystore(file)) {
    const key = fromHex(fromUtf8(file)?.trim() ?? '', PRIVATE_KEY_BYTES)
    if (key === undefined)
      throw new NodeError('key-invalid', `${path} is neither a key (64 hexadecimal digits) nor a keystore`)
    return key
  }
  const keystore = decodeKeystore(file)
  if (!keystore.ok) throw new NodeError('key-invalid', `${path}: ${keystore.error.detail}`)
  if (ask === undefined)
    throw new NodeError('passphrase-missing', `${path} is encrypted: give --passphrase-file FILE`)
  const key = await decryptKey(keystore.value, purpose, await ask())
  if (!key.ok) throw new NodeError(key.error.code, `${path}: ${key.error.detail}`)
  return key.value
}

/** The bytes of a key file that only its owner may touch. */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const about = await file.stat()
    // A pipe or device has no owner to be kept from others; Windows has no such modes.
    const others = about.isFile() && process.platform !== 'win32' ? about.mode & 0o077 : 0
    if (others !== 0) {
      const mode = (about.mode & 0o777).toString(8)
      throw new NodeError(
        'key-exposed',
        `${path} is open to group or others (mode ${mode}): chmod 600 ${path}`,
      )
    }
    const bytes = await readUpTo(file, MAX_KEY_FILE_BYTES)
    if (bytes === undefined)
      throw new NodeError('key-invalid', `${path} has more than ${MAX_KEY_FILE_BYTES} bytes: it is no key`)
    return bytes
  } catch (error) {
    if (error instanceof NodeError) throw error
    throw new NodeError('key-missing', `no key can be read at ${path}`, error)
  } finally {
    await file?.close()
  }
}

/** The bytes of a file, pipes and devices too; undefined where there are more than the limit. */
async function readUpTo(file: FileHandle, bytesMax: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(bytesMax + 1)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length > bytesMax ? undefined : bytes.subarray(0, length)
}

/**
 * Creates a file atomically and durably: written beside its place, synced, then linked to its name, which fails with
 * `home-exists` where the name is taken.
 */
export async function createFile(path: string, content: Uint8Array, mode: number): Promise<void> {
  try {
    await writeBeside(path, content, mode, (draft) => link(draft, path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new NodeError('home-exists', `${path} exists already; it is not overwritten`, error)
  }
}

/** Like {@link createFile}, in place of the file that has the name: at any time one of the two is there, whole. */
export async function replaceFile(path: string, content: Uint8Array, mode: number): Promise<void> {
  await writeBeside(path, content, mode, (draft) => rename(draft, path))
}

/** What {@link createFile} and {@link replaceFile} call a file until it has its name: one that is left was being written in a kill. */
export const DRAFT_NAME: RegExp = /^\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function writeBeside(
  path: string,
  content: Uint8Array,
  mode: number,
  place: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = join(dirname(path), `.${randomUUID()}`)
  const file = await open(draft, 'wx', mode)
  try {
    await file.writeFile(content)
    await file.sync()
    await file.close()
    await place(draft)
  } finally {
    await file.close().catch(() => {})
    await unlink(draft).catch(() => {})
  }
  const directory = await open(dirname(path))
  await directory.sync().finally(() => directory.close())
}
