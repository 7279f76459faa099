/**
 * Partial decryptions (specification 4.20): a trustee with private key x publishes alpha^x of every ciphertext of the tally,
 * each with a proof that it is the x of its public key. A wrong one is refused with its place, and whose it is is
 * known by the key (T19).
 */
import { ByteVectorType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { assert, codec, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import {
  combination,
  decodePoint,
  encodePoint,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  POINT_BYTES,
  type Point,
  pointsToHex,
  type Random,
  randomScalar,
} from '../crypto/index.ts'
import {
  arrayShape,
  decodeJson,
  encodedPointShape,
  mappedShape,
  objectShape,
  proofShape,
  type Shape,
} from './json.ts'
import { MAX_CHOICES, MAX_DECRYPTION_BYTES, MAX_DECRYPTION_JSON, MAX_QUESTIONS } from './limits.ts'
import { decodeProof, encodeProof, PROOF_BYTES } from './proof-bytes.ts'
import type { Election, EncryptedTally, PartialDecryption, Place, Proof } from './types.ts'

/** Why a partial decryption does not verify, with the place of the first fault. */
export type DecryptionRefusal = Refusal<
  'wrong-shape' | 'point-malformed' | 'point-outside-subgroup' | 'decryption-proof'
> & { readonly place: Place }

const table = <T>(element: Shape<T>): Shape<readonly (readonly T[])[]> =>
  arrayShape(arrayShape(element, MAX_CHOICES), MAX_QUESTIONS)
const decryptionShape: Shape<PartialDecryption> = mappedShape(
  objectShape({ decryption_factors: table(encodedPointShape), decryption_proofs: table(proofShape) }),
  ({ decryption_factors, decryption_proofs }): PartialDecryption => ({
    factors: decryption_factors,
    proofs: decryption_proofs,
  }),
  ({ factors, proofs }) => ({ decryption_factors: factors, decryption_proofs: proofs }),
)

/** A trustee's decryption of the whole tally. `privateKey`: in 1..q-1; for a threshold member its share S_j. */
export function createPartialDecryption(
  election: Election,
  tally: EncryptedTally,
  privateKey: bigint,
  random: Random,
): PartialDecryption {
  assert(privateKey > 0n, 'a private key is not zero')
  const publicKey = multiplySecret(GENERATOR, privateKey)
  const prove = (alpha: Point): Proof => {
    const w = randomScalar(random)
    const challenge = hashToScalar(
      decryptionText(election, publicKey, multiplySecret(GENERATOR, w), multiplySecret(alpha, w)),
    )
    return { challenge, response: modOrder(w - privateKey * challenge) }
  }
  return {
    factors: tally.ciphertexts.map((row) =>
      row.map(({ alpha }) => encodePoint(multiplySecret(alpha, privateKey))),
    ),
    proofs: tally.ciphertexts.map((row) => row.map(({ alpha }) => prove(alpha))),
  }
}

function decryptionText(election: Election, key: Point, a: Point, b: Point): string {
  const [x, ...commitments] = pointsToHex([key, a, b])
  return `decrypt|${election.fingerprint}|${x}|${commitments.join(',')}`
}

/** Whether a decryption is right for the tally and the public key; refused with the first place that is not. */
export function verifyPartialDecryption(
  election: Election,
  tally: EncryptedTally,
  publicKey: Point,
  decryption: PartialDecryption,
): Result<void, DecryptionRefusal> {
  const [first] = decryptionProblems(election, tally, publicKey, decryption)
  return first === undefined ? ok(undefined) : { ok: false, error: first }
}

/** Every fault of a decryption, in order; lazily, so that asking for the first one stops there. */
export function* decryptionProblems(
  election: Election,
  tally: EncryptedTally,
  publicKey: Point,
  { factors, proofs }: PartialDecryption,
): Generator<DecryptionRefusal> {
  const shape = (rows: readonly (readonly unknown[])[]): string => rows.map((row) => row.length).join(',')
  if (shape(factors) !== shape(tally.ciphertexts) || shape(proofs) !== shape(tally.ciphertexts)) {
    yield {
      code: 'wrong-shape',
      detail: `${shape(factors)} factors and ${shape(proofs)} proofs for ${shape(tally.ciphertexts)} ciphertexts`,
      place: {},
    }
    return
  }
  for (const [question, row] of tally.ciphertexts.entries())
    for (const [choice, { alpha }] of row.entries()) {
      const place: Place = { question, choice }
      const where = `question ${question + 1}, choice ${choice + 1}`
      const factor = decodePoint(factors[question]![choice]!)
      if (!factor.ok) {
        yield { code: factor.error.code, detail: `${where}: the factor is ${factor.error.detail}`, place }
        continue
      }
      const { challenge, response } = proofs[question]![choice]!
      const a = combination([
        [GENERATOR, response],
        [publicKey, challenge],
      ])
      const b = combination([
        [alpha, response],
        [factor.value, challenge],
      ])
      if (hashToScalar(decryptionText(election, publicKey, a, b)) !== challenge)
        yield {
          code: 'decryption-proof',
          detail: `${where}: the proof of the factor does not verify`,
          place: { ...place, proof: 'decryption' },
        }
    }
}

/** The decryption's JSON. */
export function partialDecryptionJson(decryption: PartialDecryption): string {
  return decryptionShape.write(decryption)
}

/** A decryption of canonical JSON; points and proofs are not looked at. */
export function parsePartialDecryption(
  json: string,
): Result<PartialDecryption, Refusal<'decryption-malformed'>> {
  const decryption = decodeJson(decryptionShape, json, MAX_DECRYPTION_JSON)
  return decryption.ok ? decryption : refuse('decryption-malformed', decryption.error.detail)
}

const rows = (bytes: number): ListCompositeType<ListCompositeType<ByteVectorType>> =>
  new ListCompositeType(new ListCompositeType(new ByteVectorType(bytes), MAX_CHOICES), MAX_QUESTIONS)
const decryptionCodec = codec(
  new ContainerType({ factors: rows(POINT_BYTES), proofs: rows(PROOF_BYTES) }),
  MAX_DECRYPTION_BYTES,
)

/** The compact form: SSZ, lossless both ways. */
export function encodePartialDecryption({ factors, proofs }: PartialDecryption): Uint8Array {
  return decryptionCodec.encode({
    factors: factors.map((row) => [...row]),
    proofs: proofs.map((row) => row.map(encodeProof)),
  })
}

/** A decryption of the compact form, its scalars reduced; points and proofs are not looked at. */
export function decodePartialDecryption(
  bytes: Uint8Array,
): Result<PartialDecryption, Refusal<'decryption-malformed'>> {
  const decoded = decryptionCodec.decode(bytes)
  if (!decoded.ok) return refuse('decryption-malformed', decoded.error.detail)
  const proofs: Proof[][] = []
  for (const row of decoded.value.proofs) {
    const decodedRow = row.map(decodeProof).filter((proof) => proof !== undefined)
    if (decodedRow.length !== row.length)
      return refuse('decryption-malformed', 'a scalar is not reduced modulo the order')
    proofs.push(decodedRow)
  }
  return ok({ factors: decoded.value.factors, proofs })
}
