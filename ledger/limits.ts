/**
 * Every limit of the ledger with its reason. They are protocol constants: two nodes with different limits disagree about
 * blocks, so a change is a new protocol. Relations between them are asserted below, when the module loads.
 */
import { assert } from '../base/index.ts'

// ---- genesis ----------------------------------------------------------------------------------------------------------

/** A genesis file: 300 parties a list with names and addresses stay far below. */
export const MAX_GENESIS_BYTES: number = 1 << 20
/** The design asks for 100 validators; every validator's vote is verified by every other, so growth is quadratic. */
export const MAX_VALIDATORS = 256
/** Administrators, and registrars: people and offices, listed by hand. */
export const MAX_PARTIES = 1024
/** For people to read in one line. Characters (UTF-16 units). */
export const MAX_NAME_LENGTH = 64
/** The same in bytes of UTF-8: at most three for each unit. */
export const MAX_NAME_BYTES: number = 3 * MAX_NAME_LENGTH
/** Listening addresses of one validator: a few interfaces and transports. */
export const MAX_ADDRESSES = 16
export const MAX_ADDRESS_LENGTH = 256
/** One hour: a network that waits longer between blocks or in a round is stopped, not slow. */
export const MAX_PARAMETER_MS = 3_600_000

// ---- drafts -----------------------------------------------------------------------------------------------------------

/** Belenios wants at least 14 base58 characters; nobody needs long ones. */
export const MAX_UUID_LENGTH = 64
/** Names, questions and answers, in bytes of UTF-8: shown to voters as a heading or a line. */
export const MAX_TEXT_BYTES = 1024
/** The description of an election in bytes of UTF-8: a page of text. */
export const MAX_DESCRIPTION_BYTES = 8192
export const MAX_QUESTIONS = 64
/** Answers to one question. The design asks for 50. */
export const MAX_ANSWERS = 256
/** Ciphertexts of one ballot, over all questions (a blank counts): keeps a ballot below MAX_TRANSACTION_BYTES. */
export const MAX_CHOICES = 512
/** A whole draft, encoded: it travels as one transaction, and stands in the election's record. */
export const MAX_DRAFT_BYTES = 131_072
/** Registrars of one election: offices that co-sign by hand. */
export const MAX_REGISTRARS = 32
/** Trustees of one election, mandatory ones included: every validator may be one. */
export const TRUSTEES_DEPTH = 8
export const MAX_TRUSTEES: number = 2 ** TRUSTEES_DEPTH
/** Threshold times trustees: coefficients of one ceremony. 128 of 128, or 64 of 256; more would take minutes to verify. */
export const MAX_COEFFICIENTS = 16_384
/** Elections of a network, ever: each is a leaf of the state; also the depth of its Merkle branch (20). */
export const ELECTIONS_DEPTH = 20
export const MAX_ELECTIONS: number = 2 ** ELECTIONS_DEPTH
/** Elections neither tallied nor abandoned: each block looks at all of them for openings and closings. */
export const MAX_LIVE_ELECTIONS = 4096
/** A step of a ceremony's first attempt may take this fraction of what is left until the opening: a fifth is left for others at least. */
export const FIRST_ATTEMPT_FRACTION = 3
/** But at most a day: trustees are daemons, and somebody must be told when one is down. */
export const MAX_CEREMONY_STEP_MS = 86_400_000
/** Why an election was abandoned, in bytes of UTF-8. */
export const MAX_REASON_BYTES = 2048

// ---- rolls ------------------------------------------------------------------------------------------------------------

/** The design asks for 1,000,000 voters. */
export const ROLL_DEPTH = 20
export const MAX_VOTERS: number = 2 ** ROLL_DEPTH
/** The result is a discrete logarithm up to the total weight, solved inside the execution of a block: about 2^16 steps. */
export const MAX_TOTAL_WEIGHT: bigint = 2n ** 32n
/**
 * Entries of each chunk of a roll but the last: each is a point whose subgroup is checked (13 us in the kernel, half a millisecond without), all chunks of a block
 * before a round ends. A power of two, so that a chunk is a subtree of the roll's Merkle tree, hashed when it arrives.
 */
export const CHUNK_DEPTH = 9
export const CHUNK_ENTRIES: number = 2 ** CHUNK_DEPTH
/** Chunks of the largest roll. */
export const ROLL_CHUNKS_DEPTH: number = ROLL_DEPTH - CHUNK_DEPTH
export const MAX_ROLL_CHUNKS: number = 2 ** ROLL_CHUNKS_DEPTH

// ---- boards -----------------------------------------------------------------------------------------------------------

/** Ballots on one board, replaced ones included: 500 a second for 24 days. */
export const BOARD_DEPTH = 30
export const MAX_BALLOTS: number = 2 ** BOARD_DEPTH

// ---- transactions and blocks --------------------------------------------------------------------------------------------

/** One encoded transaction. The largest: a ballot of MAX_CHOICES (about 155 kB). */
export const MAX_TRANSACTION_BYTES = 262_144
/** A ballot in compact form: 64 bytes of ciphertext and two 64-byte branches a choice, one branch a choice for the overall proof. */
export const MAX_BALLOT_BYTES = 196_608
/** A trustee's key with its proof, in compact form. */
export const MAX_TRUSTEE_KEY_BYTES = 512
/** A certificate, a member's key and a complaint of the key ceremony, in compact form; see election/ceremony. */
export const CERTIFICATE_BYTES = 128
export const MEMBER_KEY_BYTES = 160
export const COMPLAINT_BYTES = 96
/** Two signatures before a point a coefficient. */
export const POLYNOMIAL_OVERHEAD_BYTES = 128
export const MAX_POLYNOMIAL_BYTES: number = POLYNOMIAL_OVERHEAD_BYTES + 32 * MAX_TRUSTEES
/** An encrypted share: two points, and a signed message of at most 419 bytes around a scalar; see election/limits.ts. */
export const MAX_SHARE_BYTES = 512
/** A ceremony: what each member has published, all coefficients, the mandatory keys. */
export const MAX_CEREMONY_BYTES: number = 1 << 20
/** A partial decryption: a 32-byte factor and a 64-byte proof a choice, and the framing of the questions. */
export const MAX_DECRYPTION_BYTES = 65_536
/** What validators sign in agreement: domain tag, network id, slot (kind, height, round), and the rest; see consensus/README.md. */
export const STATEMENT_BYTES = 114
export const STATEMENT_TAG_BYTES = 32
export const STATEMENT_SLOT_BYTES = 13
export const STATEMENT_CONTENT_BYTES = 37
/** Evidence: a key, a slot, two contents with their signatures. A conviction: a key, a slot, a height, a transaction's id. */
export const EVIDENCE_BODY_BYTES: number = 32 + STATEMENT_SLOT_BYTES + 2 * (STATEMENT_CONTENT_BYTES + 64)
export const CONVICTION_BYTES: number = 32 + STATEMENT_SLOT_BYTES + 8 + 32
/** A tally: two 32-byte points a choice, and the framing of the questions. */
export const MAX_TALLY_BYTES = 65_536
/** An encoded block: travels in one gossip message and is executed by every validator inside one round. */
export const MAX_BLOCK_BYTES: number = 1 << 20
/** Transactions of one block: the smallest ballots (about 500 bytes) fill a block before they reach this. */
export const MAX_BLOCK_TRANSACTIONS = 4096
/** Points of one block whose subgroup is checked (roll entries, dealings): half a second without the kernel, below a round's first timeout. */
export const MAX_BLOCK_POINTS = 1024
/** An election's record: draft, decryptions of all trustees, tally. */
export const MAX_RECORD_BYTES: number = 1 << 25

/** Bytes of a block beside its transactions: header, and an offset a transaction. */
export const BLOCK_OVERHEAD_BYTES = 256
export const TRANSACTION_OVERHEAD_BYTES = 4

assert(
  MAX_TRANSACTION_BYTES + BLOCK_OVERHEAD_BYTES + TRANSACTION_OVERHEAD_BYTES <= MAX_BLOCK_BYTES,
  'every transaction fits a block',
)
assert(CHUNK_ENTRIES <= MAX_BLOCK_POINTS, 'every roll chunk fits a block')
assert(MAX_COEFFICIENTS / MAX_TRUSTEES + 2 * MAX_TRUSTEES <= MAX_BLOCK_POINTS, 'every dealing fits a block')
assert(
  MAX_TRUSTEES * (MAX_SHARE_BYTES + 4) + MAX_POLYNOMIAL_BYTES + 256 < MAX_TRANSACTION_BYTES,
  'every dealing fits a transaction',
)
assert(
  32 * MAX_COEFFICIENTS +
    MAX_TRUSTEES * (128 + CERTIFICATE_BYTES + MEMBER_KEY_BYTES + MAX_TRUSTEE_KEY_BYTES + 256) <=
    MAX_CEREMONY_BYTES,
  'every ceremony fits its limit',
)
assert(CHUNK_ENTRIES * MAX_ROLL_CHUNKS === MAX_VOTERS, 'the largest roll can be published')
assert(CHUNK_ENTRIES * 40 + 256 < MAX_TRANSACTION_BYTES, 'every roll chunk fits a transaction')
assert(MAX_CHOICES * (64 + 2 * 64 + 64) + 4096 <= MAX_BALLOT_BYTES, 'every ballot fits its limit')
assert(MAX_DRAFT_BYTES + 256 < MAX_TRANSACTION_BYTES, 'every draft fits a transaction')
assert(MAX_BALLOT_BYTES < MAX_TRANSACTION_BYTES, 'every ballot fits a transaction')
assert(MAX_CHOICES * 96 + 4096 <= MAX_DECRYPTION_BYTES, 'every partial decryption fits its limit')
assert(
  STATEMENT_TAG_BYTES + 32 + STATEMENT_SLOT_BYTES + STATEMENT_CONTENT_BYTES === STATEMENT_BYTES,
  'the parts of a statement make a statement',
)
assert(MAX_DECRYPTION_BYTES < MAX_TRANSACTION_BYTES, 'every partial decryption fits a transaction')
assert(
  MAX_TRUSTEES * (MAX_DECRYPTION_BYTES + 8) + 2 * MAX_TRANSACTION_BYTES <= MAX_RECORD_BYTES,
  'every record fits its limit',
)
