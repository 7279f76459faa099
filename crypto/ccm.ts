/**
 * AES in CCM mode (RFC 3610; NIST SP 800-38C): encryption that also shows whether its result was changed. Built on AES-CBC and
 * AES-CTR of `@noble/ciphers`, which has no CCM (docs/adr/0013).
 *
 * The parameters are the ones that Belenios uses (those of the SJCL library): a tag of M = 8 bytes, a length field of L = 2
 * bytes, so that messages are shorter than 65,536 bytes and nonces have 13 bytes, no associated data, keys of 32 bytes. A key and
 * nonce together encrypt one message only; that is the caller's to ensure.
 *
 * Deviation: associated data and other key sizes work inside ({@link sealBlocks}), because the RFC's vectors use them.
 */
import { cbc, ctr } from '@noble/ciphers/aes.js'
import { assert, concat } from '../base/index.ts'

/** Bytes of a key, of a nonce, and of the tag behind the encrypted message. */
export const CCM_KEY_BYTES = 32
export const CCM_NONCE_BYTES = 13
export const CCM_TAG_BYTES = 8
/** The longest message: its length is written in L = 2 bytes. */
export const MAX_CCM_BYTES = 65535

const BLOCK_BYTES = 16
const LENGTH_BYTES = 15 - CCM_NONCE_BYTES
const NO_DATA = new Uint8Array(0)

/** The encrypted message, as long as the message, and its tag of 8 bytes. Key 32 bytes, nonce 13, at most 65,535 of message. */
export function encryptCcm(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  assert(key.length === CCM_KEY_BYTES, 'a key of AES-256 has 32 bytes')
  return sealBlocks(key, nonce, plaintext, NO_DATA)
}

/** The message of {@link encryptCcm}; undefined where the bytes are no result of it with this key and nonce. */
export function decryptCcm(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  assert(key.length === CCM_KEY_BYTES, 'a key of AES-256 has 32 bytes')
  return openBlocks(key, nonce, bytes, NO_DATA)
}

/** {@link encryptCcm} with any key size of AES, and associated data of less than 65,280 bytes. */
export function sealBlocks(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  assert(plaintext.length <= MAX_CCM_BYTES, 'the length of a message fits two bytes')
  const tag = authenticate(key, nonce, plaintext, associated)
  const encrypted = applyStream(key, nonce, concat(tag, plaintext))
  return concat(encrypted.subarray(BLOCK_BYTES), encrypted.subarray(0, CCM_TAG_BYTES))
}

/** {@link decryptCcm} with any key size of AES, and associated data. */
export function openBlocks(
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  const length = bytes.length - CCM_TAG_BYTES
  if (length < 0 || length > MAX_CCM_BYTES) return undefined
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(bytes.subarray(length))
  const decrypted = applyStream(key, nonce, concat(block, bytes.subarray(0, length)))
  const plaintext = decrypted.slice(BLOCK_BYTES)
  const expected = authenticate(key, nonce, plaintext, associated)
  let difference = 0
  for (let i = 0; i < CCM_TAG_BYTES; i++) difference |= expected[i]! ^ decrypted[i]!
  return difference === 0 ? plaintext : undefined
}

/** T (2.2): the last block of the CBC-MAC over B_0, the associated data and the message; its first 8 bytes are the tag. */
function authenticate(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  assert(associated.length < 0xff00, 'the length of associated data is written in two bytes')
  const hasData = associated.length > 0 ? 64 : 0
  const flags = hasData + 8 * ((CCM_TAG_BYTES - 2) / 2) + (LENGTH_BYTES - 1)
  const data = hasData === 0 ? NO_DATA : padded(concat(twoBytes(associated.length), associated))
  const blocks = concat(counterBlock(flags, nonce, plaintext.length), data, padded(plaintext))
  return cbc(key, new Uint8Array(BLOCK_BYTES), { disablePadding: true }).encrypt(blocks).slice(-BLOCK_BYTES)
}

/** The bytes with S_0, S_1, ... (2.3) added; the first block is the tag's. The counter's two bytes never overflow. */
function applyStream(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  return ctr(key, counterBlock(LENGTH_BYTES - 1, nonce, 0)).encrypt(bytes)
}

function counterBlock(flags: number, nonce: Uint8Array, last: number): Uint8Array {
  assert(nonce.length === CCM_NONCE_BYTES, 'a nonce has 13 bytes')
  return concat(Uint8Array.of(flags), nonce, twoBytes(last))
}

const twoBytes = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255)

function padded(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES)
  blocks.set(bytes)
  return blocks
}
