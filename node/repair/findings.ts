/** What a repair finds in a home: the database, the journal and the last-signed record, each sound, missing or damaged. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Database,
  MAX_JOURNAL_BYTES,
  MAX_JOURNAL_RECORD_BYTES,
  openLevelDatabase,
  readJournal,
  readLastSigned,
  type SignedSlot,
  StorageError,
} from '../../storage/index.ts'
import { NodeError } from '../error.ts'
import type { DataPaths } from '../home.ts'
import { type ChainIdentity, checkChain } from './check-chain.ts'
import { type Signatory, signedAccordingTo } from './signed-slots.ts'

export type DatabaseFinding =
  /** `height` 0: nothing is there. */
  { readonly is: 'sound'; readonly height: number } | { readonly is: 'damaged'; readonly what: string }

export type JournalFinding =
  /** `implies`: the last-signed record that follows from it. */
  | { readonly is: 'sound'; readonly height: number; readonly implies: SignedSlot | undefined }
  /** Sound, but with no room for another message. */
  | { readonly is: 'full'; readonly height: number }
  | { readonly is: 'missing' }
  /** `height`: what its header says, where that is sound. */
  | { readonly is: 'damaged'; readonly what: string; readonly height: number | undefined }

export type LastSignedFinding =
  | { readonly is: 'sound'; readonly recorded: SignedSlot | undefined }
  | { readonly is: 'missing' }
  | { readonly is: 'damaged'; readonly what: string }

export interface Findings {
  readonly database: DatabaseFinding
  readonly journal: JournalFinding
  readonly lastSigned: LastSignedFinding
}

/** Looks at a database. Where it can be opened it stays open, which keeps daemons out; the caller closes it. */
export async function lookAtDatabase(
  path: string,
  identity: ChainIdentity,
): Promise<{ readonly finding: DatabaseFinding; readonly database: Database | undefined }> {
  // A look at a home without a database must not make one.
  if (await isEmptyDirectory(path)) return { finding: { is: 'sound', height: 0 }, database: undefined }
  let database: Database | undefined
  try {
    database = await openLevelDatabase(path)
    return { finding: { is: 'sound', height: await checkChain(database, identity) }, database }
  } catch (error) {
    await database?.close().catch(() => undefined)
    const what = damageOf(error)
    if (what === undefined) throw error
    return { finding: { is: 'damaged', what }, database: undefined }
  }
}

/** Looks at both guards of a validator. */
export async function lookAtGuards(
  paths: DataPaths,
  signatory: Signatory,
): Promise<Pick<Findings, 'journal' | 'lastSigned'>> {
  return {
    journal: await lookAtJournal(paths.journal, signatory),
    lastSigned: await lookAtLastSigned(paths.lastSigned),
  }
}

async function lookAtJournal(path: string, signatory: Signatory): Promise<JournalFinding> {
  try {
    const content = await readJournal(path)
    if (content === undefined) return { is: 'missing' }
    const { height } = content
    if (!content.ok) return { is: 'damaged', what: `at byte ${content.offset}: ${content.what}`, height }
    if (content.intactBytes + MAX_JOURNAL_RECORD_BYTES > MAX_JOURNAL_BYTES)
      return { is: 'full', height: content.height }
    const implies = signedAccordingTo(content, signatory)
    if (implies === undefined && content.height > 0)
      return { is: 'damaged', what: 'it has a record that no node writes', height }
    return { is: 'sound', height: content.height, implies }
  } catch (error) {
    const what = damageOf(error)
    if (what === undefined) throw error
    return { is: 'damaged', what, height: undefined }
  }
}

async function lookAtLastSigned(path: string): Promise<LastSignedFinding> {
  try {
    const content = await readLastSigned(path)
    return content === undefined ? { is: 'missing' } : { is: 'sound', recorded: content.recorded }
  } catch (error) {
    const what = damageOf(error)
    if (what === undefined) throw error
    return { is: 'damaged', what }
  }
}

/** What is damaged, where an error says that; undefined for every other failure, which nothing here can mend. */
function damageOf(error: unknown): string | undefined {
  const isDamage =
    (error instanceof StorageError && (error.code === 'damaged' || error.code === 'wrong-schema')) ||
    (error instanceof NodeError && error.code === 'storage-damaged')
  return isDamage ? error.message : undefined
}

async function isEmptyDirectory(path: string): Promise<boolean> {
  const names = await readdir(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new StorageError(
      'failed',
      `${join(path)}: cannot be read; check the disk's health and permissions`,
      error,
    )
  })
  return names.length === 0
}
