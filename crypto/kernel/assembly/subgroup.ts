/**
 * Whether points lie in the subgroup of prime order q, by two exponentiations a pair in place of the 252 doublings of [q]P = 0.
 *
 * Like Pornin's test ("Point-Halving and Subgroup Membership in Twisted Edwards Curves", 2022) it starts from P = [8]R for some R, and like
 * Koshelev's ("Subgroup membership testing on elliptic curves via the Tate pairing", 2022) it ends with the residue symbol of a function.
 * The symbol alone would need eighth roots of unity, and p = 5 modulo 8 has none but the fourth; so one isogeny is undone first.
 *
 * The curve is M: v^2 = u^3 + A u^2 + u with A = 486662 = c^2 - 2, u = (1 + y)/(1 - y), v = i c u / x for i^2 = -1. Its 8 q points are a
 * group Z8 x Zq. The 2-isogenous M': V^2 = U (U - c^2) (U - c^2 + 4) has as many, Z4 x Z2 x Zq, and a dual isogeny M' -> M of kernel
 * {0, (0, 0)}, u = (V / 2U)^2. So
 *
 * 1. P has preimages P' where u, that is 1 - y^2, is a square; elsewhere P is not even the double of a point. With s^2 = 1 - y^2 they are
 *    U - c^2 = 2 (2 x y - i c s) / (x (1 - y)), V = 2 U s / (1 - y): one for each s.
 * 2. P is in the subgroup where P' is in Zq + {0, (0, 0)}. That is the kernel of the reduced Tate pairing with a point T' of order 4 that
 *    has (0, 0) in the kernel: the pairing with T' takes four values, and of M' they leave a kernel of 2 q. T' = (c^2 - 2c, 2c (c - 2)) is such
 *    a point: its double is (c^2, 0), and the symbol of (0, 0) comes to whether 2c (c - 2) is a square. It is for the c below, and not for -c.
 * 3. With the tangent l = V - (2 - c)(U - c^2) at T' the function of 4 T' - 4 0 is l^2 / (U - c^2). P is inside where it is a fourth power.
 *    Cleared of denominators by fourth powers it is n below, whose (p - 1)/4th power is to be 1.
 *
 * n is zero where x, 1 - y, U - c^2 or l is: there P' is 0, (0, 0), T' or its double, so that P is neutral or of order 2 or 4.
 *
 * That takes 508 squarings and some 40 multiplications. The doublings and additions of [q]P take 2,300 of both. Random subset sums of a batch
 * (128 of them, each multiplied by q in the end: wrong with probability 2^-128) would take 114 a pair, and 140,000 a batch even with this
 * test at their end: more than this for the 256 pairs of a chunk of a roll, and less, by a third of the whole with decoding, for
 * thousands. This one is exact, needs no randomness, and says which point it was.
 */
import {
  add, blend, FIELD, isZeroLane, multiply, powerForRoot, setSmall, square, subtract,
} from './field'
import { isNeutralLane, ONE, POINT, ROOT } from './point'

/** c with c^2 = A + 2, that one for which 2c (c - 2) is a square, i c, and the slope 2 - c. */
const C = memory.data(80)
const C_SQUARED = memory.data(80)
const ROOT_C = memory.data(80)
const SLOPE = memory.data(80)

const S = memory.data(80)
const REST = memory.data(80)
const W = memory.data(80)
const K = memory.data(80)
const L = memory.data(80)
const N = memory.data(80)
const E = memory.data(80)

export function initialise(): void {
  setSmall(C_SQUARED, 486664)
  rootOf(C, C_SQUARED)
  multiply(ROOT_C, ROOT, C)
  setSmall(SLOPE, 2)
  subtract(SLOPE, SLOPE, C)
  multiply(SLOPE, SLOPE, ONE)
}

/** A square root of both lanes; bit 0 and bit 1 say for which lane it is one. `a` is at most 3-fold and is not changed. */
function rootOf(d: usize, a: usize): i32 {
  powerForRoot(E, a)
  multiply(d, E, a)
  // d^2 is a, -a, or a times a root of -1 where a is no square.
  square(E, d)
  const good = zeroLanes(E, a, false)
  const other = zeroLanes(E, a, true)
  if (other != 0) {
    multiply(E, d, ROOT)
    blend(d, other & 1 ? E : d, other & 2 ? E : d)
  }
  return good | other
}

/** For which lanes a = b, or a = -b. */
function zeroLanes(a: usize, b: usize, isOpposite: bool): i32 {
  if (isOpposite) add(REST, a, b)
  else subtract(REST, a, b)
  multiply(REST, REST, ONE)
  return (isZeroLane(REST) ? 1 : 0) | (isZeroLane(REST + 4) ? 2 : 0)
}

/** For which lanes a pair with Z = 1 on the curve is in the subgroup: bit 0 and bit 1. */
export function areInSubgroup(pair: usize): i32 {
  const x = pair
  const y = pair + FIELD
  square(W, y)
  subtract(W, ONE, W)
  let good = rootOf(S, W)
  // From here on 1 - y is REST.
  subtract(REST, ONE, y)
  multiply(W, x, REST)
  // k = 2 x y - i c s, half of what U - c^2 has above x (1 - y).
  multiply(K, ROOT_C, S)
  subtract(K, pair + 3 * FIELD, K)
  add(K, K, pair + 3 * FIELD)
  // l = s (c^2 w + 2k) - (2 - c) k (1 - y), half of what the tangent has above x (1 - y)^2.
  multiply(L, C_SQUARED, W)
  add(L, L, K)
  add(L, L, K)
  multiply(L, S, L)
  multiply(E, K, REST)
  multiply(E, SLOPE, E)
  subtract(L, L, E)
  // n = 2 w k (w k l (1 - y))^2: l^2 / (U - c^2) times fourth powers.
  multiply(N, W, K)
  multiply(E, L, REST)
  multiply(E, E, N)
  square(E, E)
  add(N, N, N)
  multiply(N, N, E)
  // (p - 1)/4 = 2 (2^252 - 3) + 1
  powerForRoot(E, N)
  square(E, E)
  multiply(E, E, N)
  good &= zeroLanes(E, ONE, false)
  for (let lane = 0; lane < 2; lane++)
    if (isZeroLane(N + 4 * lane) && isNeutralLane(pair, 4 * lane)) good |= 1 << lane
  return good
}

/** The same for `count` pairs; a byte each. */
export function checkSubgroup(results: usize, pairs: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<u8>(results + i, areInSubgroup(pairs + i * POINT))
}
