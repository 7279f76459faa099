/**
 * What a power cut leaves of the last write, and what a sick disk makes of the rest: the journal opens with exactly the synced records,
 * or says that it is damaged.
 */
import { strict as assert } from 'node:assert'
import * as fc from 'fast-check'
import { type Files, openJournal, openLastSigned, StorageError } from '../../storage/index.ts'
import { encodeFrame, encodeHeader } from '../../storage/journal-format.ts'

/** Bytes that a disk writes whole or not at all. */
const SECTOR_BYTES = 512
const PATH = 'journal'

/** The port over one file in memory. */
function fileOf(content: Uint8Array): { readonly files: Files; readonly bytes: () => Uint8Array } {
  let bytes: Uint8Array = content.slice()
  const files: Files = {
    read: async () => bytes.slice(),
    prepare: async () => {},
    replace: async (_path, fresh) => {
      bytes = fresh.slice()
    },
    open: async () => ({
      write: async (part, position) => {
        const longer = new Uint8Array(Math.max(bytes.length, position + part.length))
        longer.set(bytes)
        longer.set(part, position)
        bytes = longer
      },
      truncate: async (length) => {
        bytes = bytes.slice(0, length)
      },
      sync: async () => {},
      close: async () => {},
    }),
  }
  return { files, bytes: () => bytes }
}

const records = fc.array(fc.uint8Array({ maxLength: 700 }), { minLength: 1, maxLength: 3 })
const frames = fc.array(records, { maxLength: 4 })

/** Bytes that are not all zero: a record of zeros alone is the same whether it was written or not. */
const lastFrame = fc
  .uint8Array({ minLength: 1, maxLength: 3000 })
  .map((bytes) => [Uint8Array.of(1, ...bytes)])

function journalOf(height: number, synced: readonly (readonly Uint8Array[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat([encodeHeader(height), ...synced.map(encodeFrame)]))
}

/** What is there, and the whole last frame only where all of it came. */
async function opensWith(
  bytes: Uint8Array,
  synced: readonly (readonly Uint8Array[])[],
  last: readonly Uint8Array[],
  isWhole: boolean,
): Promise<void> {
  const { files } = fileOf(bytes)
  const journal = await openJournal(PATH, files)
  assert.deepEqual(journal.records(), [...synced.flat(), ...(isWhole ? last : [])])
  // It goes on from there, and what it appends is read again.
  await journal.append(Uint8Array.of(9))
  await journal.close()
  const again = await openJournal(PATH, files)
  assert.deepEqual(again.records().at(-1), Uint8Array.of(9))
  assert.equal(again.records().length, synced.flat().length + (isWhole ? last.length : 0) + 1)
}

describe('a journal whose last write was torn', () => {
  it('T31 opens with exactly the synced records when any beginning of it came', () =>
    fc.assert(
      fc.asyncProperty(
        frames,
        lastFrame,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (synced, last, share) => {
          const [whole, frame] = [journalOf(7, synced), encodeFrame(last)]
          const length = Math.floor(share * frame.length)
          const bytes = new Uint8Array([...whole, ...frame.subarray(0, length)])
          await opensWith(bytes, synced, last, length === frame.length)
        },
      ),
      { numRuns: 200 },
    ))

  it('T31 opens with exactly the synced records when any sectors of it came, in whatever order', () =>
    fc.assert(
      fc.asyncProperty(
        frames,
        lastFrame,
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        async (synced, last, came) => {
          const [whole, frame] = [journalOf(7, synced), encodeFrame(last)]
          const bytes = new Uint8Array([...whole, ...frame])
          const first = Math.floor(whole.length / SECTOR_BYTES)
          let isWhole = true
          for (let at = whole.length; at < bytes.length; at++) {
            if (came[Math.floor(at / SECTOR_BYTES) - first] === true) continue
            isWhole &&= bytes[at] === 0
            bytes[at] = 0
          }
          await opensWith(bytes, synced, last, isWhole)
        },
      ),
      { numRuns: 300 },
    ))

  it('T31 is damaged, or has every synced record but those of its last frame, when any bit of it is flipped', () =>
    fc.assert(
      fc.asyncProperty(frames, fc.nat(), async (synced, position) => {
        const bytes = journalOf(7, synced)
        const bit = position % (8 * bytes.length)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        const last = synced.at(-1)
        const lastBegins = bytes.length - (last === undefined ? 0 : encodeFrame(last).length)
        const opened = await openJournal(PATH, fileOf(bytes).files).catch((error: unknown) => {
          assert.ok(error instanceof StorageError && error.code === 'damaged', String(error))
          return undefined
        })
        if (opened === undefined) return
        assert.ok(last !== undefined && bit >> 3 >= lastBegins, 'damage before the last frame is seen')
        assert.deepEqual(opened.records(), synced.slice(0, -1).flat())
      }),
      { numRuns: 500 },
    ))
})

describe('a last-signed record that is not whole', () => {
  it('T31 is never read as another one: not cut, not holed, not with a bit flipped', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ height: fc.nat(), round: fc.nat(), step: fc.nat(3) }),
        fc.oneof(
          fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
          fc.record({ kind: fc.constant('hole' as const), at: fc.nat() }),
          fc.record({ kind: fc.constant('bit' as const), at: fc.nat() }),
        ),
        async (slot, { kind, at }) => {
          const { files, bytes } = fileOf(new Uint8Array(0))
          const record = await openLastSigned(PATH, { ...files, read: async () => undefined })
          await record.sign(slot, Uint8Array.of(1), (own) => own)
          let torn = bytes().slice()
          const place = at % torn.length
          if (kind === 'cut') torn = torn.slice(0, place)
          else if (kind === 'hole') torn.fill(0, place)
          else torn[place]! ^= 1 << (at % 8)
          await assert.rejects(openLastSigned(PATH, fileOf(torn).files), {
            name: 'StorageError',
            code: 'damaged',
          })
        },
      ),
      { numRuns: 200 },
    ))
})
