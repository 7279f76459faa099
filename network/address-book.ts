/** Where peers were found: addresses from the settings and from dials that worked. Bounded; the oldest peer goes first. */
import { MAX_ADDRESSES_PER_PEER, MAX_KNOWN_PEERS } from './limits.ts'
import type { PeerName } from './types.ts'

export interface AddressBook {
  add(peer: PeerName, address: string): void
  /** Newest first. */
  of(peer: PeerName): readonly string[]
}

export function createAddressBook(maxPeers: number = MAX_KNOWN_PEERS): AddressBook {
  const book = new Map<PeerName, readonly string[]>()
  return {
    add: (peer, address) => {
      const others = (book.get(peer) ?? []).filter((known) => known !== address)
      book.delete(peer)
      book.set(peer, [address, ...others].slice(0, MAX_ADDRESSES_PER_PEER))
      if (book.size > maxPeers) book.delete(book.keys().next().value!)
    },
    of: (peer) => book.get(peer) ?? [],
  }
}
