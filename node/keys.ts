/** Keys of a node and the files they lie in: 64 hexadecimal digits and a newline, mode 0600, never overwritten. */
import { randomUUID } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fromHex, toHex, utf8 } from '../base/index.ts'
import { PRIVATE_KEY_BYTES, type Random } from '../crypto/index.ts'
import { NodeError } from './error.ts'

/** Every secret is 32 bytes. */
export interface NodeKeys {
  /** Seed of the libp2p host's peer id. */
  readonly network: Uint8Array
  /** Ed25519 private key that signs consensus statements and the trustee's transactions; none: an observer. */
  readonly validator?: Uint8Array
  /** The seed that the trustee's election keys are derived from; none: not a trustee. */
  readonly trusteeSeed?: Uint8Array
}

/** Fresh keys of a validator that is also a trustee. */
export function createKeys(random: Random): Required<NodeKeys> {
  return {
    network: random(PRIVATE_KEY_BYTES),
    validator: random(PRIVATE_KEY_BYTES),
    trusteeSeed: random(PRIVATE_KEY_BYTES),
  }
}

/** Writes a key file, whole or not at all; fails with `home-exists` where there is one already. */
export async function saveKey(path: string, key: Uint8Array): Promise<void> {
  await createFile(path, utf8(`${toHex(key)}\n`), 0o600)
}

/** The 32 bytes of a key file; `key-missing` or `key-invalid` (which never quotes its content). */
export async function loadKey(path: string): Promise<Uint8Array> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new NodeError('key-missing', `no key can be read at ${path}`, error)
  }
  const key = fromHex(text.trim(), PRIVATE_KEY_BYTES)
  if (key === undefined) throw new NodeError('key-invalid', `${path} is not a key: 64 hexadecimal digits`)
  return key
}

/**
 * Creates a file atomically and durably: written beside its place, synced, then linked to its name, which fails where the
 * name is taken.
 */
export async function createFile(path: string, content: Uint8Array, mode: number): Promise<void> {
  const draft = join(dirname(path), `.${randomUUID()}`)
  const file = await open(draft, 'wx', mode)
  try {
    await file.writeFile(content)
    await file.sync()
    await file.close()
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new NodeError('home-exists', `${path} exists already; it is not overwritten`, error)
    }
    throw error
  } finally {
    await file.close().catch(() => {})
    await unlink(draft).catch(() => {})
  }
  const directory = await open(dirname(path))
  await directory.sync().finally(() => directory.close())
}
