/**
 * What a dealer publishes of its polynomial (specification 4.6.4): the commitments to its coefficients, signed, and a signature over
 * all certificates and these commitments, by which members know that all of them saw the same certificates.
 *
 * Deviation: the specification's `polynomial` field, which is the polynomial encrypted to its own dealer, is not made. It lets a
 * trustee forget it between two steps; ours derives it again from its seed. Stricter than the specification: no
 * commitment is the neutral element.
 */
import { assert, concat, ok, type Refusal, type Result, refuse } from '../../base/index.ts'
import { decodePoint, POINT_BYTES, type Point, type Random } from '../../crypto/index.ts'
import { MAX_TRUSTEES } from '../limits.ts'
import { decodeProof, encodeProof, PROOF_BYTES } from '../proof-bytes.ts'
import { signMessage, verifyMessage } from '../schnorr.ts'
import { coefficientBytes, coefficientPoints } from './coefficients.ts'
import { certificateMessages, certificatesText, coefficientsText } from './messages.ts'
import type { CeremonyKeys, PolynomialPlace, PublicPolynomial } from './types.ts'

/** What a dealer publishes of a polynomial with threshold many coefficients in 1..q-1, the constant one first. */
export function createPublicPolynomial(
  { context, certificates, index }: PolynomialPlace,
  keys: CeremonyKeys,
  polynomial: readonly bigint[],
  random: Random,
): PublicPolynomial {
  assert(certificates.length === context.size && index >= 1 && index <= context.size, 'a dealer is a member')
  assert(polynomial.length === context.threshold, 'a polynomial has threshold many coefficients')
  assert(
    polynomial.every((coefficient) => coefficient > 0n),
    'no coefficient is zero',
  )
  const coefficients = coefficientPoints(polynomial)
  const messages = certificateMessages(context, certificates)
  return {
    coefficients,
    signature: signMessage(keys.signing, coefficientsText(coefficients), random),
    certificatesSignature: signMessage(keys.signing, certificatesText(messages, coefficients), random),
  }
}

/** Whether there are threshold many coefficients, none neutral, and both signatures are the dealer's. Never throws. */
export function verifyPublicPolynomial(
  { context, certificates, index }: PolynomialPlace,
  polynomial: PublicPolynomial,
): Result<void, Refusal<'polynomial-invalid'>> {
  const { coefficients, signature, certificatesSignature } = polynomial
  const dealer = certificates[index - 1]
  if (dealer === undefined || certificates.length !== context.size)
    return refuse('polynomial-invalid', `no dealer ${index} among ${certificates.length} certificates`)
  if (coefficients.length !== context.threshold)
    return refuse(
      'polynomial-invalid',
      `${coefficients.length} coefficients for threshold ${context.threshold}`,
    )
  if (coefficients.some((point) => point.is0())) return refuse('polynomial-invalid', 'a neutral coefficient')
  if (!verifyMessage(dealer.verification, coefficientsText(coefficients), signature))
    return refuse('polynomial-invalid', "the coefficients' signature")
  const text = certificatesText(certificateMessages(context, certificates), coefficients)
  return verifyMessage(dealer.verification, text, certificatesSignature)
    ? ok(undefined)
    : refuse('polynomial-invalid', 'the signature over certificates and coefficients')
}

/** 128 + 32 * threshold bytes: both signatures, challenge before response, then the coefficients. */
export function encodePublicPolynomial(polynomial: PublicPolynomial): Uint8Array {
  return concat(
    encodeProof(polynomial.signature),
    encodeProof(polynomial.certificatesSignature),
    coefficientBytes(polynomial.coefficients),
  )
}

/** The polynomial of its bytes; its points are checked and its scalars reduced, its signatures are not looked at. */
export function decodePublicPolynomial(
  bytes: Uint8Array,
): Result<PublicPolynomial, Refusal<'polynomial-malformed'>> {
  const count = (bytes.length - 2 * PROOF_BYTES) / POINT_BYTES
  if (!Number.isInteger(count) || count < 1 || count > MAX_TRUSTEES)
    return refuse(
      'polynomial-malformed',
      `${bytes.length} bytes are not those of 1 to ${MAX_TRUSTEES} points`,
    )
  const signature = decodeProof(bytes.subarray(0, PROOF_BYTES))
  const certificatesSignature = decodeProof(bytes.subarray(PROOF_BYTES, 2 * PROOF_BYTES))
  if (signature === undefined || certificatesSignature === undefined)
    return refuse('polynomial-malformed', 'a scalar of a signature is not reduced modulo the order')
  const coefficients: Point[] = []
  for (let at = 2 * PROOF_BYTES; at < bytes.length; at += POINT_BYTES) {
    const point = decodePoint(bytes.subarray(at, at + POINT_BYTES))
    if (!point.ok)
      return refuse('polynomial-malformed', `coefficient ${coefficients.length + 1}: ${point.error.detail}`)
    coefficients.push(point.value)
  }
  return ok({ coefficients, signature, certificatesSignature })
}
