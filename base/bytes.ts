/**
 * Bytes and their texts: hexadecimal, base64 without padding (Belenios' hashes and trackers), UTF-8.
 *
 * Where there is Node's `Buffer`, it writes the first two: a node makes texts of ids all the time, and those that are put together
 * digit by digit cost as much again when they are looked up. The texts are the same.
 */
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { assert } from './assert.ts'

const HEX = /^(?:[0-9a-f]{2})*$/
const BASE64 = /^[A-Za-z0-9+/]*$/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

type Written = 'hex' | 'base64'
const textOfNode = findTextOfNode()

function findTextOfNode(): ((bytes: Uint8Array, as: Written) => string) | undefined {
  const buffer = typeof Buffer === 'function' ? Buffer : undefined
  return buffer && ((bytes, as) => buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(as))
}

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return textOfNode?.(bytes, 'hex') ?? bytesToHex(bytes)
}

/** The bytes of lower-case hexadecimal, or undefined where it is not (upper case is refused: one text a value). */
export function fromHex(text: string, length?: number): Uint8Array | undefined {
  if (!HEX.test(text) || (length !== undefined && text.length !== 2 * length)) return undefined
  return hexToBytes(text)
}

/** RFC 4648 base64 without padding. */
export function toBase64(bytes: Uint8Array): string {
  const padded = textOfNode?.(bytes, 'base64')
  return padded === undefined ? writtenBase64(bytes) : padded.replace(/=+$/, '')
}

/** The same without Node. */
export function writtenBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const count = Math.min(3, bytes.length - i)
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let k = 0; k <= count; k++) text += ALPHABET[(group >> (18 - 6 * k)) & 63]!
  }
  return text
}

/** The bytes of unpadded base64, or undefined where the text is not their only encoding. */
export function fromBase64(text: string, length?: number): Uint8Array | undefined {
  if (!BASE64.test(text) || text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let buffer = 0
  let bits = 0
  let at = 0
  for (const digit of text) {
    buffer = ((buffer << 6) | ALPHABET.indexOf(digit)) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (buffer >> bits) & 255
    }
  }
  if ((buffer & ((1 << bits) - 1)) !== 0) return undefined
  return length === undefined || bytes.length === length ? bytes : undefined
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return utf8ToBytes(text)
}

/** The text of UTF-8 bytes, or undefined where they are not valid UTF-8 (a byte order mark is kept, not dropped). */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The parts one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts)
}

/** The same of a list whose length others decide: as arguments of a call some ten thousand would not fit the stack. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Equality of public bytes (not constant in time). */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0
}

/** Lexicographic order: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** The number that big-endian bytes write. */
export function bigEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
}

/** A non-negative number below 256^length as big-endian bytes. */
export function toBigEndian(value: bigint, length: number): Uint8Array {
  assert(value >= 0n, 'a number written as bytes is not negative')
  const text = value.toString(16)
  assert(text.length <= 2 * length, 'a number written as bytes fits its length')
  return hexToBytes(text.padStart(2 * length, '0'))
}
