/**
 * What makes thousands of runs affordable: answers that every node of every run asks for are remembered in the process. They are
 * functions of their arguments, so a run goes the same way without, only slower.
 *
 * Signatures: n validators verify each statement n times, and checkers once more. OpenSSL's `verify` is replaced, for this process, by
 * one that remembers, and knows what the world signed itself; what calls it (which key, after which checks) is the product's own code
 * and stays as it is.
 */
import type { KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { assert } from '../../../base/index.ts'

/** Signatures remembered: those of a few runs. */
const MAX_REMEMBERED = 20_000

interface Known {
  readonly message: Buffer
  /** In base64url. */
  readonly publicKey: string
  readonly isGood: boolean
}

type Verify = (algorithm: null, message: Uint8Array, key: KeyObject, signature: Uint8Array) => boolean

const known = new Map<string, Known>()
const publicKeys = new WeakMap<KeyObject, string>()
let isPrepared = false

/** Once a process, before anything runs. */
export function prepareProcess(): void {
  if (isPrepared) return
  isPrepared = true
  const crypto = process.getBuiltinModule('node:crypto')
  const verify = crypto.verify as Verify
  const remembering: Verify = (algorithm, message, key, signature) => {
    const found = known.get(nameOf(signature))
    const publicKey = publicKeyOf(key)
    if (found?.publicKey === publicKey && found.message.equals(message)) return found.isGood
    const isGood = verify(algorithm, message, key, signature)
    remember(signature, { message: Buffer.from(message), publicKey, isGood })
    return isGood
  }
  Object.assign(crypto, { verify: remembering })
  syncBuiltinESMExports()
}

/** A signature that was made here just now is good. */
export function rememberSigned(message: Uint8Array, key: KeyObject, signature: Uint8Array): void {
  remember(signature, { message: Buffer.from(message), publicKey: publicKeyOf(key), isGood: true })
}

function remember(signature: Uint8Array, one: Known): void {
  if (known.size >= MAX_REMEMBERED) known.clear()
  known.set(nameOf(signature), one)
}

function nameOf(signature: Uint8Array): string {
  return Buffer.from(signature.buffer, signature.byteOffset, signature.length).toString('latin1')
}

function publicKeyOf(key: KeyObject): string {
  const found = publicKeys.get(key) ?? key.export({ format: 'jwk' }).x
  assert(found !== undefined, 'an Ed25519 key has its point')
  publicKeys.set(key, found)
  return found
}
