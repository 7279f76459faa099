/**
 * The Clock port: the one source of time and of turns of the event loop. The system's adapter runs the daemon; the manual
 * one runs the same code under tests and simulators, where time passes only when it is told to.
 */
import { assert } from '../base/index.ts'

/** A pending callback. */
export interface Timer {
  /** Takes it back; nothing happens where it has fired. */
  cancel(): void
}

/** Time, timers and turns. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, after that many milliseconds. */
  setTimer(afterMs: number, callback: () => void): Timer
  /** Lets everything else that waits have its turn: long loops call it between two pieces of work. */
  pause(): Promise<void>
}

/** Waits; resolves early (never rejects) when one of the signals is aborted. */
export function sleep(
  clock: Clock,
  afterMs: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((signal) => signal?.aborted === true)) return resolve()
    const finish = (): void => {
      timer.cancel()
      for (const signal of signals) signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = clock.setTimer(afterMs, finish)
    for (const signal of signals) signal?.addEventListener('abort', finish, { once: true })
  })
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (afterMs, callback) => {
    const timer = setTimeout(callback, afterMs)
    return { cancel: () => clearTimeout(timer) }
  },
  pause: () => new Promise((resolve) => setImmediate(resolve)),
}

/** A clock whose hands are moved by its owner. */
export interface ManualClock extends Clock {
  /** When the next timer is due; undefined without timers. */
  nextTimer(): number | undefined
  /**
   * Moves time forward, firing timers in order of time, then of setting; before each, and at the end, everything
   * that runs comes to rest.
   */
  advance(byMs: number): Promise<void>
  /** Resolves when nothing happens any more without time passing. */
  settle(): Promise<void>
}

/** How many turns of the event loop without a pause count as rest: promise chains across memory adapters are shorter. */
const QUIET_TURNS = 12

/** Starts at a time; see {@link ManualClock}. */
export function createManualClock(startMs: number): ManualClock {
  let now = startMs
  let sequence = 0
  let pauses = 0
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>()

  const next = (): readonly [number, number] | undefined => {
    let best: readonly [number, number] | undefined
    for (const [id, timer] of timers) {
      if (best === undefined || timer.at < best[1]) best = [id, timer.at]
    }
    return best
  }
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const before = pauses
      await turn()
      quiet = pauses === before ? quiet + 1 : 0
    }
  }
  return {
    now: () => now,
    setTimer: (afterMs, callback) => {
      const id = sequence++
      timers.set(id, { at: now + Math.max(0, afterMs), callback })
      return { cancel: () => void timers.delete(id) }
    },
    pause: () => {
      pauses++
      return turn()
    },
    nextTimer: () => next()?.[1],
    settle,
    advance: async (byMs) => {
      assert(byMs >= 0, 'time does not run backwards')
      const until = now + byMs
      await settle()
      for (let due = next(); due !== undefined && due[1] <= until; due = next()) {
        const timer = timers.get(due[0])
        timers.delete(due[0])
        now = Math.max(now, due[1])
        timer?.callback()
        await settle()
      }
      now = until
    },
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
