/** The one error class of this folder. */

/**
 * What went wrong, for programs:
 * - `closed`: used after `close`;
 * - `failed`: the disk or the operating system refused (full, no permission, I/O error); nothing further is trusted;
 * - `damaged`: what is stored does not add up, and not in the way that a power cut explains;
 * - `missing`: a guard against double signing is not there although it must have been;
 * - `locked`: another process has it open;
 * - `full`: a journal has reached its limit (`MAX_JOURNAL_BYTES`);
 * - `wrong-schema`, `wrong-network`: a sound database that this program or this network must not touch.
 */
export type StorageErrorCode =
  | 'closed'
  | 'failed'
  | 'damaged'
  | 'missing'
  | 'locked'
  | 'full'
  | 'wrong-schema'
  | 'wrong-network'

/** A failure of storage. `message` says what is wrong, where, and what an operator can do; `cause` is the system's own error. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** The system's own words for an error, for use inside a message. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
