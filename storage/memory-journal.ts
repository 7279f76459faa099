/** The journal in memory: for tests, the simulator and observers. */
import { StorageError } from './errors.ts'
import { HEADER_BYTES } from './journal-format.ts'
import { JournalRecords } from './journal-records.ts'
import type { Journal } from './types.ts'

/** A new journal of height 0 that lives as long as the object. */
export function memoryJournal(): Journal {
  return new MemoryJournal()
}

class MemoryJournal implements Journal {
  #records = new JournalRecords(0, [], HEADER_BYTES)
  #isOpen = true

  height(): number {
    return this.#records.height
  }

  records(): readonly Uint8Array[] {
    return this.#records.all()
  }

  async append(record: Uint8Array): Promise<void> {
    this.#assertOpen()
    this.#records.add(record, 'memory')
  }

  async sync(): Promise<void> {
    this.#assertOpen()
  }

  async reset(height: number): Promise<void> {
    this.#assertOpen()
    this.#records = new JournalRecords(height, [], HEADER_BYTES)
  }

  async close(): Promise<void> {
    this.#isOpen = false
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new StorageError('closed', 'the journal in memory is closed')
  }
}
