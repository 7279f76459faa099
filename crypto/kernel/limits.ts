/** The kernel's limits, each with its reason. */

/** Keys of elections whose tables are kept, 568 kB each: elections that are open at the same time and busy; another one costs 1.5 ms. */
export const MAX_KEY_TABLES = 32
/** What the kernel may take of memory: the tables and the doublings of the largest question's ciphertexts, 20 kB each, many times over. */
export const MAX_KERNEL_BYTES: number = 256 * 1024 * 1024
/** Sent points that are decoded at once. */
export const POINTS_AT_ONCE = 1024
/** Commitments that wait for one inversion, 480 bytes each: from a few dozen on it costs next to nothing. */
export const COMMITMENTS_AT_ONCE = 1024
/** Pairs of strides of discrete logarithms, 640 bytes each with their scratch: one inversion for 2049 steps, and they fit a second-level cache. */
export const STRIDE_PAIRS = 512
