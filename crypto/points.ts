/** Public points: decoding with every check, and sums of multiples, on the fastest arithmetic that is to be had here. */
import { fromHex, ok, type Result, refuse } from '../base/index.ts'
import { type Arithmetic, GOOD_POINT, MALFORMED_POINT } from './arithmetic.ts'
import { outsideSubgroup, POINT_BYTES, type Point, type PointRefusal, type RefusedPoint } from './group.ts'
import { createKernelArithmetic } from './kernel/kernel-arithmetic.ts'
import { createKernelMemory } from './kernel/memory.ts'
import { createPlainArithmetic } from './plain-arithmetic.ts'
import { isSound } from './self-test.ts'

let chosen: Arithmetic | undefined

/** The arithmetic of this process: the kernel where there is WebAssembly and it passes its own test, else plain BigInt. */
export function arithmetic(): Arithmetic {
  chosen ??= choose()
  return chosen
}

function choose(): Arithmetic {
  for (const kind of ['simd', 'scalar'] as const) {
    const memory = createKernelMemory(kind)
    if (memory === undefined) continue
    const kernel = createKernelArithmetic(memory)
    if (isSound(kernel)) return kernel
  }
  return createPlainArithmetic()
}

/** The point of 32 big-endian bytes, checked to be canonical, on the curve and in the prime-order subgroup. */
export function decodePoint(bytes: Uint8Array): Result<Point, PointRefusal> {
  if (bytes.length !== POINT_BYTES) return wrongLength(bytes)
  const point = arithmetic().decode(bytes)
  if (point === 'malformed') return notOnCurve()
  return point === 'outside' ? outsideSubgroup() : ok(point)
}

/** Why {@link decodePoint} refuses each of many points; undefined where it does not. Together they cost less. */
export function pointRefusals(points: readonly Uint8Array[]): readonly (PointRefusal | undefined)[] {
  const encoded = new Uint8Array(points.length * POINT_BYTES)
  for (const [i, point] of points.entries())
    if (point.length === POINT_BYTES) encoded.set(point, i * POINT_BYTES)
  return arithmetic()
    .check(encoded)
    .map((verdict, i) => {
      const point = points[i]!
      if (point.length !== POINT_BYTES) return wrongLength(point).error
      if (verdict === MALFORMED_POINT) return notOnCurve().error
      return verdict === GOOD_POINT ? undefined : outsideSubgroup().error
    })
}

const wrongLength = ({ length }: Uint8Array): RefusedPoint =>
  refuse('point-malformed', `a point has ${POINT_BYTES} bytes, not ${length}`)
const notOnCurve = (): RefusedPoint =>
  refuse('point-malformed', 'not the canonical encoding of a point on the curve')

/** The point of 64 hexadecimal digits, with the checks of {@link decodePoint}. */
export function pointFromHex(text: string): Result<Point, PointRefusal> {
  const bytes = fromHex(text, POINT_BYTES)
  return bytes === undefined
    ? refuse('point-malformed', 'a point is 64 lower-case hexadecimal digits')
    : decodePoint(bytes)
}

/** [k1]P1 + [k2]P2 + ... for public scalars in 0..q-1. */
export function combination(terms: readonly (readonly [Point, bigint])[]): Point {
  return arithmetic().combination(terms)
}
