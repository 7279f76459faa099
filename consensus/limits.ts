/** Every bound of the agreement core, with its reason. The encodings' bounds follow from these. */

/** Validators of one height: three times the 100 that the network is sized for; the quorum formula is tested up to here. */
export const MAX_VALIDATORS: number = 300

/** Rounds are uint32 in every encoding; at one round a second that is 136 years within one height. */
export const MAX_ROUND: number = 2 ** 32 - 1

/** Heights are uint64 in every encoding and JavaScript integers in the core: 2^53 - 1. */
export const MAX_HEIGHT: number = Number.MAX_SAFE_INTEGER

/**
 * Prepares and commits are kept for rounds up to this many above our own [R19]. Validators that work are at most one round
 * apart once messages arrive (README, liveness); more is slack for messages that overtake the round changes before them.
 */
export const MAX_ROUNDS_AHEAD: number = 8

/**
 * Votes are kept for rounds down to this many below our own [R19]: late commits still finalise, late contradictions are still
 * convicted. What is older is ignored: a block that was finalised there is re-proposed in every later round, or synchronised.
 */
export const MAX_ROUNDS_BEHIND: number = 16

/**
 * Answers to `checkBlock` that are remembered [R7]. Each round adds one block id at most, so this outlasts every kept round;
 * an older block that comes back is simply executed again.
 */
export const MAX_BLOCKS_REMEMBERED: number = 64

/** Timeouts are whole milliseconds that any timer takes: 2^31 - 1. */
export const MAX_TIMEOUT_MS: number = 2 ** 31 - 1
