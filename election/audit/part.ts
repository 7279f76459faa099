/**
 * A part of an audit's work, for one of several cores: which of an archive's ballots are good. Whoever collects the parts hands
 * `auditArchive` a verifier that knows them; it still reads everything itself, and verifies what no part found good.
 */
import { toHex } from '../../base/index.ts'
import { ballotId } from '../ballot.ts'
import { parseBallot } from '../ballot-json.ts'
import { parseElection } from '../election.ts'
import { parseSetup } from '../events.ts'
import type { Ballot, Election } from '../types.ts'
import { verifyBallots } from '../verify-ballot.ts'
import { BALLOTS_AT_ONCE, type Verify } from './ballots.ts'
import { type Board, openBoard } from './board.ts'
import { createFindings } from './findings.ts'

/** Some ballots that were looked at. */
export interface BallotsSeen {
  readonly count: number
  /** Names of the good ones, as {@link verifierOf} wants them. */
  readonly good: readonly string[]
}

/** Verifies every `parts`-th ballot of an archive, beginning with number `part`, some at a time. Never throws for what it reads. */
export function* goodBallots(bytes: Uint8Array, part: number, parts: number): Generator<BallotsSeen> {
  const board = openBoard(bytes, createFindings())
  const election = board === undefined ? undefined : electionOf(board)
  if (board === undefined || election === undefined) return
  const placed = board.events.filter(({ event }) => event.type === 'Ballot')
  const mine = placed.filter((_, index) => index % parts === part)
  for (let from = 0; from < mine.length; from += BALLOTS_AT_ONCE) {
    const some = mine.slice(from, from + BALLOTS_AT_ONCE)
    const ballots = some.flatMap(({ event: { payload } }): Ballot[] => {
      const ballot = payload === undefined ? undefined : parseBallot(board.read(payload) ?? '')
      return ballot?.ok === true ? [ballot.value] : []
    })
    const verdicts = verifyBallots(election, ballots)
    const good = ballots.filter((_, index) => verdicts[index]!.ok)
    yield { count: some.length, good: good.map((ballot) => nameOf(election, ballot)) }
  }
}

/** A verifier for `auditArchive` that has nothing left to do for ballots that were found good. */
export function verifierOf(good: ReadonlySet<string>): Verify {
  return (election, ballots) => {
    const unknown = ballots.filter((ballot) => !good.has(nameOf(election, ballot)))
    const verdicts = verifyBallots(election, unknown)
    let next = 0
    return ballots.map((ballot) =>
      good.has(nameOf(election, ballot)) ? { ok: true, value: undefined } : verdicts[next++]!,
    )
  }
}

/** Binds a ballot to the election that it was verified for. */
function nameOf(election: Election, ballot: Ballot): string {
  return `${toHex(election.hash)} ${toHex(ballotId(ballot))}`
}

function electionOf(board: Board): Election | undefined {
  const placed = board.events.find(({ event }) => event.type === 'Setup')
  const setup = parseSetup(board.read(placed?.event.payload ?? new Uint8Array()) ?? '')
  const election = setup.ok ? parseElection(board.read(setup.value.election) ?? '') : undefined
  return election?.ok === true ? election.value : undefined
}
