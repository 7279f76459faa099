/**
 * What a message carries beside its own statement, judged by itself: round changes, prepares and a block, as much as its kind needs and
 * nothing else. Rules 2 and 4 of justification.ts.
 */
import type { Facts } from '../types.ts'
import { readBlock } from './blocks.ts'
import { quorumOf, type Said, type Spoken, type Vote, voteVerifier } from './wire.ts'

/** What is wrong with what a message carries. */
export function attachmentFlaws(
  facts: Facts,
  { vote, roundChanges, prepares, block }: Spoken,
): readonly string[] {
  const { said } = vote
  const flaws: string[] = []
  if (said.block !== undefined && (said.kind === 'proposal' || said.kind === 'roundChange')) {
    if (block === undefined || readBlock(block).id !== said.block) flaws.push('its block is not with it')
  } else if (block !== undefined) flaws.push('a block travels with it')
  const isJustified = said.kind === 'proposal' && said.round > 0
  if (!isJustified && roundChanges.length > 0) flaws.push('round changes are attached')
  if (!isJustified) {
    const claim = said.kind === 'roundChange' ? said : undefined
    return [...flaws, ...prepareFlaws(facts, said.height, claim, prepares)]
  }
  const { height, round } = said
  const isAsking = (one: Said): boolean =>
    one.kind === 'roundChange' && one.height === height && one.round === round
  if (!isQuorum(facts, roundChanges, isAsking))
    flaws.push('no quorum of round changes for its round is attached')
  const highest = roundChanges
    .map((change) => change.said)
    .reduce<Said | undefined>(
      (best, one) =>
        one.preparedRound !== undefined && one.preparedRound > (best?.preparedRound ?? -1) ? one : best,
      undefined,
    )
  if (highest !== undefined && highest.block !== said.block)
    flaws.push(`the highest prepared block attached is ${highest.block?.slice(0, 8)}`)
  return [...flaws, ...prepareFlaws(facts, height, highest, prepares)]
}

/** The prepares must be a quorum's for the claim; where nothing is claimed, none. */
function prepareFlaws(
  facts: Facts,
  height: number,
  claim: Said | undefined,
  prepares: readonly Vote[],
): readonly string[] {
  if (claim?.preparedRound === undefined)
    return prepares.length > 0 ? ['prepares are attached, and nothing is prepared'] : []
  const isFor = (one: Said): boolean =>
    one.kind === 'prepare' &&
    one.height === height &&
    one.round === claim.preparedRound &&
    one.block === claim.block
  return isQuorum(facts, prepares, isFor)
    ? []
    : [
        `no quorum of prepares for round ${claim.preparedRound} and block ${claim.block?.slice(0, 8)} is attached`,
      ]
}

/** Whether votes are a quorum of distinct validators' good ones, all of them as wanted. */
function isQuorum(facts: Facts, votes: readonly Vote[], isWanted: (said: Said) => boolean): boolean {
  const isGood = voteVerifier(facts)
  const areGood = votes.every(
    ({ said, validator, signature }) => isWanted(said) && isGood(said, validator, signature),
  )
  return areGood && new Set(votes.map(({ validator }) => validator)).size >= quorumOf(facts.n)
}
