/**
 * Lies about what was prepared (T30; I. Abraham et al., *Revisiting fast practical Byzantine fault tolerance*, 2017, which broke two
 * published protocols by their view changes; Tendermint's amnesia attack). In round changes it hides its
 * prepared certificate, claims one without prepares, with too few, repeated or foreign ones, or asks for far rounds. Where it proposes in a
 * later round it usurps: another block in the place of the prepared one, under a justification that is short, repeated, selective or
 * invented. To prepare the ground it lets one favourite alone have its commit, so that a block is final there and nowhere
 * else. It hopes that the others decide anew.
 */
import type { Message } from '../../../consensus/index.ts'
import type { Adversary, AdversaryKind, Hands, Sending } from '../types.ts'
import { Friends } from './friends.ts'
import { aFalseClaim, aUsurpation } from './lies.ts'
import { Recollection, setBounded } from './recollection.ts'
import { idOf, read, readOwn, type Said, send, sign, some, votes, write } from './speech.ts'

/** How often a round change and a proposal of a later round are lies. */
const LIE = 0.6
const USURP = 0.7
/** How often a commit goes to one validator only. */
const FAVOUR = 0.6
const MAX_HEIGHTS = 8

/** What liars of one run share. */
interface Conspiracy {
  readonly friends: Friends
  /** All that any of them heard. */
  readonly known: Recollection
  /** Who may finalise, by height; undefined: everybody. */
  readonly favourites: Map<number, string | undefined>
}

export const roundChangeLiar: AdversaryKind = {
  describe: 'hides, invents and distorts prepared certificates, and proposes other blocks over them',
  seatsPerIndex: 1,
  conspire: () => {
    const conspiracy = { friends: new Friends(), known: new Recollection(), favourites: new Map() }
    return () => aLiar(conspiracy)
  },
}

function aLiar(conspiracy: Conspiracy): Adversary {
  const { friends, known } = conspiracy
  return {
    hear: (_from, message, hands) => {
      const said = read(message)
      if (said === undefined) return true
      known.note(said, hands.height())
      return !friends.support(said, hands)
    },
    say: (message, hands) => {
      const said = readOwn(message, hands)
      if (said === undefined) return [send(hands.others, message)]
      known.note(said, hands.height())
      const own = said.message
      switch (own.kind) {
        case 'prepare':
          return [send(hands.others, message)]
        case 'commit': {
          const favourite = favouriteOf(own.signed.statement.height, conspiracy, hands)
          return [send(favourite === undefined ? hands.others : [favourite], message)]
        }
        case 'roundChange':
          return falseRoundChange({ ...said, message: own }, known, hands)
        case 'proposal':
          return usurped({ ...said, message: own }, conspiracy, hands)
      }
    },
  }
}

function favouriteOf(height: number, { favourites }: Conspiracy, hands: Hands): string | undefined {
  if (!favourites.has(height)) {
    const favourite = hands.dice.chance(FAVOUR) ? hands.dice.pick(hands.others) : undefined
    setBounded(favourites, height, favourite, MAX_HEIGHTS)
  }
  return favourites.get(height)
}

function falseRoundChange(
  said: Said & { readonly message: Message & { kind: 'roundChange' } },
  known: Recollection,
  hands: Hands,
): readonly Sending[] {
  const lie = hands.dice.chance(LIE) ? aFalseClaim(said, known, hands) : undefined
  if (lie === undefined) return [send(hands.others, write(said))]
  // Some may hear the truth: whoever hears both has evidence.
  const told = hands.dice.chance(0.8) ? hands.others : some(hands.dice, hands.others, 0.5)
  return [
    send(told, write(lie)),
    send(
      hands.others.filter((name) => !told.includes(name)),
      write(said),
    ),
  ]
}

async function usurped(
  said: Said & { readonly message: Message & { kind: 'proposal' } },
  { friends, known }: Conspiracy,
  hands: Hands,
): Promise<readonly Sending[]> {
  const { height, round } = said.message.signed.statement
  if (round === 0 || said.block === undefined || !hands.dice.chance(USURP)) {
    return [send(hands.others, write(said))]
  }
  const block = await hands.otherBlock(said.block)
  const blockId = block === undefined ? undefined : idOf(block)
  const lie =
    block === undefined || blockId === undefined
      ? undefined
      : aUsurpation(said.message, { id: blockId, block }, known, hands)
  if (lie === undefined) return [send(hands.others, write(said))]
  const { statement } = lie.signed
  friends.promote(statement.blockId)
  const bytes = statement.blockId === blockId ? block : (known.block(statement.blockId) ?? said.block)
  return [
    send(hands.others, write({ message: lie, block: bytes })),
    ...votes(hands, { height, round, blockId: statement.blockId }, hands.others),
    // The next rounds begin sooner where somebody asks for them.
    send(
      hands.others,
      write({
        message: {
          kind: 'roundChange',
          signed: sign<'roundChange'>(hands, { kind: 'roundChange', height, round: round + 1 }),
          prepares: [],
        },
      }),
    ),
  ]
}
