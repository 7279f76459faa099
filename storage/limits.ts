/** The limits of this folder, each with its reason. */

/** Longest key. Ours are a bucket number and at most a few ids of 32 bytes; LevelDB repeats keys in its indexes. */
export const MAX_KEY_BYTES = 512

/** Largest value: above the largest block and the largest record in the ledger's state, and it fits in memory several times over. */
export const MAX_VALUE_BYTES: number = 64 * 1024 * 1024

/** Most operations in one batch: a full block's transactions and what they change, many times over. LevelDB holds a batch in memory. */
export const MAX_BATCH_OPERATIONS = 1_000_000

/**
 * Files that LevelDB keeps open, the least that it takes: it maps each table of 2 MB into memory whole, so that with its own limit of 1,000
 * whoever reads a whole chain makes a node of half a gigabyte out of it. 64 tables are 130 MB; opening one anew takes some 50 microseconds.
 */
export const MAX_OPEN_FILES = 74

/** Largest journal record: above the largest message of the network. */
export const MAX_JOURNAL_RECORD_BYTES: number = 8 * 1024 * 1024

/**
 * Largest journal file. A height usually takes some kilobytes; one that cannot be decided collects a quorum of round changes
 * a round, so this is weeks of standstill with four validators. The file is read into memory whole at opening.
 */
export const MAX_JOURNAL_BYTES: number = 256 * 1024 * 1024

/** Largest last-signed file that is read: ours have less than 200 bytes. */
export const MAX_LAST_SIGNED_BYTES = 4096
