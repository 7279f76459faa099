/**
 * The peer id of an Ed25519 key, without libp2p: whoever only needs names does not load it. libp2p's specification of
 * peer ids: base58 of the identity multihash (0x00, length) of the key's protobuf (type 1: Ed25519; 32 bytes).
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { assert, bigEndian, concat } from '../base/index.ts'
import type { PeerName } from './types.ts'

const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The peer id that a seed of 32 bytes gives. */
export function peerNameOf(privateKey: Uint8Array): PeerName {
  assert(privateKey.length === 32, 'the seed of a host key has 32 bytes')
  const id = concat(PREFIX, ed25519.getPublicKey(privateKey))
  let text = ''
  for (let rest = bigEndian(id); rest > 0n; rest /= 58n) text = BASE58[Number(rest % 58n)]! + text
  // One leading zero byte, which base58 writes as the digit zero.
  return BASE58[0]! + text
}
