/** Multiaddrs and peer ids in their text forms. */
import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { NetworkError, type PeerName } from './types.ts'

/** The address of a text, or a NetworkError. */
export function parseAddress(address: string): Multiaddr {
  try {
    return multiaddr(address)
  } catch (error) {
    const hint = 'not a multiaddr such as /ip4/192.0.2.1/tcp/7000/p2p/PEER'
    throw new NetworkError('malformed', `${address}: ${hint}`, error)
  }
}

/** The peer id at the end of an address. */
export function peerOf(address: Multiaddr): PeerName | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value
}

/** The peer id that the text of an address ends in; a NetworkError where it is no address, or ends otherwise. */
export function peerAt(address: string): PeerName {
  const peer = peerOf(parseAddress(address))
  if (peer === undefined || toPeerId(peer) === undefined)
    throw new NetworkError('malformed', `${address}: the address of a peer ends in /p2p/PEER`)
  return peer
}

/** The peer id of a text, or undefined. */
export function toPeerId(peer: PeerName): PeerId | undefined {
  try {
    return peerIdFromString(peer)
  } catch {
    return undefined
  }
}
