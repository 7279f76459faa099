/**
 * Request/response over one libp2p stream: a length-prefixed frame there, the frames of an answer back (answers.ts),
 * then both ends close. Prefixes are unsigned varints. Whatever breaks a limit ends the stream and is reported, so that
 * the peer's score suffers.
 */
import type { Stream } from '@libp2p/interface'
import { decode, encode } from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import type { Uint8ArrayList } from 'uint8arraylist'
import { answerFrames, maxFrameBytes, readAnswer } from './answers.ts'
import { abortedBy, createDeadline } from './deadline.ts'
import type { ProtocolLimits } from './protocols.ts'
import { bytesOf, sendAll } from './stream-bytes.ts'
import { NetworkError, type PeerName, type RequestHandler } from './types.ts'

/** Prefixes up to this long: 4 bytes tell lengths up to 256 MiB. */
const MAX_PREFIX_BYTES = 4

/** Frames of a stream, each copied out of the connection's buffers. */
function framesOf(stream: Stream, maxDataLength: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  return pipe(
    bytesOf(stream, signal),
    (source) => decode(source, { maxDataLength, maxLengthLength: MAX_PREFIX_BYTES }),
    copies,
  )
}

async function* copies(frames: AsyncIterable<Uint8ArrayList>): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) yield frame.slice()
}

/** Asks over a stream of its own, until a signal ends it. The chunks of the answer; every failure is a NetworkError. */
export async function* ask(
  what: string,
  open: (signal: AbortSignal) => Promise<Stream>,
  request: Uint8Array,
  limits: ProtocolLimits,
  ...signals: readonly (AbortSignal | undefined)[]
): AsyncGenerator<Uint8Array> {
  if (request.length > limits.requestBytes) {
    throw new NetworkError('too-large', `${what}: a request has at most ${limits.requestBytes} bytes`)
  }
  const deadline = createDeadline(limits.idleMs, what, ...signals)
  let stream: Stream | undefined
  try {
    stream = await open(deadline.signal).catch((error: unknown) => {
      throw asNetworkError(error, what, deadline.signal)
    })
    // Before the request leaves: the answer, and its end, may be here before we know that it left.
    const frames = framesOf(stream, maxFrameBytes(limits), deadline.signal)
    await sendAll(stream, [encode.single(request)], deadline.signal)
    yield* readAnswer(frames, limits, deadline)
  } catch (error) {
    throw framingError(error, what) ?? asNetworkError(error, what, deadline.signal)
  } finally {
    deadline.stop()
    // Complete, broken or no longer wanted: nothing may linger, whatever the peer still sends.
    if (stream !== undefined && stream.status !== 'closed')
      stream.abort(new Error('the answer is not read further'))
  }
}

export interface Served {
  readonly from: PeerName
  readonly handler: RequestHandler
  readonly limits: ProtocolLimits
  /** Aborted when the host stops. */
  readonly signal: AbortSignal
  /** The handler failed: our fault. */
  readonly onFailure: (error: unknown) => void
  /** The peer broke the form or a limit of requests. */
  readonly onBroken: (error: NetworkError) => void
}

/** Answers the request on an inbound stream. Never fails. */
export async function serve(stream: Stream, served: Served): Promise<void> {
  const { from, handler, limits } = served
  const deadline = createDeadline(limits.idleMs, 'request', served.signal)
  const { signal } = deadline
  const onClose = (): void => deadline.end(new NetworkError('aborted', 'the peer gave up'))
  stream.addEventListener('close', onClose)
  try {
    const request = await firstFrame(framesOf(stream, limits.requestBytes, signal))
    deadline.restart()
    await pipe(
      answerFrames(handler(from, request, signal), limits, deadline, served.onFailure),
      (frames) => encode(frames),
      (bytes) => sendAll(stream, bytes, signal, deadline.restart),
    )
  } catch (error) {
    const failure = framingError(error, 'request') ?? asNetworkError(error, 'request', signal)
    if (failure.code === 'malformed' || failure.code === 'too-large') served.onBroken(failure)
    stream.abort(failure)
  } finally {
    deadline.stop()
    stream.removeEventListener('close', onClose)
  }
}

async function firstFrame(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const frame of frames) return frame
  throw new NetworkError('malformed', 'a stream without a request')
}

/** What the framing throws at bytes against the rules. */
function framingError(error: unknown, what: string): NetworkError | undefined {
  switch (error instanceof Error ? error.name : '') {
    case 'InvalidDataLengthError':
    case 'InvalidDataLengthLengthError':
      return new NetworkError('too-large', `${what}: a frame over its limit`, error)
    case 'InvalidMessageLengthError':
    case 'UnexpectedEOFError':
      return new NetworkError('malformed', `${what}: the answer broke off`, error)
    default:
      return undefined
  }
}

/** What libp2p throws, in our codes. */
function asNetworkError(error: unknown, what: string, signal?: AbortSignal): NetworkError {
  if (error instanceof NetworkError) return error
  if (signal?.aborted) return abortedBy(signal, what)
  switch (error instanceof Error ? error.name : '') {
    case 'UnsupportedProtocolError':
      return new NetworkError('refused', `${what}: the peer does not speak this protocol`, error)
    case 'TimeoutError':
      return new NetworkError('timeout', `${what}: no answer in time`, error)
    case 'AbortError':
      return new NetworkError('aborted', `${what}: given up`, error)
    default:
      return new NetworkError('unreachable', `${what}: the connection failed`, error)
  }
}
