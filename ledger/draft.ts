/**
 * What an election's draft must fulfil by itself (what depends on the state, such as registered keys and the present time, is in
 * `check.ts`), and the reading of a draft out of a JSON file.
 */
import { fromHex, ok, type Result, refuse, toHex } from '../base/index.ts'
import { PUBLIC_KEY_BYTES } from '../crypto/index.ts'
import { choiceCount, isUuid, parseQuestions, type Question, questionsJson } from '../election/index.ts'
import { draftBytes } from './draft-ssz.ts'
import {
  MAX_ANSWERS,
  MAX_CHOICES,
  MAX_COEFFICIENTS,
  MAX_DESCRIPTION_BYTES,
  MAX_DRAFT_BYTES,
  MAX_NAME_BYTES,
  MAX_NAME_LENGTH,
  MAX_QUESTIONS,
  MAX_REGISTRARS,
  MAX_TEXT_BYTES,
  MAX_TRUSTEES,
  MAX_UUID_LENGTH,
} from './limits.ts'
import { isText } from './ssz.ts'
import { allTrustees } from './trustees.ts'
import type { ElectionDraft, Party, Rejection } from './types.ts'

/** Everything static about a draft: limits, texts, questions, keys, times. */
export function checkDraft(draft: ElectionDraft): Result<void, Rejection> {
  const fault =
    faultOfTexts(draft) ??
    faultOfQuestions(draft.questions) ??
    faultOfKeys('registrar', draft.registrars, MAX_REGISTRARS) ??
    faultOfThreshold(draft) ??
    faultOfTrustees(draft) ??
    faultOfTimes(draft) ??
    faultOfSize(draft)
  return fault === undefined ? ok(undefined) : refuse('draft-invalid', fault)
}

function faultOfTexts(draft: ElectionDraft): string | undefined {
  if (draft.uuid.length > MAX_UUID_LENGTH || !isUuid(draft.uuid))
    return `the uuid must be 14 to ${MAX_UUID_LENGTH} base58 characters`
  if (draft.name.length === 0) return 'the name is empty'
  return (
    faultOfText('the name', draft.name) ??
    faultOfText('the description', draft.description, MAX_DESCRIPTION_BYTES) ??
    faultOfText("the administrator's name", draft.administratorName ?? '') ??
    faultOfText("the credential authority's name", draft.credentialAuthorityName ?? '')
  )
}

function faultOfText(what: string, text: string, maxBytes: number = MAX_TEXT_BYTES): string | undefined {
  if (!isText(text, maxBytes)) return `${what} must be a text of at most ${maxBytes} bytes in UTF-8`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) return `${what} has control characters`
  return undefined
}

function faultOfQuestions(questions: readonly Question[]): string | undefined {
  if (questions.length === 0 || questions.length > MAX_QUESTIONS)
    return `${questions.length} questions, allowed are 1 to ${MAX_QUESTIONS}`
  for (const [i, question] of questions.entries()) {
    const place = `question ${i + 1}`
    if (question.answers.length === 0 || question.answers.length > MAX_ANSWERS)
      return `${place} has ${question.answers.length} answers, allowed are 1 to ${MAX_ANSWERS}`
    const fault =
      faultOfText(place, question.question) ??
      question.answers
        .map((answer, k) => faultOfText(`${place}, answer ${k + 1}`, answer))
        .find((found) => found !== undefined)
    if (fault !== undefined) return fault
    const { min, max } = question
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0 || min > max)
      return `${place}: min and max must be whole numbers, 0 <= min <= max`
    if (max > question.answers.length) return `${place}: max is above the number of answers`
  }
  const parsed = parseQuestions(JSON.parse(questionsJson(questions)))
  if (!parsed.ok) return parsed.error.detail
  const choices = questions.reduce((sum, question) => sum + choiceCount(question), 0)
  return choices > MAX_CHOICES ? `${choices} choices over all questions, at most ${MAX_CHOICES}` : undefined
}

function faultOfKeys(what: string, keys: readonly Uint8Array[], max: number): string | undefined {
  if (keys.length === 0 || keys.length > max) return `${keys.length} ${what}s, allowed are 1 to ${max}`
  if (keys.some((key) => key.length !== PUBLIC_KEY_BYTES))
    return `a ${what}'s key must have ${PUBLIC_KEY_BYTES} bytes`
  return new Set(keys.map(toHex)).size < keys.length ? `a ${what} is named twice` : undefined
}

function faultOfThreshold({ registrars, registrarThreshold }: ElectionDraft): string | undefined {
  const isGood =
    Number.isSafeInteger(registrarThreshold) &&
    registrarThreshold >= 1 &&
    registrarThreshold <= registrars.length
  return isGood ? undefined : `registrarThreshold must be a whole number from 1 to ${registrars.length}`
}

function faultOfTrustees(draft: ElectionDraft): string | undefined {
  const { mandatoryTrustees, trustees, trusteeThreshold: threshold } = draft
  const all = allTrustees(draft)
  const name = all.find(({ name: one }) => one.length > MAX_NAME_LENGTH || !isText(one, MAX_NAME_BYTES))
  if (name !== undefined || all.some(({ name: one }) => one === '' || /\p{C}/u.test(one)))
    return `a trustee's name must be a text of 1 to ${MAX_NAME_LENGTH} characters without control characters`
  if (new Set(all.map(({ name: one }) => one)).size < all.length) return 'two trustees have the same name'
  const keys = faultOfKeys(
    'trustee',
    all.map(({ publicKey }) => publicKey),
    MAX_TRUSTEES,
  )
  if (keys !== undefined) return keys
  if (trustees.length === 0)
    return threshold === 0
      ? undefined
      : `trusteeThreshold is ${threshold}, and all ${mandatoryTrustees.length} trustees are mandatory; it must be 0`
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > trustees.length)
    return `trusteeThreshold is ${threshold}; it must be a whole number from 1 to ${trustees.length}, the number of trustees`
  return threshold * trustees.length > MAX_COEFFICIENTS
    ? `${threshold} of ${trustees.length} trustees is too much: threshold times trustees may be ${MAX_COEFFICIENTS}`
    : undefined
}

function faultOfTimes({ opensAt, closesAt }: ElectionDraft): string | undefined {
  if (!Number.isSafeInteger(opensAt) || !Number.isSafeInteger(closesAt) || opensAt < 0)
    return 'opensAt and closesAt must be milliseconds since 1970'
  return closesAt > opensAt ? undefined : 'closesAt must be after opensAt'
}

function faultOfSize(draft: ElectionDraft): string | undefined {
  const bytes = draftBytes(draft)
  return bytes > MAX_DRAFT_BYTES ? `${bytes} bytes altogether, at most ${MAX_DRAFT_BYTES}` : undefined
}

const TEXT_KEYS = ['uuid', 'name', 'description'] as const
const OPTIONAL_TEXT_KEYS = ['administratorName', 'credentialAuthorityName'] as const
const NUMBER_KEYS = ['registrarThreshold', 'trusteeThreshold', 'opensAt', 'closesAt'] as const
const LIST_KEYS = ['registrars', 'mandatoryTrustees', 'trustees'] as const

/**
 * A draft out of an untrusted JSON value, checked. Every key of `ElectionDraft` must be there (the two names may be left out)
 * and no other; questions are in Belenios' form, keys in hexadecimal, times in milliseconds since 1970.
 */
export function parseDraft(json: unknown): Result<ElectionDraft, Rejection> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return refuse('draft-invalid', 'a draft is a JSON object')
  const fields = json as Readonly<Record<string, unknown>>
  const required: readonly string[] = [...TEXT_KEYS, ...NUMBER_KEYS, ...LIST_KEYS, 'questions']
  for (const key of Object.keys(fields))
    if (!required.includes(key) && !OPTIONAL_TEXT_KEYS.includes(key as (typeof OPTIONAL_TEXT_KEYS)[number]))
      return refuse('draft-invalid', `unknown key "${key}"`)
  for (const key of required)
    if (!Object.hasOwn(fields, key)) return refuse('draft-invalid', `"${key}" is missing`)
  for (const key of [...TEXT_KEYS, ...OPTIONAL_TEXT_KEYS])
    if (fields[key] !== undefined && typeof fields[key] !== 'string')
      return refuse('draft-invalid', `"${key}" must be a text`)
  for (const key of NUMBER_KEYS)
    if (typeof fields[key] !== 'number') return refuse('draft-invalid', `"${key}" must be a number`)
  const questions = parseQuestions(fields.questions)
  if (!questions.ok) return refuse('draft-invalid', questions.error.detail)
  const registrars = keysOf(fields.registrars)
  if (registrars === undefined)
    return refuse('draft-invalid', '"registrars" must be a list of keys in hexadecimal')
  const mandatoryTrustees = partiesOf(fields.mandatoryTrustees)
  const trustees = partiesOf(fields.trustees)
  if (mandatoryTrustees === undefined || trustees === undefined)
    return refuse(
      'draft-invalid',
      '"mandatoryTrustees" and "trustees" must be lists of {"name", "publicKey"}, keys in hexadecimal',
    )
  const { administratorName, credentialAuthorityName } = fields as Partial<Record<string, string>>
  const draft: ElectionDraft = {
    uuid: fields.uuid as string,
    name: fields.name as string,
    description: fields.description as string,
    questions: questions.value,
    ...(administratorName === undefined ? {} : { administratorName }),
    ...(credentialAuthorityName === undefined ? {} : { credentialAuthorityName }),
    registrars,
    registrarThreshold: fields.registrarThreshold as number,
    mandatoryTrustees,
    trustees,
    trusteeThreshold: fields.trusteeThreshold as number,
    opensAt: fields.opensAt as number,
    closesAt: fields.closesAt as number,
  }
  const checked = checkDraft(draft)
  return checked.ok ? ok(draft) : checked
}

function keysOf(value: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(value)) return undefined
  const keys: Uint8Array[] = []
  for (const text of value) {
    const key = typeof text === 'string' ? fromHex(text, PUBLIC_KEY_BYTES) : undefined
    if (key === undefined) return undefined
    keys.push(key)
  }
  return keys
}

function partiesOf(value: unknown): readonly Party[] | undefined {
  if (!Array.isArray(value)) return undefined
  const parties: Party[] = []
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'object' || item === null || Object.keys(item).length !== 2) return undefined
    const { name, publicKey } = item as { readonly name?: unknown; readonly publicKey?: unknown }
    const key = typeof publicKey === 'string' ? fromHex(publicKey, PUBLIC_KEY_BYTES) : undefined
    if (typeof name !== 'string' || key === undefined) return undefined
    parties.push({ name, publicKey: key })
  }
  return parties
}
