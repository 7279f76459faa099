/** Lies about prepared blocks: round changes that claim too much or too little, proposals whose justification does not oblige. */
import { MAX_ROUND, type Message, quorum, type Signed } from '../../../consensus/index.ts'
import type { Hands } from '../types.ts'
import type { Rival } from './camps.ts'
import type { Prepared, Recollection } from './recollection.ts'
import { indexOf, type Said, sign } from './speech.ts'

type RoundChange = Message & { kind: 'roundChange' }
type Proposal = Message & { kind: 'proposal' }

const MAX_FAR_ROUNDS = 40

/** A round change in the place of a true one; undefined where there is nothing to lie about. */
export function aFalseClaim(
  { message, block }: Said & { readonly message: RoundChange },
  known: Recollection,
  hands: Hands,
): Said | undefined {
  const { dice } = hands
  const { height, round, prepared } = message.signed.statement
  const needed = quorum(hands.n)
  const bare = (to: number): Said => ({
    message: {
      kind: 'roundChange',
      signed: sign<'roundChange'>(hands, { kind: 'roundChange', height, round: to }),
      prepares: [],
    },
  })
  const claim = (at: number, blockId: string, prepares: readonly Signed<'prepare'>[]): Said | undefined => {
    const bytes = known.block(blockId) ?? block
    if (bytes === undefined || at < 0 || at >= round) return undefined
    const statement = { kind: 'roundChange' as const, height, round, prepared: { round: at, blockId } }
    const signed = sign<'roundChange'>(hands, statement)
    return { message: { kind: 'roundChange', signed, prepares }, block: bytes }
  }
  const some = aPreparedBlock(message, known, hands)
  switch (dice.pick(['hidden', 'hidden', 'naked', 'few', 'repeated', 'wrong round', 'alone', 'far'])) {
    case 'hidden':
      return prepared === undefined ? undefined : bare(round)
    case 'naked':
      return some === undefined ? undefined : claim(some.round, some.blockId, [])
    case 'few':
      return some === undefined
        ? undefined
        : claim(some.round, some.blockId, some.prepares.slice(0, needed - 1))
    case 'repeated':
      return some === undefined ? undefined : claim(some.round, some.blockId, repeated(some.prepares, needed))
    case 'wrong round':
      return some === undefined ? undefined : claim(round - 1, some.blockId, some.prepares)
    case 'alone': {
      const [blockId] = known.proposed(height, round - 1)
      if (blockId === undefined) return undefined
      const own = sign<'prepare'>(hands, { kind: 'prepare', height, round: round - 1, blockId })
      return claim(round - 1, blockId, [own])
    }
    default:
      return bare(dice.chance(0.3) ? MAX_ROUND - dice.between(0, 9) : round + dice.between(1, MAX_FAR_ROUNDS))
  }
}

/**
 * A proposal of a later round in the place of a true one: another block, under the justification of a proposer that was free, or
 * of one that was obliged to it. Undefined where no lie is possible.
 */
export function aUsurpation(
  message: Proposal,
  other: Rival,
  known: Recollection,
  hands: Hands,
): Proposal | undefined {
  const { dice } = hands
  const { height, round, blockId } = message.signed.statement
  const needed = quorum(hands.n)
  const proposal = (
    id: string,
    roundChanges: Proposal['roundChanges'],
    prepares: Proposal['prepares'],
  ): Proposal => ({
    kind: 'proposal',
    signed: sign<'proposal'>(hands, { kind: 'proposal', height, round, blockId: id }),
    roundChanges,
    prepares,
  })
  const own = sign<'roundChange'>(hands, { kind: 'roundChange', height, round })
  const asked = [...known.roundChanges(height, round), own]
  const bare = distinct(asked.filter(({ statement }) => statement.prepared === undefined))
  switch (
    dice.pick(['selective', 'selective', 'obliged', 'few', 'repeated', 'own claim', 'older', 'naked'])
  ) {
    // Only those that were not prepared: right, if they are a quorum.
    case 'selective':
      return proposal(other.id, bare.slice(-needed), [])
    // All that there are, and still another block.
    case 'obliged':
      return proposal(other.id, message.roundChanges, message.prepares)
    case 'few':
      return proposal(other.id, bare.slice(0, needed - 1), [])
    case 'repeated':
      return proposal(
        other.id,
        Array.from({ length: needed }, () => own),
        [],
      )
    // Ours says that the other block was prepared in the round before.
    case 'own claim': {
      const prepared = { round: round - 1, blockId: other.id }
      const claim = sign<'roundChange'>(hands, { kind: 'roundChange', height, round, prepared })
      const prepare = sign<'prepare'>(hands, { kind: 'prepare', height, round: round - 1, blockId: other.id })
      const others = distinct(asked).filter(({ validator }) => validator !== claim.validator)
      return proposal(other.id, [...others.slice(0, needed - 1), claim], repeated([prepare], needed))
    }
    // The block of a lower round than the highest, with its good certificate.
    case 'older': {
      const [oldest] = known.prepared(height, round, needed)
      if (oldest === undefined || oldest.blockId === blockId) return undefined
      return proposal(oldest.blockId, message.roundChanges, oldest.prepares)
    }
    // The right block, without what shows that it is.
    default:
      return message.prepares.length === 0 ? undefined : proposal(blockId, message.roundChanges, [])
  }
}

/** What our puppet says was prepared, or whatever the most votes are known for. */
function aPreparedBlock(
  { signed, prepares }: RoundChange,
  known: Recollection,
  hands: Hands,
): Prepared | undefined {
  const { height, round, prepared } = signed.statement
  if (prepared !== undefined) return { ...prepared, prepares }
  const candidates = known.prepared(height, round, 1)
  const own = indexOf(hands)
  return candidates.reduce<Prepared | undefined>((best, one) => {
    const others = one.prepares.filter(({ validator }) => validator !== own).length
    return others > (best?.prepares.length ?? 0) ? one : best
  }, undefined)
}

/** The same votes over again until there are so many. */
function repeated<S extends Signed>(votes: readonly S[], count: number): readonly S[] {
  return Array.from({ length: count }, (_, i) => votes[i % votes.length]).filter((vote) => vote !== undefined)
}

function distinct<S extends Signed>(votes: readonly S[]): readonly S[] {
  return [...new Map(votes.map((vote) => [vote.validator, vote])).values()]
}
