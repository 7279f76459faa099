/** The messages of a ceremony as the official tool's files have them (specification 4.6.3 to 4.6.6), to and from ours. */
import { fromHex, toHex, unwrap } from '../../../base/index.ts'
import { type Point, pointFromHex, pointToHex, type Random } from '../../../crypto/index.ts'
import { sendMessage } from '../../../election/ceremony/channel.ts'
import { certificateText, coefficientsText } from '../../../election/ceremony/messages.ts'
import {
  type CeremonyContext,
  type CeremonyKeys,
  decodeShare,
  type EncryptedShare,
  encodeShare,
  type Proof,
  type PublicPolynomial,
  type TrusteeCertificate,
  type TrusteePublicKey,
} from '../../../election/index.ts'

interface ProofJson {
  readonly challenge: string
  readonly response: string
}
interface SignedJson {
  readonly message: string
  readonly signature: ProofJson
}

/** Step 3's output. Each of `polynomial` and `secrets` is the JSON of an encrypted message. */
interface PolynomialJson {
  readonly polynomial: string
  readonly secrets: readonly string[]
  readonly coefexps: SignedJson
  readonly signature: ProofJson
}
/** Step 5's input. */
interface InputJson {
  readonly polynomial: string
  readonly secrets: readonly string[]
}
/** Step 5's output. */
interface OutputJson {
  readonly private_key: string
  readonly public_key: {
    readonly pok: ProofJson
    readonly public_key: string
    readonly signature: ProofJson
  }
}

const fromProof = ({ challenge, response }: Proof): ProofJson => ({
  challenge: String(challenge),
  response: String(response),
})
const toProof = ({ challenge, response }: ProofJson): Proof => ({
  challenge: BigInt(challenge),
  response: BigInt(response),
})
const toPoint = (hex: string): Point => unwrap(pointFromHex(hex))

function encryptedJson({ alpha, beta, data }: EncryptedShare): string {
  return JSON.stringify({ alpha: pointToHex(alpha), beta: pointToHex(beta), data: toHex(data) })
}

/** An encrypted message of the tool. */
export function parseEncrypted(json: string): EncryptedShare {
  const { alpha, beta, data } = JSON.parse(json) as { alpha: string; beta: string; data: string }
  return { alpha: toPoint(alpha), beta: toPoint(beta), data: fromHex(data)! }
}

/** A share of the tool, by way of our compact form. */
export function parseShare(json: string): EncryptedShare {
  return unwrap(decodeShare(encodeShare(parseEncrypted(json))))
}

export function certificateJson(
  context: CeremonyContext,
  index: number,
  certificate: TrusteeCertificate,
): string {
  const message = certificateText(context, index, certificate)
  return JSON.stringify({ message, signature: fromProof(certificate.signature) })
}

export function parseCertificate(json: string): TrusteeCertificate {
  const { message, signature } = JSON.parse(json) as SignedJson
  const { verification, encryption } = JSON.parse(message) as Record<'verification' | 'encryption', string>
  return {
    verification: toPoint(verification),
    encryption: toPoint(encryption),
    signature: toProof(signature),
  }
}

/** A member's message to itself, which the tool keeps its secrets in. */
export function toSelf(keys: CeremonyKeys, own: TrusteeCertificate, message: string, random: Random): string {
  return encryptedJson(sendMessage(keys.signing, own.encryption, message, random))
}

/** Everything that a dealer sends in step 3. */
export function polynomialJson(
  published: PublicPolynomial,
  polynomial: string,
  shares: readonly EncryptedShare[],
): string {
  const json: PolynomialJson = {
    polynomial,
    secrets: shares.map(encryptedJson),
    coefexps: {
      message: coefficientsText(published.coefficients),
      signature: fromProof(published.signature),
    },
    signature: fromProof(published.certificatesSignature),
  }
  return JSON.stringify(json)
}

export function parsePolynomial(json: string): {
  readonly published: PublicPolynomial
  readonly shares: readonly EncryptedShare[]
  readonly polynomial: EncryptedShare
} {
  const { coefexps, signature, secrets, polynomial } = JSON.parse(json) as PolynomialJson
  const { coefexps: points } = JSON.parse(coefexps.message) as { readonly coefexps: readonly string[] }
  return {
    published: {
      coefficients: points.map(toPoint),
      signature: toProof(coefexps.signature),
      certificatesSignature: toProof(signature),
    },
    shares: secrets.map(parseShare),
    polynomial: parseEncrypted(polynomial),
  }
}

/** What the tool routes to a member in step 4. */
export function parseInput(json: string): { readonly shares: readonly EncryptedShare[] } {
  return { shares: (JSON.parse(json) as InputJson).secrets.map(parseShare) }
}

export function outputJson(privateKey: string, { publicKey, proof, signature }: TrusteePublicKey): string {
  const json: OutputJson = {
    private_key: privateKey,
    public_key: {
      pok: fromProof(proof),
      public_key: pointToHex(publicKey),
      signature: fromProof(signature!),
    },
  }
  return JSON.stringify(json)
}

export function parseOutput(json: string): {
  readonly key: TrusteePublicKey
  readonly privateKey: EncryptedShare
} {
  const { private_key, public_key } = JSON.parse(json) as OutputJson
  return {
    key: {
      publicKey: toPoint(public_key.public_key),
      proof: toProof(public_key.pok),
      signature: toProof(public_key.signature),
    },
    privateKey: parseEncrypted(private_key),
  }
}
