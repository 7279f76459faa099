/** What an operator sees of a height: who said what in which round. */
import { proposerOf } from './quorum.ts'
import type { State } from './state.ts'
import type { HeightReport } from './types.ts'
import { votesOf } from './votes.ts'

/** The report on a height; rounds and validators ascend. */
export function report(state: State): HeightReport {
  const rounds = [...state.rounds].sort(([a], [b]) => a - b)
  return {
    height: state.height,
    round: state.round,
    proposer: proposerOf(state.height, state.round, state.n),
    phase: phaseOf(state),
    rounds: rounds.map(([round, votes]) => ({
      round,
      ...(votes.proposal && { proposal: votes.proposal.statement.blockId }),
      prepares: sorted(votes.prepares),
      commits: sorted(votes.commits),
      roundChanges: sorted(votes.roundChanges),
    })),
  }
}

function phaseOf(state: State): HeightReport['phase'] {
  if (state.finalised !== undefined) return 'finalised'
  if (!state.isBegun) return 'waiting-for-work'
  if (state.prepared?.round === state.round) return 'committing'
  const proposal = votesOf(state, state.round).proposal
  if (proposal === undefined) return 'waiting-for-proposal'
  return state.blocks.get(proposal.statement.blockId) === 'checking' ? 'checking' : 'preparing'
}

function sorted(votes: ReadonlyMap<number, unknown>): readonly number[] {
  return [...votes.keys()].sort((a, b) => a - b)
}
