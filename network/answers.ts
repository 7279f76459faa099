/**
 * The frames of an answer: a byte says what a frame is, so that a complete answer, a refusal and an answer that broke
 * off are three different things. 0: a chunk follows; 1: complete; 2: refused, a text for people follows.
 */
import { concat, fromUtf8 } from '../base/index.ts'
import { type Deadline, untilAborted } from './deadline.ts'
import { MAX_DETAIL_BYTES } from './limits.ts'
import { cutText } from './messages/wire.ts'
import type { ProtocolLimits } from './protocols.ts'
import { NetworkError } from './types.ts'

const CHUNK = Uint8Array.of(0)
const END = Uint8Array.of(1)
const REFUSED = Uint8Array.of(2)

/** The longest frame of an answer, tag included. */
export function maxFrameBytes(limits: ProtocolLimits): number {
  return 1 + Math.max(limits.chunkBytes, MAX_DETAIL_BYTES)
}

function refusal(text: string): Uint8Array {
  return concat(REFUSED, cutText(text, MAX_DETAIL_BYTES))
}

/**
 * The frames of a handler's answer. A handler that throws a NetworkError refuses with its message; any other error is
 * ours, goes to `onError` and tells the peer nothing. The deadline runs while the handler is silent.
 */
export async function* answerFrames(
  chunks: AsyncIterable<Uint8Array>,
  limits: ProtocolLimits,
  deadline: Deadline,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  let count = 0
  let total = 0
  try {
    for await (const chunk of untilAborted(chunks, deadline.signal)) {
      count += 1
      total += chunk.length
      const fits = chunk.length <= limits.chunkBytes && count <= limits.chunks && total <= limits.answerBytes
      if (!fits && limits.isList && chunk.length <= limits.chunkBytes) break
      if (!fits) throw new NetworkError('too-large', 'the answer exceeds the limits of its protocol')
      yield concat(CHUNK, chunk)
      deadline.restart()
    }
    yield END
  } catch (error) {
    if (!(error instanceof NetworkError)) onError(error)
    yield refusal(error instanceof NetworkError ? error.message : 'the peer failed to answer')
  }
}

/** The chunks of an answer; fails unless it is complete and within the limits. The deadline runs while the peer is silent. */
export async function* readAnswer(
  frames: AsyncIterable<Uint8Array>,
  limits: ProtocolLimits,
  deadline: Deadline,
): AsyncGenerator<Uint8Array> {
  let count = 0
  let total = 0
  for await (const frame of untilAborted(frames, deadline.signal)) {
    deadline.pause()
    const body = frame.subarray(1)
    switch (frame[0]) {
      case CHUNK[0]:
        count += 1
        total += body.length
        if (body.length > limits.chunkBytes || count > limits.chunks || total > limits.answerBytes) {
          throw new NetworkError('too-large', 'the answer exceeds the limits of its protocol')
        }
        yield body
        deadline.restart()
        break
      case END[0]:
        if (body.length > 0) throw new NetworkError('malformed', 'bytes after the end of an answer')
        return
      case REFUSED[0]:
        throw new NetworkError('refused', printable(body))
      default:
        throw new NetworkError('malformed', 'a frame of no known kind')
    }
  }
  throw new NetworkError('malformed', 'the answer broke off before its end')
}

/** Whether a failed request was the asked peer's doing: an answer against the rules. */
export function isTheirFault(error: unknown, request: Uint8Array, limits: ProtocolLimits): boolean {
  if (!(error instanceof NetworkError)) return false
  return error.code === 'malformed' || (error.code === 'too-large' && request.length <= limits.requestBytes)
}

/** A peer's text as it may be shown: one line, no control characters. */
function printable(bytes: Uint8Array): string {
  const text = fromUtf8(bytes.subarray(0, MAX_DETAIL_BYTES)) ?? ''
  return text.replaceAll(/\p{C}/gu, ' ').trim() || 'the peer refused without a reason'
}
