/**
 * The credentials of a roll on one core: each is checked to be the canonical encoding of a point of the curve, and in the prime-order
 * subgroup. As many at a time as a chunk of a roll has.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { encodePoint, GENERATOR, pointRefusals } from '../crypto/index.ts'
import { against, type Report } from './report.ts'

const CHUNK = 512
const CHUNKS = 40
const NOBLE_POINTS = 20
const NOBLE_RUNS = 5

/** Prints `points.check`. */
export async function run(report: Report): Promise<void> {
  const points: Uint8Array[] = []
  for (let point = GENERATOR; points.length < CHUNK; point = point.double().add(GENERATOR))
    points.push(encodePoint(point))
  const check = (): void => {
    if (pointRefusals(points).some((refusal) => refusal !== undefined))
      throw new Error('a good point was refused')
  }
  const checkByNoble = (): void => {
    for (const point of points.slice(0, NOBLE_POINTS))
      if (!ed25519.Point.fromBytes(Uint8Array.from(point).reverse(), false).isTorsionFree())
        throw new Error('a good point was refused')
  }
  const value = (1000 * shortest(CHUNKS, check)) / CHUNK
  const noble = (1000 * shortest(NOBLE_RUNS, checkByNoble)) / NOBLE_POINTS
  report({
    bench: 'points.check',
    value,
    unit: 'us',
    reference: against('noble, one by one', value, noble),
    note: `a point, ${CHUNK} at a time, one core`,
  })
}

/** The shortest of some runs, in milliseconds. */
function shortest(runs: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    work()
    best = Math.min(best, performance.now() - start)
  }
  return best
}
