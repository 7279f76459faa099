import { strict as assert } from 'node:assert'
import { getEventListeners } from 'node:events'
import { createManualClock, sleep } from '../../../node/index.ts'
import { linkedTo } from '../../../node/linked.ts'

const listeners = ({ signal }: AbortController): number => getEventListeners(signal, 'abort').length

describe('a linked signal', () => {
  it('ends with any parent, by itself, and at once where a parent has ended', () => {
    for (const which of [0, 1]) {
      const parents = [new AbortController(), new AbortController()]
      const linked = linkedTo(undefined, ...parents.map(({ signal }) => signal))
      assert.equal(linked.signal.aborted, false)
      parents[which]?.abort()
      assert.equal(linked.signal.aborted, true)
    }
    const alone = linkedTo()
    alone.abort()
    assert.equal(alone.signal.aborted, true)
    assert.equal(linkedTo(AbortSignal.abort()).signal.aborted, true)
  })

  it('leaves nothing behind in its parents, and ends with them no more, once it lets go', () => {
    const parent = new AbortController()
    const linked = linkedTo(parent.signal)
    assert.equal(listeners(parent), 1)
    linked.letGo()
    assert.equal(listeners(parent), 0)
    parent.abort()
    assert.equal(linked.signal.aborted, false)
  })
})

describe('a sleep', () => {
  it('ends early with any of its signals, and leaves nothing behind in the others', async () => {
    const clock = createManualClock(0)
    const [first, second] = [new AbortController(), new AbortController()]
    const slept = sleep(clock, 1000, first.signal, undefined, second.signal)
    assert.deepEqual([listeners(first), listeners(second)], [1, 1])
    second.abort()
    await slept
    assert.deepEqual([listeners(first), clock.nextTimer()], [0, undefined])
    await sleep(clock, 1000, second.signal)
  })
})
