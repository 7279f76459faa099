/**
 * Says more than anybody needs to hear (T10, T32; CometBFT's advisory ASA-2025-002: a peer that stalls others with
 * what looks valid): bursts of authentic messages for rounds and heights far ahead, of votes for blocks that do not exist, of large blocks,
 * of forged ballots; all of it within what one peer may send, so that scores and budgets do not help. A crude one sends malformed bytes
 * too and is soon cut off. It hopes that a queue has no limit, that room taken by it is missing to others, or that somebody is so busy that
 * a round goes by.
 */
import { MAX_HEIGHT, MAX_ROUND, type Message } from '../../../consensus/index.ts'
import { decodeBlock, encodeBlock } from '../../../ledger/index.ts'
import { encodeTransactionBatch } from '../../../network/index.ts'
import type { Adversary, AdversaryKind, Dice, Gossiped, Hands, Sending } from '../types.ts'
import { stuffed } from './blocks.ts'
import { idOf, inventedId, read, send, sign, write } from './speech.ts'

/** Probability of a burst in a tick, and its size. */
const BURST_A_TICK = 0.08
const MIN_BURST = 20
const MAX_BURST = 50
/** Bytes of the junk in a large block, and how many of those a burst holds. */
const LARGE_BYTES = 48 * 1024
const MAX_LARGE = 2
const MAX_BALLOTS = 2

export const flooder: AdversaryKind = {
  describe:
    'bursts of messages: far rounds and heights, blocks that do not exist, large ones, forged ballots',
  seatsPerIndex: 1,
  conspire: (dice) => {
    const isCrude = dice.chance(0.3)
    return () => aFlooder(isCrude)
  },
}

function aFlooder(isCrude: boolean): Adversary {
  let block: Uint8Array | undefined
  return {
    hear: (_from, message) => {
      block = read(message)?.block ?? block
      return true
    },
    tick: (hands) => (hands.dice.chance(BURST_A_TICK) ? aBurst(block, isCrude, hands) : []),
  }
}

function aBurst(block: Uint8Array | undefined, isCrude: boolean, hands: Hands): readonly Sending[] {
  const { dice, others } = hands
  const count = dice.between(MIN_BURST, MAX_BURST)
  const flood: Gossiped[] = []
  switch (dice.pick(['votes', 'votes', 'round changes', 'large', 'ballots'])) {
    case 'votes':
      while (flood.length < count) flood.push(aVote(hands))
      break
    case 'round changes':
      while (flood.length < count) flood.push(aRoundChange(hands))
      break
    case 'large':
      for (let left = MAX_LARGE; left > 0 && block !== undefined; left--)
        flood.push(...aLargeProposal(block, hands))
      break
    default:
      for (let left = MAX_BALLOTS; left > 0; left--) flood.push(aBallot(hands))
  }
  if (isCrude) flood.push(...Array.from({ length: 5 }, () => aMess(dice)))
  return flood.map((message) => send(others, message))
}

/** A vote for a block that does not exist: in this height or the next ones, in any near round or far ahead. */
function aVote(hands: Hands): Gossiped {
  const { dice } = hands
  const height = aHeight(hands)
  const round = aRound(dice)
  const blockId = inventedId(dice)
  const message: Message = dice.chance(0.5)
    ? { kind: 'prepare', signed: sign<'prepare'>(hands, { kind: 'prepare', height, round, blockId }) }
    : { kind: 'commit', signed: sign<'commit'>(hands, { kind: 'commit', height, round, blockId }) }
  return write({ message })
}

function aRoundChange(hands: Hands): Gossiped {
  const signed = sign<'roundChange'>(hands, {
    kind: 'roundChange',
    height: aHeight(hands),
    round: Math.max(1, aRound(hands.dice)),
  })
  return write({ message: { kind: 'roundChange', signed, prepares: [] } })
}

/** A proposal of a block that is stuffed with junk; whole, so that it is worth a look. */
function aLargeProposal(block: Uint8Array, hands: Hands): readonly Gossiped[] {
  const decoded = decodeBlock(block)
  if (!decoded.ok) return []
  const junk = new Uint8Array(LARGE_BYTES)
  junk.set(hands.dice.bytes())
  const bytes = encodeBlock(stuffed(decoded.value, junk))
  const blockId = idOf(bytes)
  if (blockId === undefined) return []
  const { height } = decoded.value.header
  const signed = sign<'proposal'>(hands, { kind: 'proposal', height, round: 0, blockId })
  return [write({ message: { kind: 'proposal', signed, roundChanges: [], prepares: [] }, block: bytes })]
}

function aBallot(hands: Hands): Gossiped {
  return { topic: 'transactions', payload: encodeTransactionBatch([{ bytes: hands.forgedBallot().bytes }]) }
}

function aMess(dice: Dice): Gossiped {
  const payload = new Uint8Array(dice.between(0, 4096)).fill(dice.between(0, 255))
  payload.set(dice.bytes().subarray(0, payload.length))
  return { topic: dice.pick(['transactions', 'consensus', 'blocks'] as const), payload }
}

function aHeight({ dice, height }: Hands): number {
  return dice.chance(0.05) ? MAX_HEIGHT - dice.between(0, 3) : height() + dice.between(1, 4)
}

function aRound(dice: Dice): number {
  return dice.chance(0.3) ? MAX_ROUND - dice.between(0, 1000) : dice.between(0, 30)
}
