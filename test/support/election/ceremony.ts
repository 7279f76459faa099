/**
 * The outcome of a Pedersen ceremony (specification 4.6) between members whose secrets are all known: valid threshold
 * parameters, and what each member decrypts with. Written from the specification, for tests only: one party knows everything.
 */
import {
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  type Point,
  pointToHex,
  type Random,
  randomScalar,
} from '../../../crypto/index.ts'
import {
  createTrusteeKey,
  type Proof,
  type SignedMessage,
  type ThresholdParameters,
} from '../../../election/index.ts'

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

/** A signature on a message (4.6.1). */
export function signMessage(secret: bigint, message: string, random: Random): Proof {
  const w = randomScalar(random)
  const challenge = hashToScalar(`sigmsg|${message}|${pointToHex(multiplySecret(GENERATOR, w))}`)
  return { challenge, response: modOrder(w - secret * challenge) }
}

const proofJson = ({ challenge, response }: Proof): unknown => ({
  challenge: String(challenge),
  response: String(response),
})

export function aCeremony(
  size: number,
  threshold: number,
  random: Random,
  options: CeremonyOptions = {},
): Ceremony {
  const power = (secret: bigint): Point => multiplySecret(GENERATOR, secret)
  const members = Array.from({ length: size }, () => ({
    signing: randomScalar(random),
    encryption: randomScalar(random),
    polynomial: Array.from({ length: threshold }, () => randomScalar(random)),
  }))
  const signed = (secret: bigint, json: unknown): SignedMessage => {
    const message = JSON.stringify(json)
    return { message, signature: signMessage(secret, message, random) }
  }
  const certificates = members.map(({ signing, encryption }, index) =>
    signed(signing, {
      context: { group: 'Ed25519', size, threshold, index: index + 1, ...options.context },
      verification: pointToHex(power(signing)),
      encryption: pointToHex(power(encryption)),
    }),
  )
  const commitments = members.map(({ polynomial }) =>
    polynomial.map((coefficient) => pointToHex(power(coefficient))),
  )
  const coefficients = members.map(({ signing }, index) => signed(signing, { coefexps: commitments[index] }))
  const certs = certificates.map(({ message, signature }) => ({ message, signature: proofJson(signature) }))
  const signatures = members.map(({ signing }, index) =>
    signMessage(signing, `certs_sig|${JSON.stringify({ certs, coefexps: commitments[index] })}`, random),
  )
  const shares = members.map((_, index) => {
    const at = BigInt(index + 1)
    const sum = members
      .flatMap(({ polynomial }) => polynomial.map((coefficient, k) => coefficient * at ** BigInt(k)))
      .reduce((total, term) => total + term, index === 0 ? (options.wrongShare ?? 0n) : 0n)
    return modOrder(sum)
  })
  const verificationKeys = members.map(({ signing }, index) => {
    const key = createTrusteeKey(shares[index]!, random)
    return { ...key, signature: signMessage(signing, pointToHex(key.publicKey), random) }
  })
  const parameters = { threshold, certificates, coefficients, verificationKeys }
  return {
    parameters: options.withoutSignatures === true ? parameters : { ...parameters, signatures },
    shares,
  }
}
