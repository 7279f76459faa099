/**
 * Counting votes. Of each validator the first statement for a slot counts; a different second one is handed out as evidence
 * and not counted [R18]. All functions are pure: they return the changed value.
 */

import type { RoundVotes, State } from './state.ts'
import { isSameStatement } from './statement.ts'
import type { BlockId, Signed } from './types.ts'

const NO_VOTES: RoundVotes = { prepares: new Map(), commits: new Map(), roundChanges: new Map() }

/** The votes of a round, none where none came. */
export function votesOf(state: State, round: number): RoundVotes {
  return state.rounds.get(round) ?? NO_VOTES
}

/** What this author already said in this slot, as far as it is kept. */
export function earlierStatement(state: State, signed: Signed): Signed | undefined {
  const { validator, statement } = signed
  const votes = votesOf(state, statement.round)
  switch (statement.kind) {
    case 'proposal':
      return votes.proposal?.validator === validator ? votes.proposal : undefined
    case 'prepare':
      return votes.prepares.get(validator)
    case 'commit':
      return votes.commits.get(validator)
    case 'roundChange': {
      const far = state.farRoundChanges.get(validator)
      return votes.roundChanges.get(validator) ?? (far?.statement.round === statement.round ? far : undefined)
    }
  }
}

/** How a statement stands to what its author said before in the same slot. */
export type Novelty =
  | { readonly is: 'new' | 'repeated' }
  | { readonly is: 'contradiction'; readonly earlier: Signed }

/** Whether this is the author's first statement in its slot, the same again, or another one. */
export function noveltyOf(state: State, signed: Signed): Novelty {
  const earlier = earlierStatement(state, signed)
  if (earlier === undefined) return { is: 'new' }
  return isSameStatement(earlier.statement, signed.statement)
    ? { is: 'repeated' }
    : { is: 'contradiction', earlier }
}

/** The map with one entry more; the old map is untouched. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value)
}

/** The state with these votes for a round. */
export function withVotes(state: State, round: number, votes: RoundVotes): State {
  return { ...state, rounds: withEntry(state.rounds, round, votes) }
}

/** The block that at least `needed` of these votes are for, with those votes in ascending order of validator. */
export function decidedBlock<K extends 'prepare' | 'commit'>(
  votes: ReadonlyMap<number, Signed<K>>,
  needed: number,
): { readonly blockId: BlockId; readonly votes: readonly Signed<K>[] } | undefined {
  if (votes.size < needed) return undefined
  const byBlock = new Map<BlockId, Signed<K>[]>()
  for (const vote of votes.values()) {
    const { blockId } = vote.statement as Signed<'prepare' | 'commit'>['statement']
    const same = byBlock.get(blockId)
    if (same === undefined) byBlock.set(blockId, [vote])
    else same.push(vote)
  }
  for (const [blockId, same] of byBlock) {
    if (same.length >= needed) return { blockId, votes: ascending(same) }
  }
  return undefined
}

/** The votes in ascending order of validator. */
export function ascending<S extends Signed>(votes: Iterable<S>): readonly S[] {
  return [...votes].sort((a, b) => a.validator - b.validator)
}

/** How many of the validators said so; an index that is no validator's counts for nothing. */
export function countDistinct(votes: readonly Signed[], n: number): number {
  return new Set(votes.map((vote) => vote.validator).filter((validator) => validator < n)).size
}
