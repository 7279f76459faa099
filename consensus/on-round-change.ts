/** A round change arrives [R14]. */
import { roundChangeFlaw } from './justification.ts'
import { MAX_ROUNDS_AHEAD, MAX_ROUNDS_BEHIND } from './limits.ts'
import { preparedKey } from './state.ts'
import { convict, fire, refuseMessage, type Turn, withNeededCertificates } from './turn.ts'
import type { Message, Signed } from './types.ts'
import { noveltyOf, votesOf, withEntry, withVotes } from './votes.ts'

/**
 * Keeps a justified round change. Above the window only the highest of each validator is kept, so that one who was away is
 * still pulled forward from however far behind, within bounded memory [R15] [R19].
 */
export function onRoundChange(turn: Turn, message: Message & { kind: 'roundChange' }): void {
  const { signed } = message
  const { round } = signed.statement
  if (round < turn.state.round - MAX_ROUNDS_BEHIND) {
    fire(turn, 'R19')
    return
  }
  const novelty = noveltyOf(turn.state, signed)
  if (novelty.is === 'contradiction') convict(turn, novelty.earlier, signed)
  if (novelty.is !== 'new') return
  fire(turn, 'R14')
  const flaw = roundChangeFlaw(message, turn.state.n)
  if (flaw !== undefined) {
    refuseMessage(turn, signed, 'unjustified-round-change', flaw)
    return
  }
  const isKept = round > turn.state.round + MAX_ROUNDS_AHEAD ? keepFar(turn, signed) : keepNear(turn, signed)
  if (isKept) keepCertificate(turn, message)
}

function keepNear(turn: Turn, signed: Signed<'roundChange'>): boolean {
  const { validator, statement } = signed
  const votes = votesOf(turn.state, statement.round)
  const roundChanges = withEntry(votes.roundChanges, validator, signed)
  turn.state = withVotes(turn.state, statement.round, { ...votes, roundChanges })
  noteAsked(turn, signed)
  return true
}

function keepFar(turn: Turn, signed: Signed<'roundChange'>): boolean {
  fire(turn, 'R19')
  const { validator, statement } = signed
  const before = turn.state.farRoundChanges.get(validator)
  if (before !== undefined && before.statement.round > statement.round) return false
  turn.state = { ...turn.state, farRoundChanges: withEntry(turn.state.farRoundChanges, validator, signed) }
  noteAsked(turn, signed)
  return true
}

function noteAsked(turn: Turn, { validator, statement }: Signed<'roundChange'>): void {
  const { askedRounds } = turn.state
  if ((askedRounds[validator] ?? 0) >= statement.round) return
  turn.state = { ...turn.state, askedRounds: askedRounds.with(validator, statement.round) }
}

/** One certificate a prepared block is enough: any quorum of prepares proves the same. */
function keepCertificate(turn: Turn, message: Message & { kind: 'roundChange' }): void {
  const { prepared } = message.signed.statement
  if (prepared !== undefined && !turn.state.certificates.has(preparedKey(prepared))) {
    const certificates = withEntry(turn.state.certificates, preparedKey(prepared), message.prepares)
    turn.state = { ...turn.state, certificates }
  }
  turn.state = withNeededCertificates(turn.state)
}
