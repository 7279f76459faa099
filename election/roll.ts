/**
 * The roll: Belenios' `public_credentials` (specification 4.8), a list of `point` or `point,weight`.
 *
 * The specification says "sorted" without saying how; the official tool sorts by the encoded points read as little-endian
 * numbers (that is, by their last digits first), and so do we, strictly: a list has one order. Stricter than the
 * specification: weights are at least 1 and written without leading zeros, either on every line or on none, no credential is
 * the neutral element (everybody knows its secret), and none appears twice.
 */
import { assert, equalBytes, fromHex, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { encodePoint, IDENTITY, POINT_BYTES, pointRefusals } from '../crypto/index.ts'
import { arrayShape, decodeJson, textShape } from './json.ts'
import { MAX_ROLL_ENTRIES, MAX_ROLL_JSON, MAX_TOTAL_WEIGHT } from './limits.ts'
import type { RollEntry } from './types.ts'

export type RollRefusal = Refusal<
  | 'roll-malformed'
  | 'roll-unsorted'
  | 'roll-duplicate'
  | 'roll-weight'
  | 'point-malformed'
  | 'point-outside-subgroup'
>

const NEUTRAL = encodePoint(IDENTITY)
const LINE = /^([0-9a-f]{64})(?:,([1-9]\d{0,12}))?$/
const LINES = arrayShape(textShape(2 * POINT_BYTES + 1 + 13), MAX_ROLL_ENTRIES)

/** The Belenios list: sorted; with weights on every line when `weighted`, on none otherwise (all weights must be 1 then). */
export function publicCredentialsJson(entries: readonly RollEntry[], weighted: boolean): string {
  assert(weighted || entries.every(({ weight }) => weight === 1n), 'a roll without weights has weights of 1')
  const lines = [...entries]
    .sort((a, b) => compareCredentials(a.credential, b.credential))
    .map(({ credential, weight }) => toHex(credential) + (weighted ? `,${weight}` : ''))
  return LINES.write(lines)
}

/** The roll of its canonical JSON; every credential is checked to be a point of the subgroup. */
export function parsePublicCredentials(
  json: string,
): Result<{ readonly entries: readonly RollEntry[]; readonly weighted: boolean }, RollRefusal> {
  const lines = decodeJson(LINES, json, MAX_ROLL_JSON)
  if (!lines.ok) return refuse('roll-malformed', lines.error.detail)
  const weighted = lines.value[0]?.includes(',') ?? false
  const entries: RollEntry[] = []
  for (const [index, line] of lines.value.entries()) {
    const entry = parseLine(line, index, weighted)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  const checked = checkEntries(entries)
  return checked.ok ? ok({ entries, weighted }) : checked
}

/** Whether all credentials are points that can be somebody's, ascend, and weigh no more than is allowed; refused with the first fault. */
function checkEntries(entries: readonly RollEntry[]): Result<void, RollRefusal> {
  const refusals = pointRefusals(entries.map(({ credential }) => credential))
  let total = 0n
  for (const [index, { credential, weight }] of entries.entries()) {
    const place = `line ${index + 1}`
    const refusal = refusals[index]
    if (refusal !== undefined) return refuse(refusal.code, `${place}: ${refusal.detail}`)
    if (equalBytes(credential, NEUTRAL)) return refuse('roll-malformed', `${place} is the neutral element`)
    const order = index === 0 ? -1 : compareCredentials(entries[index - 1]!.credential, credential)
    if (order === 0) return refuse('roll-duplicate', `${place} repeats a credential`)
    if (order > 0) return refuse('roll-unsorted', `${place} is out of order`)
    total += weight
  }
  return total > MAX_TOTAL_WEIGHT
    ? refuse('roll-weight', `a total weight of ${total}, at most ${MAX_TOTAL_WEIGHT}`)
    : ok(undefined)
}

/** The order of a roll: encoded points as little-endian numbers. Negative, zero or positive. */
export function compareCredentials(a: Uint8Array, b: Uint8Array): number {
  for (let i = POINT_BYTES - 1; i >= 0; i--) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return 0
}

function parseLine(line: string, index: number, weighted: boolean): Result<RollEntry, RollRefusal> {
  const place = `line ${index + 1}`
  const [, text, weight] = LINE.exec(line) ?? []
  const credential = text === undefined ? undefined : fromHex(text, POINT_BYTES)
  if (credential === undefined) return refuse('roll-malformed', `${place} is not "point" or "point,weight"`)
  if ((weight !== undefined) !== weighted)
    return refuse('roll-weight', `${place}: weights stand on every line or on none`)
  return ok({ credential, weight: weight === undefined ? 1n : BigInt(weight) })
}
