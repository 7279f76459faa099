/**
 * A15 to A18: from the end of the voting to the result (specification 4.18 to 4.21), as far as the archive goes.
 *
 * Every logarithm is checked by [m]G = P instead of being solved again, so an audit needs no table. Decryptions are verified
 * against the tally in the archive, so that each check speaks for itself; that this tally is the right one is A15.
 */
import { combination, GENERATOR } from '../../crypto/index.ts'
import { decryptionProblems, parsePartialDecryption } from '../decryption.ts'
import { parseOwned } from '../events.ts'
import {
  canCombine,
  combineDecryptions,
  missingDecryptions,
  type OwnedDecryption,
  parseResult,
} from '../result.ts'
import { differingCiphertexts, parseSizedTally, parseTally } from '../tally.ts'
import { verificationKeys } from '../trustees.ts'
import type { Counts, Election, EncryptedTally, EventType, TrusteeKind } from '../types.ts'
import type { CountedBallots } from './ballots.ts'
import type { Board, PlacedEvent } from './board.ts'
import type { Findings } from './findings.ts'
import type { SetupParts } from './setup.ts'

const NOT_YET = 'not there yet'

/** Verifies tally, decryptions and result; answers the result that the archive claims. */
export function auditOutcome(
  board: Board,
  { election, trustees }: SetupParts,
  counted: CountedBallots | undefined,
  findings: Findings,
): Counts | undefined {
  const all = (type: EventType): readonly PlacedEvent[] =>
    board.events.filter(({ event }) => event.type === type)
  const tallies = all('EncryptedTally')
  if (tallies.length === 0) findings.note('A15', NOT_YET)
  const tally = tallies.map((event) => auditTally(board, event, counted, findings))[0]
  const decryptions = auditDecryptions(
    board,
    all('PartialDecryption'),
    { election, trustees },
    tally,
    findings,
  )
  const results = all('Result')
  checkEnough(trustees, decryptions, results.length > 0, findings)
  if (results.length === 0) findings.note('A18', NOT_YET)
  return results.map((event) => auditResult(board, event, trustees, tally, decryptions, findings))[0]
}

function auditTally(
  board: Board,
  by: PlacedEvent,
  counted: CountedBallots | undefined,
  findings: Findings,
): EncryptedTally | undefined {
  const fail = (what: string): void => findings.fail('A15', `${by.place}: ${what}`)
  const sized = parseSizedTally(payload(board, by, 'payload') ?? '')
  if (!sized.ok) {
    fail(sized.error.detail)
    return undefined
  }
  const { num_tallied: numTallied, total_weight: totalWeight, encrypted_tally: hash } = sized.value
  const tally = parseTally(board.take(hash, by, 'the tally') ?? '')
  if (!tally.ok) fail(tally.error.detail)
  if (counted === undefined) {
    findings.unchecked('A15', 'the ballots cannot be counted')
    return tally.ok ? tally.value : undefined
  }
  if (numTallied !== counted.count) fail(`num_tallied is ${numTallied}, ${counted.count} ballots count`)
  if (totalWeight !== counted.totalWeight)
    fail(`total_weight is ${totalWeight}, the ballots weigh ${counted.totalWeight}`)
  if (!tally.ok) return undefined
  for (const { question, choice } of differingCiphertexts(tally.value, counted.tally))
    fail(`question ${question + 1}, choice ${choice + 1}: not the sum of the ballots`)
  return tally.value
}

function auditDecryptions(
  board: Board,
  events: readonly PlacedEvent[],
  setup: { readonly election: Election | undefined; readonly trustees: readonly TrusteeKind[] | undefined },
  tally: EncryptedTally | undefined,
  findings: Findings,
): readonly OwnedDecryption[] {
  const good: OwnedDecryption[] = []
  const firsts = new Map<number, string>()
  const keys = setup.trustees === undefined ? undefined : verificationKeys(setup.trustees)
  for (const by of events) {
    const fail = (what: string): void => findings.fail('A16', `${by.place}: ${what}`)
    const owned = parseOwned(payload(board, by, 'payload') ?? '')
    if (!owned.ok) {
      fail(owned.error.detail)
      continue
    }
    const { owner, payload: hash } = owned.value
    const decryption = parsePartialDecryption(board.take(hash, by, 'the decryption') ?? '')
    if (!decryption.ok) fail(decryption.error.detail)
    const first = firsts.get(owner)
    if (first !== undefined) fail(`trustee ${owner} decrypted in ${first} already`)
    firsts.set(owner, first ?? by.place)
    const key = keys?.[owner - 1]
    if (keys !== undefined && key === undefined) fail(`there is no trustee ${owner}`)
    if (setup.election === undefined || keys === undefined || tally === undefined)
      findings.unchecked('A16', `${by.place}: the election, the trustees or the tally cannot be used`)
    else if (decryption.ok && key !== undefined) {
      const problems = [...decryptionProblems(setup.election, tally, key, decryption.value)]
      for (const { detail } of problems) fail(`trustee ${owner}: ${detail}`)
      if (problems.length === 0 && first === undefined) good.push({ owner, decryption: decryption.value })
    }
  }
  return good
}

function checkEnough(
  trustees: readonly TrusteeKind[] | undefined,
  decryptions: readonly OwnedDecryption[],
  isNeeded: boolean,
  findings: Findings,
): void {
  if (trustees === undefined) {
    if (isNeeded) findings.unchecked('A17', 'the trustees cannot be used')
    else findings.note('A17', NOT_YET)
    return
  }
  for (const missing of missingDecryptions(trustees, new Set(decryptions.map(({ owner }) => owner))))
    if (isNeeded) findings.fail('A17', missing)
    else findings.note('A17', `${NOT_YET}: ${missing}`)
}

function auditResult(
  board: Board,
  by: PlacedEvent,
  trustees: readonly TrusteeKind[] | undefined,
  tally: EncryptedTally | undefined,
  decryptions: readonly OwnedDecryption[],
  findings: Findings,
): Counts | undefined {
  const fail = (what: string): void => findings.fail('A18', `${by.place}: ${what}`)
  const result = parseResult(payload(board, by, 'payload') ?? '')
  if (!result.ok) {
    fail(result.error.detail)
    return undefined
  }
  const counts = result.value
  const owners = new Set(decryptions.map(({ owner }) => owner))
  if (trustees === undefined || tally === undefined || !canCombine(trustees, owners)) {
    findings.unchecked('A18', 'the trustees, the tally or enough good decryptions are missing')
    return counts
  }
  const points = combineDecryptions(trustees, tally, decryptions)
  if (!points.ok) {
    findings.unchecked('A18', points.error.detail)
    return counts
  }
  const shape = (rows: readonly (readonly unknown[])[]): string => rows.map((row) => row.length).join(',')
  if (shape(counts) !== shape(points.value))
    fail(`${shape(counts)} counts for ${shape(points.value)} choices`)
  for (const [question, row] of points.value.entries())
    for (const [choice, point] of row.entries()) {
      const count = counts[question]?.[choice]
      if (count !== undefined && !combination([[GENERATOR, count]]).equals(point))
        fail(`question ${question + 1}, choice ${choice + 1}: ${count} is not what was decrypted`)
    }
  return counts
}

function payload(board: Board, by: PlacedEvent, what: string): string | undefined {
  return by.event.payload === undefined ? undefined : board.take(by.event.payload, by, what)
}
