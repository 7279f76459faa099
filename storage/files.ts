/**
 * The Files port on the system's disk, so that files survive a power cut (POSIX): a new file is durable once its bytes AND the
 * directory that names it are synced; a file is replaced by renaming a finished one over it.
 */
import { type FileHandle, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reasonOf, StorageError } from './errors.ts'
import type { Files, OpenFile } from './types.ts'

/** The files of this machine. */
export const systemFiles: Files = {
  read,
  prepare: async (path) => void (await mkdir(dirname(path), { recursive: true, mode: 0o700 })),
  replace,
  open: async (path) => opened(await open(path, 'r+')),
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
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

async function read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
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

function opened(file: FileHandle): OpenFile {
  return {
    write: (bytes, position) => writeWhole(file, bytes, position),
    truncate: (length) => file.truncate(length),
    sync: () => file.datasync(),
    close: () => file.close(),
  }
}

/** Writes all bytes at a position: one call of the system may write fewer. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
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
