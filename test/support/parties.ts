/** Seeded bytes and named parties: everything in tests follows from names. */
import { concat } from '../../base/index.ts'
import { publicKeyOf, type Random, sha256 } from '../../crypto/index.ts'

/** Bytes that follow from a seed: SHA-256 of seed and counter. */
export function seededRandom(seed: string): Random {
  let counter = 0
  return (length) => {
    const blocks: Uint8Array[] = []
    for (let have = 0; have < length; have += 32) blocks.push(sha256(`${seed}/${counter++}`))
    return concat(...blocks).slice(0, length)
  }
}

/** The private key of a named party. */
export function privateKeyOf(name: string): Uint8Array {
  return sha256(`private key of ${name}`)
}

const publicKeys = new Map<string, Uint8Array>()

/** The public key of a named party; computed once a name, because tests ask for it all the time. */
export function keyOf(name: string): Uint8Array {
  const key = publicKeys.get(name) ?? publicKeyOf(privateKeyOf(name))
  publicKeys.set(name, key)
  return key.slice()
}
