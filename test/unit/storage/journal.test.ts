import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { type Journal, MAX_JOURNAL_BYTES, openJournal } from '../../../storage/index.ts'
import {
  decodeJournal,
  encodeFrame,
  encodeHeader,
  FRAME_HEADER_BYTES,
  HEADER_BYTES,
  RECORD_HEADER_BYTES,
} from '../../../storage/journal-format.ts'
import { JournalRecords } from '../../../storage/journal-records.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

describe('the journal after a power cut', () => {
  it('loses only the last frame, wherever the file was cut in it, and goes on', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'journal')
      const whole = journalFile(4, [[record(1, 2, 3)], [record(4), record(5, 6)]])
      const intact = whole.length - frameBytes([1, 2])
      for (let length = intact; length < whole.length; length++) {
        await writeFile(path, whole.subarray(0, length))
        await withJournal(path, async (journal) => {
          assert.deepEqual(journal.records(), [record(1, 2, 3)])
          await journal.append(record(9))
        })
        await withJournal(path, async (journal) => {
          assert.deepEqual(journal.records(), [record(1, 2, 3), record(9)])
        })
      }
    }))

  it('loses only the last frame when its pages were never written', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'journal')
      const first = journalFile(4, [[record(1)]])
      const last = encodeFrame([randomBytes(100)])
      for (const tail of [new Uint8Array(last.length), last.map((byte, i) => (i < 50 ? byte : 0))]) {
        await writeFile(path, Buffer.concat([first, tail]))
        await withJournal(path, async (journal) => {
          assert.deepEqual(journal.records(), [record(1)])
        })
        assert.equal((await readFile(path)).length, first.length)
      }
    }))

  it('keeps the old height or has the new one when it was cut while another height began', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'journal')
      await writeFile(path, journalFile(4, [[record(1)]]))
      await writeFile(`${path}.new`, journalFile(5, []).subarray(0, 10))
      await withJournal(path, async (journal) => {
        assert.equal(journal.height(), 4)
        assert.deepEqual(journal.records(), [record(1)])
        await journal.reset(5)
      })
      assert.deepEqual(await readdir(directory), ['journal'])
      await withJournal(path, async (journal) => {
        assert.equal(journal.height(), 5)
      })
    }))
})

describe('the journal after a kill', () => {
  it('makes durable what it finds, before anything rests on it', async () => {
    const calls: string[] = []
    const note = async (what: string): Promise<void> => void calls.push(what)
    const journal = await openJournal('home/journal', {
      prepare: () => note('prepare'),
      read: async () => {
        await note('read')
        return journalFile(4, [[record(1)]])
      },
      replace: () => note('replace'),
      open: async () => ({
        write: () => note('write'),
        truncate: () => note('truncate'),
        sync: () => note('sync'),
        close: () => note('close'),
      }),
    })
    assert.deepEqual(journal.records(), [record(1)])
    assert.deepEqual(calls, ['prepare', 'read', 'sync'])
    await journal.close()
  })
})

describe('a damaged journal', () => {
  it('is refused with file and offset when any bit before its last frame is flipped', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'journal')
      const whole = journalFile(4, [[record(1, 2, 3)], [record(4)], [record(5)]])
      const last = whole.length - frameBytes([1])
      for (let at = 0; at < last; at++) {
        const flipped = Uint8Array.from(whole)
        flipped[at]! ^= 1 << (at % 8)
        await writeFile(path, flipped)
        await assert.rejects(openJournal(path), (error: Error & { code: string }) => {
          assert.equal(error.code, 'damaged')
          assert.match(error.message, /journal: at byte \d+: /)
          return true
        })
        assert.deepEqual(Uint8Array.from(await readFile(path)), flipped, 'the damaged file stays as it is')
      }
    }))

  it('is refused when the length in its last frame is false, which could hide frames', () => {
    const whole = journalFile(4, [[record(1)], [record(2)]])
    const frame = HEADER_BYTES + frameBytes([1])
    for (const at of [frame, frame + 3, frame + 4]) {
      const flipped = Uint8Array.from(whole)
      flipped[at]! ^= 0x40
      assert.deepEqual(pick(decodeJournal(flipped)), { ok: false, offset: frame })
    }
  })

  it('is refused when something follows a gap of zeros', () => {
    const whole = Buffer.concat([journalFile(4, [[record(1)]]), new Uint8Array(40), encodeFrame([record(2)])])
    assert.deepEqual(pick(decodeJournal(whole)), { ok: false, offset: HEADER_BYTES + frameBytes([1]) })
  })

  it('is refused when it is empty, cut in its header, of another version or of another kind', () => {
    const header = encodeHeader(4)
    for (const bytes of [header.subarray(0, 0), header.subarray(0, 23), randomBytes(64)]) {
      assert.deepEqual(pick(decodeJournal(bytes)), { ok: false, offset: 0 })
    }
  })

  it('never makes the decoder throw, however many records a frame has', () => {
    const records = new Array<Uint8Array>(200_000).fill(new Uint8Array(0))
    const read = decodeJournal(journalFile(4, [records]))
    assert.ok(read.ok && read.records.length === records.length)
  })

  it('never makes the decoder throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, hasHeader) => {
        decodeJournal(hasHeader ? Buffer.concat([encodeHeader(1), bytes]) : bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('gives back every height and all records through its bytes', () => {
    const frames = fc.array(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 4 }), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.maxSafeNat(), frames, (height, written) => {
        const bytes = journalFile(height, written)
        const read = decodeJournal(bytes)
        assert.deepEqual(read, { ok: true, height, records: written.flat(), intactBytes: bytes.length })
      }),
      { numRuns: 100 },
    )
  })
})

describe('the journal and the disk', () => {
  it('is full at its limit, and says so', () => {
    const records = new JournalRecords(
      4,
      [],
      MAX_JOURNAL_BYTES - FRAME_HEADER_BYTES - RECORD_HEADER_BYTES - 1,
    )
    records.add(record(1), 'journal')
    assert.equal(records.bytes(), MAX_JOURNAL_BYTES)
    assert.throws(() => records.add(record(), 'journal'), { name: 'StorageError', code: 'full' })
    assert.deepEqual(records.all(), [record(1)])
  })

  it('refuses a file above its limit without reading it', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'journal')
      await writeFile(path, journalFile(4, []))
      await truncate(path, MAX_JOURNAL_BYTES + 1)
      await assert.rejects(openJournal(path), { code: 'damaged' })
    }))

  it('says what failed when its place cannot be used', () =>
    inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), '')
      await assert.rejects(openJournal(join(directory, 'file', 'journal')), {
        code: 'failed',
        message: /file/,
      })
      await mkdir(join(directory, 'journal'))
      await assert.rejects(openJournal(join(directory, 'journal')), { code: 'failed' })
    }))

  it('takes nothing more after a write failed', () =>
    inTemporaryDirectory(async (directory) => {
      const journal = await openJournal(join(directory, 'home', 'journal'))
      await rm(join(directory, 'home'), { recursive: true })
      await assert.rejects(journal.reset(2), { code: 'failed', message: /free space/ })
      await assert.rejects(journal.append(record(1)), { code: 'failed' })
      await assert.rejects(journal.sync(), { code: 'failed' })
      assert.equal(journal.height(), 0)
      await journal.close()
    }))
})

function journalFile(height: number, frames: readonly (readonly Uint8Array[])[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([encodeHeader(height), ...frames.map(encodeFrame)]))
}

function frameBytes(recordLengths: readonly number[]): number {
  return FRAME_HEADER_BYTES + recordLengths.reduce((sum, length) => sum + RECORD_HEADER_BYTES + length, 0)
}

async function withJournal(path: string, use: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await openJournal(path)
  try {
    await use(journal)
  } finally {
    await journal.close()
  }
}

function pick(content: ReturnType<typeof decodeJournal>): { readonly ok: boolean; readonly offset?: number } {
  return content.ok ? { ok: true } : { ok: false, offset: content.offset }
}

function record(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}
