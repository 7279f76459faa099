/**
 * Tells two halves of the network two stories (T30; L. Lamport, R. Shostak, M. Pease, *The Byzantine generals problem*, 1982; M. Castro,
 * B. Liskov, 1999): two proposals where it is the proposer, prepares and commits for both blocks without waiting for anything, round changes
 * with a prepared block and without. Equivocators of one run share the camps, and each camp hears from all of them only of its own
 * block, or, now and then, from all of them of both. It hopes that each camp, with the equivocators' votes, is a quorum: two final blocks.
 */
import { type BlockId, type Message, quorum } from '../../../consensus/index.ts'
import type { Adversary, AdversaryKind, Gossiped, Hands, Sending } from '../types.ts'
import { Camps } from './camps.ts'
import { Recollection } from './recollection.ts'
import { inventedId, read, readOwn, type Said, type Slot, send, sign, some, votes, write } from './speech.ts'

/** How often votes for both blocks go to both camps. */
const BOTH_TO_BOTH = 0.25
/** How often a vote for the only block of a round is accompanied by one for a block that does not exist. */
const INVENTED = 0.2

export const equivocator: AdversaryKind = {
  describe: 'two proposals, prepares, commits and round changes, one for each half of the network',
  seatsPerIndex: 1,
  conspire: (dice) => {
    const camps = new Camps(dice)
    return () => anEquivocator(camps)
  },
}

function anEquivocator(camps: Camps): Adversary {
  const known = new Recollection()
  return {
    hear: (_from, message, hands) => {
      const said = read(message)
      if (said !== undefined) {
        known.note(said, hands.height())
        if (said.message.kind === 'proposal') supportRivals(said.message, camps, hands)
      }
      return true
    },
    say: async (message, hands) => {
      const said = readOwn(message, hands)
      if (said === undefined) return [send(hands.others, message)]
      known.note(said, hands.height())
      switch (said.message.kind) {
        case 'proposal':
          return twoProposals({ ...said, message: said.message }, camps, known, hands)
        case 'prepare':
        case 'commit':
          return twoVotes(said.message, message, camps, hands)
        case 'roundChange':
          return twoRoundChanges(said.message, message, hands)
      }
    },
  }
}

/** A conspirator's proposal is answered before our puppet has looked at it. */
function supportRivals({ signed }: Message & { kind: 'proposal' }, camps: Camps, hands: Hands): void {
  const rival = camps.rival(signed.statement.blockId)
  if (rival !== undefined) hands.send(votesForBoth(signed.statement, rival.id, camps, hands))
}

async function twoProposals(
  said: Said & { readonly message: Message & { kind: 'proposal' } },
  camps: Camps,
  known: Recollection,
  hands: Hands,
): Promise<readonly Sending[]> {
  const { message, block } = said
  const slot = message.signed.statement
  const rival = block === undefined ? undefined : await camps.oppose({ id: slot.blockId, block }, hands)
  const justification = rival === undefined ? undefined : freeJustification(message, known, hands.n)
  if (rival === undefined || justification === undefined) return [send(hands.others, write(said))]
  const signed = sign<'proposal'>(hands, { ...slot, blockId: rival.id })
  const other: Message = { kind: 'proposal', signed, roundChanges: justification, prepares: [] }
  const [first, second] = camps.of(slot.blockId, slot.height, hands)
  return [
    send(first, write(said)),
    send(second, write({ message: other, block: rival.block })),
    ...votesForBoth(slot, rival.id, camps, hands),
  ]
}

/** Round changes that leave the proposer free: those of the proposal, or as many others without a prepared block. */
function freeJustification(
  { signed, roundChanges }: Message & { kind: 'proposal' },
  known: Recollection,
  n: number,
): (Message & { kind: 'proposal' })['roundChanges'] | undefined {
  const { height, round } = signed.statement
  if (round === 0 || roundChanges.every(({ statement }) => statement.prepared === undefined))
    return roundChanges
  const bare = known.roundChanges(height, round).filter(({ statement }) => statement.prepared === undefined)
  return bare.length >= quorum(n) ? bare.slice(0, quorum(n)) : undefined
}

function twoVotes(
  { kind, signed }: Message & { kind: 'prepare' | 'commit' },
  message: Gossiped,
  camps: Camps,
  hands: Hands,
): readonly Sending[] {
  const slot = signed.statement
  const rival = camps.rival(slot.blockId)
  if (rival !== undefined) return votesForBoth(slot, rival.id, camps, hands)
  if (!hands.dice.chance(INVENTED)) return [send(hands.others, message)]
  const blockId: BlockId = inventedId(hands.dice)
  const { height, round } = slot
  const invented: Message =
    kind === 'prepare'
      ? { kind, signed: sign<'prepare'>(hands, { kind, height, round, blockId }) }
      : { kind, signed: sign<'commit'>(hands, { kind, height, round, blockId }) }
  return [
    send(hands.others, message),
    send(some(hands.dice, hands.others, 0.5), write({ message: invented })),
  ]
}

function votesForBoth(slot: Slot, rivalId: BlockId, camps: Camps, hands: Hands): readonly Sending[] {
  const { height, round, blockId } = slot
  const isForAll = hands.dice.chance(BOTH_TO_BOTH)
  const [first, second] = camps.of(blockId, height, hands)
  return [
    ...votes(hands, { height, round, blockId }, isForAll ? hands.others : first),
    ...votes(hands, { height, round, blockId: rivalId }, isForAll ? hands.others : second),
  ]
}

/** One half hears of the prepared block, the other that nothing was prepared. */
function twoRoundChanges(
  { signed }: Message & { kind: 'roundChange' },
  message: Gossiped,
  hands: Hands,
): readonly Sending[] {
  const { height, round, prepared } = signed.statement
  if (prepared === undefined) return [send(hands.others, message)]
  const told = some(hands.dice, hands.others, 0.5)
  const bare = sign<'roundChange'>(hands, { kind: 'roundChange', height, round })
  return [
    send(told, message),
    send(
      hands.others.filter((name) => !told.includes(name)),
      write({ message: { kind: 'roundChange', signed: bare, prepares: [] } }),
    ),
  ]
}
