/** Decoders of what lies on a disk that may be damaged: journal, last-signed record, database. */
import { crc32 } from 'node:zlib'
import { concat, fromUtf8, utf8 } from '../../../base/index.ts'
import type { Input } from '../../../consensus/index.ts'
import { decodeMessage } from '../../../consensus/index.ts'
import { decodeRecord, encodeRecord } from '../../../node/journal-record.ts'
import { fromUint32, fromUint64, uint32, uint64 } from '../../../storage/buckets.ts'
import { StorageError } from '../../../storage/errors.ts'
import {
  type Database,
  MAX_KEY_BYTES,
  memoryDatabase,
  memoryFiles,
  openChainStore,
  openGuards,
} from '../../../storage/index.ts'
import { decodeJournal, encodeFrame, encodeHeader } from '../../../storage/journal-format.ts'
import { authentic } from '../../support/consensus/builders.ts'
import { hexBytes, packedEntries, unpackedEntries, vectors } from '../recordings.ts'
import { declaredLater, ofBytes } from '../target.ts'
import type { Said, Target } from '../types.ts'

export function journalDecoders(): readonly Target[] {
  const records = journalInputs().map((input) => encodeRecord({ input }))
  const withBlock = encodeRecord({ input: journalInputs()[1]!, block: new Uint8Array(100).fill(1) })
  const file = concat(
    encodeHeader(7),
    encodeFrame(records.slice(0, 2)),
    encodeFrame([withBlock]),
    encodeFrame([new Uint8Array(0)]),
  )
  const files = [encodeHeader(0), file, file.slice(0, -3)]
  return [
    ofBytes(
      {
        name: 'journal record',
        covers: 'node/journal-record.ts decodeRecord',
        samples: [...records, withBlock],
      },
      decodeRecord,
      encodeRecord,
    ),
    ofBytes(
      { name: 'journal', covers: 'storage/journal-format.ts decodeJournal', samples: files },
      (bytes) => {
        const content = decodeJournal(bytes)
        return content.ok ? content : undefined
      },
    ),
    lastSigned(),
    lastSignedInside(),
  ]
}

/** A last-signed record of the height of the journals here. */
export const RECORD: Readonly<Record<string, unknown>> = {
  version: 1,
  height: 7,
  round: 0,
  step: 3,
  hash: 'ab'.repeat(32),
}

/** The file as it lies on the disk, whatever its checksum. */
function lastSigned(): Target {
  return {
    name: 'last-signed record',
    covers: ['storage/last-signed.ts readLastSigned'],
    form: 'bytes',
    samples: [withChecksum(JSON.stringify(RECORD))],
    take: openedBesideAJournal,
  }
}

/** What is inside it, under a checksum that is always right: mutations get past it. */
function lastSignedInside(): Target {
  return {
    name: 'last-signed record under its checksum',
    covers: ['storage/last-signed.ts openLastSigned', 'storage/guards.ts openGuards'],
    form: 'json',
    samples: [utf8(JSON.stringify(RECORD))],
    take: (input) => openedBesideAJournal(withChecksum(fromUtf8(input) ?? '')),
  }
}

/** The file of a record's JSON. */
export function withChecksum(content: string): Uint8Array {
  const checksum = crc32(content).toString(16).padStart(8, '0')
  return utf8(`${content.slice(0, -1)},"checksum":"${checksum}"}\n`)
}

function openedBesideAJournal(record: Uint8Array): Promise<Said> {
  return declaredLater(StorageError, async () => {
    const files = memoryFiles()
    await files.replace('journal', encodeHeader(7))
    await files.replace('last-signed', record)
    const { journal, lastSigned } = await openGuards(
      { journal: 'journal', lastSigned: 'last-signed' },
      6,
      files,
    )
    await lastSigned.close()
    await journal.close()
    // What is read is what would be written: the decoder compares them itself.
    return undefined
  })
}

/** An input of each kind. */
export function journalInputs(): readonly Input[] {
  const { messages } = vectors<{ readonly messages: readonly { readonly encoded: string }[] }>(
    'consensus/messages.json',
  )
  const message = decodeMessage(hexBytes(messages[0]!.encoded))
  if (!message.ok) throw new Error('a pinned message is refused')
  const blockId = 'ab'.repeat(32)
  return [
    { type: 'work' },
    { type: 'message', message: authentic(message.value) },
    { type: 'blockBuilt', round: 2, blockId },
    { type: 'blockChecked', blockId, isValid: true },
    { type: 'timeout', round: 3 },
  ]
}

export async function databaseDecoders(): Promise<readonly Target[]> {
  return [
    ofBytes(
      {
        name: 'number of 4 bytes',
        covers: 'storage/buckets.ts fromUint32',
        form: 'bytes',
        samples: [uint32(0), uint32(77)],
      },
      fromUint32,
      uint32,
    ),
    ofBytes(
      {
        name: 'number of 8 bytes',
        covers: 'storage/buckets.ts fromUint64',
        form: 'bytes',
        samples: [uint64(0), uint64(2 ** 40)],
      },
      fromUint64,
      uint64,
    ),
    await chainStore(),
  ]
}

/** A database whose entries are the input: opened, and read through. */
async function chainStore(): Promise<Target> {
  const networkId = new Uint8Array(32).fill(4)
  const id = new Uint8Array(32).fill(9)
  const sample = await databaseOf([])
  const store = await openChainStore(sample, networkId)
  const key = utf8('r0001')
  const [block, certificate] = [new Uint8Array(40).fill(1), new Uint8Array(30).fill(2)]
  await store.append({
    height: 1,
    block,
    certificate,
    transactionIds: [id],
    changes: [{ key, value: block }],
  })
  return {
    name: 'chain store',
    covers: ['storage/chain-store.ts openChainStore'],
    form: 'bytes',
    samples: [packedEntries(await entriesOf(sample))],
    take: (input) =>
      declaredLater(StorageError, async () => {
        const read = await openChainStore(await databaseOf(unpackedEntries(input)), networkId)
        await read.block(read.height())
        await read.places(id)
        for await (const _ of read.stateEntries());
        await read.close()
        return undefined
      }),
  }
}

/** A database of these entries; those whose keys it does not take are left out. */
export async function databaseOf(entries: Iterable<readonly [Uint8Array, Uint8Array]>): Promise<Database> {
  const database = memoryDatabase()
  const batch = [...entries].filter(([key]) => key.length > 0 && key.length <= MAX_KEY_BYTES)
  await database.write(batch.map(([key, value]) => ({ type: 'put', key, value })))
  return database
}

/** Everything in a database. */
export async function entriesOf(database: Database): Promise<readonly (readonly [Uint8Array, Uint8Array])[]> {
  const entries: (readonly [Uint8Array, Uint8Array])[] = []
  for await (const entry of database.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255) }))
    entries.push(entry)
  return entries
}
