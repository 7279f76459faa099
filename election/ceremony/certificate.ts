/**
 * Certificates (specification 4.6.2): a member's two public keys, signed together with the context in which they serve, so that
 * no certificate of another ceremony, size, threshold or place can stand in. Stricter than the specification: no
 * key is the neutral element.
 *
 * Nothing shows that a member knows its decryption key. Whoever names another's encryption key as its own can neither read its
 * shares nor complain about them, and gains nothing: every share is signed, and fits one index.
 */
import { concat, ok, type Refusal, type Result, refuse } from '../../base/index.ts'
import {
  decodePoint,
  encodePoint,
  GENERATOR,
  multiplySecret,
  POINT_BYTES,
  type Random,
} from '../../crypto/index.ts'
import { MAX_THRESHOLD_COEFFICIENTS, MAX_TRUSTEES } from '../limits.ts'
import { decodeProof, encodeProof, PROOF_BYTES } from '../proof-bytes.ts'
import { signMessage, verifyMessage } from '../schnorr.ts'
import { certificateText } from './messages.ts'
import type { CeremonyContext, CeremonyKeys, TrusteeCertificate } from './types.ts'

const CERTIFICATE_BYTES = 2 * POINT_BYTES + PROOF_BYTES

/** A member's certificate. `index` from 1. */
export function createCertificate(
  context: CeremonyContext,
  index: number,
  keys: CeremonyKeys,
  random: Random,
): TrusteeCertificate {
  const verification = multiplySecret(GENERATOR, keys.signing)
  const encryption = multiplySecret(GENERATOR, keys.decryption)
  const text = certificateText(context, index, { verification, encryption })
  return { verification, encryption, signature: signMessage(keys.signing, text, random) }
}

/** Whether there can be a ceremony like this: 1 <= threshold <= size, within what an audit verifies. Never throws. */
export function isCeremonyContext({ size, threshold }: CeremonyContext): boolean {
  return (
    isIntegerUpTo(size, MAX_TRUSTEES) &&
    isIntegerUpTo(threshold, size) &&
    size * threshold <= MAX_THRESHOLD_COEFFICIENTS
  )
}

const isIntegerUpTo = (value: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= 1 && value <= max

/** Whether the context and index are possible, no key is neutral, and the member's own signature holds. Never throws. */
export function verifyCertificate(
  context: CeremonyContext,
  index: number,
  certificate: TrusteeCertificate,
): boolean {
  const { verification, encryption, signature } = certificate
  if (!isCeremonyContext(context) || !isIntegerUpTo(index, context.size)) return false
  if (verification.is0() || encryption.is0()) return false
  return verifyMessage(verification, certificateText(context, index, certificate), signature)
}

/** 128 bytes: verification key, encryption key, challenge and response, big-endian. */
export function encodeTrusteeCertificate(certificate: TrusteeCertificate): Uint8Array {
  const { verification, encryption, signature } = certificate
  return concat(encodePoint(verification), encodePoint(encryption), encodeProof(signature))
}

/** The certificate of 128 bytes; its points are checked and its scalars reduced, its signature is not looked at. */
export function decodeTrusteeCertificate(
  bytes: Uint8Array,
): Result<TrusteeCertificate, Refusal<'certificate-malformed'>> {
  if (bytes.length !== CERTIFICATE_BYTES)
    return refuse(
      'certificate-malformed',
      `a certificate has ${CERTIFICATE_BYTES} bytes, not ${bytes.length}`,
    )
  const signature = decodeProof(bytes.subarray(2 * POINT_BYTES))
  if (signature === undefined)
    return refuse('certificate-malformed', 'a scalar of the signature is not reduced modulo the order')
  const verification = decodePoint(bytes.subarray(0, POINT_BYTES))
  if (!verification.ok)
    return refuse('certificate-malformed', `verification key: ${verification.error.detail}`)
  const encryption = decodePoint(bytes.subarray(POINT_BYTES, 2 * POINT_BYTES))
  if (!encryption.ok) return refuse('certificate-malformed', `encryption key: ${encryption.error.detail}`)
  return ok({ verification: verification.value, encryption: encryption.value, signature })
}
