/** Limits of the client, each with its reason. Sizes of what travels are the network's and ledger's own. */

/** Peers that a read asks at once: the least number at which one liar is contradicted. */
export const READ_PEERS = 2
/** Peers that a submission goes to: more than the faulty ones of 22 validators, yet bounded on a list of any length. */
export const SUBMIT_PEERS_MAX = 8
/** Addresses that a client keeps: two (TCP and WebSockets) of each member of the largest set of validators. */
export const ADDRESSES_MAX = 512
/** Transactions in one submission request: a peer verifies all of them before it answers, within the protocol's time. */
export const SUBMIT_BATCH_MAX = 8
/** Bytes of one submission request: far below the network's limit for a message, above the largest transaction. */
export const SUBMIT_BATCH_BYTES_MAX: number = 512 * 1024
/** Elections that a listing takes from one peer: ten times what a network is designed for. */
export const ELECTIONS_MAX = 10_000
/** Bytes of an answer with one record and its proofs: a draft of the largest size, a tally and all decryptions. */
export const ANSWER_BYTES_MAX: number = 64 * 1024 * 1024
/** Bytes of an archive: what one buffer holds comfortably, about 400,000 ballots of five choices. */
export const ARCHIVE_BYTES_MAX: number = 2 * 1024 * 1024 * 1024
/** Chunks of an archive: the bytes above in pieces of 4 KiB at least. */
export const ARCHIVE_CHUNKS_MAX: number = ARCHIVE_BYTES_MAX / 4096
/** Characters of a receipt file: a record of the largest size in hexadecimal. */
export const RECEIPT_CHARACTERS_MAX: number = 2 * ANSWER_BYTES_MAX
/** Steps of a Merkle branch: above the depth of any tree in the state (lists of 2^40 leaves, with their length). */
export const BRANCH_MAX = 64
/** Heads that a client remembers in order to notice a fork between two of its own reads. */
export const HEADS_REMEMBERED = 1024
/** Between two looks at what is finalised: a few blocks. */
export const POLL_INTERVAL_MS = 250
/** After this time without finality a ballot is handed in again: its pools may have been restarted. */
export const RESUBMIT_AFTER_MS = 5000
/** Submissions of one ballot that wait for a peer's answer: a silent peer keeps none of the others waiting. */
export const DELIVERIES_MAX = 3
