/** Randomness is an argument: pure code says how many bytes it needs and never where they come from. */
import { bigEndian } from '../base/index.ts'
import { ORDER } from './group.ts'

/** Returns that many fresh bytes. Nodes and clients pass the system's generator, tests a seeded one. */
export type Random = (length: number) => Uint8Array

/** A scalar in 0..q-1 from 64 random bytes, so that its bias is below 2^-250. */
export function randomScalar(random: Random): bigint {
  return bigEndian(random(64)) % ORDER
}
