/**
 * The exact path, one core: what a ballot takes, against the field multiplications and squarings that a build of the kernel with counters
 * counts for the same ballots, each times what one takes (a pair's, in a row, by itself).
 */
import { createKernelArithmetic } from '../crypto/kernel/kernel-arithmetic.ts'
import { createKernelMemory, KernelMemory } from '../crypto/kernel/memory.ts'
import { createPlainArithmetic } from '../crypto/plain-arithmetic.ts'
import { type Ballot, verifyBallots } from '../election/index.ts'
import { compileKernel } from '../scripts/build-kernel.ts'
import { against, type Report } from './report.ts'
import { aBallot, oneOfSix, type Sample, shortest, yesOrNo } from './sample.ts'

const BALLOTS = 64
const RUNS = 9
const OPERATIONS = 20_000

/** Prints `kernel.multiply`, `kernel.square`, and of each kind of ballot `kernel.exact.*`. */
export async function run(report: Report): Promise<void> {
  const samples = [yesOrNo(), oneOfSix()].map((sample) => {
    return { sample, ballots: Array.from({ length: BALLOTS }, () => aBallot(sample)) }
  })
  const plain = createPlainArithmetic()
  for (const kind of ['simd', 'scalar'] as const) {
    const memory = createKernelMemory(kind)
    if (memory === undefined) continue
    const arithmetic = createKernelArithmetic(memory)
    const counting = await createCounting(kind === 'simd')
    const { functions } = memory
    memory.release()
    const pair = memory.reserve(memory.sizes.point)
    functions.setNeutral(pair)
    // Of a pair: two multiplications.
    const multiply = shortest(RUNS, 2 * OPERATIONS, () => functions.multiplications(pair, OPERATIONS))
    const square = shortest(RUNS, 2 * OPERATIONS, () => functions.squarings(pair, OPERATIONS))
    report({ bench: `kernel.${kind}.multiply`, value: 1e9 * multiply, unit: 'ns', note: 'one of a pair' })
    report({ bench: `kernel.${kind}.square`, value: 1e9 * square, unit: 'ns', note: 'one of a pair' })
    for (const { sample, ballots } of samples) {
      const { multiplications, squarings } = counting(sample, ballots)
      const limit = multiplications * multiply + squarings * square
      const seconds = shortest(RUNS, BALLOTS, () => verified(sample, ballots, arithmetic))
      report({
        bench: `kernel.${kind}.exact.${sample.name}`,
        value: 1 / seconds,
        unit: 'ballots/s',
        reference: against('the multiplications alone', 1 / seconds, 1 / limit),
        note: `${sample.ciphertexts} ciphertexts: ${Math.round(multiplications)} multiplications and ${Math.round(squarings)} squarings`,
      })
    }
  }
  for (const { sample, ballots } of samples) {
    const few = ballots.slice(0, 4)
    const seconds = shortest(1, few.length, () => verified(sample, few, plain))
    report({
      bench: `kernel.plain.exact.${sample.name}`,
      value: 1 / seconds,
      unit: 'ballots/s',
      note: 'in BigInt',
    })
  }
}

function verified(
  sample: Sample,
  ballots: readonly Ballot[],
  by: ReturnType<typeof createPlainArithmetic>,
): void {
  if (verifyBallots(sample.election, ballots, by).some(({ ok }) => !ok))
    throw new Error('a good ballot was refused')
}

/** Counts what a ballot takes, with the tables made before. */
async function createCounting(
  hasVectors: boolean,
): Promise<(sample: Sample, ballots: readonly Ballot[]) => { multiplications: number; squarings: number }> {
  const binary = await compileKernel(hasVectors, ['--use', 'COUNT_OPERATIONS=ASC_TARGET'])
  const memory = new KernelMemory(new WebAssembly.Module(binary), hasVectors)
  const arithmetic = createKernelArithmetic(memory)
  const counts = (): readonly [number, number] => [
    memory.functions.countedMultiplications(),
    memory.functions.countedSquarings(),
  ]
  return (sample, ballots) => {
    verified(sample, ballots, arithmetic)
    const before = counts()
    verified(sample, ballots, arithmetic)
    const after = counts()
    return {
      multiplications: (2 * (after[0] - before[0])) / ballots.length,
      squarings: (2 * (after[1] - before[1])) / ballots.length,
    }
  }
}
