/** Limits of this folder. */

/**
 * Public keys that were checked and are remembered, so that a signature costs no subgroup check: more than the validators (100), registrars and
 * administrators that sign at the same time.
 */
export const REMEMBERED_KEYS = 1024

/**
 * Points that one batch of equations keeps: some hundred ballots of a few choices, from where on larger batches gain nothing more, and
 * twice the ballot of the most choices. An arithmetic has memory for so many.
 */
export const MAX_BATCH_POINTS = 16384
/** Discrete logarithms up to here are found in a fraction of a second and 16 MiB. */
export const MAX_LOGARITHM: bigint = 2n ** 40n
/** The last baby step in the table of discrete logarithms: 16 bytes each. */
export const MAX_LOGARITHM_TABLE: number = 2 ** 20 - 1
