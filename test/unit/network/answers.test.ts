import assert from 'node:assert/strict'
import { answerFrames, maxFrameBytes, readAnswer } from '../../../network/answers.ts'
import { createDeadline } from '../../../network/deadline.ts'
import { MAX_DETAIL_BYTES, NetworkError, type ProtocolLimits } from '../../../network/index.ts'

const LIMITS: ProtocolLimits = {
  requestBytes: 10,
  chunkBytes: 8,
  chunks: 3,
  answerBytes: 20,
  isList: false,
  idleMs: 1000,
  streams: 2,
  streamsPerPeer: 1,
}
const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill)

async function* from<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}
async function framesFor(
  chunks: AsyncIterable<Uint8Array>,
  limits: Partial<ProtocolLimits> = {},
  onError: (error: unknown) => void = () => undefined,
): Promise<Uint8Array[]> {
  const deadline = createDeadline(LIMITS.idleMs, 'answer')
  try {
    return await collect(answerFrames(chunks, { ...LIMITS, ...limits }, deadline, onError))
  } finally {
    deadline.stop()
  }
}
async function chunksOf(...frames: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const deadline = createDeadline(LIMITS.idleMs, 'answer')
  try {
    return await collect(readAnswer(from(...frames), LIMITS, deadline))
  } finally {
    deadline.stop()
  }
}
const is =
  (code: NetworkError['code']) =>
  (error: unknown): boolean =>
    error instanceof NetworkError && error.code === code

describe('the frames of an answer', () => {
  it('say of each frame what it is', async () => {
    const frames = await framesFor(from(bytes(2), bytes(0)))
    assert.deepEqual(frames, [Uint8Array.of(0, 7, 7), Uint8Array.of(0), Uint8Array.of(1)])
    assert.deepEqual(await chunksOf(...frames), [bytes(2), bytes(0)])
  })

  it('T32 hold chunks up to the limits, and refuse one more of anything', async () => {
    const atLimit = await framesFor(from(bytes(8), bytes(8), bytes(4)))
    assert.equal((await chunksOf(...atLimit)).length, 3)
    for (const chunks of [
      [bytes(9)],
      [bytes(1), bytes(1), bytes(1), bytes(1)],
      [bytes(8), bytes(8), bytes(5)],
    ]) {
      assert.equal((await framesFor(from(...chunks))).at(-1)![0], 2)
    }
  })

  it('T32 are read up to the same limits', async () => {
    const chunk = (length: number): Uint8Array => Uint8Array.of(0, ...bytes(length))
    const end = Uint8Array.of(1)
    assert.equal((await chunksOf(chunk(8), chunk(8), chunk(4), end)).length, 3)
    await assert.rejects(chunksOf(chunk(9), end), is('too-large'))
    await assert.rejects(chunksOf(chunk(1), chunk(1), chunk(1), chunk(1), end), is('too-large'))
    await assert.rejects(chunksOf(chunk(8), chunk(8), chunk(5), end), is('too-large'))
  })

  it('of a list end early where it would exceed the limits, but never with a chunk too large', async () => {
    const list = { isList: true }
    assert.deepEqual(
      (await framesFor(from(bytes(8), bytes(8), bytes(5)), list)).map((frame) => frame[0]),
      [0, 0, 1],
    )
    assert.deepEqual(
      (await framesFor(from(bytes(9)), list)).map((frame) => frame[0]),
      [2],
    )
  })

  it('carry a refusal, cut between characters at its limit', async () => {
    const text = `${'x'.repeat(MAX_DETAIL_BYTES - 1)}é and more`
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes(1)
      throw new NetworkError('refused', text)
    }
    const frames = await framesFor(failing())
    assert.equal(frames[1]!.length, 1 + MAX_DETAIL_BYTES - 1)
    assert.ok(frames[1]!.length <= maxFrameBytes(LIMITS))
    await assert.rejects(chunksOf(...frames), (error: NetworkError) => {
      assert.equal(error.message, 'x'.repeat(MAX_DETAIL_BYTES - 1))
      return is('refused')(error)
    })
  })

  it('tell our own host alone what failed in a handler', async () => {
    const planted = new Error('secret')
    const told: unknown[] = []
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes(1)
      throw planted
    }
    const frames = await framesFor(failing(), {}, (error) => told.push(error))
    assert.deepEqual(told, [planted])
    assert.doesNotMatch(new TextDecoder().decode(frames[1]), /secret/)
  })
})
