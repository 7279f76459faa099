/** What both journals keep in memory: the records of one height, within the limits. */
import { assert } from '../base/index.ts'
import { StorageError } from './errors.ts'
import { FRAME_HEADER_BYTES, RECORD_HEADER_BYTES } from './journal-format.ts'
import { MAX_JOURNAL_BYTES, MAX_JOURNAL_RECORD_BYTES } from './limits.ts'

/** The records of one height, and how many bytes they take in a file at most. */
export class JournalRecords {
  readonly height: number
  readonly #records: Uint8Array[]
  #bytes: number

  constructor(height: number, records: readonly Uint8Array[], bytes: number) {
    assert(Number.isSafeInteger(height) && height >= 0, 'a journal belongs to a height')
    this.height = height
    this.#records = [...records]
    this.#bytes = bytes
  }

  /** Takes a copy of a record, counted as if it had a frame of its own, and gives the copy back. Throws `full` at the limit. */
  add(record: Uint8Array, place: string): Uint8Array {
    assert(
      record.length <= MAX_JOURNAL_RECORD_BYTES,
      `a journal record has at most ${MAX_JOURNAL_RECORD_BYTES} bytes`,
    )
    const bytes = this.#bytes + FRAME_HEADER_BYTES + RECORD_HEADER_BYTES + record.length
    if (bytes > MAX_JOURNAL_BYTES) {
      throw new StorageError(
        'full',
        `${place}: the journal of height ${this.height} has reached ${MAX_JOURNAL_BYTES} bytes; this validator cannot vote at this height any more; psephos repair lets it vote at the next`,
      )
    }
    const copy = record.slice()
    this.#records.push(copy)
    this.#bytes = bytes
    return copy
  }

  /** The bytes counted so far. */
  bytes(): number {
    return this.#bytes
  }

  /** The records in order. */
  all(): readonly Uint8Array[] {
    return [...this.#records]
  }
}
