/**
 * SHA-256 (FIPS 180-4), by OpenSSL where there is one: a block's transactions, ids and Merkle roots are mostly hashing, and OpenSSL uses
 * the processor's own instructions for it (15 us of noble against 2 for a ballot's JSON). As in `crypto/openssl.ts`, Node.js offers
 * its built-in module without an import that a browser could not follow; what is found changes speed only.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { utf8 } from './bytes.ts'

const hashOfOpenssl = findHash()

function findHash(): ((input: Uint8Array | string) => Uint8Array) | undefined {
  // biome-ignore lint/style/noRestrictedGlobals: see the head of this file
  const builtin = typeof process === 'object' ? process.getBuiltinModule?.('node:crypto') : undefined
  if (builtin === undefined) return undefined
  return (input) => {
    const digest = builtin.hash('sha256', input, 'buffer')
    // The same bytes without the methods of `Buffer`, some of which (`slice`) mean another thing than their namesakes.
    return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
  }
}

/** SHA-256 of bytes, or of a text's UTF-8: 32 bytes. */
export function sha256(input: Uint8Array | string): Uint8Array {
  if (hashOfOpenssl !== undefined) return hashOfOpenssl(input)
  return nobleSha256(typeof input === 'string' ? utf8(input) : input)
}
