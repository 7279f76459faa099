/**
 * Bounds: every queue of every node stays within its limit, and all of a node's queues in bytes together within what a small machine
 * has. A node names its limits itself; a limit that is missing, not finite, or moves during a run is none.
 */
import type { CreateChecker } from '../types.ts'

/** What the queues that are counted in bytes may hold together: the largest pool, journal, batch and inbox, several times over. */
const MAX_BYTES = 512 * 1024 * 1024

export const bounds: CreateChecker = (_facts, convict) => {
  const limits = new Map<string, number>()
  return {
    observe: (happening) => {
      if (happening.type !== 'fill') return
      const { seat, queues } = happening
      let bytes = 0
      for (const { queue, length, limit } of queues) {
        if (!Number.isSafeInteger(limit) || limit <= 0)
          convict(`${seat}: the ${queue} has no limit, but ${limit}`)
        if (!Number.isSafeInteger(length) || length < 0 || length > limit)
          convict(`${seat}: the ${queue} holds ${length}, at most ${limit}`)
        const before = limits.get(queue)
        if (before !== undefined && before !== limit)
          convict(`${seat}: the limit of the ${queue} moves from ${before} to ${limit}`)
        limits.set(queue, limit)
        if (/bytes/i.test(queue)) bytes += length
      }
      if (bytes > MAX_BYTES) convict(`${seat} holds ${bytes} bytes in its queues, at most ${MAX_BYTES}`)
    },
  }
}
