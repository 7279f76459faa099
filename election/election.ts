/**
 * Elections (specification 4.10): the JSON that every voter gets, whose hash phi is bound into every proof.
 *
 * The group is fixed: `Ed25519` is the only one that is read or written (T07). Stricter than the specification: the election
 * key is not the neutral element (it would encrypt nothing).
 */
import { assert, ok, type Refusal, type Result, refuse, toBase64 } from '../base/index.ts'
import { type Random, sha256 } from '../crypto/index.ts'
import { BASE58, randomBase58 } from './base58.ts'
import {
  decodeJson,
  literalShape,
  objectShape,
  optional,
  parseJson,
  pointShape,
  type Shaped,
  textShape,
} from './json.ts'
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_ELECTION_JSON,
  MAX_TEXT_LENGTH,
  MAX_UUID_LENGTH,
  MIN_UUID_LENGTH,
} from './limits.ts'
import { checkQuestions, questionsShape, unsupportedQuestion, writtenQuestion } from './questions.ts'
import type { Election, ElectionParameters } from './types.ts'

const UUID = new RegExp(`^[${BASE58}]{${MIN_UUID_LENGTH},${MAX_UUID_LENGTH}}$`)

const ELECTION = objectShape({
  version: literalShape(1),
  description: textShape(MAX_DESCRIPTION_LENGTH),
  name: textShape(MAX_TEXT_LENGTH),
  group: literalShape('Ed25519'),
  public_key: pointShape,
  questions: questionsShape,
  uuid: textShape(MAX_UUID_LENGTH, UUID),
  administrator: optional(textShape(MAX_TEXT_LENGTH)),
  credential_authority: optional(textShape(MAX_TEXT_LENGTH)),
})

/** The election of valid parameters (an `assert` otherwise): its JSON, hash and fingerprint. */
export function createElection(parameters: ElectionParameters): Election {
  const { administrator, credentialAuthority } = parameters
  const json = ELECTION.write({
    version: 1,
    description: parameters.description,
    name: parameters.name,
    group: 'Ed25519',
    public_key: parameters.publicKey,
    questions: parameters.questions.map(writtenQuestion),
    uuid: parameters.uuid,
    ...(administrator === undefined ? {} : { administrator }),
    ...(credentialAuthority === undefined ? {} : { credential_authority: credentialAuthority }),
  })
  const election = parseElection(json)
  assert(election.ok, 'an election is created from parameters that can be read back')
  return { ...election.value, publicKey: parameters.publicKey }
}

/** The election of its canonical JSON. */
export function parseElection(
  json: string,
): Result<Election, Refusal<'election-malformed' | 'questions-invalid' | 'question-type-unsupported'>> {
  const decoded = decodeJson(ELECTION, json, MAX_ELECTION_JSON)
  if (!decoded.ok) {
    const parsed = parseJson(json, MAX_ELECTION_JSON) as { readonly questions?: unknown } | null | undefined
    const unsupported = unsupportedQuestion(parsed?.questions)
    return unsupported === undefined
      ? refuse('election-malformed', decoded.error.detail)
      : refuse('question-type-unsupported', unsupported)
  }
  const questions = checkQuestions(decoded.value.questions)
  if (!questions.ok) return questions
  if (decoded.value.public_key.is0()) return refuse('election-malformed', 'public_key is the neutral element')
  const hash = sha256(json)
  return ok({
    ...parametersOf(decoded.value),
    questions: questions.value,
    json,
    hash,
    fingerprint: toBase64(hash),
  })
}

/** A fresh identifier of 14 base58 characters. */
export function createUuid(random: Random): string {
  return randomBase58(random, MIN_UUID_LENGTH)
}

/** Whether the text is an election's identifier. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

function parametersOf(written: Shaped<typeof ELECTION>): Omit<ElectionParameters, 'questions'> {
  const { administrator, credential_authority: credentialAuthority } = written
  return {
    description: written.description,
    name: written.name,
    publicKey: written.public_key,
    uuid: written.uuid,
    ...(administrator === undefined ? {} : { administrator }),
    ...(credentialAuthority === undefined ? {} : { credentialAuthority }),
  }
}
