/** Chance out of a seed: the same seed throws the same numbers. */
import { createHash } from 'node:crypto'

/** A source of numbers. */
export interface Dice {
  /** Whether something of that probability happens. */
  chance(probability: number): boolean
  /** An integer from `low` to `high`, both possible. */
  between(low: number, high: number): number
  /** One of them; the list is not empty. */
  pick<T>(items: readonly T[]): T
  /** So many bytes. */
  bytes(length: number): Uint8Array
  /** Dice of their own for a part, so that a change of one part does not change another. */
  fork(name: string): Dice
}

/** Dice of a seed: SHA-256 of seed and counter. */
export function createDice(seed: string): Dice {
  let count = 0
  const hash = (): Buffer => createHash('sha256').update(`${seed}|${count++}`).digest()
  /** Below 1, with 48 bits. */
  const fraction = (): number => hash().readUIntBE(0, 6) / 2 ** 48
  const between = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1))
  return {
    chance: (probability) => fraction() < probability,
    between,
    pick: (items) => items[between(0, items.length - 1)]!,
    bytes: (length) => {
      const bytes = new Uint8Array(length)
      for (let at = 0; at < length; at += 32) bytes.set(hash().subarray(0, Math.min(32, length - at)), at)
      return bytes
    },
    fork: (name) => createDice(`${seed}/${name}`),
  }
}
