/**
 * Files that survive a power cut, on POSIX systems: a new file is durable once its bytes AND the directory that names it
 * are synced; a file is replaced by renaming a finished one over it.
 */
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reasonOf, StorageError } from './errors.ts'

/** Puts bytes in place of a file, or makes it: afterwards, even after a crash, there is the old file or the new one, whole. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
  await syncDirectory(dirname(path))
}

/** The bytes of a file; undefined when there is none. Rejects with `damaged` when it is larger than a file of ours can be. */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) {
      throw new StorageError(
        'damaged',
        `${path}: ${size} bytes, where at most ${maxBytes} were written; ${INSPECT}`,
      )
    }
    const bytes = await readFile(path)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw failure(path, error)
  }
}

/** Makes the directory of a file, if need be. */
export async function ensureDirectoryOf(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
}

/** The `StorageError` for an error of the system. */
export function failure(path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  return new StorageError(
    'failed',
    `${path}: ${reasonOf(error)}; check the disk's free space, health and permissions`,
    error,
  )
}

/** What to do with a damaged file, as the end of a message. */
export const INSPECT = 'check the disk, and restore the file from a backup'

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
