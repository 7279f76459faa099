/**
 * Opening the two guards against double signing together, so that a lost one is noticed. Each file is made once, on the first start of
 * a home, before anything is signed; from then on it is replaced and never removed. So a file that is not there was lost, unless
 * everything else is as new: no block, and nothing in the other guard (a first start that was cut short).
 *
 * Everything lost at once looks like a new home, and nothing on this disk can tell: what the peers heard of the key does
 * (`node/own-key.ts`).
 */
import { StorageError } from './errors.ts'
import { systemFiles } from './files.ts'
import { openJournal, readJournal } from './journal.ts'
import { openLastSigned, readLastSigned, saveLastSigned } from './last-signed.ts'
import type { Files, Journal, LastSigned } from './types.ts'

/** Where the guards of a validator are. */
export interface GuardPaths {
  readonly journal: string
  readonly lastSigned: string
}

/**
 * Opens both guards of a validator whose chain has this height, or makes them in a new home. Rejects with `missing` when one was lost,
 * with `damaged` when one does not add up.
 */
export async function openGuards(
  paths: GuardPaths,
  chainHeight: number,
  files: Files = systemFiles,
): Promise<{ readonly journal: Journal; readonly lastSigned: LastSigned }> {
  const record = await readLastSigned(paths.lastSigned, files)
  const content = await readJournal(paths.journal, files)
  const journalHeight = content === undefined ? 0 : content.height
  const isNew = chainHeight === 0 && record?.recorded === undefined && journalHeight === 0
  if (!isNew && record === undefined) throw missing(paths.lastSigned, '', 'what this validator signed last')
  if (!isNew && content === undefined)
    throw missing(paths.journal, '', 'what this validator knew when it signed last')
  const signedAt = record?.recorded?.slot.height ?? 0
  // A journal is begun at a height before anything is signed there. One that is damaged says so below.
  if (content?.ok && signedAt > content.height)
    throw missing(paths.journal, `of height ${signedAt}`, 'what this validator knew when it signed last')
  if (record === undefined) await saveLastSigned(paths.lastSigned, undefined, files)
  const journal = await openJournal(paths.journal, files)
  try {
    return { journal, lastSigned: await openLastSigned(paths.lastSigned, files) }
  } catch (error) {
    await journal.close().catch(() => undefined)
    throw error
  }
}

function missing(path: string, which: string, what: string): StorageError {
  return new StorageError(
    'missing',
    `${path}${which && ` ${which}`} is missing, so ${what} is unknown, and signing anew could contradict it`,
  )
}
