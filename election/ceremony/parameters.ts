/** What a ceremony leaves behind (specification 4.6.7), with its messages in Belenios' JSON. */
import { assert } from '../../base/index.ts'
import type { ThresholdParameters, TrusteePublicKey } from '../types.ts'
import { certificateMessages, coefficientsText } from './messages.ts'
import type { CeremonyContext, PublicPolynomial, TrusteeCertificate } from './types.ts'

/** What a member contributed, each part verified. */
export interface CeremonyMember {
  readonly certificate: TrusteeCertificate
  readonly polynomial: PublicPolynomial
  readonly key: TrusteePublicKey
}

/** The threshold parameters of all members in order; they verify when every part of them did. */
export function thresholdParameters(
  context: CeremonyContext,
  members: readonly CeremonyMember[],
): ThresholdParameters {
  assert(members.length === context.size, 'threshold parameters have every member')
  return {
    threshold: context.threshold,
    certificates: certificateMessages(
      context,
      members.map(({ certificate }) => certificate),
    ),
    coefficients: members.map(({ polynomial }) => ({
      message: coefficientsText(polynomial.coefficients),
      signature: polynomial.signature,
    })),
    signatures: members.map(({ polynomial }) => polynomial.certificatesSignature),
    verificationKeys: members.map(({ key }) => key),
  }
}
