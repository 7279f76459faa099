/** Limits in time: a clock that can be wound again, and waiting that ends when it runs out or the caller gives up. */
import { NetworkError } from './types.ts'

/** Calls back once, after that many milliseconds, unless it is taken back. */
export type SetTimer = (afterMs: number, callback: () => void) => { cancel(): void }

/** The system's timers. */
export const systemTimer: SetTimer = (afterMs, callback) => {
  const timer = setTimeout(callback, afterMs)
  return { cancel: () => clearTimeout(timer) }
}

/** Runs out `ms` after it was last restarted; ends early with any of its parents. */
export interface Deadline {
  /** Aborted with a `NetworkError`: `timeout`, or `aborted` when a parent was, or what `end` was given. */
  readonly signal: AbortSignal
  restart(): void
  /** Until `restart`: time that the other side is not to blame for. */
  pause(): void
  end(error: NetworkError): void
  /** Nobody waits any more; the signal stays as it is. */
  stop(): void
}

/** Makes a running deadline; `what` begins its error. */
export type CreateDeadline = (
  ms: number,
  what: string,
  ...parents: readonly (AbortSignal | undefined)[]
) => Deadline

/** Deadlines by the system's timers. */
export const createDeadline: CreateDeadline = deadlinesBy(systemTimer)

/** Deadlines by other timers. */
export function deadlinesBy(setTimer: SetTimer): CreateDeadline {
  return (ms, what, ...parents) => startDeadline(setTimer, ms, what, parents)
}

/** Not `AbortSignal.any`: that leaves something behind in a parent that lives as long as the host, each time. */
function startDeadline(
  setTimer: SetTimer,
  ms: number,
  what: string,
  parents: readonly (AbortSignal | undefined)[],
): Deadline {
  const controller = new AbortController()
  let timer: ReturnType<SetTimer> | undefined
  const pause = (): void => timer?.cancel()
  const end = (error: NetworkError): void => {
    pause()
    controller.abort(error)
  }
  const restart = (): void => {
    pause()
    if (controller.signal.aborted) return
    timer = setTimer(ms, () => end(new NetworkError('timeout', `${what}: nothing for ${ms} ms`)))
  }
  const onParent = (): void => {
    end(
      abortedBy(
        parents.find((parent) => parent?.aborted),
        what,
      ),
    )
  }
  const stop = (): void => {
    pause()
    for (const parent of parents) parent?.removeEventListener('abort', onParent)
  }
  for (const parent of parents) {
    if (parent?.aborted) onParent()
    else parent?.addEventListener('abort', onParent, { once: true })
  }
  restart()
  return { signal: controller.signal, restart, pause, end, stop }
}

/** The error for a signal's abort: its own when it is a NetworkError. */
export function abortedBy(signal: AbortSignal | undefined, what: string): NetworkError {
  const reason: unknown = signal?.reason
  return reason instanceof NetworkError ? reason : new NetworkError('aborted', `${what}: given up`, reason)
}

/** The promise, or the signal's reason if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Items of a source; ends with the signal's reason even when the source hangs. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let isDone = false
  try {
    while (true) {
      signal.throwIfAborted()
      const item = await orAborted(iterator.next(), signal)
      if (item.done === true) {
        isDone = true
        return
      }
      yield item.value
    }
  } finally {
    // A source that hangs never answers `return`, so nobody waits for it.
    if (!isDone) iterator.return?.()?.catch(() => undefined)
  }
}

/** Waits; rejects with the signal's reason when that is aborted first. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
