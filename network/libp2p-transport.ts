/** How a libp2p host is made. libp2p itself is loaded then: it is large, and most commands and tests need only the codecs. */
import type { Tuning } from './tuning.ts'
import type { Transport } from './types.ts'

export interface Libp2pOptions {
  /** Topics and protocols carry it: networks never mix. */
  readonly networkId: Uint8Array
  /** Ed25519 seed of this host's peer id, 32 bytes. Without it a fresh one is made (light hosts). */
  readonly privateKey?: Uint8Array
  /** Multiaddrs to listen on (TCP, and `/ws` for WebSockets); empty: dial only. */
  readonly listen: readonly string[]
  /** Peers to keep connected, multiaddrs with peer ids. Our own address among them is left out. */
  readonly bootstrap: readonly string[]
  /** Whether to take part in gossip (clients do not). */
  readonly gossip: boolean
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void
  /** Other limits than the defaults. */
  readonly tuning?: Tuning
}

/** A host that is not started yet. Refuses malformed addresses with a NetworkError. */
export async function createLibp2pTransport(options: Libp2pOptions): Promise<Transport> {
  const { createHost } = await import('./libp2p-host.ts')
  return createHost(options)
}
