import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { maxFaulty, proposerOf, quorum } from '../../../consensus/index.ts'

const sizes = Array.from({ length: 300 }, (_, index) => index + 1)

describe('quorum', () => {
  it('[R1] of n validators, fewer than a third may be faulty, and one more would be a third', () => {
    for (const n of sizes) {
      assert.ok(3 * maxFaulty(n) < n)
      assert.ok(3 * (maxFaulty(n) + 1) >= n)
    }
  })

  it('[R1] two quorums always share more than f validators', () => {
    for (const n of sizes) assert.ok(2 * quorum(n) - n > maxFaulty(n), `n = ${n}`)
  })

  it('[R1] the n - f honest validators are a quorum', () => {
    for (const n of sizes) assert.ok(n - maxFaulty(n) >= quorum(n), `n = ${n}`)
  })

  it('[R1] one validator less is no quorum: two such sets could share only f', () => {
    for (const n of sizes) assert.ok(2 * (quorum(n) - 1) - n <= maxFaulty(n), `n = ${n}`)
  })

  it('T29 a quorum is never fewer than two thirds', () => {
    for (const n of sizes) assert.equal(quorum(n), Math.ceil((2 * n) / 3), `n = ${n}`)
  })

  it('T21 the known sizes have the known thresholds', () => {
    const known = [1, 2, 3, 4, 5, 6, 7, 10, 13, 100].map((n) => [n, maxFaulty(n), quorum(n)])
    assert.deepEqual(known, [
      [1, 0, 1],
      [2, 0, 2],
      [3, 0, 2],
      [4, 1, 3],
      [5, 1, 4],
      [6, 1, 4],
      [7, 2, 5],
      [10, 3, 7],
      [13, 4, 9],
      [100, 33, 67],
    ])
  })

  it('T21 no other file of the core computes with thirds or halves of the validators', () => {
    const folder = new URL('../../../consensus/', import.meta.url)
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'quorum.ts')
    assert.ok(files.length > 10)
    for (const name of files) {
      const code = readFileSync(new URL(name, folder), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      assert.doesNotMatch(code, /\/ [23]\b|[23] \* (?:n|f)\b|n - 1\b/, name)
    }
  })

  it('[R2] the proposer moves on by one each height and each round, and every validator has its turn', () => {
    for (const n of [1, 2, 4, 7, 300]) {
      const turns = new Set(Array.from({ length: n }, (_, round) => proposerOf(41, round, n)))
      assert.equal(turns.size, n)
      assert.equal(proposerOf(41, 3, n), proposerOf(42, 2, n))
    }
    assert.equal(proposerOf(5, 2, 4), 3)
  })

  it('[R2] the proposer is exact at the largest height and round', () => {
    const height = Number.MAX_SAFE_INTEGER
    const round = 2 ** 32 - 1
    assert.equal(proposerOf(height, round, 7), Number((BigInt(height) + BigInt(round)) % 7n))
  })
})
