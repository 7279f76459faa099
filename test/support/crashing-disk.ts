/**
 * A disk whose power is cut at a chosen moment: between any two operations everything stops, and what the journal had not
 * synced is gone. It also checks "persist, then speak": nothing is signed over unsynced records.
 */
import type { Journal } from '../../storage/index.ts'
import type { Disk } from './node-network.ts'

export interface CrashingDisk {
  /** The disk as the running node sees it; dead after the power cut. */
  readonly disk: Disk
  /** Whether the power has been cut. */
  isDead(): boolean
  /** Cuts the power now, if it has not been cut. */
  cut(): void
  /** Counts an operation outside the disk (sending) as a moment at which power may be cut; never resolves when it was. */
  moment(): Promise<void>
  /** Signatures that were asked for while records were not durable yet. */
  readonly spokeTooEarly: readonly string[]
  /** Moments so far. */
  moments(): number
}

/** A journal that can lose what was not synced. */
export interface VolatileJournal extends Journal {
  pending(): number
  cutPower(): void
}

export function aVolatileJournal(): VolatileJournal {
  let durable: { readonly height: number; readonly records: readonly Uint8Array[] } = {
    height: 0,
    records: [],
  }
  let pending: Uint8Array[] = []
  return {
    height: () => durable.height,
    records: () => [...durable.records, ...pending],
    append: async (record) => {
      pending.push(record.slice())
    },
    sync: async () => {
      durable = { height: durable.height, records: [...durable.records, ...pending] }
      pending = []
    },
    reset: async (height) => {
      durable = { height, records: [] }
      pending = []
    },
    close: async () => {},
    pending: () => pending.length,
    cutPower: () => {
      pending = []
    },
  }
}

/** Cuts the power at the moment with this number (before or after one operation); never with Infinity. */
export function aCrashingDisk(below: Disk, journal: VolatileJournal, at: number): CrashingDisk {
  const spokeTooEarly: string[] = []
  let moments = 0
  let isDead = false
  const cut = (): void => {
    if (isDead) return
    isDead = true
    journal.cutPower()
  }
  const moment = async (): Promise<void> => {
    if (!isDead && moments++ === at) cut()
    if (isDead) await new Promise<never>(() => {})
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    await moment()
    const result = await work()
    await moment()
    return result
  }
  return {
    isDead: () => isDead,
    cut,
    moment,
    spokeTooEarly,
    moments: () => moments,
    disk: {
      database: {
        get: (key) => below.database.get(key),
        entries: (range) => below.database.entries(range),
        write: (batch) => guarded(() => below.database.write(batch)),
        close: async () => {},
      },
      journal: {
        height: () => journal.height(),
        records: () => journal.records(),
        append: (record) => guarded(() => journal.append(record)),
        sync: () => guarded(() => journal.sync()),
        reset: (height) => guarded(() => journal.reset(height)),
        close: async () => {},
      },
      lastSigned: {
        sign: (slot, bytes, sign) => {
          if (journal.pending() > 0)
            spokeTooEarly.push(`${JSON.stringify(slot)} over ${journal.pending()} records`)
          return guarded(() => below.lastSigned.sign(slot, bytes, sign))
        },
        last: () => below.lastSigned.last(),
        mayHaveSigned: (slot, bytes) => below.lastSigned.mayHaveSigned(slot, bytes),
        close: async () => {},
      },
    },
  }
}
