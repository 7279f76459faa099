/** The Database port with its LevelDB and memory adapters; chain store, journal, last-signed record. */
export { openChainStore } from './chain-store.ts'
export { StorageError, type StorageErrorCode } from './errors.ts'
export { systemFiles } from './files.ts'
export { openJournal } from './journal.ts'
export { memoryLastSigned, openLastSigned } from './last-signed.ts'
export { openLevelDatabase } from './level-database.ts'
export {
  MAX_BATCH_OPERATIONS,
  MAX_JOURNAL_BYTES,
  MAX_JOURNAL_RECORD_BYTES,
  MAX_KEY_BYTES,
  MAX_VALUE_BYTES,
} from './limits.ts'
export { memoryDatabase } from './memory-database.ts'
export { memoryJournal } from './memory-journal.ts'
export type {
  ChainStore,
  Database,
  Files,
  FinalisedHeight,
  Journal,
  LastSigned,
  OpenFile,
  Operation,
  Range,
  SigningSlot,
} from './types.ts'
