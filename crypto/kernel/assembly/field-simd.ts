/**
 * Two field elements at once in 128-bit vectors. See field.ts for the representation and the bounds that make each step safe.
 *
 * Vector j of an element pair is [a_2j, b_2j, a_2j+1, b_2j+1]: its low half has even limbs, its high half odd ones. With
 * u = 2^51 an element is E(u) + 2^26 O(u), E of the five even limbs and O of the odd ones, and u^5 = 19 modulo p. The product
 *
 *   E E' + 2^26 ((E + O)(E' + O') - E E' - O O') + 2 u O O'
 *
 * takes three products of five limbs by five (Karatsuba) instead of four: 75 multiplications of 32 by 32 bits, each for both lanes.
 */

/** What makes columns positive, halves for rounding, and what a shift by 25 or 26 bits leaves of TOP. */
const TOP: i64 = 1 << 62
const HALF_26: i64 = 1 << 25
const HALF_25: i64 = 1 << 24
const REST_25: i64 = 1 << 37
const REST_26: i64 = 1 << 36

// @ts-ignore: decorator
@inline function low(x: v128, y: v128): v128 { return i64x2.extmul_low_i32x4_s(x, y) }
// @ts-ignore: decorator
@inline function high(x: v128, y: v128): v128 { return i64x2.extmul_high_i32x4_s(x, y) }
// @ts-ignore: decorator
@inline function plus(x: v128, y: v128): v128 { return i64x2.add(x, y) }
// @ts-ignore: decorator
@inline function twice(x: v128): v128 { return i64x2.shl(x, 1) }
// @ts-ignore: decorator
@inline function times19(x: v128): v128 { return plus(plus(i64x2.shl(x, 4), i64x2.shl(x, 1)), x) }
// @ts-ignore: decorator
@inline function swapped(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
}
/** Even limbs plus odd limbs, in both halves. */
// @ts-ignore: decorator
@inline function folded(x: v128): v128 { return i32x4.add(x, swapped(x)) }
/** The low 32 bits of four columns. */
// @ts-ignore: decorator
@inline function packed(x: v128, y: v128): v128 {
  return i32x4.sub(
    i8x16.shuffle(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27),
    i32x4(0x2000000, 0x2000000, 0x1000000, 0x1000000),
  )
}

/**
 * Carries ten columns below 2^62 in size and stores the reduced element. Wasm's vectors have no cheap signed shift, so each column
 * gets 2^62 and half of its modulus, which makes it positive and rounds to the nearest; what the shift leaves of the 2^62 (2^36 or 2^37)
 * is taken off the next column in advance, and what is left of the halves at the end by `packed`, modulo 2^32.
 */
// @ts-ignore: decorator
@inline function reduce(
  d: usize,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128, x8: v128, x9: v128,
): void {
  const M26 = i64x2.splat(0x3ffffff)
  const M25 = i64x2.splat(0x1ffffff)
  const EVEN = i64x2.splat(TOP + HALF_26 - REST_25)
  const ODD = i64x2.splat(TOP + HALF_25 - REST_26)
  const FIRST = i64x2.splat(TOP + HALF_26)
  let c0 = plus(x0, FIRST)
  let c4 = plus(x4, FIRST)
  let c1 = plus(plus(x1, ODD), i64x2.shr_u(c0, 26))
  let c5 = plus(plus(x5, ODD), i64x2.shr_u(c4, 26))
  c0 = v128.and(c0, M26)
  c4 = v128.and(c4, M26)
  let c2 = plus(plus(x2, EVEN), i64x2.shr_u(c1, 25))
  let c6 = plus(plus(x6, EVEN), i64x2.shr_u(c5, 25))
  c1 = v128.and(c1, M25)
  c5 = v128.and(c5, M25)
  let c3 = plus(plus(x3, ODD), i64x2.shr_u(c2, 26))
  let c7 = plus(plus(x7, ODD), i64x2.shr_u(c6, 26))
  c2 = v128.and(c2, M26)
  c6 = v128.and(c6, M26)
  // The second time round column 4 has its half already.
  c4 = plus(plus(c4, i64x2.splat(TOP - REST_25)), i64x2.shr_u(c3, 25))
  let c8 = plus(plus(x8, EVEN), i64x2.shr_u(c7, 25))
  c3 = v128.and(c3, M25)
  c7 = v128.and(c7, M25)
  c5 = plus(c5, i64x2.shr_u(c4, 26))
  let c9 = plus(plus(x9, ODD), i64x2.shr_u(c8, 26))
  c4 = v128.and(c4, M26)
  c8 = v128.and(c8, M26)
  c0 = plus(plus(c0, i64x2.splat(TOP - 19 * REST_25)), times19(i64x2.shr_u(c9, 25)))
  c9 = v128.and(c9, M25)
  c1 = plus(c1, i64x2.shr_u(c0, 26))
  c0 = v128.and(c0, M26)
  v128.store(d, packed(c0, c1))
  v128.store(d, packed(c2, c3), 16)
  v128.store(d, packed(c4, c5), 32)
  v128.store(d, packed(c6, c7), 48)
  v128.store(d, packed(c8, c9), 64)
}

export function multiply(d: usize, a: usize, b: usize): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64)
  const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64)
  // E E'
  const e0 = low(a0, b0)
  const e1 = plus(low(a0, b1), low(a1, b0))
  const e2 = plus(plus(low(a0, b2), low(a1, b1)), low(a2, b0))
  const e3 = plus(plus(low(a0, b3), low(a1, b2)), plus(low(a2, b1), low(a3, b0)))
  const e4 = plus(plus(plus(low(a0, b4), low(a1, b3)), plus(low(a2, b2), low(a3, b1))), low(a4, b0))
  const e5 = plus(plus(low(a1, b4), low(a2, b3)), plus(low(a3, b2), low(a4, b1)))
  const e6 = plus(plus(low(a2, b4), low(a3, b3)), low(a4, b2))
  const e7 = plus(low(a3, b4), low(a4, b3))
  const e8 = low(a4, b4)
  // O O'
  const o0 = high(a0, b0)
  const o1 = plus(high(a0, b1), high(a1, b0))
  const o2 = plus(plus(high(a0, b2), high(a1, b1)), high(a2, b0))
  const o3 = plus(plus(high(a0, b3), high(a1, b2)), plus(high(a2, b1), high(a3, b0)))
  const o4 = plus(plus(plus(high(a0, b4), high(a1, b3)), plus(high(a2, b2), high(a3, b1))), high(a4, b0))
  const o5 = plus(plus(high(a1, b4), high(a2, b3)), plus(high(a3, b2), high(a4, b1)))
  const o6 = plus(plus(high(a2, b4), high(a3, b3)), high(a4, b2))
  const o7 = plus(high(a3, b4), high(a4, b3))
  const o8 = high(a4, b4)
  // (E + O)(E' + O') - E E' - O O'
  const s0 = folded(a0), s1 = folded(a1), s2 = folded(a2), s3 = folded(a3), s4 = folded(a4)
  const t0 = folded(b0), t1 = folded(b1), t2 = folded(b2), t3 = folded(b3), t4 = folded(b4)
  const m0 = i64x2.sub(low(s0, t0), plus(e0, o0))
  const m1 = i64x2.sub(plus(low(s0, t1), low(s1, t0)), plus(e1, o1))
  const m2 = i64x2.sub(plus(plus(low(s0, t2), low(s1, t1)), low(s2, t0)), plus(e2, o2))
  const m3 = i64x2.sub(plus(plus(low(s0, t3), low(s1, t2)), plus(low(s2, t1), low(s3, t0))), plus(e3, o3))
  const m4 = i64x2.sub(
    plus(plus(plus(low(s0, t4), low(s1, t3)), plus(low(s2, t2), low(s3, t1))), low(s4, t0)),
    plus(e4, o4),
  )
  const m5 = i64x2.sub(plus(plus(low(s1, t4), low(s2, t3)), plus(low(s3, t2), low(s4, t1))), plus(e5, o5))
  const m6 = i64x2.sub(plus(plus(low(s2, t4), low(s3, t3)), low(s4, t2)), plus(e6, o6))
  const m7 = i64x2.sub(plus(low(s3, t4), low(s4, t3)), plus(e7, o7))
  const m8 = i64x2.sub(low(s4, t4), plus(e8, o8))
  reduce(
    d,
    plus(e0, times19(plus(e5, twice(o4)))),
    plus(m0, times19(m5)),
    plus(plus(e1, twice(o0)), times19(plus(e6, twice(o5)))),
    plus(m1, times19(m6)),
    plus(plus(e2, twice(o1)), times19(plus(e7, twice(o6)))),
    plus(m2, times19(m7)),
    plus(plus(e3, twice(o2)), times19(plus(e8, twice(o7)))),
    plus(m3, times19(m8)),
    plus(plus(e4, twice(o3)), times19(twice(o8))),
    m4,
  )
}

/** 55 multiplications: the plain way, with the even and odd limbs' doubles and nineteenfolds made once. */
// @ts-ignore: decorator
@inline function squareColumns(d: usize, a: usize, isDoubled: bool): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64)
  const D = i32x4(0, 0, -1, -1)
  const C19 = i32x4.splat(19)
  // Odd limbs doubled: the product of two odd ones counts twice.
  const d0 = i32x4.add(a0, v128.and(a0, D)), d1 = i32x4.add(a1, v128.and(a1, D)), d2 = i32x4.add(a2, v128.and(a2, D))
  const d3 = i32x4.add(a3, v128.and(a3, D)), d4 = i32x4.add(a4, v128.and(a4, D))
  // The same, doubled: an even with an even limb twice, an odd with an odd one four times.
  const f0 = i32x4.shl(d0, 1), f1 = i32x4.shl(d1, 1), f2 = i32x4.shl(d2, 1), f3 = i32x4.shl(d3, 1)
  // Halves exchanged and doubled: an even with an odd limb.
  const g0 = i32x4.shl(swapped(a0), 1), g1 = i32x4.shl(swapped(a1), 1), g2 = i32x4.shl(swapped(a2), 1)
  const g3 = i32x4.shl(swapped(a3), 1), g4 = i32x4.shl(swapped(a4), 1)
  const n2 = i32x4.mul(a2, C19), n3 = i32x4.mul(a3, C19), n4 = i32x4.mul(a4, C19)
  // Odd limb i with even limb k is low(g_i, a_k), even limb i with odd limb k is high(g_i, a_k).
  const c0 = plus(
    plus(plus(low(a0, a0), low(f1, n4)), plus(low(f2, n3), high(f0, n4))),
    plus(high(f1, n3), high(d2, n2)),
  )
  const c1 = plus(
    plus(plus(low(g0, a0), high(g1, n4)), plus(low(g1, n4), high(g2, n3))),
    low(g2, n3),
  )
  const c2 = plus(
    plus(plus(low(f0, a1), high(d0, a0)), plus(low(f2, n4), low(a3, n3))),
    plus(high(f1, n4), high(f2, n3)),
  )
  const c3 = plus(
    plus(plus(high(g0, a1), low(g0, a1)), plus(high(g2, n4), low(g2, n4))),
    high(g3, n3),
  )
  const c4 = plus(
    plus(plus(low(f0, a2), low(a1, a1)), plus(high(f0, a1), low(f3, n4))),
    plus(high(f2, n4), high(d3, n3)),
  )
  const c5 = plus(
    plus(plus(high(g0, a2), low(g0, a2)), plus(low(g1, a1), high(g3, n4))),
    low(g3, n4),
  )
  const c6 = plus(
    plus(plus(low(f0, a3), low(f1, a2)), plus(high(f0, a2), high(d1, a1))),
    plus(low(a4, n4), high(f3, n4)),
  )
  const c7 = plus(
    plus(plus(high(g0, a3), low(g0, a3)), plus(high(g1, a2), low(g1, a2))),
    high(g4, n4),
  )
  const c8 = plus(
    plus(plus(low(f0, a4), low(f1, a3)), plus(low(a2, a2), high(f0, a3))),
    plus(high(f1, a2), high(d4, n4)),
  )
  const c9 = plus(
    plus(plus(high(g0, a4), low(g0, a4)), plus(high(g1, a3), low(g1, a3))),
    low(g2, a2),
  )
  if (isDoubled) {
    reduce(d, twice(c0), twice(c1), twice(c2), twice(c3), twice(c4), twice(c5), twice(c6), twice(c7), twice(c8), twice(c9))
  } else reduce(d, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9)
}
export function square(d: usize, a: usize): void { squareColumns(d, a, false) }
/** 2 a^2 */
export function squareDoubled(d: usize, a: usize): void { squareColumns(d, a, true) }

export function add(d: usize, a: usize, b: usize): void {
  v128.store(d, i32x4.add(v128.load(a), v128.load(b)))
  v128.store(d, i32x4.add(v128.load(a, 16), v128.load(b, 16)), 16)
  v128.store(d, i32x4.add(v128.load(a, 32), v128.load(b, 32)), 32)
  v128.store(d, i32x4.add(v128.load(a, 48), v128.load(b, 48)), 48)
  v128.store(d, i32x4.add(v128.load(a, 64), v128.load(b, 64)), 64)
}
export function subtract(d: usize, a: usize, b: usize): void {
  v128.store(d, i32x4.sub(v128.load(a), v128.load(b)))
  v128.store(d, i32x4.sub(v128.load(a, 16), v128.load(b, 16)), 16)
  v128.store(d, i32x4.sub(v128.load(a, 32), v128.load(b, 32)), 32)
  v128.store(d, i32x4.sub(v128.load(a, 48), v128.load(b, 48)), 48)
  v128.store(d, i32x4.sub(v128.load(a, 64), v128.load(b, 64)), 64)
}

export function copy(d: usize, a: usize): void {
  v128.store(d, v128.load(a))
  v128.store(d, v128.load(a, 16), 16)
  v128.store(d, v128.load(a, 32), 32)
  v128.store(d, v128.load(a, 48), 48)
  v128.store(d, v128.load(a, 64), 64)
}

/** Lane a of `a` beside lane b of `b`. */
export function blend(d: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 80; i += 16) {
    v128.store(
      d + i,
      i8x16.shuffle(v128.load(a + i), v128.load(b + i), 0, 1, 2, 3, 20, 21, 22, 23, 8, 9, 10, 11, 28, 29, 30, 31),
    )
  }
}
/** Lane a of `a` in both lanes. */
export function spreadFirst(d: usize, a: usize): void {
  for (let i: usize = 0; i < 80; i += 16) {
    const x = v128.load(a + i)
    v128.store(d + i, i8x16.shuffle(x, x, 0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11))
  }
}
/** Lane b of `a` in both lanes. */
export function spreadSecond(d: usize, a: usize): void {
  for (let i: usize = 0; i < 80; i += 16) {
    const x = v128.load(a + i)
    v128.store(d + i, i8x16.shuffle(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15))
  }
}
/** Each lane times 1, or -1 where its flag is set. */
export function negateWhere(d: usize, a: usize, isA: bool, isB: bool): void {
  const x = i64x2.splat((isA ? 0xffffffff : 0) | (isB ? 0xffffffff << 32 : 0))
  for (let i: usize = 0; i < 80; i += 16) v128.store(d + i, i32x4.sub(v128.xor(v128.load(a + i), x), x))
}
