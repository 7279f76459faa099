/**
 * A stream of libp2p on which these bytes arrive and then its end: as much of the interface as `network/stream-bytes.ts` uses.
 * What is sent back is dropped.
 */
import { type Stream, StreamMessageEvent } from '@libp2p/interface'

class IncomingStream extends EventTarget {
  readonly status = 'open'
  readonly readStatus = 'readable'
  remoteWriteStatus = 'writable'
  readableEnded = false
  readonly #pieces: readonly Uint8Array[]

  constructor(bytes: Uint8Array, pieceBytes: number) {
    super()
    this.#pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, at) =>
      bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
    )
  }

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...args)
    // Listeners for the end are added at the same time.
    if (args[0] === 'message') queueMicrotask(() => this.#arrive())
  }

  #arrive(): void {
    for (const piece of this.#pieces) this.dispatchEvent(new StreamMessageEvent(piece))
    this.remoteWriteStatus = 'closed'
    this.dispatchEvent(new Event('remoteCloseWrite'))
    this.readableEnded = true
    this.dispatchEvent(new Event('end'))
  }

  send(): boolean {
    return true
  }

  async close(): Promise<void> {}
  abort(): void {}
  pause(): void {}
  resume(): void {}
}

/** The stream, whose bytes arrive in pieces of so many bytes as soon as somebody listens. */
export function incomingStream(bytes: Uint8Array, pieceBytes: number): Stream {
  return new IncomingStream(bytes, pieceBytes) as unknown as Stream
}
