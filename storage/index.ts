/** The Database port with its LevelDB and memory adapters; chain store, journal, last-signed record. */
export { openChainStore, storedHeight } from './chain-store.ts'
export { StorageError, type StorageErrorCode } from './errors.ts'
export { systemFiles } from './files.ts'
export { type GuardPaths, openGuards } from './guards.ts'
export { openJournal, readJournal, saveJournal } from './journal.ts'
export type { JournalContent } from './journal-format.ts'
export {
  type LastSignedContent,
  memoryLastSigned,
  openLastSigned,
  readLastSigned,
  saveLastSigned,
} from './last-signed.ts'
export { mendLevelDatabase, openLevelDatabase } from './level-database.ts'
export {
  MAX_BATCH_OPERATIONS,
  MAX_JOURNAL_BYTES,
  MAX_JOURNAL_RECORD_BYTES,
  MAX_KEY_BYTES,
  MAX_VALUE_BYTES,
} from './limits.ts'
export { memoryDatabase } from './memory-database.ts'
export { memoryFiles } from './memory-files.ts'
export { memoryJournal } from './memory-journal.ts'
export { copyAside, moveAside } from './set-aside.ts'
export { compareSlots, type SignedSlot } from './signing-guard.ts'
export type {
  ChainStore,
  Database,
  Files,
  FinalisedHeight,
  Journal,
  LastSigned,
  OpenFile,
  Operation,
  Place,
  Range,
  SigningSlot,
} from './types.ts'
