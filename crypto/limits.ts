/** Limits of this folder. */

/**
 * Public keys whose doublings are remembered, some 15 KB each: more than the validators (100), registrars and administrators
 * that sign at the same time, and 15 MB at most.
 */
export const REMEMBERED_KEYS = 1024
