/** Bounded memories: of the most recent keys, and of how much a peer has asked for lately. */
import { assert } from '../base/index.ts'

/** A map that forgets the entry that was not touched for longest when it is full. */
export class RecentMap<V> {
  readonly #capacity: number
  readonly #entries = new Map<string, V>()

  constructor(capacity: number) {
    assert(capacity > 0, 'a memory holds something')
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** The value, which counts as touched. */
  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, value)
    }
    return value
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#capacity) {
      const oldest = this.#entries.keys().next()
      if (oldest.done !== true) this.#entries.delete(oldest.value)
    }
    assert(this.#entries.size <= this.#capacity, 'a memory keeps its limit')
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  entries(): IterableIterator<[string, V]> {
    return this.#entries.entries()
  }
}

/** A budget a key (token bucket): `burst` at once, `perSecond` in the long run. Forgets keys beyond `keys`. */
export class Budget {
  readonly #perSecond: number
  readonly #burst: number
  readonly #levels: RecentMap<{ readonly level: number; readonly at: number }>

  constructor(options: { readonly perSecond: number; readonly burst: number; readonly keys: number }) {
    this.#perSecond = options.perSecond
    this.#burst = options.burst
    this.#levels = new RecentMap(options.keys)
  }

  /** Takes from the budget of a key; false, and nothing is taken, where it does not suffice. */
  take(key: string, amount: number, nowMs: number): boolean {
    const known = this.#levels.get(key)
    const refilled =
      known === undefined
        ? this.#burst
        : Math.min(this.#burst, known.level + (Math.max(0, nowMs - known.at) / 1000) * this.#perSecond)
    const isEnough = refilled >= amount
    this.#levels.set(key, { level: isEnough ? refilled - amount : refilled, at: nowMs })
    return isEnough
  }
}
