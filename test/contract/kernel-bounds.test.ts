/**
 * The bounds that make the kernel's limb operations safe (`crypto/kernel/assembly/field.ts`), checked at every operation: a build of the
 * kernel that stops where one is passed runs all that is promised of the arithmetic.
 */
import { createKernelArithmetic } from '../../crypto/kernel/kernel-arithmetic.ts'
import { KernelMemory } from '../../crypto/kernel/memory.ts'
import { compileKernel } from '../../scripts/build-kernel.ts'
import { arithmeticSuite } from './arithmetic-suite.ts'
import { pointBatchSuite } from './point-batch-suite.ts'

let memory: KernelMemory | undefined
const checking = (): ReturnType<typeof createKernelArithmetic> => {
  if (memory === undefined) throw new Error('the kernel is compiled before its tests')
  return createKernelArithmetic(memory)
}

describe('the bounds of the kernel', () => {
  before(async function () {
    this.timeout(60_000)
    const binary = await compileKernel(true, ['--use', 'CHECK_BOUNDS=ASC_TARGET'])
    memory = new KernelMemory(new WebAssembly.Module(binary), true)
  })

  arithmeticSuite('with all bounds checked', checking)
  pointBatchSuite('with all bounds checked', (work) => checking().withBatch(work))
})
