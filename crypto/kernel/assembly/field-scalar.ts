/**
 * Two field elements one after the other, for engines without 128-bit vectors: the same representation, the same products and the same
 * bounds as field-simd.ts, so that the rest of the kernel does not know the difference. Here a signed shift is cheap, and
 * carries round by adding half of the modulus.
 */

/** Limb i of a lane. */
// @ts-ignore: decorator
@inline function limb(lane: usize, i: usize): i64 { return load<i32>(lane + 8 * i) as i64 }

// @ts-ignore: decorator
@inline function reduce(
  d: usize, x0: i64, x1: i64, x2: i64, x3: i64, x4: i64, x5: i64, x6: i64, x7: i64, x8: i64, x9: i64,
): void {
  let t = (x0 + HALF_26) >> 26
  x1 += t
  x0 -= t << 26
  t = (x4 + HALF_26) >> 26
  x5 += t
  x4 -= t << 26
  t = (x1 + HALF_25) >> 25
  x2 += t
  x1 -= t << 25
  t = (x5 + HALF_25) >> 25
  x6 += t
  x5 -= t << 25
  t = (x2 + HALF_26) >> 26
  x3 += t
  x2 -= t << 26
  t = (x6 + HALF_26) >> 26
  x7 += t
  x6 -= t << 26
  t = (x3 + HALF_25) >> 25
  x4 += t
  x3 -= t << 25
  t = (x7 + HALF_25) >> 25
  x8 += t
  x7 -= t << 25
  t = (x4 + HALF_26) >> 26
  x5 += t
  x4 -= t << 26
  t = (x8 + HALF_26) >> 26
  x9 += t
  x8 -= t << 26
  t = (x9 + HALF_25) >> 25
  x0 += 19 * t
  x9 -= t << 25
  t = (x0 + HALF_26) >> 26
  x1 += t
  x0 -= t << 26
  store<i32>(d, x0 as i32)
  store<i32>(d, x1 as i32, 8)
  store<i32>(d, x2 as i32, 16)
  store<i32>(d, x3 as i32, 24)
  store<i32>(d, x4 as i32, 32)
  store<i32>(d, x5 as i32, 40)
  store<i32>(d, x6 as i32, 48)
  store<i32>(d, x7 as i32, 56)
  store<i32>(d, x8 as i32, 64)
  store<i32>(d, x9 as i32, 72)
}
const HALF_26: i64 = 1 << 25
const HALF_25: i64 = 1 << 24

function multiplyLane(d: usize, a: usize, b: usize): void {
  const a0 = limb(a, 0), a1 = limb(a, 2), a2 = limb(a, 4), a3 = limb(a, 6), a4 = limb(a, 8)
  const b0 = limb(b, 0), b1 = limb(b, 2), b2 = limb(b, 4), b3 = limb(b, 6), b4 = limb(b, 8)
  const e0 = a0 * b0
  const e1 = a0 * b1 + a1 * b0
  const e2 = a0 * b2 + a1 * b1 + a2 * b0
  const e3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  const e4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
  const e5 = a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1
  const e6 = a2 * b4 + a3 * b3 + a4 * b2
  const e7 = a3 * b4 + a4 * b3
  const e8 = a4 * b4
  const p0 = limb(a, 1), p1 = limb(a, 3), p2 = limb(a, 5), p3 = limb(a, 7), p4 = limb(a, 9)
  const q0 = limb(b, 1), q1 = limb(b, 3), q2 = limb(b, 5), q3 = limb(b, 7), q4 = limb(b, 9)
  const o0 = p0 * q0
  const o1 = p0 * q1 + p1 * q0
  const o2 = p0 * q2 + p1 * q1 + p2 * q0
  const o3 = p0 * q3 + p1 * q2 + p2 * q1 + p3 * q0
  const o4 = p0 * q4 + p1 * q3 + p2 * q2 + p3 * q1 + p4 * q0
  const o5 = p1 * q4 + p2 * q3 + p3 * q2 + p4 * q1
  const o6 = p2 * q4 + p3 * q3 + p4 * q2
  const o7 = p3 * q4 + p4 * q3
  const o8 = p4 * q4
  const s0 = a0 + p0, s1 = a1 + p1, s2 = a2 + p2, s3 = a3 + p3, s4 = a4 + p4
  const t0 = b0 + q0, t1 = b1 + q1, t2 = b2 + q2, t3 = b3 + q3, t4 = b4 + q4
  const m0 = s0 * t0 - e0 - o0
  const m1 = s0 * t1 + s1 * t0 - e1 - o1
  const m2 = s0 * t2 + s1 * t1 + s2 * t0 - e2 - o2
  const m3 = s0 * t3 + s1 * t2 + s2 * t1 + s3 * t0 - e3 - o3
  const m4 = s0 * t4 + s1 * t3 + s2 * t2 + s3 * t1 + s4 * t0 - e4 - o4
  const m5 = s1 * t4 + s2 * t3 + s3 * t2 + s4 * t1 - e5 - o5
  const m6 = s2 * t4 + s3 * t3 + s4 * t2 - e6 - o6
  const m7 = s3 * t4 + s4 * t3 - e7 - o7
  const m8 = s4 * t4 - e8 - o8
  reduce(
    d,
    e0 + 19 * (e5 + 2 * o4),
    m0 + 19 * m5,
    e1 + 2 * o0 + 19 * (e6 + 2 * o5),
    m1 + 19 * m6,
    e2 + 2 * o1 + 19 * (e7 + 2 * o6),
    m2 + 19 * m7,
    e3 + 2 * o2 + 19 * (e8 + 2 * o7),
    m3 + 19 * m8,
    e4 + 2 * o3 + 38 * o8,
    m4,
  )
}

// @ts-ignore: decorator
@inline function squareLane(d: usize, a: usize, factor: i64): void {
  const x0 = limb(a, 0), x1 = limb(a, 1), x2 = limb(a, 2), x3 = limb(a, 3), x4 = limb(a, 4)
  const x5 = limb(a, 5), x6 = limb(a, 6), x7 = limb(a, 7), x8 = limb(a, 8), x9 = limb(a, 9)
  const y0 = 2 * x0, y1 = 2 * x1, y2 = 2 * x2, y3 = 2 * x3, y4 = 2 * x4
  const n5 = 38 * x5, n6 = 19 * x6, n7 = 38 * x7, n8 = 19 * x8, n9 = 38 * x9
  reduce(
    d,
    factor * (x0 * x0 + y1 * n9 + y2 * n8 + y3 * n7 + y4 * n6 + x5 * n5),
    factor * (y0 * x1 + x2 * n9 + y3 * n8 + x4 * n7 + 2 * x5 * n6),
    factor * (y0 * x2 + y1 * x1 + y3 * n9 + y4 * n8 + 2 * x5 * n7 + x6 * n6),
    factor * (y0 * x3 + y1 * x2 + x4 * n9 + 2 * x5 * n8 + x6 * n7),
    factor * (y0 * x4 + 2 * y1 * x3 + x2 * x2 + 2 * x5 * n9 + 2 * x6 * n8 + x7 * n7),
    factor * (y0 * x5 + y1 * x4 + y2 * x3 + x6 * n9 + 2 * x7 * n8),
    factor * (y0 * x6 + 2 * y1 * x5 + y2 * x4 + y3 * x3 + 2 * x7 * n9 + x8 * n8),
    factor * (y0 * x7 + y1 * x6 + y2 * x5 + y3 * x4 + x8 * n9),
    factor * (y0 * x8 + 2 * y1 * x7 + y2 * x6 + 2 * y3 * x5 + x4 * x4 + x9 * n9),
    factor * (y0 * x9 + y1 * x8 + y2 * x7 + y3 * x6 + y4 * x5),
  )
}

export function multiply(d: usize, a: usize, b: usize): void {
  multiplyLane(d, a, b)
  multiplyLane(d + 4, a + 4, b + 4)
}
export function square(d: usize, a: usize): void {
  squareLane(d, a, 1)
  squareLane(d + 4, a + 4, 1)
}
/** 2 a^2 */
export function squareDoubled(d: usize, a: usize): void {
  squareLane(d, a, 2)
  squareLane(d + 4, a + 4, 2)
}

export function add(d: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 80; i += 4) store<i32>(d + i, load<i32>(a + i) + load<i32>(b + i))
}
export function subtract(d: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 80; i += 4) store<i32>(d + i, load<i32>(a + i) - load<i32>(b + i))
}

export function copy(d: usize, a: usize): void {
  for (let i: usize = 0; i < 80; i += 8) store<u64>(d + i, load<u64>(a + i))
}

/** Lane a of `a` beside lane b of `b`. */
export function blend(d: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 80; i += 8) {
    store<i32>(d + i, load<i32>(a + i))
    store<i32>(d + i, load<i32>(b + i, 4), 4)
  }
}
/** Lane a of `a` in both lanes. */
export function spreadFirst(d: usize, a: usize): void {
  for (let i: usize = 0; i < 80; i += 8) {
    const x = load<i32>(a + i)
    store<i32>(d + i, x)
    store<i32>(d + i, x, 4)
  }
}
/** Lane b of `a` in both lanes. */
export function spreadSecond(d: usize, a: usize): void {
  for (let i: usize = 0; i < 80; i += 8) {
    const x = load<i32>(a + i, 4)
    store<i32>(d + i, x)
    store<i32>(d + i, x, 4)
  }
}
/** Each lane times 1, or -1 where its flag is set. */
export function negateWhere(d: usize, a: usize, isA: bool, isB: bool): void {
  for (let i: usize = 0; i < 80; i += 8) {
    const x = load<i32>(a + i)
    const y = load<i32>(a + i, 4)
    store<i32>(d + i, isA ? -x : x)
    store<i32>(d + i, isB ? -y : y, 4)
  }
}
