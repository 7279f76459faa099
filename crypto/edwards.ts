/**
 * Arithmetic of edwards25519 on PUBLIC data only, written for speed: extended coordinates (Hisil, Wong, Carter, Dawson 2008,
 * sections 3.1 and 3.3, a = -1), whose addition law is complete on this curve, so that no input needs a case of its own.
 *
 * It exists because noble's points check and freeze every intermediate result; the same formulas without that are about twice as
 * fast. Nothing secret may come here: time depends on the data. Coordinates are reduced only after multiplications and may
 * be negative in between; {@link toPoint} makes them canonical again.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import type { Point } from './group.ts'

const { p: P, d: D } = ed25519.Point.CURVE()
const TWO_D = (2n * D) % P
const INVERSE_D = ed25519.Point.Fp.inv(D)

/** A point in extended coordinates: x = X/Z, y = Y/Z, T = XY/Z; each congruent modulo p, not canonical. */
export interface Extended {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
  readonly t: bigint
}

/** A point prepared as the second operand of an addition. */
export interface Addend {
  readonly plus: bigint
  readonly minus: bigint
  readonly z2: bigint
  readonly t2d: bigint
}

export const EXTENDED_IDENTITY: Extended = { x: 0n, y: 1n, z: 1n, t: 0n }

export function fromPoint(point: Point): Extended {
  return { x: point.X, y: point.Y, z: point.Z, t: point.T }
}

export function toPoint(point: Extended): Point {
  return new ed25519.Point(canonical(point.x), canonical(point.y), canonical(point.z), canonical(point.t))
}

export function toAddend(point: Extended): Addend {
  return {
    plus: point.y + point.x,
    minus: point.y - point.x,
    z2: 2n * point.z,
    t2d: (point.t * TWO_D) % P,
  }
}

/** q, or -q where `negative` (1 multiplication; all coordinates doubled, which is the same point). */
export function fromAddend(q: Addend, negative: boolean): Extended {
  const x = q.plus - q.minus
  const t = (q.t2d * INVERSE_D) % P
  return { x: negative ? -x : x, y: q.plus + q.minus, z: q.z2, t: negative ? -t : t }
}

/** p + q, or p - q where `negative` (8 multiplications; 7 where q has Z = 1). */
export function addTo(p: Extended, q: Addend, negative: boolean): Extended {
  const a = ((p.y - p.x) * (negative ? q.plus : q.minus)) % P
  const b = ((p.y + p.x) * (negative ? q.minus : q.plus)) % P
  const c = (p.t * q.t2d) % P
  const d = q.z2 === 2n ? 2n * p.z : (p.z * q.z2) % P
  const e = b - a
  const f = negative ? d + c : d - c
  const g = negative ? d - c : d + c
  const h = b + a
  return { x: (e * f) % P, y: (g * h) % P, z: (f * g) % P, t: (e * h) % P }
}

/** [2^times]p (7 multiplications each, one more at the end); `times` is at least 1. */
export function doubleRepeatedly(p: Extended, times: number): Extended {
  let { x, y, z } = p
  for (let i = 1; ; i++) {
    const a = (x * x) % P
    const b = (y * y) % P
    const sum = x + y
    const e = ((sum * sum) % P) - a - b
    const g = b - a
    const f = g - ((2n * z * z) % P)
    const h = -a - b
    x = (e * f) % P
    y = (g * h) % P
    z = (f * g) % P
    if (i === times) return { x, y, z, t: (e * h) % P }
  }
}

export function isIdentity(p: Extended): boolean {
  return p.x % P === 0n && (p.y - p.z) % P === 0n
}

/** The points as addends with Z = 1: one inversion for all of them. */
export function toAffineAddends(points: readonly Extended[]): readonly Addend[] {
  const inverses = ed25519.Point.Fp.invertBatch(points.map((point) => canonical(point.z)))
  return points.map((point, index) => {
    const inverse = inverses[index]!
    const x = (point.x * inverse) % P
    const y = (point.y * inverse) % P
    return toAddend({ x, y, z: 1n, t: (x * y) % P })
  })
}

function canonical(coordinate: bigint): bigint {
  const remainder = coordinate % P
  return remainder < 0n ? remainder + P : remainder
}
