/**
 * The file of `psephos election draft FILE`: JSON that a person writes. Names instead of keys, times that people write,
 * everything that may be left out has a default; unknown fields are refused by name.
 */
import { z } from 'zod'
import { ok, type Refusal, type Result, refuse, toHex } from '../../base/index.ts'
import { parseQuestions } from '../../election/index.ts'
import { checkDraft, type ElectionDraft, type Genesis, type Party } from '../../ledger/index.ts'
import { readTrustees } from './draft-trustees.ts'

const TRUSTEES = z
  .array(
    z.union([z.string(), z.strictObject({ name: z.string(), publicKey: z.string() })], {
      error: 'a trustee is a name in the genesis file, or a card {"name": "...", "publicKey": "..."}',
    }),
  )
  .optional()

const FILE = z.strictObject({
  uuid: z.string().optional(),
  name: z.string(),
  description: z.string().default(''),
  questions: z.array(z.unknown()),
  opensAt: z.string(),
  closesAt: z.string(),
  registrars: z.array(z.string()).optional(),
  registrarThreshold: z.int().optional(),
  trustees: TRUSTEES,
  trusteeThreshold: z.int().optional(),
  mandatoryTrustees: TRUSTEES,
  administrator: z.string().optional(),
  credentialAuthority: z.string().optional(),
})

/** What a draft file is read against. */
export interface DraftSurroundings {
  readonly genesis: Genesis
  /** Milliseconds since 1970: what "+10m" counts from, and what the opening must lie after. */
  readonly now: number
  /** For a draft without a uuid. */
  readonly newUuid: () => string
}

/** The draft that a file's JSON value describes, with every limit of the ledger checked. */
export function readDraft(
  json: unknown,
  { genesis, now, newUuid }: DraftSurroundings,
): Result<ElectionDraft, Refusal<'draft-invalid'>> {
  const parsed = FILE.safeParse(json)
  if (!parsed.success) return refuse('draft-invalid', issueOf(parsed.error))
  const file = parsed.data
  const questions = parseQuestions(file.questions)
  if (!questions.ok) return refuse('draft-invalid', questions.error.detail)
  const registrars = keysOf('registrars', file.registrars, genesis.registrars)
  if (!registrars.ok) return registrars
  const trustees = readTrustees(file, genesis)
  if (!trustees.ok) return trustees
  const opensAt = readTime('opensAt', file.opensAt, now)
  if (!opensAt.ok) return opensAt
  const closesAt = readTime('closesAt', file.closesAt, now)
  if (!closesAt.ok) return closesAt
  if (opensAt.value <= now)
    return refuse('draft-invalid', 'opensAt lies in the past; an election opens after it was drafted')
  if (closesAt.value <= opensAt.value) return refuse('draft-invalid', 'closesAt must be after opensAt')
  const draft: ElectionDraft = {
    uuid: file.uuid ?? newUuid(),
    name: file.name,
    description: file.description,
    questions: questions.value,
    ...(file.administrator === undefined ? {} : { administratorName: file.administrator }),
    ...(file.credentialAuthority === undefined ? {} : { credentialAuthorityName: file.credentialAuthority }),
    registrars: registrars.value,
    registrarThreshold: file.registrarThreshold ?? Math.floor(registrars.value.length / 2) + 1,
    ...trustees.value,
    opensAt: opensAt.value,
    closesAt: closesAt.value,
  }
  const checked = checkDraft(draft)
  return checked.ok ? ok(draft) : refuse('draft-invalid', checked.error.detail)
}

/** The first thing that is wrong, with its place; unknown fields by name. */
function issueOf(error: z.ZodError): string {
  const issue = error.issues[0]
  const place = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const unknown = `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`
    return place === ''
      ? `${unknown}; known are ${Object.keys(FILE.shape).join(', ')}`
      : `"${place}": ${unknown}`
  }
  return `${place === '' ? 'the draft' : `"${place}"`}: ${issue?.message ?? 'malformed'}`
}

function keysOf(
  field: string,
  names: readonly string[] | undefined,
  parties: readonly Party[],
): Result<readonly Uint8Array[], Refusal<'draft-invalid'>> {
  if (names === undefined) return ok(parties.map((party) => party.publicKey))
  const keys: Uint8Array[] = []
  for (const name of names) {
    const party = parties.find((candidate) => candidate.name === name || toHex(candidate.publicKey) === name)
    if (party === undefined)
      return refuse(
        'draft-invalid',
        `"${field}": the genesis file has no "${name}"; it has ${parties.map((candidate) => candidate.name).join(', ')}`,
      )
    keys.push(party.publicKey)
  }
  return ok(keys)
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** ISO 8601 with a time zone, or "+" with a number and s, m, h or d: so long from now. Milliseconds since 1970. */
export function readTime(field: string, text: string, now: number): Result<number, Refusal<'draft-invalid'>> {
  const relative = /^\+([0-9]{1,6})([smhd])$/.exec(text)
  if (relative !== null) return ok(now + Number(relative[1]) * (UNIT_MS[relative[2]!] ?? 0))
  const isAbsolute = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
  const time = isAbsolute ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return ok(time)
  return refuse(
    'draft-invalid',
    `"${field}": ${JSON.stringify(text)} is not a time; write 2027-05-02T08:00:00+02:00, or +10m for ten minutes from now`,
  )
}
