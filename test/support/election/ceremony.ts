/**
 * Pedersen ceremonies (specification 4.6) between members whose secrets are all known: one party plays everybody, with the
 * functions that members use. {@link aCeremony} is the outcome of one, with something done differently where asked.
 */
import { unwrap } from '../../../base/index.ts'
import { modOrder, type Random, randomScalar } from '../../../crypto/index.ts'
import { certificatesText } from '../../../election/ceremony/messages.ts'
import {
  type CeremonyContext,
  type CeremonyKeys,
  ceremonyKeys,
  createCertificate,
  createMemberKey,
  createPublicPolynomial,
  createShare,
  decodeShare,
  type EncryptedShare,
  type PublicPolynomial,
  polynomialAt,
  type SharePlace,
  type SignedMessage,
  type ThresholdParameters,
  type TrusteeCertificate,
  thresholdParameters,
  trusteeSeedOf,
} from '../../../election/index.ts'
import { signMessage } from '../../../election/schnorr.ts'

/** All that members make before they send shares. Lists are in the members' order. */
export interface Members {
  readonly context: CeremonyContext
  readonly keys: readonly CeremonyKeys[]
  readonly certificates: readonly TrusteeCertificate[]
  /** Secret coefficients. */
  readonly secrets: readonly (readonly bigint[])[]
  readonly polynomials: readonly PublicPolynomial[]
}

export function ceremonyMembers(size: number, threshold: number, random: Random): Members {
  const context = { size, threshold }
  const keys = Array.from({ length: size }, () => ceremonyKeys(trusteeSeedOf(random(64))))
  const certificates = keys.map((own, i) => createCertificate(context, i + 1, own, random))
  const secrets = keys.map(() => Array.from({ length: threshold }, () => randomScalar(random)))
  const polynomials = keys.map((own, i) =>
    createPublicPolynomial({ context, certificates, index: i + 1 }, own, secrets[i]!, random),
  )
  return { context, keys, certificates, secrets, polynomials }
}

/** The place of the share that `dealer` deals to `recipient`, both from 1. */
export function sharePlace(
  { certificates, polynomials }: Members,
  dealer: number,
  recipient: number,
): SharePlace {
  return {
    dealer: certificates[dealer - 1]!,
    recipient: certificates[recipient - 1]!,
    index: recipient,
    coefficients: polynomials[dealer - 1]!.coefficients,
  }
}

/** The share that an honest dealer deals, both from 1. */
export function honestShare(
  { keys, certificates, secrets }: Members,
  dealer: number,
  recipient: number,
  random: Random,
): EncryptedShare {
  const secret = polynomialAt(secrets[dealer - 1]!, recipient)
  const bytes = createShare(keys[dealer - 1]!, certificates[recipient - 1]!.encryption, secret, random)
  return unwrap(decodeShare(bytes))
}

/** What to do differently from an honest ceremony. */
export interface CeremonyOptions {
  /** Without the signatures over certificates and coefficients, as releases before 2.5.1 made it. */
  readonly withoutSignatures?: boolean
  /** Another context in the certificates. */
  readonly context?: Readonly<Record<string, unknown>>
  /** Added to the first member's share: a key that does not follow from the coefficients. */
  readonly wrongShare?: bigint
}

export interface Ceremony {
  readonly parameters: ThresholdParameters
  /** The decryption key S_j of each member. */
  readonly shares: readonly bigint[]
}

export function aCeremony(
  size: number,
  threshold: number,
  random: Random,
  options: CeremonyOptions = {},
): Ceremony {
  const members = ceremonyMembers(size, threshold, random)
  const { context, keys, certificates, secrets, polynomials } = members
  const shares = keys.map((_, i) => {
    const wrong = i === 0 ? (options.wrongShare ?? 0n) : 0n
    return modOrder(secrets.reduce((sum, secret) => sum + polynomialAt(secret, i + 1), wrong))
  })
  const honest = thresholdParameters(
    context,
    keys.map(({ signing }, i) => ({
      certificate: certificates[i]!,
      polynomial: polynomials[i]!,
      key: createMemberKey(signing, shares[i]!, random),
    })),
  )
  const parameters = options.context === undefined ? honest : recertified(members, honest, options, random)
  if (options.withoutSignatures !== true) return { parameters, shares }
  const { signatures: _, ...unsigned } = parameters
  return { parameters: unsigned, shares }
}

/** The parameters with another context in every certificate, and all signatures over certificates made again. */
function recertified(
  { keys, polynomials }: Members,
  parameters: ThresholdParameters,
  options: CeremonyOptions,
  random: Random,
): ThresholdParameters {
  const certificates = parameters.certificates.map(({ message }, i): SignedMessage => {
    const json = JSON.parse(message) as { readonly context: Readonly<Record<string, unknown>> }
    const changed = JSON.stringify({ ...json, context: { ...json.context, ...options.context } })
    return { message: changed, signature: signMessage(keys[i]!.signing, changed, random) }
  })
  const signatures = keys.map(({ signing }, i) =>
    signMessage(signing, certificatesText(certificates, polynomials[i]!.coefficients), random),
  )
  return { ...parameters, certificates, signatures }
}
