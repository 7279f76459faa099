/**
 * Every limit of the Belenios protocol's values here, with its reason. They bound what hostile input can cost; all of them
 * are far above what the design asks for (1,000,000 voters, 100 trustees, ballots of 50 options).
 */
import { assert } from '../base/index.ts'
import { COORDINATES_BYTES, MAX_BATCH_POINTS, MAX_LOGARITHM } from '../crypto/index.ts'

// ---- questions and ballots ----------------------------------------------------------------------------------------
/** Questions of one election: each is a screen for the voter. */
export const MAX_QUESTIONS = 64
/** Ciphertexts of one ballot, over all questions (a blank counts): the design asks for 50 options. */
export const MAX_CHOICES = 512
/** UTF-16 units of a name, a question or an answer: far more than a voter reads. */
export const MAX_TEXT_LENGTH = 8192
/** UTF-16 units of an election's description: several pages. */
export const MAX_DESCRIPTION_LENGTH: number = 64 * 1024
/** UTF-16 units of an election's JSON: MAX_CHOICES answers of 2,000 characters, or fewer that are longer. */
export const MAX_ELECTION_JSON: number = 1024 * 1024
/** Belenios wants at least 14 characters, makes 14, and nobody needs long ones. */
export const MIN_UUID_LENGTH = 14
export const MAX_UUID_LENGTH = 64
/** UTF-16 units of a ballot's JSON: MAX_CHOICES ciphertexts with all their proofs come to 470,000. */
export const MAX_BALLOT_JSON: number = 512 * 1024
/** Bytes of a ballot's compact form: MAX_CHOICES ciphertexts with all their proofs come to 155,000. */
export const MAX_BALLOT_BYTES: number = 192 * 1024
/** Points of an accelerator: what the largest ballot, blank allowed in every question, has of them. */
export const MAX_ACCELERATOR_POINTS: number = 8 * MAX_CHOICES + 6 * MAX_QUESTIONS + 2
/** Bytes of an accelerator: 287 kB for the largest ballot. */
export const MAX_ACCELERATOR_BYTES: number = MAX_ACCELERATOR_POINTS * COORDINATES_BYTES
/** Ballots whose equations are checked at once: twice as many would gain some percent, and one wrong one would hold up twice as many. */
export const MAX_BATCH_BALLOTS = 256
/**
 * How often the arithmetic of a batch is paid for to find the wrong ones in it: enough for eight anywhere among 256. After that
 * somebody floods us, and the exact verification, which is what they want, is at least not paid for twice.
 */
export const MAX_SEARCH_PASSES = 6

// ---- the roll -----------------------------------------------------------------------------------------------------
/** The design asks for 1,000,000 voters. */
export const MAX_ROLL_ENTRIES: number = 2 ** 20
/** UTF-16 units of a roll's JSON: a line is 64 digits, a comma, a weight of up to 13 digits, quotes and a comma. */
export const MAX_ROLL_JSON: number = MAX_ROLL_ENTRIES * 81 + 2

// ---- trustees and tally -------------------------------------------------------------------------------------------
/** Items of a trustees structure, and members of one threshold item: the design asks for 100 validators. */
export const MAX_TRUSTEES = 256
/** Verification takes members times threshold points: 256 of 256 would be a minute. A share a validator fits. */
export const MAX_THRESHOLD_COEFFICIENTS = 16384
/** Characters of the trustees' JSON: 256 threshold members with 64 coefficients each fit. */
export const MAX_TRUSTEES_JSON: number = 4 * 1024 * 1024
/** Bytes of an encrypted share: a right one has at most 483 (two points, JSON with the longest scalars, a tag). */
export const MAX_SHARE_BYTES = 512
/** UTF-16 units of a tally's JSON: a ciphertext is 156 characters. */
export const MAX_TALLY_JSON: number = MAX_CHOICES * 160 + MAX_QUESTIONS * 4 + 16
/** UTF-16 units of a partial decryption's JSON: a factor and a proof are at most 250 characters. */
export const MAX_DECRYPTION_JSON: number = MAX_CHOICES * 256 + MAX_QUESTIONS * 8 + 64
/** Bytes of a partial decryption's compact form: a factor and a proof, and the offsets of two lists. */
export const MAX_DECRYPTION_BYTES: number = MAX_CHOICES * 96 + MAX_QUESTIONS * 8 + 8
/** What a result can count up to: the limit of discrete logarithms. */
export const MAX_TOTAL_WEIGHT: bigint = MAX_LOGARITHM

// ---- archives -----------------------------------------------------------------------------------------------------
/** Two files an event: 1,000,000 voters who vote four times each. */
export const MAX_ARCHIVE_FILES: number = 2 ** 23
/** The largest file is the roll: 1,000,000 lines of 80 bytes, and as much again in reserve. */
export const MAX_ARCHIVE_FILE_BYTES: number = 160 * 1024 * 1024
/** Places named for one failing check of an audit; the rest is counted. A million bad ballots need no million lines. */
export const MAX_AUDIT_PLACES = 100
/** Lines of a comparison of two archives; the rest is counted. */
export const MAX_COMPARISON_LINES = 1000

assert(MAX_TRUSTEES * 2 <= MAX_THRESHOLD_COEFFICIENTS, 'every trustee can deal at least two coefficients')
assert(
  MAX_CHOICES * (64 + 3 * 64) + MAX_QUESTIONS * 384 + 512 <= MAX_BALLOT_BYTES,
  'every ballot fits its compact form',
)
assert(
  MAX_ACCELERATOR_POINTS + 2 * MAX_QUESTIONS + 1 <= MAX_BATCH_POINTS,
  'every ballot fits a batch, with the sums of its answers and the election key',
)
assert(MAX_CHOICES * 720 + MAX_QUESTIONS * 1024 + 1024 <= MAX_BALLOT_JSON, 'every ballot fits its JSON')
