/**
 * What makes a round change and a proposal believable to one who has seen nothing else: QBFT's justification predicates
 * [R5] [R6] [R14]. They look at the message alone, so every validator judges it alike.
 */
import { maxFaulty, quorum } from './quorum.ts'
import { preparedKey, type State } from './state.ts'
import type { BlockId, Message, Signed } from './types.ts'
import { ascending, countDistinct, votesOf } from './votes.ts'

type Claim = { readonly round: number; readonly blockId: BlockId }

/** What is wrong with the justification of a round change, or undefined [R14]. */
export function roundChangeFlaw(message: Message & { kind: 'roundChange' }, n: number): string | undefined {
  const { height, round, prepared } = message.signed.statement
  if (prepared === undefined) {
    return message.prepares.length === 0 ? undefined : 'prepares without a prepared block'
  }
  if (prepared.round >= round) return 'prepared in a round that is not below the new one'
  return certificateFlaw(height, prepared, message.prepares, n)
}

/** What is wrong with the justification of a proposal, or undefined [R6]. */
export function proposalFlaw(message: Message & { kind: 'proposal' }, n: number): string | undefined {
  const { height, round, blockId } = message.signed.statement
  const { roundChanges, prepares } = message
  if (round === 0) {
    const isBare = roundChanges.length === 0 && prepares.length === 0
    return isBare ? undefined : 'a proposal of round 0 needs no justification'
  }
  for (const { statement } of roundChanges) {
    if (statement.height !== height || statement.round !== round) return 'a round change to another round'
    if (statement.prepared !== undefined && statement.prepared.round >= round) {
      return 'a round change prepared in a round that is not below the new one'
    }
  }
  const count = countDistinct(roundChanges, n)
  if (count < quorum(n)) return `${count} round changes, ${quorum(n)} needed`
  const highest = highestPrepared(roundChanges)
  if (highest === undefined) {
    return prepares.length === 0 ? undefined : 'prepares although no round change was prepared'
  }
  if (highest.blockId !== blockId) return 'not the block of the highest prepared round'
  for (const { statement } of roundChanges) {
    if (statement.prepared?.round === highest.round && statement.prepared.blockId !== highest.blockId) {
      return 'round changes that name two blocks for the highest prepared round'
    }
  }
  return certificateFlaw(height, highest, prepares, n)
}

/** A quorum of round changes for a round, and what it obliges its proposer to. */
export interface Justification {
  readonly roundChanges: readonly Signed<'roundChange'>[]
  readonly prepares: readonly Signed<'prepare'>[]
  /** The block that must be proposed; absent where the proposer is free. */
  readonly blockId?: BlockId
}

/**
 * The justification with which the proposer of a round may propose, or undefined while round changes are too few [R5]. It is a
 * quorum and no more; the highest prepared round change that we know is in it.
 */
export function justificationOf(state: State, round: number): Justification | undefined {
  const needed = quorum(state.n)
  const known = ascending(votesOf(state, round).roundChanges.values())
  if (known.length < needed) return undefined
  const highest = highestPrepared(known)
  if (highest === undefined) return { roundChanges: known.slice(0, needed), prepares: [] }
  const witness = known.find(({ statement }) => statement.prepared?.round === highest.round)
  const others = known.filter((vote) => vote !== witness).slice(0, needed - 1)
  const roundChanges = ascending(witness === undefined ? others : [witness, ...others])
  return {
    roundChanges,
    prepares: state.certificates.get(preparedKey(highest)) ?? [],
    blockId: highest.blockId,
  }
}

/** The claim of the highest prepared round; the first of equals. */
export function highestPrepared(roundChanges: readonly Signed<'roundChange'>[]): Claim | undefined {
  let highest: Claim | undefined
  for (const { statement } of roundChanges) {
    const claim = statement.prepared
    if (claim !== undefined && (highest === undefined || claim.round > highest.round)) highest = claim
  }
  return highest
}

/**
 * The smallest of the f + 1 highest rounds that validators asked to enter, where it is above ours: at least one honest
 * validator is there [R15].
 */
export function pullingRound(state: State): number | undefined {
  const descending = [...state.askedRounds].sort((a, b) => b - a)
  const round = descending[maxFaulty(state.n)]
  return round !== undefined && round > state.round ? round : undefined
}

/** Whether a quorum of validators is known to be in this round or above [R13]. */
export function hasSupport(state: State, round: number): boolean {
  return round === 0 || state.askedRounds.filter((asked) => asked >= round).length >= quorum(state.n)
}

function certificateFlaw(
  height: number,
  claim: Claim,
  prepares: readonly Signed<'prepare'>[],
  n: number,
): string | undefined {
  for (const { statement } of prepares) {
    if (
      statement.height !== height ||
      statement.round !== claim.round ||
      statement.blockId !== claim.blockId
    ) {
      return 'a prepare for something else than the prepared block'
    }
  }
  const count = countDistinct(prepares, n)
  return count < quorum(n) ? `${count} prepares, ${quorum(n)} needed` : undefined
}
