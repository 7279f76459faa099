/** Keeps connections to the peers that the settings or the genesis file name: redials with growing waits, for ever. */
import { CONNECTION_CHECK_MS, REDIAL_CAP_MS, REDIAL_FIRST_MS } from './limits.ts'
import type { PeerName } from './types.ts'

export interface Kept {
  readonly peers: readonly PeerName[]
  readonly isConnected: (peer: PeerName) => boolean
  /** Rejects when it fails. */
  readonly dial: (peer: PeerName, signal: AbortSignal) => Promise<unknown>
  /** Rejects or resolves early when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly onFailure: (peer: PeerName, error: unknown) => void
}

/** Runs until the signal is aborted. Never rejects. */
export async function keepConnected(kept: Kept, signal: AbortSignal): Promise<void> {
  await Promise.all(kept.peers.map((peer) => keepOne(kept, peer, signal)))
}

async function keepOne(kept: Kept, peer: PeerName, signal: AbortSignal): Promise<void> {
  let wait = REDIAL_FIRST_MS
  let isReported = false
  while (!signal.aborted) {
    try {
      if (!kept.isConnected(peer)) await kept.dial(peer, signal)
      wait = REDIAL_FIRST_MS
      isReported = false
      await kept.sleep(CONNECTION_CHECK_MS, signal)
    } catch (error) {
      if (signal.aborted) return
      // One line an outage, not one an attempt.
      if (!isReported) kept.onFailure(peer, error)
      isReported = true
      await kept.sleep(wait, signal).catch(() => undefined)
      wait = Math.min(2 * wait, REDIAL_CAP_MS)
    }
  }
}
