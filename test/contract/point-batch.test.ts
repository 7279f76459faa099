import { strict as assert } from 'node:assert'
import { createKernelArithmetic } from '../../crypto/kernel/kernel-arithmetic.ts'
import { createKernelMemory } from '../../crypto/kernel/memory.ts'
import { withPlainBatch } from '../../crypto/plain-batch.ts'
import { pointBatchSuite } from './point-batch-suite.ts'

pointBatchSuite('in BigInt', withPlainBatch)
for (const kind of ['simd', 'scalar'] as const) {
  const memory = createKernelMemory(kind)
  assert.ok(memory !== undefined, `this engine runs the ${kind} kernel`)
  const arithmetic = createKernelArithmetic(memory)
  pointBatchSuite(`in the ${kind} kernel`, arithmetic.withBatch)

  describe(`a batch of the ${kind} kernel`, () => {
    it('has the kernel for itself, and gives it back whatever happens', () => {
      arithmetic.withBatch(() => {
        assert.throws(() => arithmetic.check(new Uint8Array(32)), /one thing at a time/)
      })
      assert.throws(() =>
        arithmetic.withBatch(() => {
          throw new Error('of somebody else')
        }),
      )
      assert.equal(arithmetic.check(new Uint8Array(32)).length, 1)
    })
  })
}
