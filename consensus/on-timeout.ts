/** The timer of a round runs out [R12] [R13]. */
import { MAX_ROUND } from './limits.ts'
import { preparedKey } from './state.ts'
import { askForRound, enterRound, fire, startTimer, type Turn } from './turn.ts'
import type { Signed } from './types.ts'
import { votesOf } from './votes.ts'

/**
 * We leave our round for the next, unless too few others are known to be here yet: then we repeat our round change and wait
 * on. One whose round change did not come back (the last-signed record refused it) does not wait: nobody can hear it here.
 */
export function onTimeout(turn: Turn, round: number): void {
  const { state } = turn
  if (!state.isBegun || state.self === undefined || round !== state.round) return
  const ours = votesOf(state, round).roundChanges.get(state.self)
  if ((!state.isSupported && ours !== undefined) || round === MAX_ROUND) {
    fire(turn, 'R13')
    if (ours !== undefined) repeat(turn, ours)
    startTimer(turn)
    return
  }
  fire(turn, 'R12')
  enterRound(turn, round + 1)
  askForRound(turn)
}

function repeat(turn: Turn, signed: Signed<'roundChange'>): void {
  const { prepared } = signed.statement
  const prepares = prepared === undefined ? [] : (turn.state.certificates.get(preparedKey(prepared)) ?? [])
  turn.effects.push({ type: 'resend', message: { kind: 'roundChange', signed, prepares } })
}
