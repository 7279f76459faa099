/**
 * Points as affine coordinates: x, then y, 32 bytes each, little-endian. Twice as long as an encoding, and read without a square root.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { bigEndian, concatAll, toBigEndian } from '../base/index.ts'
import type { Point } from './group.ts'

const { p: P, d: D } = ed25519.Point.CURVE()
const FIELD_BYTES = 32
/** Bytes of a point's coordinates. */
export const COORDINATES_BYTES: number = 2 * FIELD_BYTES

/** The coordinates of points one after the other; one inversion for all. */
export function encodeCoordinates(points: readonly Point[]): Uint8Array {
  const { Fp } = ed25519.Point
  const inverses = Fp.invertBatch(points.map(({ Z }) => Z))
  return concatAll(
    points.flatMap(({ X, Y }, index) =>
      [X, Y].map((coordinate) => toBigEndian(Fp.mul(coordinate, inverses[index]!), FIELD_BYTES).reverse()),
    ),
  )
}

/**
 * The points of coordinates one after the other; undefined where the bytes are not whole points, a coordinate is not below p or one is
 * not on the curve. The points may be outside the subgroup.
 */
export function decodeCoordinates(bytes: Uint8Array): readonly Point[] | undefined {
  if (bytes.length % COORDINATES_BYTES !== 0) return undefined
  const points: Point[] = []
  for (let at = 0; at < bytes.length; at += COORDINATES_BYTES) {
    const x = littleEndian(bytes.subarray(at, at + FIELD_BYTES))
    const y = littleEndian(bytes.subarray(at + FIELD_BYTES, at + COORDINATES_BYTES))
    if (x >= P || y >= P) return undefined
    const [xx, yy] = [(x * x) % P, (y * y) % P]
    // -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032, 5.1)
    if ((yy - xx - 1n - D * xx * yy) % P !== 0n) return undefined
    points.push(ed25519.Point.fromAffine({ x, y }))
  }
  return points
}

function littleEndian(bytes: Uint8Array): bigint {
  return bigEndian(Uint8Array.from(bytes).reverse())
}
