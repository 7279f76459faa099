/**
 * Says again what was said before: its own and others' messages of all heights and rounds, transactions and blocks, again and again, in any
 * order, to anybody (T14, T15, T30; P. Syverson, *A taxonomy of replay attacks*, 1994). What is replayed is authentic. It hopes that an old vote
 * counts for a new height or round, that a ballot is counted twice, that an old block displaces a new one, or that repetitions
 * crowd out what is new.
 */
import { decodeEnvelope, encodeEnvelope } from '../../../network/index.ts'
import type { Adversary, AdversaryKind, Dice, Gossiped, Sending } from '../types.ts'
import { send, some } from './speech.ts'

/** Messages in memory, and bytes of the largest: chance decides which one a new one replaces, so that old ones stay. */
const REMEMBERED = 256
const MAX_PAYLOAD_BYTES = 32 * 1024
/** Replayed in one tick; well within what one peer may say. */
const MAX_A_TICK = 6
/** How often a message is thrown back where it came from, at once. */
const ECHO = 0.05

export const replayer: AdversaryKind = {
  describe: 'says old messages of all kinds again and again',
  seatsPerIndex: 1,
  conspire: () => aReplayer,
}

function aReplayer(): Adversary {
  const store: Gossiped[] = []
  const keep = (message: Gossiped, dice: Dice): void => {
    if (message.payload.length > MAX_PAYLOAD_BYTES) return
    if (store.length < REMEMBERED) store.push(message)
    else store[dice.between(0, REMEMBERED - 1)] = message
  }
  return {
    hear: (from, message, hands) => {
      keep(message, hands.dice)
      if (hands.dice.chance(ECHO)) {
        const witnesses = some(hands.dice, hands.others, 0.3).filter((name) => name !== from)
        hands.send([send([from, ...witnesses], again(message, hands.dice))])
      }
      return true
    },
    say: (message, hands) => {
      keep(message, hands.dice)
      return [send(hands.others, message)]
    },
    tick: ({ dice, others }) => {
      const sendings: Sending[] = []
      if (store.length === 0) return sendings
      for (let count = dice.between(0, MAX_A_TICK); count > 0; count--) {
        sendings.push(send(some(dice, others, 0.5), again(dice.pick(store), dice)))
      }
      return sendings
    },
  }
}

/** The same message in another envelope: gossip drops bytes that it has seen lately. */
function again(message: Gossiped, dice: Dice): Gossiped {
  if (message.topic !== 'consensus') return message
  const envelope = decodeEnvelope(message.payload)
  if (!envelope.ok) return message
  return {
    topic: 'consensus',
    payload: encodeEnvelope({ ...envelope.value, repeat: dice.between(1, 2 ** 40) }),
  }
}
