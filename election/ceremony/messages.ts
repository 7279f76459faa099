/**
 * The texts that members of a ceremony sign (specification 4.6.1, 4.6.2, 4.6.4), as shapes of their JSON: for those who make
 * them here, and for the audit of threshold parameters that anybody made.
 */
import type { Point } from '../../crypto/index.ts'
import {
  arrayShape,
  integerShape,
  literalShape,
  objectShape,
  pointShape,
  proofShape,
  type Shape,
  textShape,
} from '../json.ts'
import { MAX_TRUSTEES, MAX_TRUSTEES_JSON } from '../limits.ts'
import type { SignedMessage } from '../types.ts'
import type { CeremonyContext, TrusteeCertificate } from './types.ts'

interface CertificateKeys {
  readonly context: {
    readonly group: 'Ed25519'
    readonly size: number
    readonly threshold: number
    readonly index: number
  }
  readonly verification: Point
  readonly encryption: Point
}

/** `cert_keys` (4.6.2). */
export const certificateShape: Shape<CertificateKeys> = objectShape({
  context: objectShape({
    group: literalShape('Ed25519'),
    size: integerShape(1, MAX_TRUSTEES),
    threshold: integerShape(1, MAX_TRUSTEES),
    index: integerShape(1, MAX_TRUSTEES),
  }),
  verification: pointShape,
  encryption: pointShape,
})

/** `raw_coefexps` (4.6.4). */
export const coefficientsShape: Shape<{ readonly coefexps: readonly Point[] }> = objectShape({
  coefexps: arrayShape(pointShape, MAX_TRUSTEES, 1),
})

/** `signed_msg` (4.6.1): a message and its signature. */
export const signedMessageShape: Shape<SignedMessage> = objectShape({
  message: textShape(MAX_TRUSTEES_JSON),
  signature: proofShape,
})

const certificatesShape: Shape<{
  readonly certs: readonly SignedMessage[]
  readonly coefexps: readonly Point[]
}> = objectShape({
  certs: arrayShape(signedMessageShape, MAX_TRUSTEES),
  coefexps: arrayShape(pointShape, MAX_TRUSTEES),
})

/** What a member signs as its certificate: its keys with their context. `index` from 1. */
export function certificateText(
  { size, threshold }: CeremonyContext,
  index: number,
  { verification, encryption }: Pick<TrusteeCertificate, 'verification' | 'encryption'>,
): string {
  return certificateShape.write({
    context: { group: 'Ed25519', size, threshold, index },
    verification,
    encryption,
  })
}

/** The certificates as signed messages, in order. */
export function certificateMessages(
  context: CeremonyContext,
  certificates: readonly TrusteeCertificate[],
): readonly SignedMessage[] {
  return certificates.map((certificate, i) => ({
    message: certificateText(context, i + 1, certificate),
    signature: certificate.signature,
  }))
}

/** What a dealer signs as its coefficients. */
export function coefficientsText(coefficients: readonly Point[]): string {
  return coefficientsShape.write({ coefexps: coefficients })
}

/** What a dealer signs to say that it saw these certificates. */
export function certificatesText(
  certificates: readonly SignedMessage[],
  coefficients: readonly Point[],
): string {
  return `certs_sig|${certificatesShape.write({ certs: certificates, coefexps: coefficients })}`
}
