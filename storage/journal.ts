/**
 * The journal in a file. Appended records wait in memory until `sync` writes them as one frame and forces it to disk;
 * beginning another height replaces the file. After a failed write the journal takes nothing more: what the disk
 * holds is then unknown, and only opening it again tells.
 *
 * It assumes that one process at a time opens it, which the lock of the database in the same home ensures. A last frame
 * that was once whole and is damaged later looks like one that a power cut tore, and is cut off too; that is what the
 * last-signed record is there for.
 */
import { StorageError } from './errors.ts'
import { failure, INSPECT, systemFiles } from './files.ts'
import { decodeJournal, encodeFrame, encodeHeader, HEADER_BYTES } from './journal-format.ts'
import { JournalRecords } from './journal-records.ts'
import { MAX_JOURNAL_BYTES } from './limits.ts'
import { Turns } from './turns.ts'
import type { Files, Journal, OpenFile } from './types.ts'

/**
 * Opens the journal in a file, or makes a new one of height 0. Rejects with `damaged` (file and offset in the message)
 * when its bytes do not add up otherwise than by a torn end.
 */
export async function openJournal(path: string, files: Files = systemFiles): Promise<Journal> {
  try {
    await files.prepare(path)
    const bytes = (await files.read(path, MAX_JOURNAL_BYTES)) ?? (await create(path, 0, files))
    const content = decodeJournal(bytes)
    if (!content.ok) {
      throw new StorageError(
        'damaged',
        `${path}: at byte ${content.offset}: ${content.what}; ${INSPECT}; without one, move it away only when the other validators have finalised the height that this one was working on`,
      )
    }
    const file = await files.open(path)
    if (content.intactBytes < bytes.length) {
      await file.truncate(content.intactBytes)
      await file.sync()
    }
    return new FileJournal(
      path,
      files,
      file,
      new JournalRecords(content.height, content.records, content.intactBytes),
    )
  } catch (error) {
    throw failure(path, error)
  }
}

async function create(path: string, height: number, files: Files): Promise<Uint8Array> {
  const header = encodeHeader(height)
  await files.replace(path, header)
  return header
}

class FileJournal implements Journal {
  readonly #path: string
  readonly #files: Files
  readonly #turns = new Turns()
  #file: OpenFile
  #records: JournalRecords
  /** Where the next frame goes: the length of the file's intact part. */
  #end: number
  /** Appended and not yet written. */
  #pending: Uint8Array[] = []
  /** Why nothing more is taken. */
  #refusal: StorageError | undefined

  constructor(path: string, files: Files, file: OpenFile, records: JournalRecords) {
    this.#path = path
    this.#files = files
    this.#file = file
    this.#records = records
    this.#end = records.bytes()
  }

  height(): number {
    return this.#records.height
  }

  records(): readonly Uint8Array[] {
    return this.#records.all()
  }

  append(record: Uint8Array): Promise<void> {
    return this.#turns.take(async () => {
      this.#assertUsable()
      this.#pending.push(this.#records.add(record, this.#path))
    })
  }

  sync(): Promise<void> {
    return this.#turns.take(async () => {
      this.#assertUsable()
      await this.#flush()
    })
  }

  reset(height: number): Promise<void> {
    return this.#turns.take(async () => {
      this.#assertUsable()
      const records = new JournalRecords(height, [], HEADER_BYTES)
      await this.#guarded(async () => {
        await create(this.#path, height, this.#files)
        await this.#file.close()
        this.#file = await this.#files.open(this.#path)
      })
      this.#records = records
      this.#pending = []
      this.#end = HEADER_BYTES
    })
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#refusal?.code === 'closed') return
      try {
        if (this.#refusal === undefined) await this.#flush()
      } finally {
        this.#refusal = new StorageError('closed', `${this.#path}: the journal is closed`)
        await this.#file.close()
      }
    })
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return
    const frame = encodeFrame(this.#pending)
    this.#pending = []
    await this.#guarded(async () => {
      await this.#file.write(frame, this.#end)
      await this.#file.sync()
    })
    this.#end += frame.length
  }

  /** Runs work on the file; after a failure the journal takes nothing more. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#refusal = failure(this.#path, error)
      throw this.#refusal
    }
  }

  #assertUsable(): void {
    if (this.#refusal !== undefined) throw this.#refusal
  }
}
