/** A prepare or a commit arrives. */
import { MAX_ROUNDS_AHEAD, MAX_ROUNDS_BEHIND } from './limits.ts'
import { isSigned } from './message.ts'
import { quorum } from './quorum.ts'
import { convict, fire, refuseMessage, type Turn } from './turn.ts'
import type { Certificate, Signed } from './types.ts'
import { decidedBlock, noveltyOf, votesOf, withEntry, withVotes } from './votes.ts'

/** Counts the vote in its round, which may be ours, an earlier or a later one within the window [R19]. */
export function onVote(turn: Turn, signed: Signed<'prepare'> | Signed<'commit'>): void {
  const { round } = signed.statement
  const { state } = turn
  if (round > state.round + MAX_ROUNDS_AHEAD) {
    fire(turn, 'R19')
    refuseMessage(turn, signed, 'round-too-far', `round ${round} while we are in round ${state.round}`)
    return
  }
  if (round < state.round - MAX_ROUNDS_BEHIND) {
    fire(turn, 'R19')
    return
  }
  const novelty = noveltyOf(state, signed)
  if (novelty.is === 'contradiction') convict(turn, novelty.earlier, signed)
  if (novelty.is !== 'new') return
  const votes = votesOf(state, round)
  if (isSigned('prepare', signed)) {
    const prepares = withEntry(votes.prepares, signed.validator, signed)
    turn.state = withVotes(state, round, { ...votes, prepares })
  } else {
    const commits = withEntry(votes.commits, signed.validator, signed)
    turn.state = withVotes(state, round, { ...votes, commits })
    finalise(turn, round)
  }
}

/** A quorum of commits for a block in any one round is final, whatever else we know of that block [R11]. */
function finalise(turn: Turn, round: number): void {
  const { state } = turn
  const decided = decidedBlock(votesOf(state, round).commits, quorum(state.n))
  if (decided === undefined) return
  fire(turn, 'R1', 'R11')
  const signatures = decided.votes.map(({ validator, signature }) => ({ validator, signature }))
  const certificate: Certificate = { height: state.height, round, blockId: decided.blockId, signatures }
  turn.state = { ...state, finalised: certificate }
  turn.effects.push({ type: 'finalise', certificate })
}
