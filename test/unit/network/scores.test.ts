import assert from 'node:assert/strict'
import { SCORE_HALF_LIFE_MS, SCORE_THRESHOLD } from '../../../network/index.ts'
import { createScores, type ScoreOptions, type Scores } from '../../../network/scores.ts'

function aBook(options: ScoreOptions = {}): { readonly scores: Scores; readonly pass: (ms: number) => void } {
  let now = 1_000
  return {
    scores: createScores(() => now, options),
    pass: (ms) => {
      now += ms
    },
  }
}

describe('the score book', () => {
  it('refuses a peer at the threshold, not one point below', () => {
    const { scores } = aBook()
    assert.equal(scores.penalise('a', SCORE_THRESHOLD - 1), false)
    assert.equal(scores.isDenied('a'), false)
    assert.equal(scores.penalise('a', 1), true)
    assert.equal(scores.isDenied('a'), true)
    assert.equal(scores.isDenied('b'), false)
  })

  it('halves points in a half-life', () => {
    const { scores, pass } = aBook()
    scores.penalise('a', 80)
    pass(SCORE_HALF_LIFE_MS)
    assert.equal(scores.points('a'), 40)
    assert.equal(scores.penalise('a', 59), false)
    pass(SCORE_HALF_LIFE_MS)
    assert.equal(scores.points('a'), 49.5)
  })

  it('forgives a refused peer after a while, and all its points', () => {
    const { scores, pass } = aBook({ denyMs: 100 })
    scores.penalise('a', 1e9)
    assert.equal(scores.points('a'), SCORE_THRESHOLD)
    pass(99)
    assert.equal(scores.isDenied('a'), true)
    pass(1)
    assert.equal(scores.isDenied('a'), false)
    assert.equal(scores.points('a'), 0)
  })

  it('says once that a peer becomes refused', () => {
    const { scores } = aBook()
    assert.equal(scores.penalise('a', SCORE_THRESHOLD), true)
    assert.equal(scores.penalise('a', SCORE_THRESHOLD), false)
  })

  it('takes no negative points', () => {
    const { scores } = aBook()
    scores.penalise('a', 50)
    scores.penalise('a', -50)
    assert.equal(scores.points('a'), 50)
  })

  it('T32 remembers so many peers and no more: the lightest goes', () => {
    const { scores } = aBook({ maxPeers: 3 })
    scores.penalise('a', 30)
    scores.penalise('b', 10)
    scores.penalise('c', 20)
    assert.deepEqual(['a', 'b', 'c'].map(scores.points), [30, 10, 20])
    scores.penalise('d', 15)
    assert.deepEqual(['a', 'b', 'c', 'd'].map(scores.points), [30, 0, 20, 15])
  })

  it('T32 refuses so many peers and no more: the one refused longest ago goes', () => {
    const { scores } = aBook({ maxPeers: 2 })
    for (const peer of ['a', 'b']) scores.penalise(peer, SCORE_THRESHOLD)
    assert.deepEqual(['a', 'b'].map(scores.isDenied), [true, true])
    scores.penalise('c', SCORE_THRESHOLD)
    assert.deepEqual(['a', 'b', 'c'].map(scores.isDenied), [false, true, true])
  })
})
