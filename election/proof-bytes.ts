/** The 64 bytes of a proof in compact forms: challenge and response, 32 bytes each, big-endian. */
import { bigEndian, concat, toBigEndian } from '../base/index.ts'
import { ORDER } from '../crypto/index.ts'
import type { Proof } from './types.ts'

const SCALAR_BYTES = 32
/** Bytes of an encoded proof. */
export const PROOF_BYTES: number = 2 * SCALAR_BYTES

/** The only encoding of a proof whose scalars are reduced. */
export function encodeProof({ challenge, response }: Proof): Uint8Array {
  return concat(toBigEndian(challenge, SCALAR_BYTES), toBigEndian(response, SCALAR_BYTES))
}

/** The proof of 64 bytes; undefined where they are not 64 or a scalar is not reduced modulo the order. */
export function decodeProof(bytes: Uint8Array): Proof | undefined {
  if (bytes.length !== PROOF_BYTES) return undefined
  const challenge = bigEndian(bytes.subarray(0, SCALAR_BYTES))
  const response = bigEndian(bytes.subarray(SCALAR_BYTES))
  return challenge < ORDER && response < ORDER ? { challenge, response } : undefined
}
