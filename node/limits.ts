/** The limits and delays of a node, each with its reason. */
import { assert } from '../base/index.ts'

const KIB = 1024
const MIB = 1024 * KIB

// ---- settings -------------------------------------------------------------------------------------------------------
/** Fits a line of `psephos status`; the genesis file has the same limit. */
export const MAX_NAME_LENGTH = 64
/** A host has a handful of addresses: TCP and WebSockets, two address families. */
export const MAX_LISTEN_ADDRESSES = 16
/** Peers beyond the validators that a node insists on; libp2p keeps more connections than this. */
export const MAX_PEER_ADDRESSES = 64

// ---- keys and passphrases -------------------------------------------------------------------------------------------
/** A keystore or a backup has about 500 bytes, a plain key 65. */
export const MAX_KEY_FILE_BYTES: number = 4 * KIB
/** What scrypt's n is for new files: 128 MiB and some tenths of a second a guess. */
export const SCRYPT_N: number = 2 ** 17
/** The range of n that is read: below it nothing protects, above it a file could ask for more than a GiB. */
export const MIN_SCRYPT_N: number = 2 ** 10
export const MAX_SCRYPT_N: number = 2 ** 20
/** Characters of a passphrase that is being set: fewer are guessed, more are a mistake (another file, say). */
export const MIN_PASSPHRASE_LENGTH = 8
export const MAX_PASSPHRASE_LENGTH = 1024

// ---- pool -----------------------------------------------------------------------------------------------------------
/** Transactions that wait for a block: a minute at the speed that the design asks for. */
export const MAX_POOL_TRANSACTIONS = 30_000
/** Bytes of them: the largest pool of ordinary ballots (2 kB), or a few hundred of the largest transactions. */
export const MAX_POOL_BYTES: number = 64 * MIB
/**
 * Ballots of one credential that wait at once: a voter who changes their mind twice within a block is served (T10). The same for
 * a trustee's transactions of one kind, whose proofs can be made anew at will.
 */
export const MAX_POOL_PER_SLOT = 3
/** Evidence against one validator that waits at once: only the first convicts. */
export const MAX_POOL_EVIDENCE = 1
/** Ids whose proofs were seen to hold, beyond those in the pool: a proposal's and the last blocks' ballots. */
export const MAX_VERIFIED_IDS = 65_536
/** Ids whose proofs were seen to fail, so that the same one costs nothing twice. */
export const MAX_REFUSED_IDS = 8192
/** Transactions that one peer may offer: a whole network's load may come through one peer, four times the most that was measured. */
export const PEER_TRANSACTIONS_PER_SECOND = 4000
/** What a peer may offer at once: a few seconds of that, held back and then sent in one go. */
export const PEER_TRANSACTIONS_BURST = 16_384
/** What a wrong accelerator costs of the budget of the peer that brought it, in transactions: as much as the verification that it caused. */
export const WRONG_ACCELERATOR_TRANSACTIONS = 8
/** Peers whose budgets are remembered; more than a host has connections. */
export const MAX_PEER_BUDGETS = 1024
/** How long gathered transactions wait for company before they are gossiped. */
export const GOSSIP_BATCH_DELAY_MS = 20
/** Least time between two batches, unless one is full: under load many travel in each, and each is handled once. */
export const GOSSIP_BATCH_INTERVAL_MS = 80
/** Bytes of a gossiped batch, within the network's limit: their proofs are verified before it is passed on, while gossip remembers it. */
export const MAX_GOSSIP_BATCH_BYTES: number = 256 * KIB
/** Transactions of a gossiped batch: as many ballots are verified at once. */
export const MAX_GOSSIP_BATCH_TRANSACTIONS = 256
/** A transaction that was taken here and is not final after this time is gossiped again: gossip may have lost it (T27). */
export const REPUBLISH_AFTER_MS = 5000

// ---- verification ---------------------------------------------------------------------------------------------------
/** Ballots that wait for verification: a second or a few of work; beyond it, clients are told `busy` and come again. */
export const MAX_VERIFIER_JOBS = 2048
/** Threads that verify ballots: more than any machine of a validator has cores to spare. */
export const MAX_VERIFIER_THREADS = 64
/** What a thread is given at once: about so much work, so that an urgent ballot never waits long behind others. */
export const VERIFIER_BATCH_MS = 20
/** But never more ballots: beyond this a batch gains nothing. */
export const MAX_VERIFIER_BATCH = 256
/** Batches a thread has at a time: one it works on, and the next, so that it never waits for the event loop. */
export const WORKER_BATCHES = 2
/** Elections that a thread remembers, with a table of 150 KB each for its key: more than take ballots at the same time. */
export const MAX_WORKER_ELECTIONS = 64
/** How often a ballot is tried that is under way when threads die: with others, then alone, then once more. */
export const MAX_BALLOT_TRIES = 3
/** Threads that die one after the other, without a verdict in between, before the node gives up. */
export const MAX_LIFELESS_THREADS = 8
/** Priority of the threads that verify, below everything else of the node: agreement must not wait for a core. */
export const WORKER_NICENESS = 10

/** Ballots of past blocks that are handed to the verifier at once: a moment's work, after which a stop or a failure is seen. */
export const RECHECK_BALLOTS = 16
/** Blocks without such ballots that are passed before the mark is moved: a write each would cost more than the look. */
export const RECHECK_BLOCKS = 256

/** How long a ballot waits for agreement to come to rest: beyond this both share, so that ballots get through under any load. */
export const MAX_GIVE_WAY_MS = 100

// ---- chain ----------------------------------------------------------------------------------------------------------
/** Executed proposals that are remembered: a height has one, and one more a round change. */
export const MAX_EXECUTED_BLOCKS = 8
/** Decoded blocks kept while replaced ballots are looked up. */
export const MAX_CACHED_BLOCKS = 8
/** How far ahead of its own clock a validator accepts a block's time (design, section 4). */
export const MAX_CLOCK_LEAD_MS = 2000

/** A proposer fills a block with what it can build in this fraction of a round: the others execute it in the same round, on machines alike. */
export const BUILD_ROUND_FRACTION = 8
/** But with at least so many transactions; what fewer took says nothing about many. */
export const MIN_PROPOSED_TRANSACTIONS = 64

// ---- agreement ------------------------------------------------------------------------------------------------------
/** Heights ahead of ours whose messages are kept: the others are at most a block ahead while we finish ours. */
export const MAX_HEIGHTS_AHEAD = 3
/** Messages of one validator kept for heights ahead: its four kinds in two rounds, for each height. */
export const MAX_INBOX_PER_VALIDATOR = 24
/** Bytes of blocks kept for one validator and heights ahead: a few of the largest blocks. */
export const MAX_INBOX_BYTES_PER_VALIDATOR: number = 4 * MIB
/** Proposed blocks kept for one height. */
export const MAX_BLOCKS_PER_HEIGHT = 32
/** Consensus messages that wait for the core; beyond it gossip is ignored and comes again. */
export const MAX_MAILBOX = 4096
/** Consensus messages seen lately, by hash, so that repeats in a row cost nothing. */
export const MAX_SEEN_MESSAGES = 16_384
/** The same message is looked at and passed on again only after this time: repeats come twice a round, floods do not get through. */
export const REPEAT_INTERVAL_MS = 400
/** Consensus messages that one peer may bring: its own and those it passes on, of 100 validators, several rounds. */
export const PEER_MESSAGES_PER_SECOND = 500
export const PEER_MESSAGES_BURST = 4096

/**
 * Blocks whose certificates are read at a start: a validator that is up is in one of so many in a row, although a certificate has the
 * commits of a quorum only.
 */
export const RECALLED_CERTIFICATES = 16

// ---- catching up ----------------------------------------------------------------------------------------------------
/** Blocks by reference whose transactions are being fetched: a height has one, and one more a round. */
export const MAX_ASSEMBLIES = 16
/** Of which one peer may have brought so many: nobody keeps others' from being fetched. */
export const MAX_ASSEMBLIES_PER_PEER = 4
/** How long they may take: within a round, or it is not worth it. */
export const ASSEMBLY_TIMEOUT_MS = 2000
/** Whoever brought a block is asked alone for so long; then others, too. */
export const ASSEMBLY_HEDGE_MS = 150
export const ASSEMBLY_HEDGE_PEERS = 3

/** How often peers are asked where they stand: a block that gossip lost is noticed after this. */
export const STATUS_INTERVAL_MS = 2000
/** Peers asked each time. */
export const MAX_STATUS_PEERS = 16
/** How long a starting validator waits for answers of a quorum before it goes on with those it can reach. */
export const START_WAIT_MS = 3000
/** How often a starting validator asks. */
export const START_STATUS_INTERVAL_MS = 200
/** Peers that have never said where they stand are asked again after this time: most are clients, which serve nothing. */
export const STATUS_SILENCE_MS = 30_000
/** A peer that says nothing about where it stands for so long is not waited for. */
export const STATUS_TIMEOUT_MS = 2000
/** Silence after which a peer is not waited for in the middle of its blocks. */
export const BLOCKS_TIMEOUT_MS = 10_000
/** How long a block may be on its way by gossip before it is asked for. */
export const SYNC_GRACE_MS = 300
/** Blocks asked for at once, within the network's limit. */
export const SYNC_BATCH_BLOCKS = 64
/** Bytes taken of one answer: what a peer sends at once (`MAX_BLOCKS_ANSWER_BYTES`). The rest is asked for again, of anybody. */
export const SYNC_RANGE_BYTES: number = 16 * MIB
/** Ranges of blocks on their way at once, each from another peer; one more for the height that everything waits for. */
export const SYNC_RANGES = 4
/** Bytes of blocks that have arrived before those below them, and room for all that was asked for. */
export const SYNC_BUFFER_BYTES: number = SYNC_RANGES * SYNC_RANGE_BYTES
/** Heights above the head that are asked for: a few ranges a peer, so that the buffer stays short where blocks are small. */
export const SYNC_WINDOW_BLOCKS: number = 2 * SYNC_RANGES * SYNC_BATCH_BLOCKS
/** A range that everything waits for is asked of a second peer after this time: a slow peer does not hold up the others. */
export const SYNC_HEDGE_MS = 3000
/** How often progress is logged. */
export const SYNC_PROGRESS_MS = 5000
/** How long a peer that gave a wrong block, or was overtaken in its own range, is not asked again. */
export const SYNC_BENCH_MS = 30_000
/** How long a peer that did not deliver is not asked again. */
export const SYNC_PATIENCE_MS = 2000
/** Peers whose heights are remembered. */
export const MAX_KNOWN_PEERS = 1024

/** After so many heartbeats without a block, diagnostics say what is being waited for. */
export const WAITING_AFTER_HEARTBEATS = 3

/** Elections that a report names because they wait for trustees: what an operator reads at once; the counts say how many there are. */
export const MAX_WAITING_ELECTIONS = 16

// ---- scores ---------------------------------------------------------------------------------------------------------
/** Points for a block with a false certificate: nobody who has checked it passes it on, so the first one is enough to part. */
export const PENALTY_BAD_BLOCK = 100
/** The same for a statement with a false signature: nobody keeps one. */
export const PENALTY_BAD_STATEMENT = 100

// ---- serving --------------------------------------------------------------------------------------------------------
/** A piece of an archive: keeps a stream's buffers small. */
export const ARCHIVE_PIECE_BYTES: number = 64 * KIB
/** Archives made at the same time: each holds a whole board in memory. */
export const MAX_ARCHIVES_AT_ONCE = 2
/** Blocks of one answer, in bytes; the asker comes again for the rest. */
export const MAX_BLOCKS_ANSWER_BYTES: number = 16 * MIB

// ---- trustee --------------------------------------------------------------------------------------------------------
/** How long the trustee waits for its transaction to be final before it offers it again. */
export const TRUSTEE_RETRY_MS = 5000
/** Elections of its own that a trustee without a validator reads at one look, the others at the next: a second of requests. */
export const MAX_OWN_READS = 32
/** Listed elections that it does not know yet and reads at one look: a peer that makes some up delays the others by so much. */
export const MAX_NEW_READS = 32
/** How often it asks for a transaction, two peers each time, before it comes again later: nearly all of them have it. */
export const MAX_TRANSACTION_QUESTIONS = 4
/** Elections remembered as those of others, or as over; one that is forgotten is read once more. */
export const MAX_SETTLED_ELECTIONS = 65_536

assert(MIN_SCRYPT_N <= SCRYPT_N && SCRYPT_N <= MAX_SCRYPT_N, 'files that are written can be read')
assert(MAX_GOSSIP_BATCH_BYTES <= MAX_POOL_BYTES, 'what is gossiped at once fits the pool')
assert(PEER_TRANSACTIONS_BURST >= MAX_GOSSIP_BATCH_TRANSACTIONS, 'a peer may bring a whole batch')
assert(RECHECK_BALLOTS <= MAX_VERIFIER_JOBS, 'the background is never refused for its size')
assert(MAX_BALLOT_TRIES < MAX_LIFELESS_THREADS, 'one ballot alone does not stop a node')
assert(MAX_VERIFIER_BATCH * WORKER_BATCHES <= MAX_VERIFIER_JOBS, 'a thread can be kept busy')
assert(MAX_ASSEMBLIES_PER_PEER < MAX_ASSEMBLIES, 'one peer has not all blocks by reference')
assert(ASSEMBLY_HEDGE_MS < ASSEMBLY_TIMEOUT_MS, 'others are asked before the time is over')
assert(START_STATUS_INTERVAL_MS < START_WAIT_MS, 'a starting validator asks before it gives up')
assert(SYNC_BUFFER_BYTES >= SYNC_RANGE_BYTES, 'a range fits the buffer')
assert(SYNC_RANGE_BYTES >= MAX_BLOCKS_ANSWER_BYTES, 'an honest answer is taken whole')
assert(SYNC_WINDOW_BLOCKS >= SYNC_BATCH_BLOCKS, 'a range fits the window')
assert(ARCHIVE_PIECE_BYTES <= MAX_BLOCKS_ANSWER_BYTES, 'pieces are smaller than answers')
