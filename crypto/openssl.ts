/**
 * OpenSSL's Ed25519 and SHA-256, where there is one. Node.js offers its built-in modules to code that also runs in browsers by
 * `process.getBuiltinModule`, without an import that a browser could not follow; elsewhere there is none, and noble does the work.
 *
 * It is the one place in the pure folders that looks at the outside world, and what it finds there changes speed only: RFC 8032 signing
 * is deterministic, verification comes after `isStrictSignature`, where both have the same answer for every input, and SHA-256 is
 * SHA-256: a hash of the kilobyte that a ballot's proofs are bound to takes OpenSSL a tenth of noble's time.
 */
import { concat, fromHex, toHex } from '../base/index.ts'
import { REMEMBERED_KEYS } from './limits.ts'

/** The operations that OpenSSL does for us. */
export interface Openssl {
  /** Of bytes, or of a text's UTF-8. */
  readonly sha256: (input: Uint8Array | string) => Uint8Array
  /** Whether [S]B - [k]A encodes to R; its answer counts after `isStrictSignature` alone. */
  readonly verifyEquation: (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean
  /** Takes a 32-byte private key once; the function signs with it. */
  readonly signerOf: (privateKey: Uint8Array) => (message: Uint8Array) => Uint8Array
}

/** Undefined in a browser. */
export const OPENSSL: Openssl | undefined = findOpenssl()

/** What RFC 8410 puts before the 32 bytes of a public and of a private key. */
const SPKI_PREFIX = fromHex('302a300506032b6570032100')!
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420')!

function findOpenssl(): Openssl | undefined {
  // biome-ignore lint/style/noRestrictedGlobals: see the head of this file
  const builtin = typeof process === 'object' ? process.getBuiltinModule?.('node:crypto') : undefined
  if (builtin === undefined) return undefined
  type Key = ReturnType<typeof builtin.createPublicKey>
  /** By hexadecimal text; forgotten all at once when full. Only speed depends on it. */
  const remembered = new Map<string, Key>()
  const keyOf = (publicKey: Uint8Array): Key => {
    const name = toHex(publicKey)
    const known = remembered.get(name)
    if (known !== undefined) return known
    const der = concat(SPKI_PREFIX, publicKey) as Buffer
    const key = builtin.createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (remembered.size >= REMEMBERED_KEYS) remembered.clear()
    remembered.set(name, key)
    return key
  }
  return {
    sha256: (input) => new Uint8Array(builtin.hash('sha256', input, 'buffer')),
    verifyEquation: (message, signature, publicKey) =>
      builtin.verify(null, message, keyOf(publicKey), signature),
    signerOf: (privateKey) => {
      const der = concat(PKCS8_PREFIX, privateKey) as Buffer
      const key = builtin.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      der.fill(0)
      return (message) => Uint8Array.from(builtin.sign(null, message, key))
    },
  }
}
