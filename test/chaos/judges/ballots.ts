/**
 * Ballots: what a receipt had proved is on every board, nothing is there twice or out of nowhere, a later ballot of a voter comes
 * after an earlier one that was final before, and the result is the count in the clear of each credential's last ballot.
 */
import type { BallotFact, CastFact, Violation } from '../facts.ts'

/** A board in its order, and whose it is. */
export interface BoardFact {
  readonly source: string
  readonly ballots: readonly BallotFact[]
}

/** Judges one board. */
export function judgeBoard(board: BoardFact, casts: readonly CastFact[]): readonly Violation[] {
  const violations: Violation[] = []
  const convict = (detail: string): void =>
    void violations.push({ judge: 'ballots', detail: `${board.source}: ${detail}` })
  const made = new Map(casts.map((cast) => [cast.tracker, cast]))
  const places = new Map<string, number>()
  for (const [place, { tracker, credential }] of board.ballots.entries()) {
    if (places.has(tracker)) convict(`ballot ${tracker} is there twice`)
    places.set(tracker, place)
    const cast = made.get(tracker)
    if (cast === undefined) convict(`ballot ${tracker} was made by nobody`)
    else if (cast.credential !== credential) convict(`ballot ${tracker} has another credential`)
  }
  for (const { tracker, finalAt } of casts)
    if (finalAt !== undefined && !places.has(tracker))
      convict(`ballot ${tracker} was reported final and is missing`)
  for (const voter of byCredential(casts).values())
    for (const earlier of voter)
      for (const later of voter) {
        if (earlier.finalAt === undefined || later.begunAt <= earlier.finalAt) continue
        const [first, second] = [places.get(earlier.tracker), places.get(later.tracker)]
        if (first !== undefined && second !== undefined && second < first)
          convict(`ballot ${later.tracker} was cast after ${earlier.tracker} was final and stands before it`)
      }
  return violations
}

/** Judges the result (one question) and how many voted against the board; the last ballot of a credential counts, once. */
export function judgeTally(
  board: BoardFact,
  casts: readonly CastFact[],
  published: { readonly result: readonly number[]; readonly voted: number },
): readonly Violation[] {
  const made = new Map(casts.map((cast) => [cast.tracker, cast]))
  const last = new Map<string, CastFact>()
  for (const { tracker } of board.ballots) {
    const cast = made.get(tracker)
    if (cast !== undefined) last.set(cast.credential, cast)
  }
  const expected = published.result.map((_, answer) =>
    [...last.values()].reduce((sum, { answers }) => sum + (answers[answer] ?? 0), 0),
  )
  const violations: Violation[] = []
  if (expected.join() !== published.result.join())
    violations.push({
      judge: 'tally',
      detail: `the result is ${published.result.join(', ')}, the count in the clear ${expected.join(', ')}`,
    })
  if (published.voted !== last.size)
    violations.push({
      judge: 'tally',
      detail: `${published.voted} have voted by the record, ${last.size} by the board`,
    })
  return violations
}

/** Judges that an archive, of which `payloads` are the hashes in base64, holds every ballot of the board; an audit judges the rest. */
export function judgeArchive(payloads: ReadonlySet<string>, board: BoardFact): readonly Violation[] {
  return board.ballots
    .filter(({ tracker }) => !payloads.has(tracker))
    .map(({ tracker }) => ({
      judge: 'audit',
      detail: `ballot ${tracker} is on the board and not in the archive`,
    }))
}

function byCredential(casts: readonly CastFact[]): ReadonlyMap<string, readonly CastFact[]> {
  const voters = new Map<string, CastFact[]>()
  for (const cast of casts) {
    const voter = voters.get(cast.credential) ?? []
    voter.push(cast)
    voters.set(cast.credential, voter)
  }
  return voters
}
