/** How logarithms up to a bound are looked for: baby steps 0..size in a table, each giant step covering 2 size + 1 candidates. */
import { assert } from '../base/index.ts'
import { MAX_LOGARITHM, MAX_LOGARITHM_TABLE } from './limits.ts'

export interface LogarithmPlan {
  readonly bound: number
  /** The last baby step: [0]G to [size]G are in the table. */
  readonly size: number
  /** Candidates of a giant step: giant step i has those from width * i to width * (i + 1) - 1, baby step 0 in their middle. */
  readonly width: number
  readonly giants: number
}

/** The plan of least work for `count` logarithms in 0..bound: as many baby steps as giant steps, up to the table's limit. */
export function planLogarithms(bound: bigint, count: number): LogarithmPlan {
  assert(bound >= 0n && bound <= MAX_LOGARITHM, 'the bound of a logarithm is within its limit')
  const last = Number(bound)
  const size = Math.min(MAX_LOGARITHM_TABLE, last, Math.max(1, Math.ceil(Math.sqrt((count * last) / 2))))
  const width = 2 * size + 1
  return { bound: last, size, width, giants: Math.ceil((last + 1) / width) }
}
