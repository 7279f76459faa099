/**
 * The disk of one machine: a database, the journal and the last-signed record. The latter two are the product's own code over
 * simulated files; the database is the memory adapter, whose batches are whole or absent. Everything can end before and after each
 * effect, fail, or find no room.
 */
import { assert } from '../../../base/index.ts'
import { BUCKET, keyIn, uint64 } from '../../../storage/buckets.ts'
import {
  type Database,
  type Journal,
  type LastSigned,
  memoryDatabase,
  type Operation,
  openJournal,
  openLastSigned,
  StorageError,
} from '../../../storage/index.ts'
import { unpack } from '../../../storage/packing.ts'
import type { Dice } from '../types.ts'
import { type Moments, SimulatedFiles, systemError } from './files.ts'
import { Life } from './life.ts'

const JOURNAL = '/home/journal'
const LAST_SIGNED = '/home/last-signed.json'

/** Height, round and step of a signature. */
export type Slot = readonly [number, number, number]

/** What one process sees of the disk, and what an outsider sees of the process. */
export interface OpenDisk {
  readonly database: Database
  readonly journal: Journal
  readonly lastSigned: LastSigned
  /** Journal records that this process has and a power cut could take. */
  undurable(): number
}

export interface OpenDiskOptions {
  readonly moments: Moments
  /** Told when the private key is about to be used; makes the signature. */
  readonly onSign: (bytes: Uint8Array) => Uint8Array
}

export class Disk {
  readonly #files = new SimulatedFiles()
  readonly #database = memoryDatabase()

  /** A disk with a database that holds these entries, of a validator that has signed at all heights up to one, or nothing (0). */
  static async with(entries: readonly Operation[], signedUpTo: number): Promise<Disk> {
    const disk = new Disk()
    await disk.#database.write(entries)
    if (signedUpTo === 0) return disk
    const record = await openLastSigned(LAST_SIGNED, disk.#files.opened(new Life()))
    // Above its commit, which is in the certificate: its timer ran out before the block was final.
    const slot = { height: signedUpTo, round: 1, step: 0 }
    await record.sign(slot, new Uint8Array(0), (bytes) => bytes)
    await record.close()
    return disk
  }

  get ailment(): SimulatedFiles['ailment'] {
    return this.#files.ailment
  }

  /** From now on it fails, or works again. */
  set ailment(ailment: SimulatedFiles['ailment']) {
    this.#files.ailment = ailment
  }

  /** How many writes were torn or lost. */
  cutPower(dice: Dice): number {
    return this.#files.cutPower(dice)
  }

  /** The last-signed record as it would be found after a power cut: read as what it is, JSON. */
  durableSlot(): Slot | undefined {
    const bytes = this.#files.durable(LAST_SIGNED)
    if (bytes === undefined) return undefined
    const { height, round, step } = JSON.parse(Buffer.from(bytes).toString()) as Readonly<
      Record<string, number | undefined>
    >
    assert(height !== undefined && round !== undefined && step !== undefined, 'the record names a slot')
    return [height, round, step]
  }

  /** A block that the database has. */
  async block(height: number): Promise<{ readonly block: Uint8Array; readonly certificate: Uint8Array }> {
    const packed = await this.#database.get(keyIn(BUCKET.block, uint64(height)))
    const block = packed && unpack(packed)
    const certificate = await this.#database.get(keyIn(BUCKET.certificate, uint64(height)))
    assert(block !== undefined && certificate !== undefined, 'the database has the block')
    return { block, certificate }
  }

  /** As a process opens it. */
  async open(options: OpenDiskOptions): Promise<OpenDisk> {
    const files = this.#files.opened(options.moments)
    const journal = await openJournal(JOURNAL, files)
    const lastSigned = await openLastSigned(LAST_SIGNED, files)
    let undurable = this.#files.isSynced(JOURNAL) ? 0 : journal.records().length
    // What the disk says, not what the journal says: the records before are durable when nothing of the file is unsynced.
    const settle = (before: number): void => {
      if (this.#files.isSynced(JOURNAL)) undurable -= before
    }
    return {
      database: this.#openDatabase(options.moments),
      undurable: () => undurable,
      journal: {
        height: () => journal.height(),
        records: () => journal.records(),
        append: (record) => {
          undurable++
          return journal.append(record)
        },
        sync: async () => {
          const before = undurable
          await journal.sync()
          settle(before)
        },
        reset: async (height) => {
          const before = undurable
          await journal.reset(height)
          settle(before)
        },
        close: () => journal.close(),
      },
      lastSigned: {
        sign: (slot, bytes) => lastSigned.sign(slot, bytes, options.onSign),
        last: () => lastSigned.last(),
        mayHaveSigned: (slot, bytes) => lastSigned.mayHaveSigned(slot, bytes),
        close: () => lastSigned.close(),
      },
    }
  }

  #openDatabase(moments: Moments): Database {
    const database = this.#database
    return {
      get: (key) => this.#reading(() => database.get(key)),
      entries: (range) => database.entries(range),
      write: async (batch) => {
        await moments.seek()
        await moments.moment()
        if (this.ailment !== undefined) {
          const reason = systemError(this.ailment === 'full' ? 'ENOSPC' : 'EIO', 'write')
          throw new StorageError('failed', `the database: ${reason.message}`, reason)
        }
        await database.write(batch)
        await moments.moment()
      },
      close: async () => {},
    }
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    if (this.ailment === 'failing') {
      throw new StorageError('failed', 'the database cannot be read', systemError('EIO', 'read'))
    }
    return read()
  }
}
