import assert from 'node:assert/strict'
import type { TopicLimits, Verdict } from '../../../network/index.ts'
import { createVerdictQueue } from '../../../network/verdict-queue.ts'

const LIMITS: TopicLimits = { payloadBytes: 10, messages: 4, queuedBytes: 35, concurrency: 2 }
const bytes = (length: number): Uint8Array => new Uint8Array(length)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A queue whose subscriber answers when told to. */
function aQueue(limits: Partial<TopicLimits> = {}) {
  const asked: { readonly from: string; readonly answer: (verdict: Verdict) => void }[] = []
  const overflows: string[] = []
  const queue = createVerdictQueue(
    (from) => new Promise((answer) => asked.push({ from, answer })),
    { ...LIMITS, ...limits },
    (from) => overflows.push(from),
  )
  return { asked, overflows, judge: queue.judge }
}

describe('the queue in front of a subscriber', () => {
  it('asks for the verdict, in order, so many at a time', async () => {
    const { asked, judge } = aQueue()
    const verdicts = ['a', 'b', 'c'].map((from) => judge(from, bytes(1)))
    assert.deepEqual(
      asked.map(({ from }) => from),
      ['a', 'b'],
    )
    asked[1]!.answer('reject')
    assert.equal(await verdicts[1], 'reject')
    await turn()
    assert.deepEqual(
      asked.map(({ from }) => from),
      ['a', 'b', 'c'],
    )
    asked[0]!.answer('accept')
    asked[2]!.answer('ignore')
    assert.deepEqual(await Promise.all(verdicts), ['accept', 'reject', 'ignore'])
  })

  it('T32 rejects a payload over its limit without asking', async () => {
    const { asked, judge } = aQueue()
    judge('a', bytes(LIMITS.payloadBytes))
    assert.equal(asked.length, 1)
    assert.equal(await judge('b', bytes(LIMITS.payloadBytes + 1)), 'reject')
    assert.equal(asked.length, 1)
  })

  it('T32 ignores what comes when it is full, and takes more when there is room', async () => {
    const { asked, overflows, judge } = aQueue()
    const waiting = ['a', 'b', 'c', 'd'].map((from) => judge(from, bytes(1)))
    assert.equal(await judge('e', bytes(1)), 'ignore')
    assert.deepEqual(overflows, ['e'])
    asked[0]!.answer('accept')
    await waiting[0]
    judge('e', bytes(1))
    await turn()
    assert.deepEqual(overflows, ['e'])
  })

  it('T32 counts bytes as well as messages', async () => {
    const { overflows, judge } = aQueue()
    for (const from of ['a', 'b', 'c']) judge(from, bytes(10))
    judge('d', bytes(5))
    assert.deepEqual(overflows, [])
    const { overflows: others, judge: judgeOther } = aQueue()
    for (const from of ['a', 'b', 'c']) judgeOther(from, bytes(10))
    assert.equal(await judgeOther('d', bytes(6)), 'ignore')
    assert.deepEqual(others, ['d'])
  })

  it('T32 gives one peer half of its places', async () => {
    const { overflows, judge } = aQueue()
    judge('a', bytes(1))
    judge('a', bytes(1))
    assert.equal(await judge('a', bytes(1)), 'ignore')
    judge('b', bytes(1))
    assert.deepEqual(overflows, ['a'])
  })

  it('ignores when the subscriber throws, at once or later', async () => {
    const failing = createVerdictQueue(
      () => {
        throw new Error('planted')
      },
      LIMITS,
      () => undefined,
    )
    const rejecting = createVerdictQueue(
      () => Promise.reject(new Error('planted')),
      LIMITS,
      () => undefined,
    )
    for (let i = 0; i < 3 * LIMITS.messages; i++) {
      assert.equal(await failing.judge('a', bytes(1)), 'ignore')
      assert.equal(await rejecting.judge('a', bytes(1)), 'ignore')
    }
  })
})
