/**
 * The Database in memory: for tests, the simulator and nodes that keep nothing. A sorted array of keys beside a map of
 * values; inserting moves the keys behind it, which is fast enough for some hundred thousand entries.
 */
import { compareBytes, toHex } from '../base/index.ts'
import { checkBatch, checkKey, checkRange } from './checks.ts'
import { StorageError } from './errors.ts'
import type { Database, Operation, Range } from './types.ts'

/** An empty database that lives as long as the object. */
export function memoryDatabase(): Database {
  return new MemoryDatabase()
}

class MemoryDatabase implements Database {
  readonly #keys: Uint8Array[] = []
  readonly #values = new Map<string, Uint8Array>()
  #isOpen = true

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    checkKey(key)
    return this.#values.get(toHex(key))?.slice()
  }

  async write(batch: readonly Operation[]): Promise<void> {
    this.#assertOpen()
    checkBatch(batch)
    for (const operation of batch) {
      if (operation.type === 'put') this.#put(operation.key, operation.value)
      else this.#remove(operation.key)
    }
  }

  async *entries(range: Range): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    this.#assertOpen()
    checkRange(range)
    const keys = this.#keys.slice(this.#position(range.from), this.#position(range.to))
    if (range.reverse === true) keys.reverse()
    const found = keys
      .slice(0, range.limit)
      .map((key): readonly [Uint8Array, Uint8Array] => [key.slice(), this.#values.get(toHex(key))!])
    for (const [key, value] of found) {
      this.#assertOpen()
      yield [key, value.slice()]
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    const text = toHex(key)
    if (!this.#values.has(text)) this.#keys.splice(this.#position(key), 0, key.slice())
    this.#values.set(text, value.slice())
  }

  #remove(key: Uint8Array): void {
    if (this.#values.delete(toHex(key))) this.#keys.splice(this.#position(key), 1)
  }

  /** The index of the first key that is not below `key`. */
  #position(key: Uint8Array): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareBytes(this.#keys[middle]!, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new StorageError('closed', 'the database in memory is closed')
  }
}
