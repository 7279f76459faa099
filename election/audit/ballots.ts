/**
 * A11 to A14: the ballots, every one of them, also those that a later ballot of the same credential replaced.
 *
 * What makes a copied ballot invalid are its proofs: the credential is in every challenge, so ciphertexts copied from
 * another voter cannot be proven under another credential (T03, T04). Equal ciphertexts alone are no fault: whoever holds
 * two credentials can use the same randomness for both, and an election must not become invalid by it.
 */
import { toHex } from '../../base/index.ts'
import { parseBallot } from '../ballot-json.ts'
import { addToTally, emptyTally } from '../tally.ts'
import type { Ballot, BallotRefusalCode, Election, EncryptedTally } from '../types.ts'
import { ballotFaults, type verifyBallot } from '../verify-ballot.ts'
import type { Board, PlacedEvent } from './board.ts'
import type { Findings } from './findings.ts'
import type { SetupParts } from './setup.ts'

/** What the ballots come to: the last good one of each credential. */
export interface CountedBallots {
  readonly tally: EncryptedTally
  readonly count: number
  readonly totalWeight: bigint
}

/** Tells how far the verification of ballots has come. */
export type Progress = (ballotsVerified: number, ballots: number) => void

/** Answers as `verifyBallot` does. */
export type Verify = typeof verifyBallot

/** How the ballots are verified. */
export interface BallotAuditOptions {
  readonly onProgress: Progress | undefined
  readonly verify: Verify
}

const FORM: readonly BallotRefusalCode[] = ['wrong-election', 'wrong-shape']

/** Verifies every ballot; answers what they come to, where election and roll are known. */
export function auditBallots(
  board: Board,
  { election, weights }: SetupParts,
  findings: Findings,
  { onProgress, verify }: BallotAuditOptions,
): CountedBallots | undefined {
  const placed = board.events.filter(({ event }) => event.type === 'Ballot')
  if (election === undefined) findings.unchecked('A14', 'the election cannot be used')
  if (weights === undefined) findings.unchecked('A12', 'the roll cannot be used')
  const credentials = takeBallots(board, placed, findings)
  const last = new Map(credentials.map((credential, index) => [credential, index]))
  let tally = emptyTally(election?.questions ?? [])
  let [count, totalWeight] = [0, 0n]
  for (const [index, { event, place }] of placed.entries()) {
    const credential = credentials[index]
    const ballot = event.payload === undefined ? undefined : parseBallot(board.read(event.payload) ?? '')
    if (credential === undefined || ballot?.ok !== true) continue
    const weight = weights?.get(credential)
    if (weights !== undefined && weight === undefined)
      findings.fail('A12', `${place}: credential ${credential} is not on the roll`)
    const isGood = election !== undefined && isGoodBallot(election, ballot.value, { place, verify, findings })
    onProgress?.(index + 1, placed.length)
    if (!isGood || weight === undefined || last.get(credential) !== index) continue
    tally = addToTally(tally, ballot.value, weight)
    count += 1
    totalWeight += weight
  }
  return election === undefined || weights === undefined ? undefined : { tally, count, totalWeight }
}

/** A11 and A13 for the form of each ballot; answers its credential, or undefined where it cannot be read. */
function takeBallots(
  board: Board,
  placed: readonly PlacedEvent[],
  findings: Findings,
): readonly (string | undefined)[] {
  const firsts = new Map<string, string>()
  return placed.map((by) => {
    const hash = by.event.payload
    if (hash === undefined) return undefined
    const first = firsts.get(toHex(hash))
    if (first !== undefined) findings.fail('A13', `${by.place}: the ballot of ${first} again`)
    firsts.set(toHex(hash), first ?? by.place)
    const json = board.take(hash, by, 'ballot')
    if (json === undefined) findings.fail('A11', `${by.place}: the ballot is missing`)
    const ballot = json === undefined ? undefined : parseBallot(json)
    if (ballot?.ok === false) findings.fail('A11', `${by.place}: ${ballot.error.detail}`)
    return ballot?.ok === true ? toHex(ballot.value.credential) : undefined
  })
}

/** The verdict is the verifier's; where it is a refusal, every fault is looked for. */
function isGoodBallot(
  election: Election,
  ballot: Ballot,
  {
    place,
    verify,
    findings,
  }: { readonly place: string; readonly verify: Verify; readonly findings: Findings },
): boolean {
  const verdict = verify(election, ballot)
  if (verdict.ok) return true
  const faults = ballotFaults(election, ballot)
  for (const { code, detail } of faults.length === 0 ? [verdict.error] : faults)
    findings.fail(FORM.includes(code) ? 'A11' : 'A14', `${place}: ${code}: ${detail}`)
  return false
}
