/** A host's identity: the libp2p private key of an Ed25519 seed, and the peer id that it gives. */
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ed25519 } from '@noble/curves/ed25519.js'
import { assert, concat } from '../base/index.ts'
import type { PeerName } from './types.ts'

/** The key of a seed of 32 bytes. libp2p's raw form is the seed and the public key. */
export function hostKey(seed: Uint8Array): PrivateKey {
  assert(seed.length === 32, 'the seed of a host key has 32 bytes')
  return privateKeyFromRaw(concat(seed, ed25519.getPublicKey(seed)))
}

/** The peer id that a seed of 32 bytes gives. */
export function peerNameOf(privateKey: Uint8Array): PeerName {
  return peerIdFromPrivateKey(hostKey(privateKey)).toString()
}
