/**
 * The JSON of ballots (specification 4.11, 4.17), whose hash is the tracker. Only the canonical one is taken (T05).
 *
 * The `hash` inside the signature is not kept: it follows from the rest (4.16), is written from it, and a text with any other
 * hash is not the canonical one.
 */
import { ok, type Refusal, type Result, refuse, toBase64 } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import {
  arrayShape,
  base64HashShape,
  decodeJson,
  encodedPointShape,
  mappedShape,
  objectShape,
  optional,
  parseJson,
  proofShape,
  type Shape,
  textShape,
} from './json.ts'
import { MAX_BALLOT_JSON, MAX_CHOICES, MAX_QUESTIONS, MAX_UUID_LENGTH } from './limits.ts'
import type { Ballot, EncryptedAnswer } from './types.ts'

const BRANCHES = arrayShape(proofShape, 2, 2)

const WRITTEN_ANSWER = objectShape({
  choices: arrayShape(objectShape({ alpha: encodedPointShape, beta: encodedPointShape }), MAX_CHOICES, 1),
  individual_proofs: arrayShape(BRANCHES, MAX_CHOICES, 1),
  overall_proof: arrayShape(proofShape, MAX_CHOICES + 2, 1),
  blank_proof: optional(BRANCHES),
})

const ANSWER: Shape<EncryptedAnswer> = mappedShape(
  WRITTEN_ANSWER,
  ({ choices, individual_proofs: individualProofs, overall_proof: overallProof, blank_proof: blankProof }) =>
    individualProofs.length === choices.length
      ? { choices, individualProofs, overallProof, ...(blankProof === undefined ? {} : { blankProof }) }
      : undefined,
  ({ choices, individualProofs, overallProof, blankProof }) => ({
    choices,
    individual_proofs: individualProofs,
    overall_proof: overallProof,
    ...(blankProof === undefined ? {} : { blank_proof: blankProof }),
  }),
)

const UNSIGNED_FIELDS = {
  election_uuid: textShape(MAX_UUID_LENGTH),
  election_hash: base64HashShape,
  credential: encodedPointShape,
  answers: arrayShape(ANSWER, MAX_QUESTIONS, 1),
} as const
const UNSIGNED = objectShape(UNSIGNED_FIELDS)
const SIGNED = objectShape({
  ...UNSIGNED_FIELDS,
  signature: objectShape({ hash: base64HashShape, proof: proofShape }),
})

const BALLOT: Shape<Ballot> = {
  read: (json, path) => {
    const read = SIGNED.read(json, path)
    if (!read.ok) return read
    const { election_uuid: uuid, election_hash: electionHash, credential, answers, signature } = read.value
    return ok({ uuid, electionHash, credential, answers, signature: signature.proof })
  },
  write: ballotJson,
}

/** The ballot's JSON as Belenios prints it. */
export function ballotJson(ballot: Ballot): string {
  const unsigned = unsignedBallotJson(ballot)
  const signature = `{"hash":"${signedHash(unsigned)}","proof":${proofShape.write(ballot.signature)}}`
  return `${unsigned.slice(0, -1)},"signature":${signature}}`
}

/** The JSON of a ballot without its signature: what is signed. */
function unsignedBallotJson(ballot: Omit<Ballot, 'signature'>): string {
  return UNSIGNED.write({
    election_uuid: ballot.uuid,
    election_hash: ballot.electionHash,
    credential: ballot.credential,
    answers: ballot.answers,
  })
}

/** `hash` of 4.16: base64 of SHA-256 of the unsigned JSON. */
function signedHash(unsignedJson: string): string {
  return toBase64(sha256(unsignedJson))
}

/** Hashed before the commitment of a ballot's signature (4.16). */
export function signatureText(ballot: Omit<Ballot, 'signature'>): string {
  return `sig|${signedHash(unsignedBallotJson(ballot))}|`
}

/** The ballot of its canonical JSON; its points and proofs are not verified yet. */
export function parseBallot(
  json: string,
): Result<Ballot, Refusal<'ballot-malformed' | 'question-type-unsupported'>> {
  const ballot = decodeJson(BALLOT, json, MAX_BALLOT_JSON)
  if (ballot.ok) return ballot
  const type = unsupportedAnswer(parseJson(json, MAX_BALLOT_JSON))
  return type === undefined
    ? refuse('ballot-malformed', ballot.error.detail)
    : refuse('question-type-unsupported', `an answer of type ${type}; only homomorphic ones are supported`)
}

/** The type of the first answer that has the fields of another type (4.11.2, 4.11.3). */
function unsupportedAnswer(json: unknown): 'Lists' | 'NonHomomorphic' | undefined {
  const answers = (json as { readonly answers?: unknown } | null | undefined)?.answers
  if (!Array.isArray(answers)) return undefined
  for (const answer of answers) {
    if (typeof answer !== 'object' || answer === null) continue
    if (Object.hasOwn(answer, 'list_proofs')) return 'Lists'
    if (Object.hasOwn(answer, 'proof')) return 'NonHomomorphic'
  }
  return undefined
}
