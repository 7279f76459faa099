/**
 * Every limit of the Belenios protocol's values here, with its reason. They bound what hostile input can cost; all of them
 * are far above what the design asks for (1,000,000 voters, 100 trustees, ballots of 50 options).
 */
import { assert } from '../base/index.ts'

// ---- questions ----------------------------------------------------------------------------------------------------
/** Questions of one election: each is a screen for the voter. */
export const MAX_QUESTIONS = 64
/** Ciphertexts of one answer (a blank counts): the design asks for 50 options. */
export const MAX_CHOICES = 512

// ---- trustees and tally -------------------------------------------------------------------------------------------
/** Items of a trustees structure, and members of one threshold item: the design asks for 100 validators. */
export const MAX_TRUSTEES = 256
/** Verification takes members times threshold points: 256 of 256 would be a minute. A share a validator fits. */
export const MAX_THRESHOLD_COEFFICIENTS = 16384
/** Characters of the trustees' JSON: 256 threshold members with 64 coefficients each fit. */
export const MAX_TRUSTEES_JSON: number = 4 * 1024 * 1024
/** Discrete logarithms up to here are found in a few seconds and 16 MiB (logarithm.ts). */
export const MAX_TOTAL_WEIGHT: bigint = 2n ** 40n
/** Entries of the table of a discrete logarithm: 16 bytes each. */
export const MAX_LOGARITHM_TABLE: number = 2 ** 20

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
