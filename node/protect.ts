/**
 * Putting keys under a passphrase, under another one, or under none. Everything is opened before anything is written, and each
 * file is replaced whole. A kill in between leaves some files done and some not, and doing the same again finishes it: a file
 * that is as it should be already is recognised and left alone.
 *
 * What a disk or a backup still holds of the earlier files is beyond our reach.
 */
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, homeKeyFiles, type KeyFile, once, readHome, savePeerId } from './home.ts'
import { type AskPassphrase, DRAFT_NAME, keyFile, openKey, readKeyFile, replaceFile } from './keys.ts'
import { decodeKeystore, decryptKey, isKeystore, type KeyPurpose } from './keystore.ts'
import type { Protection } from './sealing.ts'

/** What became of the files. */
export interface ProtectedKeys {
  readonly changed: readonly string[]
  /** Were as they should be. */
  readonly unchanged: readonly string[]
}

/** Protects all keys of a home, or with undefined makes them plain; `ask` gives the passphrase that they have now. */
export async function protectHome(
  directory: string,
  protection: Protection | undefined,
  ask?: AskPassphrase,
): Promise<ProtectedKeys> {
  const { peerId } = await readHome(directory)
  const files: KeyFile[] = []
  for (const file of Object.values(homeKeyFiles(directory)))
    if (file.purpose === 'network' || (await exists(file.path))) files.push(file)
  const opened = await openAll(files, protection, ask)
  const network = opened.find(({ purpose }) => purpose === 'network')
  // Homes of release 0.1: without this file, a client on this machine would need the passphrase for the address alone.
  if (peerId === undefined && network !== undefined) await savePeerId(directory, network.key)
  await removeDrafts(join(directory, 'keys'))
  return writeAll(opened, protection)
}

/** Like {@link protectHome}, for one key file that lies in no home. */
export async function protectKey(
  path: string,
  purpose: KeyPurpose,
  protection: Protection | undefined,
  ask?: AskPassphrase,
): Promise<ProtectedKeys> {
  return writeAll(await openAll([{ path, purpose }], protection, ask), protection)
}

interface OpenedFile extends KeyFile {
  readonly key: Uint8Array
  readonly isDone: boolean
}

async function openAll(
  files: readonly KeyFile[],
  protection: Protection | undefined,
  ask: AskPassphrase | undefined,
): Promise<readonly OpenedFile[]> {
  const askOnce = ask && once(ask)
  const opened: OpenedFile[] = []
  for (const { path, purpose } of files) {
    const file = await readKeyFile(path)
    const done = await openDone(file, purpose, protection)
    const key = done ?? (await openKey(path, file, purpose, askOnce))
    opened.push({ path, purpose, key, isDone: done !== undefined || isPlain(file, protection) })
  }
  return opened
}

/** The key of a file that is under the new passphrase already. */
async function openDone(
  file: Uint8Array,
  purpose: KeyPurpose,
  protection: Protection | undefined,
): Promise<Uint8Array | undefined> {
  if (protection === undefined || !isKeystore(file)) return undefined
  const keystore = decodeKeystore(file)
  if (!keystore.ok) return undefined
  const key = await decryptKey(keystore.value, purpose, protection.passphrase)
  return key.ok ? key.value : undefined
}

function isPlain(file: Uint8Array, protection: Protection | undefined): boolean {
  return protection === undefined && !isKeystore(file)
}

async function writeAll(
  files: readonly OpenedFile[],
  protection: Protection | undefined,
): Promise<ProtectedKeys> {
  const changed: string[] = []
  for (const { path, purpose, key, isDone } of files) {
    if (isDone) continue
    await replaceFile(path, await keyFile(key, purpose, protection), 0o600)
    changed.push(path)
  }
  return { changed, unchanged: files.filter(({ isDone }) => isDone).map(({ path }) => path) }
}

/** A kill while a file was being written may have left a draft of it, perhaps a plain one. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (DRAFT_NAME.test(name)) await unlink(join(folder, name))
}
