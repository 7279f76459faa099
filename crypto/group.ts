/**
 * The Ed25519 group as Belenios writes it (specification section 5.2.1): the prime-order subgroup of edwards25519,
 * written multiplicatively in the specification and additively here.
 *
 * A point's text is 64 hexadecimal digits, big-endian: the reverse of RFC 8032's 32 bytes. Here an *encoded point* is
 * those 32 big-endian bytes. A point that comes from outside must be canonical (y < p, no sign on x = 0), on the curve and
 * in the subgroup ([q]P = 0); `decodePoint` checks all three, always (T06).
 *
 * Two families of multiplication: `...Secret` takes time that does not depend on the scalar (as far as BigInt allows, see
 * noble-curves' README) and is for anything private; the others are faster and for public data only.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { assert, bigEndian, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'

/** A point in extended coordinates. Equality by `.equals`, never by `===`. */
export type Point = InstanceType<typeof ed25519.Point>

/** The order q of the subgroup. */
export const ORDER: bigint = ed25519.Point.Fn.ORDER
/** The generator g. */
export const GENERATOR: Point = ed25519.Point.BASE
/** The neutral element. */
export const IDENTITY: Point = ed25519.Point.ZERO
/** Bytes of an encoded point. */
export const POINT_BYTES = 32

/** Why a text or bytes are not a point of the subgroup. */
export type PointRefusal = Refusal<'point-malformed' | 'point-outside-subgroup'>
export interface RefusedPoint {
  readonly ok: false
  readonly error: PointRefusal
}

/** The canonical encoding: 32 bytes, big-endian. */
export function encodePoint(point: Point): Uint8Array {
  return point.toBytes().reverse()
}

/** The point of 32 big-endian bytes, canonical and on the curve; the caller must still check the subgroup. */
export function decodeCurvePoint(bytes: Uint8Array): Result<Point, PointRefusal> {
  if (bytes.length !== POINT_BYTES)
    return refuse('point-malformed', `a point has ${POINT_BYTES} bytes, not ${bytes.length}`)
  try {
    return ok(ed25519.Point.fromBytes(Uint8Array.from(bytes).reverse(), false))
  } catch {
    return refuse('point-malformed', 'not the canonical encoding of a point on the curve')
  }
}

/** The refusal of a point on the curve with a component of small order. */
export function outsideSubgroup(): RefusedPoint {
  return refuse('point-outside-subgroup', 'outside the prime-order subgroup')
}

/** The text of a point: 64 lower-case hexadecimal digits. */
export function pointToHex(point: Point): string {
  return toHex(encodePoint(point))
}

/** The texts of many points: one inversion for all of them. */
export function pointsToHex(points: readonly Point[]): readonly string[] {
  const { Fp } = ed25519.Point
  const inverses = Fp.invertBatch(points.map((point) => point.Z))
  return points.map((point, index) => {
    const x = Fp.mul(point.X, inverses[index]!)
    const y = Fp.mul(point.Y, inverses[index]!)
    return (y | ((x & 1n) << 255n)).toString(16).padStart(2 * POINT_BYTES, '0')
  })
}

/** Extended coordinates X, Y, Z and T, 32 bytes little-endian each, of one point after the other. */
export function writeCoordinates(points: readonly Point[]): Uint8Array {
  const words = new BigUint64Array(points.length * 16)
  for (const [i, { X, Y, Z, T }] of points.entries())
    for (const [k, coordinate] of [X, Y, Z, T].entries())
      for (let word = 0; word < 4; word++)
        words[16 * i + 4 * k + word] = BigInt.asUintN(64, coordinate >> BigInt(64 * word))
  return new Uint8Array(words.buffer)
}

/** The point with these affine coordinates, x then y, 32 bytes little-endian each, which are not checked. */
export function pointFromCoordinates(bytes: Uint8Array): Point {
  const number = (from: number): bigint => bigEndian(bytes.slice(from, from + 32).reverse())
  return ed25519.Point.fromAffine({ x: number(0), y: number(32) })
}

/** The representative of a number in 0..q-1. */
export function modOrder(value: bigint): bigint {
  const remainder = value % ORDER
  return remainder < 0n ? remainder + ORDER : remainder
}

/** [k]P for a secret k in 0..q-1. */
export function multiplySecret(point: Point, scalar: bigint): Point {
  assert(scalar >= 0n && scalar < ORDER, 'a scalar is reduced modulo the order')
  return scalar === 0n ? IDENTITY : point.multiply(scalar)
}

/** [k]P for a public k in 0..q-1; variable time. */
export function multiply(point: Point, scalar: bigint): Point {
  assert(scalar >= 0n && scalar < ORDER, 'a scalar is reduced modulo the order')
  return point.multiplyUnsafe(scalar)
}

/**
 * Makes later `multiplySecret`s of this very point faster by tables that the first one builds (some 10 ms): an election's
 * key in the hands of a voter. Returns the point itself.
 */
export function precompute(point: Point): Point {
  if (prepared.has(point)) return point
  prepared.add(point)
  return point.precompute(6)
}

/** Points that have their tables: noble drops and builds them again when asked twice. */
const prepared = new WeakSet<Point>()
