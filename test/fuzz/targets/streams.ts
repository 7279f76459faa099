/** What arrives on a stream: frames with their prefixes, requests, answers chunk by chunk. */
import { encode } from 'it-length-prefixed'
import { concat } from '../../../base/index.ts'
import type { ProtocolLimits } from '../../../network/protocols.ts'
import { ask, serve } from '../../../network/request-response.ts'
import { NetworkError } from '../../../network/types.ts'
import { incomingStream } from '../../support/fuzz/incoming-stream.ts'
import { declaredLater } from '../target.ts'
import type { Target } from '../types.ts'

/** Those of no protocol: small enough that inputs reach each of them. */
const LIMITS: ProtocolLimits = {
  requestBytes: 64,
  chunkBytes: 64,
  chunks: 4,
  answerBytes: 150,
  isList: false,
  idleMs: 5000,
  streams: 1,
  streamsPerPeer: 1,
}

/** Both directions of request and response. */
export function streams(): readonly Target[] {
  const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)
  const chunk = (length: number): Uint8Array => concat(Uint8Array.of(0), bytes(length))
  const end = Uint8Array.of(1)
  return [
    {
      name: 'answer on a stream',
      covers: ['network/request-response.ts ask', 'network/answers.ts readAnswer'],
      form: 'bytes',
      samples: [framed(end), framed(chunk(20), end), framed(chunk(64), chunk(0), chunk(64), end)],
      take: (input) =>
        declaredLater(NetworkError, async () => {
          const open = async (): Promise<ReturnType<typeof arriving>> => arriving(input)
          for await (const { length } of honestly(ask('fuzz', open, bytes(3), LIMITS)))
            if (length > LIMITS.chunkBytes) throw new Error('a chunk above its limit')
          return undefined
        }),
    },
    {
      name: 'request on a stream',
      covers: ['network/request-response.ts serve'],
      form: 'bytes',
      samples: [framed(bytes(0)), framed(bytes(64))],
      take: async (input) => {
        let requestBytes: number | undefined
        let why = 'nothing was asked'
        await serve(arriving(input), {
          from: 'peer',
          limits: LIMITS,
          signal: new AbortController().signal,
          handler: async function* (_from, request) {
            requestBytes = request.length
            yield bytes(5)
          },
          onFailure: (error) => {
            throw error
          },
          onBroken: ({ message }) => {
            why = message
          },
        })
        if (requestBytes === undefined) return { isTaken: false, why }
        if (requestBytes > LIMITS.requestBytes) throw new Error('a request above its limit')
        return { isTaken: true }
      },
    },
  ]
}

/** Frames with their prefixes, as they travel. */
function framed(...frames: readonly Uint8Array[]): Uint8Array {
  return concat(...frames.map((frame) => encode.single(frame).subarray()))
}

/** In many small pieces, so that prefixes and frames are cut anywhere. */
function arriving(input: Uint8Array): ReturnType<typeof incomingStream> {
  return incomingStream(input, Math.max(7, Math.ceil(input.length / 64)))
}

/** The stream of this test never fails: an answer that is said to be unreachable hides another error. */
async function* honestly<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'unreachable')
      throw new Error('not an error of a peer', { cause: error.cause })
    throw error
  }
}
