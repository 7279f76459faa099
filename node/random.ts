/** The system's randomness. */
import { randomBytes } from 'node:crypto'
import type { Random } from '../crypto/index.ts'

/** Fresh bytes of the operating system's generator. */
export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length))
