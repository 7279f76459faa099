/** Builders of ballots with accelerators, and ways to damage these. */
import { randomBytes } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { unwrap } from '../../../base/index.ts'
import {
  COORDINATES_BYTES,
  decodeCoordinates,
  encodeCoordinates,
  type Point,
  withPlainBatch,
} from '../../../crypto/index.ts'
import {
  type AcceleratedBallot,
  type BatchTools,
  createAcceleratedBallot,
  type Election,
  type SentBallot,
  verifySentBallots,
} from '../../../election/index.ts'
import { aVoter, seeded, someAnswers, type Voter } from './builders.ts'

/** The plain arithmetic, and the system's randomness. */
export const TOOLS: BatchTools = {
  withBatch: withPlainBatch,
  random: (length) => new Uint8Array(randomBytes(length)),
}

/** A ballot as it is sent, with a right accelerator. */
export function anAcceleratedBallot(
  election: Election,
  voter: Voter = aVoter(election),
  answers: readonly (readonly number[])[] = someAnswers(election.questions),
): AcceleratedBallot & { readonly election: Election } {
  const random = seeded(`accelerated ${voter.credential}`)
  return { election, ...unwrap(createAcceleratedBallot(election, voter.secret, answers, random)) }
}

/** What became of the ballots, in a word or two each: the verdict and the accelerator. */
export function outcomes(sent: readonly SentBallot[], tools: BatchTools = TOOLS): readonly string[] {
  return verifySentBallots(sent, tools).map(
    ({ verdict, accelerator }) => `${verdict.ok ? 'valid' : verdict.error.code} ${accelerator}`,
  )
}

/** The points of an accelerator: eighths. */
export function pointsOf(accelerator: Uint8Array): readonly Point[] {
  return decodeCoordinates(accelerator) ?? []
}

/** The accelerator with another point in one place. */
export function withPoint(
  accelerator: Uint8Array,
  place: number,
  change: (point: Point) => Point,
): Uint8Array {
  const points = pointsOf(accelerator)
  return encodeCoordinates(points.map((point, index) => (index === place ? change(point) : point)))
}

/** The accelerator with other bytes for one point. */
export function withCoordinates(accelerator: Uint8Array, place: number, coordinates: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(accelerator)
  changed.set(coordinates, place * COORDINATES_BYTES)
  return changed
}

/** The point of an encoding, wherever it is on the curve. */
export function pointOf(encoded: Uint8Array): Point {
  return ed25519.Point.fromBytes(Uint8Array.from(encoded).reverse())
}
