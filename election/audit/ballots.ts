/**
 * A11 to A14: the ballots, every one of them, also those that a later ballot of the same credential replaced.
 *
 * What makes a copied ballot invalid are its proofs: the credential is in every challenge, so ciphertexts copied from
 * another voter cannot be proven under another credential (T03, T04). Equal ciphertexts alone are no fault: whoever holds
 * two credentials can use the same randomness for both, and an election must not become invalid by it.
 */
import { toHex } from '../../base/index.ts'
import { parseBallot } from '../ballot-json.ts'
import { addBallots, emptyTally, type WeightedBallot } from '../tally.ts'
import type { Ballot, BallotRefusal, BallotRefusalCode, Election, EncryptedTally } from '../types.ts'
import { ballotFaults, type verifyBallots } from '../verify-ballot.ts'
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

/** Answers as `verifyBallots` does. */
export type Verify = typeof verifyBallots

/** How the ballots are verified. */
export interface BallotAuditOptions {
  readonly onProgress: Progress | undefined
  readonly verify: Verify
}

/** Ballots that are verified together: the group arithmetic is shared, and progress is said after each so many. */
export const BALLOTS_AT_ONCE = 32

/** A ballot of the board that could be read. */
interface PlacedBallot {
  readonly ballot: Ballot
  readonly credential: string
  readonly place: string
  readonly index: number
}

const ballotsOf = (read: readonly PlacedBallot[]): readonly Ballot[] => read.map(({ ballot }) => ballot)

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
  for (let from = 0; from < placed.length; from += BALLOTS_AT_ONCE) {
    const read = placed.slice(from, from + BALLOTS_AT_ONCE).flatMap(({ event, place }, i): PlacedBallot[] => {
      const credential = credentials[from + i]
      const ballot = event.payload === undefined ? undefined : parseBallot(board.read(event.payload) ?? '')
      if (credential === undefined || ballot?.ok !== true) return []
      return [{ ballot: ballot.value, credential, place, index: from + i }]
    })
    const verdicts = election === undefined ? [] : verify(election, ballotsOf(read))
    const counting: WeightedBallot[] = []
    for (const [i, { ballot, credential, place, index }] of read.entries()) {
      const weight = weights?.get(credential)
      if (weights !== undefined && weight === undefined)
        findings.fail('A12', `${place}: credential ${credential} is not on the roll`)
      const verdict = verdicts[i]
      if (election === undefined || verdict === undefined) continue
      if (!verdict.ok) sayFaults(election, ballot, { place, verdict, findings })
      if (!verdict.ok || weight === undefined || last.get(credential) !== index) continue
      counting.push({ ballot, weight })
      count += 1
      totalWeight += weight
    }
    tally = addBallots(tally, counting)
    onProgress?.(Math.min(from + BALLOTS_AT_ONCE, placed.length), placed.length)
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

/** Where the verdict is a refusal, every fault is looked for. */
function sayFaults(
  election: Election,
  ballot: Ballot,
  {
    place,
    verdict,
    findings,
  }: {
    readonly place: string
    readonly verdict: { readonly error: BallotRefusal }
    readonly findings: Findings
  },
): void {
  const faults = ballotFaults(election, ballot)
  for (const { code, detail } of faults.length === 0 ? [verdict.error] : faults)
    findings.fail(FORM.includes(code) ? 'A11' : 'A14', `${place}: ${code}: ${detail}`)
}
