/**
 * The trustees of an election (specification 4.5 and 4.7): `Single` items, each of whom must decrypt, and `Pedersen` items, of
 * whom a threshold must. Sub-keys of all items multiply into the election's key.
 *
 * A key share comes with a proof that its private part is known, so nobody can choose a share that cancels the
 * others'. Stricter than the specification: no key is the neutral element, no two trustees have the same key (whoever copies
 * a key can copy its proofs and decryptions too, and is a trustee in name only), and a `Single` key has no signature (nothing
 * could check it).
 */
import { assert, concat, ok, type Refusal, type Result, refuse, unwrap } from '../base/index.ts'
import {
  decodePoint,
  encodePoint,
  GENERATOR,
  IDENTITY,
  multiplySecret,
  POINT_BYTES,
  type Point,
  pointToHex,
  type Random,
} from '../crypto/index.ts'
import { signedMessageShape } from './ceremony/messages.ts'
import {
  arrayShape,
  decodeJson,
  integerShape,
  mappedShape,
  objectShape,
  optional,
  pointShape,
  proofShape,
  type Shape,
  taggedShape,
} from './json.ts'
import { MAX_TRUSTEES, MAX_TRUSTEES_JSON } from './limits.ts'
import { decodeProof, encodeProof, PROOF_BYTES } from './proof-bytes.ts'
import { knowledgeText, proveKnowledge, verifyKnowledge } from './schnorr.ts'
import { thresholdKey, thresholdProblems } from './threshold.ts'
import type { Proof, ThresholdParameters, TrusteeKind, TrusteePublicKey } from './types.ts'

const KEY_BYTES = POINT_BYTES + PROOF_BYTES

interface KeyJson {
  readonly pok: Proof
  readonly public_key: Point
  readonly signature?: Proof
}

const keyFields = { pok: proofShape, public_key: pointShape }
const toKey = ({ pok, public_key, signature }: KeyJson): TrusteePublicKey => ({
  publicKey: public_key,
  proof: pok,
  ...(signature === undefined ? {} : { signature }),
})
const fromKey = ({ publicKey, proof, signature }: TrusteePublicKey): KeyJson => ({
  pok: proof,
  public_key: publicKey,
  ...(signature === undefined ? {} : { signature }),
})
const singleKeyShape: Shape<TrusteePublicKey> = mappedShape(objectShape(keyFields), toKey, fromKey)
const memberKeyShape: Shape<TrusteePublicKey> = mappedShape(
  objectShape({ ...keyFields, signature: optional(proofShape) }),
  toKey,
  fromKey,
)
const parametersShape: Shape<ThresholdParameters> = mappedShape(
  objectShape({
    threshold: integerShape(1, MAX_TRUSTEES),
    certs: arrayShape(signedMessageShape, MAX_TRUSTEES, 1),
    coefexps: arrayShape(signedMessageShape, MAX_TRUSTEES, 1),
    signatures: optional(arrayShape(proofShape, MAX_TRUSTEES, 1)),
    verification_keys: arrayShape(memberKeyShape, MAX_TRUSTEES, 1),
  }),
  ({ threshold, certs, coefexps, signatures, verification_keys }): ThresholdParameters => ({
    threshold,
    certificates: certs,
    coefficients: coefexps,
    ...(signatures === undefined ? {} : { signatures }),
    verificationKeys: verification_keys,
  }),
  ({ threshold, certificates, coefficients, signatures, verificationKeys }) => ({
    threshold,
    certs: certificates,
    coefexps: coefficients,
    ...(signatures === undefined ? {} : { signatures }),
    verification_keys: verificationKeys,
  }),
)
const trusteesShape: Shape<readonly TrusteeKind[]> = arrayShape(
  mappedShape(
    taggedShape({ Single: singleKeyShape, Pedersen: parametersShape }),
    (item): TrusteeKind =>
      item[0] === 'Single' ? { kind: 'single', key: item[1] } : { kind: 'pedersen', parameters: item[1] },
    (item) =>
      item.kind === 'single' ? (['Single', item.key] as const) : (['Pedersen', item.parameters] as const),
  ),
  MAX_TRUSTEES,
  1,
)

/** A trustee's public key with its proof of knowledge. `privateKey`: in 1..q-1. */
export function createTrusteeKey(privateKey: bigint, random: Random): TrusteePublicKey {
  assert(privateKey > 0n, 'a private key is not zero')
  const publicKey = multiplySecret(GENERATOR, privateKey)
  return { publicKey, proof: proveKnowledge(privateKey, knowledgeText(publicKey), random) }
}

/** Whether the key is not neutral and its proof of knowledge good. */
export function verifyTrusteeKey(key: TrusteePublicKey): boolean {
  return !key.publicKey.is0() && verifyKnowledge(key.publicKey, key.proof, knowledgeText(key.publicKey))
}

/** The 96 bytes of a `Single` key: point, challenge and response, big-endian (an SSZ vector of fixed size). */
export function encodeTrusteeKey(key: TrusteePublicKey): Uint8Array {
  assert(key.signature === undefined, 'only keys inside threshold parameters are signed')
  return concat(encodePoint(key.publicKey), encodeProof(key.proof))
}

/** The key of 96 bytes; its point is checked, its proof is not. */
export function decodeTrusteeKey(
  bytes: Uint8Array,
): Result<TrusteePublicKey, Refusal<'key-malformed' | 'point-malformed' | 'point-outside-subgroup'>> {
  if (bytes.length !== KEY_BYTES)
    return refuse('key-malformed', `a trustee's key has ${KEY_BYTES} bytes, not ${bytes.length}`)
  const proof = decodeProof(bytes.subarray(POINT_BYTES))
  if (proof === undefined)
    return refuse('key-malformed', "a scalar of the trustee's proof is not reduced modulo the order")
  const publicKey = decodePoint(bytes.subarray(0, POINT_BYTES))
  return publicKey.ok ? ok({ publicKey: publicKey.value, proof }) : publicKey
}

/** The trustees' JSON, whose hash stands in the Setup event. */
export function trusteesJson(trustees: readonly TrusteeKind[]): string {
  return trusteesShape.write(trustees)
}

/** Trustees of canonical JSON; points are checked, proofs are not. */
export function parseTrustees(json: string): Result<readonly TrusteeKind[], Refusal<'trustees-malformed'>> {
  const trustees = decodeJson(trusteesShape, json, MAX_TRUSTEES_JSON)
  return trustees.ok ? trustees : refuse('trustees-malformed', trustees.error.detail)
}

/** All proofs, certificates, signatures and key shares of a trustees structure. */
export function verifyTrustees(trustees: readonly TrusteeKind[]): Result<void, Refusal<'trustees-invalid'>> {
  const problems = trusteesProblems(trustees)
  return problems.length === 0 ? ok(undefined) : refuse('trustees-invalid', problems.join('; '))
}

/** Everything wrong with a trustees structure, a sentence each; empty when it verifies. */
export function trusteesProblems(trustees: readonly TrusteeKind[]): readonly string[] {
  const problems: string[] = []
  if (trustees.length === 0) problems.push('no trustee')
  problems.push(...copiedKeys(trustees))
  for (const [index, item] of trustees.entries()) {
    const place = `item ${index + 1}`
    if (item.kind === 'pedersen')
      problems.push(...thresholdProblems(item.parameters).map((problem) => `${place}, ${problem}`))
    else if (!verifyTrusteeKey(item.key)) problems.push(`${place}: the key's proof of knowledge`)
  }
  return problems
}

/** Keys that two trustees have. Members of an item with threshold 1 all have the same one: any of them decrypts alone. */
function copiedKeys(trustees: readonly TrusteeKind[]): readonly string[] {
  const problems: string[] = []
  const owners = new Map<string, number>()
  let owner = 0
  for (const item of trustees) {
    const mayRepeat = item.kind === 'pedersen' && item.parameters.threshold === 1
    const known = new Map(owners)
    for (const key of verificationKeys([item])) {
      owner += 1
      const text = pointToHex(key)
      const first = (mayRepeat ? known : owners).get(text)
      if (first !== undefined) problems.push(`trustee ${owner} has the key of trustee ${first}`)
      else owners.set(text, owner)
    }
  }
  return problems
}

/** The product of the sub-keys: the election key y. The trustees must verify. */
export function electionKey(trustees: readonly TrusteeKind[]): Point {
  return trustees
    .map((item) => (item.kind === 'single' ? item.key.publicKey : unwrap(thresholdKey(item.parameters))))
    .reduce((product, key) => product.add(key), IDENTITY)
}

/** Verification keys in the order in which `owner` (from 1) counts them. */
export function verificationKeys(trustees: readonly TrusteeKind[]): readonly Point[] {
  return trustees.flatMap((item) =>
    item.kind === 'single'
      ? [item.key.publicKey]
      : item.parameters.verificationKeys.map(({ publicKey }) => publicKey),
  )
}
