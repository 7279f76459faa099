/**
 * Inputs by number: the same target, seed and number always give the same bytes, so that a fault is a number that anyone can
 * replay. Most are mutations of samples, some are whatever fast-check makes up.
 */
import fc from 'fast-check'
import { fromUtf8, utf8 } from '../../base/index.ts'
import { isWellFormed } from '../../election/json.ts'
import { type Dice, dice } from '../support/consensus/random.ts'
import { mutatedBytes } from './mutate-bytes.ts'
import { mutatedJson } from './mutate-json.ts'
import type { Target } from './types.ts'

/** The share of inputs that owe nothing to a sample. */
const ARBITRARY_SHARE = 0.05
/** Above the limit of every file but the lists of voters; what is longer is cut. */
const MAX_JSON_LENGTH = 1 << 21
const SOME_BYTES = fc.uint8Array({ maxLength: 1024 })
const SOME_TEXT = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })).map(textBytes)
const SOME_JSON = fc.json({ maxDepth: 6 }).map(textBytes)

/** The input of this number. */
export function inputOf(target: Target, seed: number, number: number): Uint8Array {
  const chance = dice(mixed(seed, hash(target.name), number))
  if (chance.chance(ARBITRARY_SHARE)) return anything(target, chance)
  const sample = chance.pick(target.samples)!
  const other = chance.pick(target.samples)!
  if (target.form === 'json' && chance.chance(0.8)) {
    const json = mutatedJson(fromUtf8(sample)!, fromUtf8(other)!, chance).slice(0, MAX_JSON_LENGTH)
    const bytes = textBytes(json)
    return chance.chance(0.1) ? mutatedBytes(bytes, other, chance, false) : bytes
  }
  return mutatedBytes(sample, other, chance, target.form === 'ssz')
}

function anything({ form }: Target, chance: Dice): Uint8Array {
  const arbitrary =
    form === 'json' ? fc.oneof(SOME_JSON, SOME_TEXT) : form === 'text' ? SOME_TEXT : SOME_BYTES
  return fc.sample(arbitrary, { numRuns: 1, seed: chance.between(0, 0x7fff_ffff) })[0]!
}

/** A text as input; one that has no UTF-8 is marked by a first byte that has none either, and read as UTF-16. */
export function textBytes(text: string): Uint8Array {
  if (isWellFormed(text)) return utf8(text)
  const bytes = new Uint8Array(1 + 2 * text.length)
  bytes[0] = 0xff
  for (let i = 0; i < text.length; i++)
    new DataView(bytes.buffer).setUint16(1 + 2 * i, text.charCodeAt(i), true)
  return bytes
}

/** The text of any input: of its UTF-8, or else of UTF-16 with whatever that gives. */
export function textOf(input: Uint8Array): string {
  const text = fromUtf8(input)
  if (text !== undefined) return text
  const view = new DataView(input.buffer, input.byteOffset, input.length)
  let wide = ''
  for (let at = 1; at + 1 < input.length; at += 2) wide += String.fromCharCode(view.getUint16(at, true))
  return wide
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** One number of several (as MurmurHash3 ends), so that neighbours have nothing in common. */
function mixed(...numbers: readonly number[]): number {
  let value = 0
  for (const number of numbers) {
    value = Math.imul(value ^ number, 0x85ebca6b) + 0x9e3779b9
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
    value ^= value >>> 16
  }
  return value >>> 0
}
