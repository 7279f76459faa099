import assert from 'node:assert/strict'
import { Turns } from '../../../storage/turns.ts'

describe('turns', () => {
  it('carry work out one after the other, in the order it came', async () => {
    const turns = new Turns()
    const trace: string[] = []
    const work = (name: string) => async () => {
      trace.push(`${name} begins`)
      await Promise.resolve()
      trace.push(`${name} ends`)
      return name
    }
    assert.deepEqual(await Promise.all([turns.take(work('a')), turns.take(work('b'))]), ['a', 'b'])
    assert.deepEqual(trace, ['a begins', 'a ends', 'b begins', 'b ends'])
  })

  it('go on after a failure, which only its own caller sees', async () => {
    const turns = new Turns()
    const failing = turns.take(() => Promise.reject(new Error('mine')))
    const next = turns.take(async () => 'next')
    await assert.rejects(failing, /mine/)
    assert.equal(await next, 'next')
  })
})
