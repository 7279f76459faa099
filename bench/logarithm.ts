/**
 * Discrete logarithms on one core, the worst case of each bound: the bound itself, with the making of the table. Beside it, as far as it is
 * no matter of minutes, the same in BigInt.
 */
import { GENERATOR, type Logarithms, multiply } from '../crypto/index.ts'
import { createPlainArithmetic } from '../crypto/plain-arithmetic.ts'
import { createLogarithms } from '../election/logarithm.ts'
import { against, type Report } from './report.ts'

const BOUNDS: readonly (readonly [name: string, bound: bigint, runs: number])[] = [
  ['25', 25n, 30],
  ['2^20', 2n ** 20n, 10],
  ['2^30', 2n ** 30n, 5],
  ['2^40', 2n ** 40n, 3],
]
const PLAIN_BOUND = 2n ** 30n
const OPTIONS = 10

/** Prints `logarithm.BOUND`, and `logarithm.2^40.ten` for ten of one tally. */
export async function run(report: Report): Promise<void> {
  for (const [name, bound, runs] of BOUNDS) {
    const value = milliseconds(runs, bound, 1, createLogarithms)
    const plain =
      bound <= PLAIN_BOUND ? milliseconds(1, bound, 1, createPlainArithmetic().logarithms) : undefined
    report({
      bench: `logarithm.${name}`,
      value,
      unit: 'ms',
      ...(plain === undefined ? {} : { reference: against('in BigInt', value, plain) }),
      note: 'with its table, one core',
    })
  }
  const [, bound] = BOUNDS.at(-1)!
  report({
    bench: 'logarithm.2^40.ten',
    value: milliseconds(1, bound, OPTIONS, createLogarithms),
    unit: 'ms',
    note: 'ten by one table, one core',
  })
}

/** The shortest of some runs, each with a table of its own and `count` logarithms. */
function milliseconds(
  runs: number,
  bound: bigint,
  count: number,
  create: (bound: bigint, count: number) => Logarithms,
): number {
  const point = multiply(GENERATOR, bound)
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run <= runs; run++) {
    const start = performance.now()
    const logarithms = create(bound, count)
    for (let i = 0; i < count; i++)
      if (logarithms.find(point) !== bound) throw new Error(`the logarithm ${bound} was not found`)
    best = Math.min(best, performance.now() - start)
  }
  return best
}
