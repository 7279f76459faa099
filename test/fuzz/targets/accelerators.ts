/** What travels beside ballots. */

import { ok, refuse } from '../../../base/index.ts'
import { decodeCoordinates, encodeCoordinates, GENERATOR, IDENTITY, multiply } from '../../../crypto/index.ts'
import { verifyAccelerated } from '../../../election/index.ts'
import { anAcceleratedBallot, TOOLS } from '../../support/election/accelerated.ts'
import { anElection, aQuestion } from '../../support/election/builders.ts'
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
    ofOneBallot(),
  ]
}

/** Accelerators of one ballot, of which one is right. (So are those with components of small order, which no mutation meets.) */
function ofOneBallot(): Target {
  const election = anElection({ questions: [aQuestion({ answers: ['Yes'], min: 0, max: 1 })] })
  const { ballot, accelerator: right } = anAcceleratedBallot(election)
  const target = ofBytes(
    {
      name: 'accelerator',
      covers: 'election/verify-accelerated.ts verifyAccelerated',
      form: 'bytes',
      samples: [right],
    },
    (accelerator) => {
      const [found = 'wrong'] = verifyAccelerated([{ election, ballot, accelerator }], TOOLS)
      return found === 'right' ? ok(found) : refuse(found, 'not the accelerator of this ballot')
    },
    () => right,
  )
  return {
    ...target,
    share: { of: 0.1, why: 'its points are decoded in BigInt, and coordinates have all inputs' },
  }
}
