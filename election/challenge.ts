/** Challenges of proofs: hashes of a text and of the commitments behind it (specification 4.12, 4.13, 4.16). */
import { toHex } from '../base/index.ts'
import { hashToScalar, modOrder, POINT_BYTES } from '../crypto/index.ts'
import type { Proof } from './types.ts'

/** Whether the challenges add up to the hash of the text and of the commitments, which are encoded points one after the other. */
export function isChallenge(text: string, commitments: Uint8Array, proofs: readonly Proof[]): boolean {
  let challenges = 0n
  for (const { challenge } of proofs) challenges += challenge
  return hashToScalar(text + pointsText(commitments)) === modOrder(challenges)
}

/** `A0,B0,A1,B1,...` of encoded points one after the other, at least one. */
export function pointsText(encoded: Uint8Array): string {
  let text = toHex(encoded.subarray(0, POINT_BYTES))
  for (let at = POINT_BYTES; at < encoded.length; at += POINT_BYTES)
    text += `,${toHex(encoded.subarray(at, at + POINT_BYTES))}`
  return text
}
