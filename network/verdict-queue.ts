/**
 * The bounded queue in front of a topic's subscriber. What does not fit is ignored at once: gossip is best effort, and
 * a flood must cost its sender more than us. No peer may fill more than half of a queue.
 */
import { type CreateDeadline, createDeadline, orAborted } from './deadline.ts'
import { VERDICT_TIMEOUT_MS } from './limits.ts'
import type { TopicLimits } from './protocols.ts'
import type { GossipHandler, PeerName, Verdict } from './types.ts'

export interface VerdictQueue {
  /** The verdict of the subscriber, or `ignore` when the queue is full, it throws, or says nothing in time. Never rejects. */
  judge(from: PeerName, payload: Uint8Array): Promise<Verdict>
}

interface Waiting {
  readonly from: PeerName
  readonly payload: Uint8Array
  readonly resolve: (verdict: Verdict) => void
}

/** `onOverflow` is told who sent what did not fit; deadlines are the system's unless given. */
export function createVerdictQueue(
  handler: GossipHandler,
  limits: TopicLimits,
  onOverflow: (from: PeerName) => void,
  deadlines: CreateDeadline = createDeadline,
): VerdictQueue {
  const waiting: Waiting[] = []
  const ofPeer = new Map<PeerName, number>()
  let messages = 0
  let bytes = 0
  let running = 0

  const account = (from: PeerName, payload: Uint8Array, sign: 1 | -1): void => {
    messages += sign
    bytes += sign * payload.length
    const left = (ofPeer.get(from) ?? 0) + sign
    if (left === 0) ofPeer.delete(from)
    else ofPeer.set(from, left)
  }
  const work = (): void => {
    while (running < limits.concurrency) {
      const next = waiting.shift()
      if (next === undefined) return
      running += 1
      verdictOf(handler, next, deadlines).then((verdict) => {
        running -= 1
        account(next.from, next.payload, -1)
        next.resolve(verdict)
        work()
      })
    }
  }
  return {
    judge: (from, payload) => {
      if (payload.length > limits.payloadBytes) return Promise.resolve('reject')
      const isFull =
        messages >= limits.messages ||
        bytes + payload.length > limits.queuedBytes ||
        (ofPeer.get(from) ?? 0) >= limits.messages / 2
      if (isFull) {
        onOverflow(from)
        return Promise.resolve('ignore')
      }
      account(from, payload, 1)
      return new Promise<Verdict>((resolve) => {
        waiting.push({ from, payload, resolve })
        work()
      })
    },
  }
}

async function verdictOf(
  handler: GossipHandler,
  { from, payload }: Waiting,
  deadlines: CreateDeadline,
): Promise<Verdict> {
  const deadline = deadlines(VERDICT_TIMEOUT_MS, 'gossip')
  try {
    return await orAborted(handler(from, payload), deadline.signal)
  } catch {
    return 'ignore'
  } finally {
    deadline.stop()
  }
}
