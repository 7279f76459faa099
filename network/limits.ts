/**
 * Every limit of the network, with its reason. What a peer sends is hostile until it has passed these (T32).
 * The folder does not know what travels: sizes of ballots and blocks come from the ledger's own limits, and a test
 * outside this folder holds the two against each other.
 */
import { assert } from '../base/index.ts'

const KIB = 1024
const MIB = 1024 * KIB

// ---- what travels ------------------------------------------------------------------------------------------------------
/** One encoded transaction, twice the ledger's own limit; a ballot of 50 options is 20 KiB. */
export const MAX_TRANSACTION_BYTES: number = 512 * KIB
/** What speeds up the verification of a ballot, beside it: of the largest ballot, in the coordinates of all its points. */
export const MAX_ACCELERATOR_BYTES: number = 512 * KIB
/** Transactions in one batch: 500 ballots a second, gossiped several times a second, with room for bursts. */
export const MAX_BATCH_TRANSACTIONS = 4096
/** One batch: small enough that it does not hold up consensus messages on the same link, and holds the largest transaction. */
export const MAX_BATCH_BYTES: number = MIB + 16 * KIB
/** An encoded consensus message: a proposal of 100 validators carries 67 round changes and 67 prepares, about 20 KiB. */
export const MAX_CONSENSUS_MESSAGE_BYTES: number = 256 * KIB
/** An encoded block, twice the ledger's own limit. */
export const MAX_BLOCK_BYTES: number = 2 * MIB
/** An encoded certificate: 67 signatures of 100 validators are 5 KiB; room for 300 validators. */
export const MAX_CERTIFICATE_BYTES: number = 64 * KIB
/** An encoded block header: fixed size, about 200 bytes. */
export const MAX_HEADER_BYTES = 1024
/** An encoded election record, as in the ledger: a few kilobytes, but 256 trustees may each add 64 KiB of decryptions. */
export const MAX_RECORD_BYTES: number = 32 * MIB
/** The ceremony that made an election's key, beside its record: the ledger's limit. */
export const MAX_CEREMONY_BYTES: number = MIB
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

assert(
  MAX_BATCH_BYTES >= MAX_TRANSACTION_BYTES + MAX_ACCELERATOR_BYTES,
  'a batch holds the largest transaction with its accelerator',
)
assert(MAX_BLOCK_BYTES > MAX_BATCH_BYTES, 'a block holds what one batch brings')

// ---- connections ----------------------------------------------------------------------------------------------------------
/** Open connections: 100 validators, observers and a few hundred clients. Validators are pruned last. */
export const MAX_CONNECTIONS = 512
/** Connections that one host may open a second: voters behind one address, or a whole network on one machine. */
export const MAX_CONNECTIONS_PER_HOST_AND_SECOND = 128
/** Connections that have not proved their peer id yet: each costs a key exchange. */
export const MAX_PENDING_CONNECTIONS = 64
/** A dial, name lookup and key exchange included; a busy two-core machine takes seconds. */
export const DIAL_TIMEOUT_MS = 10_000
/** A new connection shows within this time that it is of our network, or is closed. */
export const IDENTIFY_TIMEOUT_MS = 10_000
/** What is still to be sent before a connection closes; then it is cut. */
export const CLOSE_TIMEOUT_MS = 1_000
/** Peers whose addresses are remembered for redialling; the oldest are forgotten first. */
export const MAX_KNOWN_PEERS = 1024
/** Addresses kept of one peer: it names them itself. */
export const MAX_ADDRESSES_PER_PEER = 8
/** A live peer answers a ping within this time even while it verifies ballots on all cores. */
export const PING_TIMEOUT_MS = 20_000
export const PING_INTERVAL_MS = 10_000
/** The first wait before redialling a bootstrap peer; it doubles up to the cap. */
export const REDIAL_FIRST_MS = 200
/** A validator that is back is found within this time: less than a few round timeouts. */
export const REDIAL_CAP_MS = 5_000
/** How often a kept connection is looked at. */
export const CONNECTION_CHECK_MS = 1_000
/** How often gossip streams are looked at; broken twice in a row, the connection is opened anew. */
export const GOSSIP_CHECK_MS: number = 5 * CONNECTION_CHECK_MS

// ---- streams -----------------------------------------------------------------------------------------------------------------
/** Bytes of an answer that wait for the application before the sender is paused. */
export const READ_AHEAD_BYTES: number = MIB
/** What a sender may have on its way unasked (yamux window). */
export const STREAM_WINDOW_BYTES: number = 2 * MIB
/** What a paused stream holds before it is cut: a window that was granted before the pause fits. */
export const STREAM_BUFFER_BYTES: number = 4 * MIB
/** Streams of one connection, all protocols together. */
export const MAX_STREAMS_PER_CONNECTION = 256

assert(STREAM_BUFFER_BYTES > STREAM_WINDOW_BYTES, 'a paused stream holds what its sender was promised')

// ---- agreement ---------------------------------------------------------------------------------------------------------------
/** A signed statement of a validator has 116 bytes. */
export const MAX_STATEMENT_BYTES = 128

// ---- gossip --------------------------------------------------------------------------------------------------------------------
/**
 * One gossip frame. Larger than any message, because the answer to "I want" carries several at once; what exceeds it
 * costs the peer its gossip stream, and the connection is then opened anew.
 */
export const MAX_GOSSIP_FRAME_BYTES: number = 16 * MIB
/** Gossip that waits for a peer that reads slowly; beyond this the peer is cut off and comes back with empty buffers. */
export const MAX_GOSSIP_OUTBOUND_BYTES: number = 32 * MIB
/** Peers whose mesh is joined: with up to this many peers everyone hears everything at the first hop. */
export const MESH_PEERS = 8
/** With at most this many bootstrap peers, own messages go to all of them and not only to the mesh. */
export const FLOOD_PUBLISH_PEERS = 16
/**
 * A message is recognised as seen for this long. Longer than gossip offers it (3 heartbeats of a second), and short
 * enough that a validator may say the same thing again to a peer that came back.
 */
export const SEEN_MS = 15_000
/** A subscriber that has not answered by then counts as `ignore`: gossip forgets the message after 5 s anyway. */
export const VERDICT_TIMEOUT_MS = 10_000

assert(
  MAX_GOSSIP_FRAME_BYTES > MAX_BLOCK_BYTES + MAX_CONSENSUS_MESSAGE_BYTES + MAX_CERTIFICATE_BYTES,
  'a gossip frame holds the largest message',
)
assert(MAX_GOSSIP_OUTBOUND_BYTES > MAX_GOSSIP_FRAME_BYTES, 'the largest gossip frame can wait to be sent')

// ---- scores --------------------------------------------------------------------------------------------------------------------
/** At this many points a peer is disconnected and refused. */
export const SCORE_THRESHOLD = 100
/** Points halve in this time, so that rare faults of an honest peer never add up. */
export const SCORE_HALF_LIFE_MS = 60_000
/** How long a peer is refused: long enough to make flooding useless, short enough for a repaired validator. */
export const DENY_MS = 300_000
/** Peers with points, and peers refused: each entry is small; the lightest and the oldest are forgotten first. */
export const MAX_SCORED_PEERS = 4096
/** For a gossiped message that its subscriber rejects: more than five of them within seconds are no accident. */
export const REJECTED_MESSAGE_POINTS = 20
/** For frames that are malformed or over their limits, which our software never sends: the third time is the last. */
export const BROKEN_FRAME_POINTS = 50
