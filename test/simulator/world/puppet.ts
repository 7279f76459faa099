/**
 * The strings of a puppet: between a whole node and the network stands an adversary, who decides what leaves and what is heard. The
 * puppet passes on nothing of others, and never hears a statement of its own index from others, so that it says whatever a correct
 * node in its place would say.
 */

import { assert, toHex } from '../../../base/index.ts'
import { decodeMessage } from '../../../consensus/index.ts'
import type { Ballot } from '../../../election/index.ts'
import {
  buildBlock,
  decodeBlock,
  decodeTransaction,
  encodeBlock,
  neededBallots,
  type Transaction,
} from '../../../ledger/index.ts'
import { decodeEnvelope, type Topic } from '../../../network/index.ts'
import type { Clock, RunningNode } from '../../../node/index.ts'
import { seatName, VOTERS } from '../plan.ts'
import type { Adversary, CreateAdversary, Dice, Hands, Seat, Sending } from '../types.ts'
import type { BallotBox } from './ballots.ts'
import { signerOf } from './keys.ts'
import type { Surroundings, Wrap } from './machine.ts'
import { withWholeBlock } from './whole.ts'

/** How often an adversary may act of its own accord. */
const TICK_MS = 500

/** Puts an adversary around a puppet; a new one for each of its lives. */
export function strings(
  seat: Seat,
  seats: readonly Seat[],
  create: CreateAdversary,
  around: Surroundings,
): Wrap {
  const { index, name } = seat
  assert(index !== undefined, 'adversaries are validators')
  return (transport, clock, node) => {
    const adversary = create()
    const send = (sendings: readonly Sending[]): void => dispatch(name, sendings, clock, around)
    const hands = handsOf(seat, seats, clock, node, around, send)
    if (adversary.tick !== undefined) tick(adversary, hands, clock, node)
    return {
      ...transport,
      self: transport.self,
      publish: async (topic, payload) => {
        if (adversary.say === undefined) return transport.publish(topic, payload)
        const said = { topic, payload: withWholeBlock(topic, payload, node()) }
        send(await adversary.say(said, hands))
      },
      subscribe: (topic, handler) =>
        transport.subscribe(topic, async (from, payload) => {
          if (speakerOf(topic, payload) === index) return 'ignore'
          const heard = { topic, payload: withWholeBlock(topic, payload, node()) }
          if (adversary.hear?.(from, heard, hands) === false) return 'ignore'
          await handler(from, payload)
          return 'ignore'
        }),
    }
  }
}

function tick(adversary: Adversary, hands: Hands, clock: Clock, node: () => RunningNode | undefined): void {
  clock.setTimer(TICK_MS, async () => {
    tick(adversary, hands, clock, node)
    if (node() !== undefined) hands.send((await adversary.tick?.(hands)) ?? [])
  })
}

function dispatch(self: string, sendings: readonly Sending[], clock: Clock, { hub }: Surroundings): void {
  for (const { topic, payload, to, afterMs } of sendings) {
    const leave = (): void => {
      for (const other of to) if (other !== self) hub.whisper(self, other, topic, payload)
    }
    if (afterMs === undefined || afterMs <= 0) leave()
    else clock.setTimer(afterMs, leave)
  }
}

/** Whose statement a consensus message is. */
function speakerOf(topic: Topic, payload: Uint8Array): number | undefined {
  if (topic !== 'consensus') return undefined
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  return message.ok ? message.value.signed.validator : undefined
}

function handsOf(
  seat: Seat,
  seats: readonly Seat[],
  clock: Clock,
  node: () => RunningNode | undefined,
  { prepared, dice }: Surroundings,
  send: Hands['send'],
): Hands {
  const { genesis, networkId, ballots, startHeight } = prepared
  const own: Dice = dice.fork(`adversary ${seat.name}`)
  return {
    self: seat,
    n: genesis.validators.length,
    networkId,
    validatorKeys: genesis.validators.map(({ publicKey }) => publicKey),
    timing: genesis.parameters,
    others: seats.filter(({ name }) => name !== seat.name).map(({ name }) => name),
    dice: own,
    nowMs: () => clock.now(),
    height: () => node()?.chain.height() ?? startHeight,
    sign: signerOf(seatName(seat.index!)),
    otherBlock: async (block) => {
      const decoded = decodeBlock(block)
      const chain = node()?.chain
      if (!decoded.ok || chain === undefined) return undefined
      const { header } = decoded.value
      if (header.height !== chain.height() + 1) return undefined
      const transactions = decodeAll(decoded.value.transactions)
      return transactions && forge(chain, ballots, transactions, header.time + 1)
    },
    forgedBlock: async (encoded, timeMs) => {
      const chain = node()?.chain
      const transactions = decodeAll(encoded)
      return chain && transactions && forge(chain, ballots, transactions, timeMs)
    },
    forgedBallot: () => ballots.forged(own, VOTERS),
    send,
  }
}

function decodeAll(encoded: readonly Uint8Array[]): readonly Transaction[] | undefined {
  const transactions = encoded.flatMap((bytes) => {
    const decoded = decodeTransaction(bytes)
    return decoded.ok ? [decoded.value] : []
  })
  return transactions.length === encoded.length ? transactions : undefined
}

/** A block on the head whose proofs nobody looks at; undefined where the ledger's cheap rules refuse any of it. */
function forge(
  chain: RunningNode['chain'],
  ballots: BallotBox,
  transactions: readonly Transaction[],
  time: number,
): Uint8Array | undefined {
  const state = chain.state()
  if (time <= state.head.time) return undefined
  const replaced = new Map<string, Ballot>()
  for (const id of neededBallots(state, transactions)) {
    const ballot = ballots.find(toHex(id))
    if (ballot === undefined) return undefined
    replaced.set(toHex(id), ballot)
  }
  const built = buildBlock(state, transactions, time, { isVerified: () => true, ballots: replaced })
  return built.rejected.length === 0 ? encodeBlock(built.block) : undefined
}
