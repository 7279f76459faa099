/**
 * Public credentials of voters who will not vote: multiples of the generator by successive additions, encoded with one inversion for
 * many, so that a roll of a million takes seconds. They are in the group as any credential is; their secrets are useless small numbers.
 */
import { fromHex } from '../base/index.ts'
import { GENERATOR, type Point, pointsToHex } from '../crypto/index.ts'

/** Points that share one inversion. */
const BATCH = 1000

/** So many different public credentials. */
export function fillingCredentials(count: number): readonly Uint8Array[] {
  const credentials: Uint8Array[] = []
  let next = GENERATOR
  while (credentials.length < count) {
    const points: Point[] = []
    for (let i = Math.min(BATCH, count - credentials.length); i > 0; i--) {
      points.push(next)
      next = next.add(GENERATOR)
    }
    for (const text of pointsToHex(points)) credentials.push(fromHex(text, text.length / 2)!)
  }
  return credentials
}
