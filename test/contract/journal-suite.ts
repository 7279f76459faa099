/** What every `Journal` does. */
import assert from 'node:assert/strict'
import { AssertionFailure } from '../../base/index.ts'
import { type Journal, MAX_JOURNAL_RECORD_BYTES } from '../../storage/index.ts'

/** How a suite gets at journals. */
export interface JournalHarness {
  /** Whether it outlives its closing, so that `reopen` may be called. */
  readonly isDurable: boolean
  /** Runs `use` with a new journal and cleans up. `reopen` closes it and opens it again with what it kept. */
  with(use: (journal: Journal, reopen: () => Promise<Journal>) => Promise<void>): Promise<void>
}

/** Declares the suite for one adapter. */
export function journalSuite(name: string, harness: JournalHarness): void {
  describe(`the Journal contract: ${name}`, () => {
    it('is empty and of height 0 when new', () =>
      harness.with(async (journal) => {
        assert.equal(journal.height(), 0)
        assert.deepEqual(journal.records(), [])
      }))

    it('keeps records in the order in which they were appended, empty ones too', () =>
      harness.with(async (journal) => {
        await Promise.all([journal.append(record(1)), journal.append(record()), journal.append(record(2, 3))])
        await journal.sync()
        await journal.append(record(4))
        assert.deepEqual(journal.records(), [record(1), record(), record(2, 3), record(4)])
      }))

    it('keeps a copy of a record', () =>
      harness.with(async (journal) => {
        const changing = record(1)
        await journal.append(changing)
        changing[0] = 9
        await journal.sync()
        assert.deepEqual(journal.records(), [record(1)])
      }))

    it('forgets the records when another height begins, and carries calls out in their order', () =>
      harness.with(async (journal) => {
        const done = [journal.append(record(1)), journal.reset(7), journal.append(record(2)), journal.sync()]
        await Promise.all(done)
        assert.equal(journal.height(), 7)
        assert.deepEqual(journal.records(), [record(2)])
      }))

    it('takes a record of the largest size and none that is larger', () =>
      harness.with(async (journal) => {
        await journal.append(new Uint8Array(MAX_JOURNAL_RECORD_BYTES))
        await assert.rejects(journal.append(new Uint8Array(MAX_JOURNAL_RECORD_BYTES + 1)), AssertionFailure)
        await journal.sync()
        assert.equal(journal.records().length, 1)
      }))

    it('refuses a height that is not a count', () =>
      harness.with(async (journal) => {
        await assert.rejects(journal.reset(-1), AssertionFailure)
        await assert.rejects(journal.reset(0.5), AssertionFailure)
      }))

    it('refuses everything after it was closed, and closes twice without complaint', () =>
      harness.with(async (journal) => {
        await journal.append(record(1))
        await journal.close()
        await journal.close()
        const closed = { name: 'StorageError', code: 'closed' }
        await assert.rejects(journal.append(record(1)), closed)
        await assert.rejects(journal.sync(), closed)
        await assert.rejects(journal.reset(1), closed)
      }))

    if (!harness.isDurable) return
    it('has height and records when it is opened again', () =>
      harness.with(async (journal, reopen) => {
        await journal.append(record(9))
        await journal.reset(3)
        await journal.append(record(1))
        await journal.append(record())
        await journal.sync()
        await journal.append(record(2))
        const again = await reopen()
        assert.equal(again.height(), 3)
        assert.deepEqual(again.records(), [record(1), record(), record(2)])
        await again.append(record(3))
        assert.deepEqual((await reopen()).records(), [record(1), record(), record(2), record(3)])
      }))
  })
}

function record(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}
