/**
 * What makes thousands of runs affordable: answers that every node of every run asks for are remembered in the process, and hash trees
 * are hashed by WebAssembly. Both are functions of their arguments, so a run goes the same way without them, only slower.
 *
 * Signatures: n validators verify each statement n times, and checkers once more. OpenSSL's `verify` is replaced, for this process, by
 * one that remembers; what calls it (which key, after which checks) is the product's own code and stays as it is.
 */
import type { KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import { assert } from '../../../base/index.ts'

/** Signatures remembered: those of a few runs. */
const MAX_REMEMBERED = 20_000

interface Known {
  readonly message: Buffer
  readonly key: KeyObject
  readonly isGood: boolean
}

let isPrepared = false

/** Once a process, before anything runs. */
export function prepareProcess(): void {
  if (isPrepared) return
  isPrepared = true
  setHasher(hasher)
  rememberSignatures()
}

function rememberSignatures(): void {
  const crypto = process.getBuiltinModule('node:crypto')
  const verify = crypto.verify as (
    algorithm: null,
    message: Uint8Array,
    key: KeyObject,
    signature: Uint8Array,
  ) => boolean
  const known = new Map<string, Known>()
  const remembering = (
    algorithm: null,
    message: Uint8Array,
    key: KeyObject,
    signature: Uint8Array,
  ): boolean => {
    const name = Buffer.from(signature.buffer, signature.byteOffset, signature.length).toString('latin1')
    const found = known.get(name)
    if (found !== undefined && found.key === key && found.message.equals(message)) return found.isGood
    const isGood = verify(algorithm, message, key, signature)
    if (known.size >= MAX_REMEMBERED) known.clear()
    known.set(name, { message: Buffer.from(message), key, isGood })
    return isGood
  }
  assert(verify.length > 0, 'there is something to replace')
  Object.assign(crypto, { verify: remembering })
  syncBuiltinESMExports()
}
