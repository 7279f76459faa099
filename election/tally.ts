/**
 * The encrypted tally (specification 4.18): for each question and choice the product of the ballots' ciphertexts, each raised to
 * its voter's weight. It is kept current ballot by ballot: a ballot that a later one replaces is taken out with its weight
 * negated, which gives the same group element as if it had never been added.
 *
 * With no ballot at all every ciphertext is a pair of neutral elements; the official tool writes, verifies and decrypts
 * such a tally (tried), and so it is here.
 */
import { assert, concat, concatAll, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { arithmetic, decodePoint, encodePoint, IDENTITY, POINT_BYTES } from '../crypto/index.ts'
import {
  arrayShape,
  decodeJson,
  hashShape,
  integerShape,
  objectShape,
  pointShape,
  type Shape,
} from './json.ts'
import { MAX_ARCHIVE_FILES, MAX_CHOICES, MAX_QUESTIONS, MAX_TALLY_JSON, MAX_TOTAL_WEIGHT } from './limits.ts'
import { naturalShape } from './natural.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, Ciphertext, EncryptedTally, Question } from './types.ts'

/** The payload of the EncryptedTally event. */
export interface SizedTally {
  readonly num_tallied: number
  readonly total_weight: bigint
  readonly encrypted_tally: Uint8Array
}

const CIPHERTEXT_BYTES = 2 * POINT_BYTES
const NEUTRAL: Ciphertext = { alpha: IDENTITY, beta: IDENTITY }

const ciphertextShape: Shape<Ciphertext> = objectShape({ alpha: pointShape, beta: pointShape })
const tallyShape: Shape<readonly (readonly Ciphertext[])[]> = arrayShape(
  arrayShape(ciphertextShape, MAX_CHOICES),
  MAX_QUESTIONS,
)
const sizedTallyShape: Shape<SizedTally> = objectShape({
  num_tallied: integerShape(0, MAX_ARCHIVE_FILES),
  total_weight: naturalShape(MAX_TOTAL_WEIGHT),
  encrypted_tally: hashShape,
})

/** The tally of no ballots. */
export function emptyTally(questions: readonly Question[]): EncryptedTally {
  return {
    ciphertexts: questions.map((question) => new Array<Ciphertext>(choiceCount(question)).fill(NEUTRAL)),
  }
}

/** A VERIFIED ballot and how much it counts: its voter's weight, or minus that where it is taken out again. */
export interface WeightedBallot {
  readonly ballot: Ballot
  readonly weight: bigint
}

/**
 * Adds VERIFIED ballots, as many as are at hand: together they cost less than one after the other. The points are decoded without the
 * subgroup check, which `verifyBallot` has done: an unverified ballot must not come here.
 */
export function addBallots(tally: EncryptedTally, ballots: readonly WeightedBallot[]): EncryptedTally {
  if (ballots.length === 0) return tally
  const counts = tally.ciphertexts.map((sums) => sums.length)
  const rows = ballots.map(({ ballot, weight }) => ({ points: choicePoints(ballot, counts), weight }))
  const sums = arithmetic().addWeighted(
    tally.ciphertexts.flatMap((row) => row.flatMap(({ alpha, beta }) => [alpha, beta])),
    rows,
  )
  assert(sums !== undefined, 'the points of a verified ballot are on the curve')
  let next = 0
  return {
    ciphertexts: tally.ciphertexts.map((row) =>
      row.map(() => ({ alpha: sums[next++]!, beta: sums[next++]! })),
    ),
  }
}

/** Adds a VERIFIED ballot with its weight, or takes it out with a negative one; see {@link addBallots}. */
export function addToTally(tally: EncryptedTally, ballot: Ballot, weight: bigint): EncryptedTally {
  return addBallots(tally, [{ ballot, weight }])
}

/** Alpha and beta of each choice of each question, one after the other. */
function choicePoints({ answers }: Ballot, counts: readonly number[]): Uint8Array {
  assert(
    answers.length === counts.length && answers.every(({ choices }, i) => choices.length === counts[i]),
    'a verified ballot has the shape of its tally',
  )
  return concatAll(answers.flatMap(({ choices }) => choices.flatMap(({ alpha, beta }) => [alpha, beta])))
}

/** Where two tallies differ; a question or choice that only one of them has counts. */
export function differingCiphertexts(
  a: EncryptedTally,
  b: EncryptedTally,
): readonly { readonly question: number; readonly choice: number }[] {
  const places: { readonly question: number; readonly choice: number }[] = []
  for (let question = 0; question < Math.max(a.ciphertexts.length, b.ciphertexts.length); question++) {
    const left = a.ciphertexts[question] ?? []
    const right = b.ciphertexts[question] ?? []
    for (let choice = 0; choice < Math.max(left.length, right.length); choice++) {
      const [x, y] = [left[choice], right[choice]]
      if (x === undefined || y === undefined || !x.alpha.equals(y.alpha) || !x.beta.equals(y.beta))
        places.push({ question, choice })
    }
  }
  return places
}

/** The tally's JSON. */
export function tallyJson(tally: EncryptedTally): string {
  return tallyShape.write(tally.ciphertexts)
}

/** A tally of canonical JSON, its points checked; its shape is not compared with any questions. */
export function parseTally(json: string): Result<EncryptedTally, Refusal<'tally-malformed'>> {
  const ciphertexts = decodeJson(tallyShape, json, MAX_TALLY_JSON)
  return ciphertexts.ok
    ? ok({ ciphertexts: ciphertexts.value })
    : refuse('tally-malformed', ciphertexts.error.detail)
}

/** The ciphertexts' 64 bytes one after the other, question by question (SSZ vectors of fixed size need no more). */
export function encodeTally(tally: EncryptedTally): Uint8Array {
  return concat(
    ...tally.ciphertexts.flatMap((sums) =>
      sums.flatMap(({ alpha, beta }) => [encodePoint(alpha), encodePoint(beta)]),
    ),
  )
}

/** The tally of these questions out of {@link encodeTally}'s bytes, every point checked. */
export function decodeTally(
  questions: readonly Question[],
  bytes: Uint8Array,
): Result<EncryptedTally, Refusal<'tally-malformed'>> {
  const counts = questions.map(choiceCount)
  const expected = CIPHERTEXT_BYTES * counts.reduce((total, count) => total + count, 0)
  if (bytes.length !== expected)
    return refuse('tally-malformed', `a tally of ${expected} bytes has ${bytes.length}`)
  const ciphertexts: (readonly Ciphertext[])[] = []
  let at = 0
  for (const count of counts) {
    const sums: Ciphertext[] = []
    for (let choice = 0; choice < count; choice++, at += CIPHERTEXT_BYTES) {
      const alpha = decodePoint(bytes.subarray(at, at + POINT_BYTES))
      const beta = decodePoint(bytes.subarray(at + POINT_BYTES, at + CIPHERTEXT_BYTES))
      if (!alpha.ok) return refuse('tally-malformed', `byte ${at}: ${alpha.error.detail}`)
      if (!beta.ok) return refuse('tally-malformed', `byte ${at + POINT_BYTES}: ${beta.error.detail}`)
      sums.push({ alpha: alpha.value, beta: beta.value })
    }
    ciphertexts.push(sums)
  }
  return ok({ ciphertexts })
}

/** The payload of the EncryptedTally event. `tallyHash`: SHA-256 of `tallyJson`. */
export function sizedTallyJson(numTallied: number, totalWeight: bigint, tallyHash: Uint8Array): string {
  return sizedTallyShape.write({
    num_tallied: numTallied,
    total_weight: totalWeight,
    encrypted_tally: tallyHash,
  })
}

/** The payload of an EncryptedTally event out of canonical JSON. */
export function parseSizedTally(json: string): Result<SizedTally, Refusal<'json-malformed'>> {
  return decodeJson(sizedTallyShape, json, 4096)
}
