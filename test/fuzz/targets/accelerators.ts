/** What travels beside ballots. */
import { decodeCoordinates, encodeCoordinates, GENERATOR, IDENTITY, multiply } from '../../../crypto/index.ts'
import { ofBytes } from '../target.ts'
import type { Target } from '../types.ts'

export function accelerators(): readonly Target[] {
  const points = [GENERATOR, IDENTITY, multiply(GENERATOR, 12_345n)]
  return [
    ofBytes(
      {
        name: 'coordinates of points',
        covers: 'crypto/coordinates.ts decodeCoordinates',
        form: 'bytes',
        samples: [encodeCoordinates(points), encodeCoordinates([points[2]!]), new Uint8Array()],
      },
      decodeCoordinates,
      encodeCoordinates,
    ),
  ]
}
