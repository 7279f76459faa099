import assert from 'node:assert/strict'
import { processClock, VirtualClock } from '../../../simulator/world/clock.ts'

const START = 1000

describe('virtual time', () => {
  it('fires timers in order of time, and of setting where the time is the same', async () => {
    const clock = new VirtualClock(START)
    const fired: string[] = []
    for (const [ms, name] of [
      [30, 'd'],
      [10, 'a'],
      [20, 'b'],
      [20, 'c'],
      [0, '0'],
    ] as const) {
      clock.after(ms, () => fired.push(`${name} ${clock.now() - START}`))
    }
    await clock.run(START + 25)
    assert.deepEqual(fired, ['0 0', 'a 10', 'b 20', 'c 20'])
    assert.equal(clock.now(), START + 25)
    await clock.run(START + 100)
    assert.deepEqual(fired.slice(4), ['d 30'])
  })

  it('keeps its order among many timers', async () => {
    const clock = new VirtualClock(0)
    const fired: number[] = []
    const times = Array.from({ length: 500 }, (_, i) => (i * 7919) % 503)
    for (const time of times) clock.at(time, () => fired.push(time))
    await clock.run(1000)
    assert.deepEqual(
      fired,
      [...times].sort((a, b) => a - b),
    )
  })

  it('does not fire what was taken back', async () => {
    const clock = new VirtualClock(START)
    const timer = clock.after(5, () => assert.fail('it was taken back'))
    timer.cancel()
    await clock.run(START + 10)
  })

  it('lets a chain of promises of any length come to rest before time passes', async () => {
    const clock = new VirtualClock(START)
    let endedAt = 0
    clock.after(1, () => {
      void (async () => {
        for (let i = 0; i < 10_000; i++) await Promise.resolve()
        endedAt = clock.now()
      })()
    })
    clock.after(2, () => assert.equal(endedAt, START + 1))
    await clock.run(START + 5)
  })

  it('ends pauses one after the other, and lets no time pass while somebody pauses', async () => {
    const clock = new VirtualClock(START)
    const seen: string[] = []
    const work = async (name: string): Promise<void> => {
      for (let i = 0; i < 2; i++) {
        await clock.pause()
        seen.push(`${name}${i} ${clock.now() - START}`)
      }
    }
    clock.after(1, () => {
      void work('a')
      void work('b')
    })
    clock.after(2, () => seen.push('time'))
    await clock.run(START + 5)
    assert.deepEqual(seen, ['a0 1', 'b0 1', 'a1 1', 'b1 1', 'time'])
  })

  it('stops at rest as soon as it is told to', async () => {
    const clock = new VirtualClock(START)
    let count = 0
    for (let i = 1; i <= 5; i++) clock.after(i, () => count++)
    await clock.run(START + 10, () => count === 3)
    assert.equal(clock.now(), START + 3)
  })
})

describe('the clock of a process', () => {
  it('is as wrong as it was made, and has no timer below a millisecond', async () => {
    const clock = new VirtualClock(START)
    const own = processClock(clock, -250, () => false)
    assert.equal(own.now(), START - 250)
    let firedAt = 0
    own.setTimer(0, () => {
      firedAt = clock.now()
    })
    await clock.run(START + 5)
    assert.equal(firedAt, START + 1)
  })

  it('is dead with its process: no timer fires, no pause ends', async () => {
    const clock = new VirtualClock(START)
    let isDead = false
    const own = processClock(clock, 0, () => isDead)
    own.setTimer(10, () => assert.fail('a timer of the dead'))
    own.setTimer(5, () => {
      void own.pause().then(() => assert.fail('a pause of the dead'))
      isDead = true
    })
    await clock.run(START + 20)
    assert.ok(isDead)
  })
})
