/**
 * The only source of chance of a run. sfc32 (C. Doty-Humphrey, PractRand), keyed by SHA-256 of a name, so that dice of one name always
 * fall alike and a fork does not depend on how often its parent was thrown.
 */
import { createHash } from 'node:crypto'
import { assert } from '../../base/index.ts'
import type { Dice } from './types.ts'

/** Dice that follow from a name. */
export function createDice(name: string): Dice {
  const next = sfc32(name)
  const between = (low: number, high: number): number => {
    assert(low <= high, 'a range has a number in it')
    return low + Math.floor((next() / 2 ** 32) * (high - low + 1))
  }
  return {
    chance: (probability) => next() < probability * 2 ** 32,
    between,
    pick: (items) => {
      assert(items.length > 0, 'there is something to pick')
      return items[between(0, items.length - 1)]!
    },
    bytes: () => {
      const words = Uint32Array.from({ length: 8 }, next)
      return new Uint8Array(words.buffer)
    },
    fork: (part) => createDice(`${name}/${part}`),
  }
}

/** Whole numbers below 2^32. */
function sfc32(name: string): () => number {
  const key = createHash('sha256').update(name).digest()
  let [a, b, c] = [key.readUInt32LE(0), key.readUInt32LE(4), key.readUInt32LE(8)]
  let counter = key.readUInt32LE(12)
  const next = (): number => {
    const out = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + out) >>> 0
    return out
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** So many of them, in the order of the list. */
export function choose<T>(dice: Dice, items: readonly T[], count: number): readonly T[] {
  const left = items.map((_, index) => index)
  const chosen: number[] = []
  while (chosen.length < count && left.length > 0) {
    chosen.push(...left.splice(dice.between(0, left.length - 1), 1))
  }
  return chosen.sort((x, y) => x - y).map((index) => items[index]!)
}
