/** Scalars as signed digits. */

/** Room for the digits of one scalar. */
export const DIGITS = memory.data(64)

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

/** Bits of 32 bytes; zeros beyond their end. */
export function bits(scalar: usize, from: i32, width: i32): i32 {
  if (from >= 256) return 0
  const byte = from >> 3
  // Four bytes hold any 25 bits.
  const at = min(byte, 28)
  return ((load<u32>(scalar + at) >>> (from - 8 * at)) & ((1 << width) - 1)) as i32
}
