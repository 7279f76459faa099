/**
 * The Database on LevelDB (classic-level 3).
 *
 * Every batch is written with `sync: true`, because `write` promises to survive a power cut. LevelDB itself tolerates
 * more than we do: it starts empty where its `CURRENT` file is missing, and throws away the tables that it finds. So that
 * is checked before opening.
 */
import { readdir } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import { checkBatch, checkKey, checkRange } from './checks.ts'
import { reasonOf, StorageError } from './errors.ts'
import { MAX_OPEN_FILES } from './limits.ts'
import type { Database, Operation, Range } from './types.ts'

/**
 * Opens the database in a directory, or makes a new one there. Rejects with `locked` when another process has it open,
 * `damaged` when its files do not add up, `failed` when the system refuses.
 */
export async function openLevelDatabase(path: string): Promise<Database> {
  await refuseHeadless(path)
  const level = new ClassicLevel<Uint8Array, Uint8Array>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    maxOpenFiles: MAX_OPEN_FILES,
  })
  try {
    await level.open()
  } catch (error) {
    throw storageError(error, path)
  }
  return new LevelDatabase(level, path)
}

/**
 * Has LevelDB save what can be saved of a damaged database: it makes a new index of the tables and logs that it can read and moves the
 * others into the folder `lost` beside them. What was written last may be gone, so the content has to be checked afterwards.
 */
export async function mendLevelDatabase(path: string): Promise<void> {
  try {
    await ClassicLevel.repair(path)
  } catch (error) {
    throw storageError(error, path)
  }
}

class LevelDatabase implements Database {
  readonly #level: ClassicLevel<Uint8Array, Uint8Array>
  readonly #path: string

  constructor(level: ClassicLevel<Uint8Array, Uint8Array>, path: string) {
    this.#level = level
    this.#path = path
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    checkKey(key)
    try {
      const value = await this.#level.get(key)
      return value === undefined ? undefined : plain(value)
    } catch (error) {
      throw storageError(error, this.#path)
    }
  }

  async write(batch: readonly Operation[]): Promise<void> {
    checkBatch(batch)
    const operations = batch.map((operation) =>
      operation.type === 'put'
        ? { type: 'put' as const, key: operation.key, value: operation.value }
        : { type: 'del' as const, key: operation.key },
    )
    try {
      await this.#level.batch(operations, { sync: true })
    } catch (error) {
      throw storageError(error, this.#path)
    }
  }

  async *entries(range: Range): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    checkRange(range)
    try {
      const found = this.#level.iterator({
        gte: range.from,
        lt: range.to,
        reverse: range.reverse ?? false,
        limit: range.limit ?? -1,
      })
      for await (const [key, value] of found) yield [plain(key), plain(value)]
    } catch (error) {
      throw storageError(error, this.#path)
    }
  }

  async close(): Promise<void> {
    try {
      await this.#level.close()
    } catch (error) {
      throw storageError(error, this.#path)
    }
  }
}

/** The same bytes without the methods of `Buffer`, some of which (`slice`) mean another thing than their namesakes. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Tables or logs without `CURRENT`: LevelDB would delete them and begin anew. */
async function refuseHeadless(path: string): Promise<void> {
  let names: readonly string[]
  try {
    names = await readdir(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw new StorageError('failed', `${path}: cannot be read: ${reasonOf(error)}`, error)
  }
  if (names.includes('CURRENT') || !names.some((name) => /^\d+\.(?:ldb|sst|log)$/.test(name))) return
  throw new StorageError('damaged', `${path}: the file CURRENT is missing although there are data files`)
}

/** What LevelDB says of a file that its index names and that is not there. */
const LOST_FILE = /\/(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|sst|log)): No such file or directory/

function storageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error
  // An operation that fails because opening failed carries the real reason one level down.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  switch (codeOf(cause)) {
    case 'LEVEL_LOCKED':
      return new StorageError(
        'locked',
        `${path}: in use by another process; stop the psephos that runs with this home directory, or give this one a home of its own`,
        error,
      )
    case 'LEVEL_CORRUPTION':
      return new StorageError('damaged', `${path}: ${reasonOf(cause)}`, error)
    case 'LEVEL_DATABASE_NOT_OPEN':
    case 'LEVEL_ITERATOR_NOT_OPEN':
      return new StorageError('closed', `${path}: the database is closed`, error)
    default:
      if (LOST_FILE.test(reasonOf(cause)))
        return new StorageError('damaged', `${path}: ${reasonOf(cause)}`, error)
      return new StorageError(
        'failed',
        `${path}: ${reasonOf(cause)}; check the disk's free space, health and permissions`,
        error,
      )
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
