/** SHA-256 and the mappings that the protocols make of it. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bigEndian, utf8 } from '../base/index.ts'
import { ORDER } from './group.ts'
import { OPENSSL } from './openssl.ts'

/** SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8: 32 bytes. */
export function sha256(input: Uint8Array | string): Uint8Array {
  return OPENSSL?.sha256(input) ?? nobleSha256(typeof input === 'string' ? utf8(input) : input)
}

/** Belenios' `H`: SHA-256 of a text, read as a big-endian number, modulo the group's order. */
export function hashToScalar(text: string): bigint {
  return bigEndian(sha256(text)) % ORDER
}

/** Secret bytes out of a secret seed, for one purpose that `domain` names: HKDF-SHA-256 (RFC 5869), at most 8160 of them. */
export function deriveBytes(seed: Uint8Array, domain: string, length: number): Uint8Array {
  return hkdf(nobleSha256, seed, undefined, utf8(domain), length)
}

/** A scalar in 1..q-1 out of a secret seed, from 64 derived bytes, so that its bias is below 2^-250. */
export function deriveScalar(seed: Uint8Array, domain: string): bigint {
  return (bigEndian(deriveBytes(seed, domain, 64)) % (ORDER - 1n)) + 1n
}
