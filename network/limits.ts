/**
 * Every limit of the network, with its reason. What a peer sends is hostile until it has passed these (T32).
 * The folder does not know what travels: sizes of ballots and blocks come from the ledger's own limits, and a test
 * outside this folder holds the two against each other.
 */
import { assert } from '../base/index.ts'

const KIB = 1024
const MIB = 1024 * KIB

// ---- what travels ------------------------------------------------------------------------------------------------------
/** One encoded transaction. The largest are chunks of a roll and drafts with long texts; a 50-option ballot is 20 KiB. */
export const MAX_TRANSACTION_BYTES: number = MIB
/** Transactions in one batch: 500 ballots a second, gossiped several times a second, with room for bursts. */
export const MAX_BATCH_TRANSACTIONS = 4096
/** One batch: small enough that it does not hold up consensus messages on the same link, and holds the largest transaction. */
export const MAX_BATCH_BYTES: number = MAX_TRANSACTION_BYTES + 64 * KIB
/** An encoded consensus message: a proposal of 100 validators carries 67 round changes and 67 prepares, about 20 KiB. */
export const MAX_CONSENSUS_MESSAGE_BYTES: number = 256 * KIB
/** An encoded block. Above the ledger's own limit. */
export const MAX_BLOCK_BYTES: number = 5 * MIB
/** An encoded certificate: 67 signatures of 100 validators are 5 KiB; room for 300 validators. */
export const MAX_CERTIFICATE_BYTES: number = 64 * KIB
/** An encoded block header: fixed size, about 200 bytes. */
export const MAX_HEADER_BYTES = 1024
/** An encoded election record: question texts, the tally, and partial decryptions of up to 100 trustees. */
export const MAX_RECORD_BYTES: number = 4 * MIB
/** A Merkle branch, in hashes: the state tree and the lists in it have at most 2^64 leaves. */
export const MAX_BRANCH_HASHES = 64
/** A Belenios uuid has 14 characters and more; the ledger is stricter. */
export const MAX_UUID_BYTES = 64
/** A name in a summary; longer ones are cut, since summaries are for finding one's way. */
export const MAX_NAME_BYTES = 512
/** A code of a closed union: an identifier. */
export const MAX_CODE_BYTES = 64
/** One sentence for people; longer ones are cut. */
export const MAX_DETAIL_BYTES = 512
/** Blocks that one request may ask for: catching up goes in steps, so that a peer never owes an endless answer. */
export const MAX_BLOCKS_PER_REQUEST = 256
/** Transactions that one request may ask for by id: as many as a batch may hold. */
export const MAX_IDS_PER_REQUEST: number = MAX_BATCH_TRANSACTIONS
/** Overhead of SSZ offsets and selectors in any message above. */
export const SSZ_OVERHEAD_BYTES: number = KIB

assert(MAX_BATCH_BYTES > MAX_TRANSACTION_BYTES, 'a batch holds the largest transaction')
assert(MAX_BLOCK_BYTES > MAX_BATCH_BYTES, 'a block holds what one batch brings')
