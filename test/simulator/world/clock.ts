/**
 * Virtual time. Nothing happens by itself: the run advances the clock, which fires one timer after the other, in order of time and
 * then of setting, and lets everything come to rest in between.
 *
 * At rest means: the promises that can run have run, which one turn of the event loop ensures, because nothing in the world waits
 * for anything outside the process; and nobody pauses. That is exact: no number of turns is guessed. A pause is a turn that
 * somebody gives to the others; pauses end one after the other, in order.
 */
import { assert } from '../../../base/index.ts'
import type { Clock, Timer } from '../../../node/index.ts'

/** Tells the clock that a timer set nothing in motion that would have to come to rest: `false`. */
export type Callback = () => unknown

interface Entry {
  readonly at: number
  readonly sequence: number
  callback: Callback | undefined
}

export class VirtualClock {
  #now: number
  #sequence = 0
  /** A binary heap: the next one first. */
  readonly #heap: Entry[] = []
  readonly #pauses: (() => void)[] = []
  #isRunning = false

  constructor(startMs: number) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  /** Calls back once, at a time that is not past. */
  at(time: number, callback: Callback): Timer {
    const entry: Entry = { at: Math.max(Math.ceil(time), this.#now), sequence: this.#sequence++, callback }
    this.#push(entry)
    return {
      cancel: () => {
        entry.callback = undefined
      },
    }
  }

  after(ms: number, callback: Callback): Timer {
    return this.at(this.#now + ms, callback)
  }

  /** Resolves when its turn has come. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#pauses.push(resolve)
    })
  }

  /** Lets time pass up to a moment; ends early, at rest, as soon as it is told to. */
  async run(until: number, isOver: () => boolean = () => false): Promise<void> {
    assert(!this.#isRunning, 'one at a time moves the hands')
    this.#isRunning = true
    try {
      await this.#settle()
      while (!isOver()) {
        const next = this.#heap[0]
        if (next === undefined || next.at > until) {
          this.#now = Math.max(this.#now, until)
          return
        }
        this.#pop()
        const { callback } = next
        if (callback === undefined) continue
        this.#now = next.at
        if (callback() !== false) await this.#settle()
      }
    } finally {
      this.#isRunning = false
    }
  }

  async #settle(): Promise<void> {
    for (;;) {
      await turn()
      const pause = this.#pauses.shift()
      if (pause === undefined) return
      pause()
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}

/** Taken before a run puts it out of reach. */
const { setImmediate: nextTurn } = globalThis

function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve))
}

/** What never comes; one for each who waits, so that nothing outlives a run for being waited for in vain. */
export function never(): Promise<never> {
  return new Promise(() => {})
}

/** The clock of one process: a little off, and dead with it. As the system's, it has no timer below a millisecond. */
export function processClock(clock: VirtualClock, skewMs: number, isDead: () => boolean): Clock {
  return {
    now: () => clock.now() + skewMs,
    setTimer: (afterMs, callback) => clock.after(Math.max(1, afterMs), () => (isDead() ? false : callback())),
    pause: async () => {
      await clock.pause()
      if (isDead()) await never()
    },
  }
}
