/** What a start and a repair read off a disk whose checksums are right: a journal's records, a whole chain. */
import { crc32 } from 'node:zlib'
import { concat, unwrap } from '../../../base/index.ts'
import { decodeCertifiedBlock } from '../../../network/index.ts'
import { NodeError } from '../../../node/error.ts'
import { encodeRecord } from '../../../node/journal-record.ts'
import { checkChain } from '../../../node/repair/check-chain.ts'
import { signedAccordingTo } from '../../../node/repair/signed-slots.ts'
import { memoryFiles, openChainStore, openGuards, StorageError } from '../../../storage/index.ts'
import {
  decodeJournal,
  encodeFrame,
  encodeHeader,
  FRAME_HEADER_BYTES,
} from '../../../storage/journal-format.ts'
import { aGenesis } from '../../support/ledger-builders.ts'
import { aLongChain } from '../../support/made-chain.ts'
import { packedEntries, unpackedEntries } from '../recordings.ts'
import { declaredLater, ofBytes } from '../target.ts'
import type { Target } from '../types.ts'
import { databaseOf, entriesOf, journalInputs, RECORD, withChecksum } from './storage.ts'

/** A journal and a database, as they are opened and repaired. */
export async function repaired(): Promise<readonly Target[]> {
  return [frameOfJournal(), openedJournal(), impliedByJournal(), await chainUnderRepair()]
}

const HEIGHT = 7
const records = (): readonly Uint8Array[] => journalInputs().map((input) => encodeRecord({ input }))

/** Records as one input: each is the value of an entry without a key. */
const packed = (all: readonly Uint8Array[]): Uint8Array =>
  packedEntries(all.map((record) => [new Uint8Array(0), record] as const))

/** The journal of these records, all its checksums right; of none where there is none. */
function journalOf(input: Uint8Array): Uint8Array {
  const frames = [...unpackedEntries(input)].map(([, record]) => encodeFrame([record]))
  return concat(encodeHeader(HEIGHT), ...frames)
}

/** What is in a frame, under checksums that are always right: mutations get past them. */
function frameOfJournal(): Target {
  const bodyOf = (all: readonly Uint8Array[]): Uint8Array => encodeFrame(all).subarray(FRAME_HEADER_BYTES)
  return ofBytes(
    {
      name: 'frame of a journal under its checksums',
      covers: 'storage/journal-format.ts decodeJournal',
      samples: [bodyOf(records()), bodyOf(records().slice(0, 1))],
    },
    (body) => {
      const frame = new Uint8Array(FRAME_HEADER_BYTES + body.length)
      const view = new DataView(frame.buffer)
      view.setUint32(0, body.length, true)
      view.setUint32(4, crc32(frame.subarray(0, 4)), true)
      view.setUint32(8, crc32(body), true)
      frame.set(body, FRAME_HEADER_BYTES)
      const content = decodeJournal(concat(encodeHeader(HEIGHT), frame))
      return content.ok && content.records.length > 0 ? content.records : undefined
    },
    bodyOf,
  )
}

/** Both guards, of which the journal is the input. */
function openedJournal(): Target {
  const last = withChecksum(JSON.stringify(RECORD))
  return {
    name: 'journal beside a last-signed record',
    covers: [
      'storage/journal.ts openJournal',
      'storage/journal.ts readJournal',
      'storage/guards.ts openGuards',
    ],
    form: 'ssz',
    samples: [encodeHeader(HEIGHT), journalOf(packed(records()))],
    take: (input) =>
      declaredLater(StorageError, async () => {
        const files = memoryFiles()
        await files.replace('journal', input)
        await files.replace('last-signed', last)
        const paths = { journal: 'journal', lastSigned: 'last-signed' }
        const { journal, lastSigned } = await openGuards(paths, HEIGHT - 1, files)
        await journal.append(new Uint8Array(8))
        await journal.sync()
        await lastSigned.close()
        await journal.close()
        return undefined
      }),
  }
}

/** What a repair reads off a journal whose checksums are right: the core steps through whatever is in it. */
function impliedByJournal(): Target {
  const genesis = aGenesis({ validators: 4 })
  const signatory = {
    networkId: new Uint8Array(32).fill(4),
    validators: { keys: genesis.validators.map(({ publicKey }) => publicKey) },
    timing: genesis.parameters,
    self: 1,
  }
  return {
    name: 'journal that a repair steps through',
    covers: ['node/repair/signed-slots.ts signedAccordingTo', 'node/journal-record.ts decodeRecord'],
    form: 'ssz',
    samples: [packed([]), packed(records()), packed(records().slice(1))],
    take: (input) => {
      const all = [...unpackedEntries(input)].map(([, record]) => record)
      return signedAccordingTo({ height: HEIGHT, records: all }, signatory) === undefined
        ? { isTaken: false, why: 'a record that no runner writes' }
        : { isTaken: true }
    },
  }
}

/** A database whose entries are the input, checked as a repair checks it. */
async function chainUnderRepair(): Promise<Target> {
  const made = aLongChain(aGenesis({ validators: 4 }), 2)
  const { genesis, networkId, blocks, image } = made.chain
  const sample = await databaseOf([])
  const store = await openChainStore(sample, networkId)
  for (const [index, payload] of made.payloads.entries()) {
    const isLast = index === blocks.length - 1
    const changes = isLast ? [...image.values()].map(([key, value]) => ({ key, value })) : []
    const { block, certificate } = unwrap(decodeCertifiedBlock(payload))
    await store.append({ height: index + 1, block, certificate, transactionIds: [], changes })
  }
  const samples = [packedEntries(await entriesOf(sample))]
  return {
    name: 'chain under repair',
    covers: ['node/repair/check-chain.ts checkChain'],
    form: 'bytes',
    samples,
    take: (input) =>
      declaredLater(NodeError, async () => {
        try {
          await checkChain(await databaseOf(unpackedEntries(input)), { genesis, networkId })
        } catch (error) {
          if (error instanceof StorageError) throw new NodeError('storage-damaged', error.message, error)
          throw error
        }
        return undefined
      }),
  }
}
