/** A disk that can be copied while its node runs, as an operator copies a home or restores a backup. */
import {
  type LastSigned,
  memoryDatabase,
  memoryJournal,
  memoryLastSigned,
  type Operation,
} from '../../storage/index.ts'
import { aDisk, type Disk } from './node-network.ts'

export interface CopiedDisk extends Disk {
  /** What is on it at this moment, on a disk of its own. */
  copy(): Promise<Disk>
}

/** An empty {@link CopiedDisk}. */
export function aCopiedDisk(): CopiedDisk {
  const { database, journal, lastSigned } = aDisk()
  let signed: Pick<SignRequest, 'slot' | 'bytes'> | undefined
  return {
    database,
    journal,
    lastSigned: {
      sign: (slot, bytes, sign) => {
        const request = { slot: { ...slot }, bytes: bytes.slice() }
        return lastSigned.sign(slot, bytes, (own) => {
          signed = request
          return sign(own)
        })
      },
      last: () => lastSigned.last(),
      mayHaveSigned: (slot, bytes) => lastSigned.mayHaveSigned(slot, bytes),
      close: () => lastSigned.close(),
    },
    copy: async () => {
      const copy = { database: memoryDatabase(), journal: memoryJournal(), lastSigned: memoryLastSigned() }
      const batch: Operation[] = []
      for await (const [key, value] of database.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255) }))
        batch.push({ type: 'put', key, value })
      await copy.database.write(batch)
      await copy.journal.reset(journal.height())
      for (const record of journal.records()) await copy.journal.append(record)
      if (signed !== undefined) await copy.lastSigned.sign(signed.slot, signed.bytes, (bytes) => bytes)
      return copy
    },
  }
}

interface SignRequest {
  readonly slot: Parameters<LastSigned['sign']>[0]
  readonly bytes: Uint8Array
}
