/**
 * The result (specification 4.21): partial decryptions combined to [m]G for every ciphertext, and its logarithm m.
 *
 * For a `Single` item the factor is the trustee's own; for a `Pedersen` item it is interpolated from the first `threshold`
 * of its members' factors, in the order of their numbers; any others give the same.
 */
import { assert, concatAll, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { arithmetic, modOrder, ORDER, type Point } from '../crypto/index.ts'
import { arrayShape, decodeJson, objectShape, type Shape } from './json.ts'
import { MAX_CHOICES, MAX_QUESTIONS, MAX_TOTAL_WEIGHT } from './limits.ts'
import { createLogarithms } from './logarithm.ts'
import { invert } from './modular.ts'
import { naturalShape } from './natural.ts'
import type { Counts, EncryptedTally, PartialDecryption, TrusteeKind } from './types.ts'

/** A VERIFIED partial decryption and the number of its trustee, from 1. */
export interface OwnedDecryption {
  readonly owner: number
  readonly decryption: PartialDecryption
}

const resultShape: Shape<{ readonly result: Counts }> = objectShape({
  result: arrayShape(arrayShape(naturalShape(MAX_TOTAL_WEIGHT), MAX_CHOICES), MAX_QUESTIONS),
})

/** Whether `computeResult` has what it needs from these owners. */
export function canCombine(trustees: readonly TrusteeKind[], owners: ReadonlySet<number>): boolean {
  return missingDecryptions(trustees, owners).length === 0
}

/** The items of the trustees that lack decryptions from these owners, a sentence each; empty when they can be combined. */
export function missingDecryptions(
  trustees: readonly TrusteeKind[],
  owners: ReadonlySet<number>,
): readonly string[] {
  return items(trustees).flatMap(({ members, threshold }, index) => {
    const count = present(members, owners).length
    const who = members.length === 1 ? `trustee ${members[0]}` : `trustees ${members[0]} to ${members.at(-1)}`
    return count >= threshold ? [] : [`item ${index + 1} (${who}): ${count} of ${threshold} decryptions`]
  })
}

/** Combines VERIFIED partial decryptions (Lagrange inside Pedersen items) and solves the logarithms up to `totalWeight`. */
export function computeResult(
  trustees: readonly TrusteeKind[],
  tally: EncryptedTally,
  decryptions: readonly OwnedDecryption[],
  totalWeight: bigint,
): Result<Counts, Refusal<'not-enough-decryptions' | 'logarithm-not-found'>> {
  if (totalWeight > MAX_TOTAL_WEIGHT)
    return refuse('logarithm-not-found', `total weight ${totalWeight}, at most ${MAX_TOTAL_WEIGHT}`)
  const points = combineDecryptions(trustees, tally, decryptions)
  if (!points.ok) return points
  const ciphertexts = points.value.reduce((total, row) => total + row.length, 0)
  const logarithms = createLogarithms(totalWeight, Math.max(1, ciphertexts))
  const counts: (readonly bigint[])[] = []
  for (const [question, row] of points.value.entries()) {
    const found: bigint[] = []
    for (const [choice, point] of row.entries()) {
      const count = logarithms.find(point)
      if (count === undefined)
        return refuse(
          'logarithm-not-found',
          `question ${question + 1}, choice ${choice + 1}: no count up to ${totalWeight}`,
        )
      found.push(count)
    }
    counts.push(found)
  }
  return ok(counts)
}

/** [m]G for every question and choice: the tally's betas without the combined decryption factors. */
export function combineDecryptions(
  trustees: readonly TrusteeKind[],
  tally: EncryptedTally,
  decryptions: readonly OwnedDecryption[],
): Result<readonly (readonly Point[])[], Refusal<'not-enough-decryptions'>> {
  const byOwner = new Map<number, PartialDecryption>()
  for (const { owner, decryption } of decryptions) if (!byOwner.has(owner)) byOwner.set(owner, decryption)
  const shares: { readonly decryption: PartialDecryption; readonly coefficient: bigint }[] = []
  const available = new Set(byOwner.keys())
  const missing = missingDecryptions(trustees, available)
  if (missing.length > 0) return refuse('not-enough-decryptions', missing.join('; '))
  for (const { members, threshold } of items(trustees)) {
    const owners = present(members, available)
    const chosen = owners.slice(0, threshold)
    const numbers = chosen.map((owner) => owner - members[0]! + 1)
    for (const [at, owner] of chosen.entries())
      shares.push({ decryption: byOwner.get(owner)!, coefficient: lagrange(numbers, numbers[at]!) })
  }
  const betas = tally.ciphertexts.flatMap((row) => row.map(({ beta }) => beta))
  const rows = shares.map(({ decryption, coefficient }) => ({
    points: concatAll(decryption.factors.flat()),
    weight: -coefficient,
  }))
  const points = arithmetic().addWeighted(betas, rows)
  assert(points !== undefined, 'the factors of a verified decryption are points')
  let next = 0
  return ok(tally.ciphertexts.map((row) => row.map(() => points[next++]!)))
}

/** The Lagrange coefficient at 0 of one number among several (4.21). */
function lagrange(numbers: readonly number[], own: number): bigint {
  let [numerator, denominator] = [1n, 1n]
  for (const other of numbers) {
    if (other === own) continue
    numerator *= BigInt(other)
    denominator *= BigInt(other - own)
  }
  return modOrder(numerator * invert(denominator, ORDER))
}

interface Item {
  /** Owner numbers of the item's trustees, consecutive. */
  readonly members: readonly number[]
  readonly threshold: number
}

function items(trustees: readonly TrusteeKind[]): readonly Item[] {
  let next = 1
  return trustees.map((item) => {
    const size = item.kind === 'single' ? 1 : item.parameters.verificationKeys.length
    const members = Array.from({ length: size }, (_, index) => next + index)
    next += size
    return { members, threshold: item.kind === 'single' ? 1 : item.parameters.threshold }
  })
}

const present = (members: readonly number[], owners: ReadonlySet<number>): readonly number[] =>
  members.filter((member) => owners.has(member))

/** The result's JSON. */
export function resultJson(counts: Counts): string {
  return resultShape.write({ result: counts })
}

/** A result of canonical JSON. */
export function parseResult(json: string): Result<Counts, Refusal<'result-malformed'>> {
  const result = decodeJson(resultShape, json, MAX_CHOICES * 32)
  return result.ok ? ok(result.value.result) : refuse('result-malformed', result.error.detail)
}
