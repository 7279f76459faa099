/** Inverses modulo a prime, of public numbers: the extended Euclidean algorithm takes a time that depends on them. */
import { assert } from '../base/index.ts'

/** The representative of a number in 0..modulus-1. */
function reduce(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus
  return remainder < 0n ? remainder + modulus : remainder
}

/** The inverse of a number that is not zero modulo a prime. */
export function invert(value: bigint, modulus: bigint): bigint {
  let [a, b, u, v] = [reduce(value, modulus), modulus, 1n, 0n]
  while (a !== 0n) {
    const quotient = b / a
    ;[a, b, u, v] = [b - quotient * a, a, v - quotient * u, u]
  }
  assert(b === 1n, 'only a number that is not zero modulo the prime is inverted')
  return reduce(v, modulus)
}
