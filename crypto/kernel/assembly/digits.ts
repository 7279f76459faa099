/** Scalars as signed digits. */

/** Bytes of the digits of `recodeOdd`: positions 0 to 256, and some to align. */
export const NAF_DIGITS: usize = 264
const NAF_WIDTH: i32 = 5

/**
 * Writes the `count` digits in base 2^width, lowest first, each in -2^(width-1)+1 .. 2^(width-1), of 32 bytes, little-endian. The width is
 * at most 7, so that a digit fits a byte, and the number below 2^(width * count - 1), so that nothing is carried out at the top.
 */
export function recode(digits: usize, scalar: usize, width: i32, count: i32): void {
  const full = 1 << width
  const half = full >> 1
  let carry = 0
  for (let i = 0; i < count; i++) {
    let digit = bits(scalar, i * width, width) + carry
    carry = digit > half ? 1 : 0
    digit -= carry * full
    store<i8>(digits + i, digit as i8)
  }
}

/** Writes the non-adjacent form of width 5 of 32 bytes: a digit a bit, odd and at most 15 in size or 0, four zeros after each other one. */
export function recodeOdd(digits: usize, scalar: usize): void {
  for (let i: usize = 0; i < NAF_DIGITS; i += 8) store<u64>(digits + i, 0)
  let carry = 0
  let i = 0
  while (i <= 256) {
    if (((bits(scalar, i, 1) + carry) & 1) == 0) {
      // Zero, or a one and the carry, which goes on.
      i++
      continue
    }
    let digit = bits(scalar, i, NAF_WIDTH) + carry
    carry = digit > 16 ? 1 : 0
    digit -= carry * 32
    store<i8>(digits + i, digit as i8)
    i += NAF_WIDTH
  }
}

/** Bits of 32 bytes; zeros beyond their end. */
export function bits(scalar: usize, from: i32, width: i32): i32 {
  if (from >= 256) return 0
  // Four bytes hold any 25 bits.
  const at = min(from >> 3, 28)
  return ((load<u32>(scalar + at) >>> (from - 8 * at)) & ((1 << width) - 1)) as i32
}
