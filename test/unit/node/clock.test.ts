import { strict as assert } from 'node:assert'
import { createManualClock, sleep } from '../../../node/clock.ts'

describe('the manual clock', () => {
  it('fires timers in order of time, then of setting, and not before their time', async () => {
    const clock = createManualClock(1000)
    const fired: string[] = []
    clock.setTimer(20, () => fired.push('late'))
    clock.setTimer(10, () => fired.push(`first at ${clock.now()}`))
    clock.setTimer(10, () => fired.push('second'))
    clock.setTimer(30, () => fired.push('cancelled')).cancel()
    assert.equal(clock.nextTimer(), 1010)
    await clock.advance(9)
    assert.deepEqual(fired, [])
    await clock.advance(100)
    assert.deepEqual(fired, ['first at 1010', 'second', 'late'])
    assert.equal(clock.now(), 1109)
  })

  it('lets what a timer begins come to rest before the next one', async () => {
    const clock = createManualClock(0)
    const seen: string[] = []
    clock.setTimer(1, () => {
      void (async () => {
        for (let i = 0; i < 5; i++) await clock.pause()
        seen.push('rested')
      })()
    })
    clock.setTimer(2, () => seen.push('next'))
    await clock.advance(2)
    assert.deepEqual(seen, ['rested', 'next'])
  })

  it('wakes a sleeper in time, or when its signal is aborted', async () => {
    const clock = createManualClock(0)
    const woken: string[] = []
    const controller = new AbortController()
    void sleep(clock, 10).then(() => woken.push('in time'))
    void sleep(clock, 1000, controller.signal).then(() => woken.push('aborted'))
    await clock.advance(10)
    assert.deepEqual(woken, ['in time'])
    controller.abort()
    await clock.settle()
    assert.deepEqual(woken, ['in time', 'aborted'])
    assert.equal(clock.nextTimer(), undefined)
  })
})
