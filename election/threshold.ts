/**
 * The parameters that a Pedersen ceremony leaves behind (specification 4.6), verified: everything in them that can be checked
 * without a secret. The problems are named with their member; members are counted from 1, as in the certificates.
 *
 * Checked for each member: the certificate's context (group, number of members, threshold, own index), its signature by its own
 * verification key, and that both of its keys are points of the group; the commitments to the coefficients (threshold
 * many) and their signature; the signature over all certificates and these coefficients; the verification key against all
 * members' coefficients, its proof of knowledge and its signature. Stricter than the official tool: no key may be the neutral
 * element, and messages must be canonical JSON.
 *
 * Releases before 2.5.1 made no signatures over certificates and no contexts. Such parameters can be read, but do not verify,
 * here as in the official tool (3.0): without them members cannot know that all saw the same certificates, and whoever
 * took the signatures out of newer parameters would go unnoticed.
 */
import { type Refusal, type Result, refuse } from '../base/index.ts'
import { IDENTITY, type Point, pointToHex } from '../crypto/index.ts'
import { combinedCoefficients, commitmentAt } from './ceremony/coefficients.ts'
import { certificateShape, certificatesText, coefficientsShape } from './ceremony/messages.ts'
import { decodeJson } from './json.ts'
import { MAX_THRESHOLD_COEFFICIENTS, MAX_TRUSTEES_JSON } from './limits.ts'
import { knowledgeText, verifyKnowledge, verifyMessage } from './schnorr.ts'
import type { Proof, ThresholdParameters } from './types.ts'

/** The sub-key of a Pedersen item: the product of all constant coefficients. Refused where a commitment cannot be read. */
export function thresholdKey(parameters: ThresholdParameters): Result<Point, Refusal<'trustees-invalid'>> {
  let key = IDENTITY
  for (const [index, { message }] of parameters.coefficients.entries()) {
    const coefficients = decodeJson(coefficientsShape, message, MAX_TRUSTEES_JSON)
    if (!coefficients.ok)
      return refuse('trustees-invalid', `member ${index + 1}: coefficients: ${coefficients.error.detail}`)
    key = key.add(coefficients.value.coefexps[0]!)
  }
  return { ok: true, value: key }
}

/** Everything wrong with threshold parameters, a sentence each; empty when they verify. */
export function thresholdProblems(parameters: ThresholdParameters): readonly string[] {
  const { threshold, certificates, coefficients, signatures, verificationKeys } = parameters
  const size = certificates.length
  if (signatures === undefined)
    return ['no signatures over the certificates: made by a release before 2.5.1, or taken out']
  if (coefficients.length !== size || signatures.length !== size || verificationKeys.length !== size)
    return [
      `${size} certificates, ${coefficients.length} coefficient lists, ` +
        `${signatures.length} signatures and ${verificationKeys.length} verification keys`,
    ]
  if (threshold < 1 || threshold > size) return [`threshold ${threshold} of ${size} members`]
  if (threshold * size > MAX_THRESHOLD_COEFFICIENTS)
    return [`${threshold * size} coefficients, at most ${MAX_THRESHOLD_COEFFICIENTS}`]
  const problems: string[] = []
  const commitments: (readonly Point[])[] = []
  for (let index = 1; index <= size; index++)
    commitments.push(verifyMember(parameters, index, (what) => problems.push(`member ${index}: ${what}`)))
  if (commitments.every((list) => list.length === threshold))
    problems.push(...verificationKeyProblems(parameters, commitments))
  return problems
}

/** Checks what a member said for itself; answers its commitments, none where they cannot be read. */
function verifyMember(
  parameters: ThresholdParameters,
  index: number,
  report: (what: string) => void,
): readonly Point[] {
  const certificate = parameters.certificates[index - 1]!
  const signed = parameters.coefficients[index - 1]!
  const keys = decodeJson(certificateShape, certificate.message, MAX_TRUSTEES_JSON)
  const list = decodeJson(coefficientsShape, signed.message, MAX_TRUSTEES_JSON)
  const coefficients = list.ok ? list.value.coefexps : []
  if (!list.ok) report(`coefficients: ${list.error.detail}`)
  else if (coefficients.length !== parameters.threshold)
    report(`${coefficients.length} coefficients for threshold ${parameters.threshold}`)
  if (!keys.ok) {
    report(`certificate: ${keys.error.detail}`)
    return coefficients
  }
  const { context, verification, encryption } = keys.value
  if (context.size !== parameters.certificates.length) report(`certificate for ${context.size} members`)
  if (context.threshold !== parameters.threshold) report(`certificate for threshold ${context.threshold}`)
  if (context.index !== index) report(`certificate of member ${context.index}`)
  if (verification.is0() || encryption.is0()) report('certificate with a neutral key')
  const verifies = (message: string, signature: Proof): boolean =>
    verifyMessage(verification, message, signature)
  if (!verifies(certificate.message, certificate.signature)) report("the certificate's signature")
  if (!verifies(signed.message, signed.signature)) report("the coefficients' signature")
  const overall = parameters.signatures?.[index - 1]
  if (overall !== undefined && !verifies(certificatesText(parameters.certificates, coefficients), overall))
    report('the signature over certificates and coefficients')
  const key = parameters.verificationKeys[index - 1]!
  if (key.signature === undefined) report("the verification key's signature is missing")
  else if (!verifies(pointToHex(key.publicKey), key.signature)) report("the verification key's signature")
  return coefficients
}

/** Member j's key must be the product over all i and k of A_ik to the power of j^k (4.6.6). */
function verificationKeyProblems(
  { verificationKeys }: ThresholdParameters,
  commitments: readonly (readonly Point[])[],
): readonly string[] {
  const combined = combinedCoefficients(commitments)
  const problems: string[] = []
  for (const [index, { publicKey, proof }] of verificationKeys.entries()) {
    const member = `member ${index + 1}`
    if (!commitmentAt(combined, index + 1).equals(publicKey))
      problems.push(`${member}: the verification key does not follow from the coefficients`)
    if (publicKey.is0()) problems.push(`${member}: the verification key is neutral`)
    if (!verifyKnowledge(publicKey, proof, knowledgeText(publicKey)))
      problems.push(`${member}: the verification key's proof of knowledge`)
  }
  return problems
}
