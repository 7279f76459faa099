/**
 * A libp2p stream as a source and a sink of bytes with back-pressure.
 *
 * Why not the stream's own iterator: it keeps whatever arrives in an unbounded list, however slow its reader. Why not
 * its `onDrain`: once resolved it stays resolved, so the second wait would not wait (libp2p 3.3.11).
 */
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { orAborted } from './deadline.ts'
import { READ_AHEAD_BYTES } from './limits.ts'

type Bytes = Uint8Array | Uint8ArrayList

/**
 * What arrives, until the other side closes its end; fails when the stream or its connection breaks or the signal is
 * aborted. A connection that closes in an orderly way is not the end that the peer meant. Listens from the call on.
 */
export function bytesOf(stream: Stream, signal: AbortSignal): AsyncGenerator<Bytes> {
  const queue: Bytes[] = []
  const state: Arrivals = {
    isEnded: stream.readableEnded || stream.readStatus === 'closed',
    isMeant: stream.remoteWriteStatus === 'closed' && stream.status === 'open',
    queued: 0,
    wake: () => undefined,
  }
  const onMessage = ({ data }: StreamMessageEvent): void => {
    queue.push(data)
    state.queued += data.byteLength
    if (state.queued >= READ_AHEAD_BYTES && stream.readStatus === 'readable') stream.pause()
    state.wake()
  }
  const onRemoteEnd = (): void => {
    state.isMeant = true
  }
  const onEnd = (): void => {
    state.isEnded = true
    state.wake()
  }
  const onClose = ({ error }: StreamCloseEvent): void => {
    state.failure = error
    onEnd()
  }
  stream.addEventListener('message', onMessage)
  stream.addEventListener('remoteCloseWrite', onRemoteEnd)
  stream.addEventListener('end', onEnd)
  stream.addEventListener('close', onClose)
  return drain(stream, queue, state, signal, () => {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('remoteCloseWrite', onRemoteEnd)
    stream.removeEventListener('end', onEnd)
    stream.removeEventListener('close', onClose)
  })
}

interface Arrivals {
  isEnded: boolean
  /** The other side said that it has ended. */
  isMeant: boolean
  failure?: Error | undefined
  queued: number
  wake: () => void
}

async function* drain(
  stream: Stream,
  queue: Bytes[],
  state: Arrivals,
  signal: AbortSignal,
  release: () => void,
): AsyncGenerator<Bytes> {
  try {
    while (true) {
      // A paused stream may hold the last bytes before its end: they come first.
      if (queue.length === 0 && stream.readStatus === 'paused') stream.resume()
      const next = queue.shift()
      if (next !== undefined) {
        state.queued -= next.byteLength
        yield next
      } else if (state.failure !== undefined) {
        throw state.failure
      } else if (state.isEnded) {
        if (state.isMeant) return
        throw new Error('the connection was closed')
      } else {
        await orAborted(
          new Promise<void>((resolve) => {
            state.wake = resolve
          }),
          signal,
        )
      }
    }
  } finally {
    release()
  }
}

/** Sends everything, each piece when the one before has left, and closes our end. `onSent` is called after each. */
export async function sendAll(
  stream: Stream,
  source: AsyncIterable<Bytes> | Iterable<Bytes>,
  signal: AbortSignal,
  onSent: () => void = () => undefined,
): Promise<void> {
  for await (const bytes of source) {
    if (!stream.send(bytes)) await drained(stream, signal)
    onSent()
  }
  await stream.close({ signal })
}

function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  let onDrain = (): void => undefined
  let onClose = (_event: StreamCloseEvent): void => undefined
  const wait = new Promise<void>((resolve, reject) => {
    onDrain = resolve
    onClose = ({ error }) => reject(error ?? new Error('the stream was closed'))
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    if (stream.status !== 'open') reject(new Error('the stream was closed'))
  })
  return orAborted(wait, signal).finally(() => {
    stream.removeEventListener('drain', onDrain)
    stream.removeEventListener('close', onClose)
  })
}
