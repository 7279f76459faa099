/** The Arithmetic port's adapters, and what is the kernel's alone. */
import { strict as assert } from 'node:assert'
import { concatAll, equalBytes, toHex } from '../../base/index.ts'
import { type Arithmetic, encodePoint, GENERATOR, modOrder, ORDER } from '../../crypto/index.ts'
import { createKernelArithmetic } from '../../crypto/kernel/kernel-arithmetic.ts'
import { COMMITMENTS_AT_ONCE, MAX_KEY_TABLES, POINTS_AT_ONCE } from '../../crypto/kernel/limits.ts'
import { createKernelMemory } from '../../crypto/kernel/memory.ts'
import { createPlainArithmetic } from '../../crypto/plain-arithmetic.ts'
import { isSound } from '../../crypto/self-test.ts'
import { arithmeticSuite, times } from './arithmetic-suite.ts'

function kernel(kind: 'simd' | 'scalar'): Arithmetic {
  const memory = createKernelMemory(kind)
  assert.ok(memory !== undefined, `this engine runs the ${kind} kernel`)
  return createKernelArithmetic(memory)
}

arithmeticSuite('of the kernel with vectors', () => kernel('simd'))
arithmeticSuite('of the kernel without', () => kernel('scalar'))
arithmeticSuite('in BigInt', createPlainArithmetic)

describe('the kernel', () => {
  const arithmetic = kernel('simd')

  it('passes the test that it has to pass before it is used, as BigInt does, and a false one does not', () => {
    for (const good of [createPlainArithmetic(), arithmetic, kernel('scalar')])
      assert.ok(isSound(good), good.kind)
    const flipped = (bytes: Uint8Array): Uint8Array =>
      bytes.map((byte, index) => (index === 17 ? byte ^ 1 : byte))
    const twisted: readonly Partial<Arithmetic>[] = [
      { check: () => [0, 0, 2, 2] },
      { combination: () => GENERATOR },
      { addWeighted: (sums) => sums },
      {
        schnorrCommitments: (statements) =>
          arithmetic.schnorrCommitments(statements).map((answer) => {
            return { ...answer, commitment: flipped(answer.commitment) }
          }),
      },
      {
        ciphertextCommitments: (key, groups) =>
          arithmetic.ciphertextCommitments(key, groups).map((answer) => {
            return { ...answer, commitments: flipped(answer.commitments) }
          }),
      },
      {
        withBatch: (work) =>
          arithmetic.withBatch((batch) =>
            work(Object.assign(Object.create(batch), { vanishes: () => true })),
          ),
      },
    ]
    for (const part of twisted) assert.ok(!isSound({ ...arithmetic, ...part }), Object.keys(part).join())
  })

  it('gives the same answers beyond what it computes at once', () => {
    const encoded = encodePoint(times(GENERATOR, 99n))
    const count = COMMITMENTS_AT_ONCE + 3
    const points = concatAll(Array.from({ length: POINTS_AT_ONCE + 3 }, () => encoded))
    assert.deepEqual(arithmetic.check(points), new Array(POINTS_AT_ONCE + 3).fill(0))
    const statement = { point: encoded, challenge: 5n, response: 6n }
    const expected = toHex(encodePoint(times(GENERATOR, 99n * 5n + 6n)))
    const answers = arithmetic.schnorrCommitments(Array.from({ length: count }, () => statement))
    assert.ok(answers.length === count && answers.every(({ commitment }) => toHex(commitment) === expected))
  })

  it('remembers the tables of some keys, and serves any number of them', () => {
    const ciphertexts = [{ alpha: encodePoint(GENERATOR), beta: encodePoint(GENERATOR) }]
    const group = { ciphertexts, sums: [], equations: [{ of: 0, value: 0, challenge: 1n, response: 1n }] }
    for (let round = 0; round < 2; round++)
      for (let k = 1n; k <= BigInt(MAX_KEY_TABLES + 2); k++) {
        const [answer] = arithmetic.ciphertextCommitments(times(GENERATOR, k), [group])
        const expected = [encodePoint(times(GENERATOR, 2n)), encodePoint(times(GENERATOR, k + 1n))]
        assert.ok(equalBytes(answer!.commitments, concatAll(expected)))
      }
  })

  it('refuses scalars that are not reduced where they come as numbers', () => {
    assert.throws(() => arithmetic.combination([[GENERATOR, ORDER]]), /reduced/)
    assert.equal(modOrder(ORDER), 0n)
  })
})
