/**
 * Mutations of bytes: flip, cut, splice, repeat, insert, swap, extreme numbers, extreme lengths, and games with SSZ's offsets. Each
 * is a function of the dice. What they aim at: a length or offset that is believed before it is compared, a loop without an end,
 * memory that is asked for in advance, a second encoding.
 */
import type { Dice } from '../support/consensus/random.ts'

/** More than the longest path through a decoder needs, little enough for 100,000 inputs. */
const MAX_INPUT_BYTES = 1 << 20
const EXTREME_BYTES = [0, 1, 0x7f, 0x80, 0xff] as const
const EXTREME_NUMBERS = [0, 1, 3, 4, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff] as const
/** One input in so many is far longer than anything real. */
const EXTREME_LENGTH_ODDS = 1 / 1000

type Mutation = (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array

/** One to four mutations of a sample; `other` is another one to splice with. */
export function mutatedBytes(
  sample: Uint8Array,
  other: Uint8Array,
  dice: Dice,
  hasOffsets: boolean,
): Uint8Array {
  if (dice.chance(EXTREME_LENGTH_ODDS)) return extremelyLong(sample, dice)
  const mutations = hasOffsets ? [...PLAIN, ...OFFSETS] : PLAIN
  let bytes = sample
  for (let left = dice.between(1, 4); left > 0; left--) bytes = dice.pick(mutations)!(bytes, dice, other)
  return bytes.length > MAX_INPUT_BYTES ? bytes.slice(0, MAX_INPUT_BYTES) : bytes
}

/** A real beginning, and then much more than there can be. */
function extremelyLong(sample: Uint8Array, dice: Dice): Uint8Array {
  const bytes = new Uint8Array(dice.between(MAX_INPUT_BYTES >> 4, MAX_INPUT_BYTES))
  if (dice.chance(0.5)) bytes.fill(dice.pick(EXTREME_BYTES)!)
  else
    for (let at = 0; at < bytes.length; at += sample.length || 1)
      bytes.set(sample.subarray(0, bytes.length - at), at)
  bytes.set(sample.subarray(0, dice.between(0, Math.min(sample.length, bytes.length))))
  return bytes
}

const place = (bytes: Uint8Array, dice: Dice): number => dice.between(0, Math.max(0, bytes.length - 1))

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function piece(bytes: Uint8Array, dice: Dice): Uint8Array {
  const from = place(bytes, dice)
  return bytes.subarray(from, from + dice.between(1, dice.chance(0.8) ? 40 : 4000))
}

function noise(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(dice.between(1, 40))
  return bytes.map(() => dice.between(0, 255))
}

const flip: Mutation = (bytes, dice) => {
  const copy = bytes.slice()
  if (copy.length > 0) copy[place(copy, dice)]! ^= 1 << dice.between(0, 7)
  return copy
}
const set: Mutation = (bytes, dice) => {
  const copy = bytes.slice()
  if (copy.length > 0)
    copy[place(copy, dice)] = dice.chance(0.5) ? dice.pick(EXTREME_BYTES)! : dice.between(0, 255)
  return copy
}
const cut: Mutation = (bytes, dice) => bytes.slice(0, dice.between(0, bytes.length))
const cutFront: Mutation = (bytes, dice) => bytes.slice(dice.between(0, Math.min(bytes.length, 64)))
const remove: Mutation = (bytes, dice) => {
  const at = place(bytes, dice)
  return joined(bytes.subarray(0, at), bytes.subarray(at + dice.between(1, 40)))
}
const insert: Mutation = (bytes, dice) => {
  const at = dice.between(0, bytes.length)
  return joined(
    bytes.subarray(0, at),
    dice.chance(0.5) ? noise(dice) : piece(bytes, dice),
    bytes.subarray(at),
  )
}
const append: Mutation = (bytes, dice) =>
  joined(bytes, dice.chance(0.5) ? noise(dice) : new Uint8Array(dice.between(1, 64)))
const repeat: Mutation = (bytes, dice) => {
  const part = piece(bytes, dice)
  const at = dice.between(0, bytes.length)
  const copies = new Array<Uint8Array>(dice.between(1, dice.chance(0.9) ? 4 : 200)).fill(part)
  return joined(bytes.subarray(0, at), ...copies, bytes.subarray(at))
}
const splice: Mutation = (bytes, dice, other) =>
  joined(bytes.subarray(0, dice.between(0, bytes.length)), other.subarray(place(other, dice)))
const transplant: Mutation = (bytes, dice, other) => {
  const copy = bytes.slice()
  const part = piece(other, dice)
  const at = place(copy, dice)
  copy.set(part.subarray(0, Math.max(0, copy.length - at)), at)
  return copy
}
const swap: Mutation = (bytes, dice) => {
  const copy = bytes.slice()
  const [a, b] = [place(copy, dice), place(copy, dice)]
  const part = copy.slice(a, a + 32)
  copy.copyWithin(a, b, b + 32)
  copy.set(part.subarray(0, copy.length - b), b)
  return copy
}

const PLAIN: readonly Mutation[] = [
  flip,
  flip,
  set,
  set,
  cut,
  cutFront,
  remove,
  insert,
  append,
  repeat,
  splice,
  transplant,
  swap,
]

/** A number of 4 bytes, little-endian and mostly aligned, becomes another one: where SSZ has its offsets and tar and journal have lengths. */
const number: Mutation = (bytes, dice) => {
  if (bytes.length < 4) return bytes
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  // Most offsets stand at the front.
  const reach = dice.chance(0.5) ? Math.min(64, bytes.length - 4) : bytes.length - 4
  const at = dice.chance(0.9) ? dice.between(0, reach >> 2) << 2 : dice.between(0, reach)
  const old = view.getUint32(at, true)
  const numbers = [
    ...EXTREME_NUMBERS,
    old + 1,
    old - 1,
    old + 4,
    old - 4,
    bytes.length,
    bytes.length + 1,
    bytes.length - 1,
    at,
  ]
  view.setUint32(at, dice.pick(numbers)!, true)
  return copy
}
/** Two numbers change places: offsets that run backwards. */
const exchange: Mutation = (bytes, dice) => {
  if (bytes.length < 8) return bytes
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  const [a, b] = [
    dice.between(0, (bytes.length >> 2) - 1) << 2,
    dice.between(0, Math.min(16, bytes.length >> 2) - 1) << 2,
  ]
  const first = view.getUint32(a, true)
  view.setUint32(a, view.getUint32(b, true), true)
  view.setUint32(b, first, true)
  return copy
}
/** A small multiple of four at the front: a first offset says how many there are. */
const firstOffset: Mutation = (bytes, dice) => {
  if (bytes.length < 4) return bytes
  const copy = bytes.slice()
  new DataView(copy.buffer).setUint32(
    dice.between(0, Math.min(8, (bytes.length >> 2) - 1)) << 2,
    dice.between(0, bytes.length >> 2) << 2,
    true,
  )
  return copy
}

const OFFSETS: readonly Mutation[] = [number, number, number, exchange, firstOffset]
