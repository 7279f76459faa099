/** SHA-256 and the mappings that the protocols make of it. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bigEndian, utf8 } from '../base/index.ts'
import { ORDER } from './group.ts'

/** SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8: 32 bytes. */
export function sha256(input: Uint8Array | string): Uint8Array {
  return nobleSha256(typeof input === 'string' ? utf8(input) : input)
}

/** Belenios' `H`: SHA-256 of a text, read as a big-endian number, modulo the group's order. */
export function hashToScalar(text: string): bigint {
  return bigEndian(sha256(text)) % ORDER
}

/** A scalar in 1..q-1 out of a secret seed, by HKDF-SHA-256 (RFC 5869) with 64 output bytes, so that its bias is below 2^-250. */
export function deriveScalar(seed: Uint8Array, domain: string): bigint {
  return (bigEndian(hkdf(nobleSha256, seed, undefined, utf8(domain), 64)) % (ORDER - 1n)) + 1n
}
