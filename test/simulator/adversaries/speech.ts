/**
 * How adversaries read and write what travels: the product's own decoders and encoders around gossip payloads, and signatures
 * with the puppet's key. What is not a consensus message, or strange, reads as undefined; nothing here throws on what others say.
 */
import { toHex } from '../../../base/index.ts'
import {
  type BlockId,
  decodeMessage,
  encodeMessage,
  type Message,
  type Signed,
  type StatementKind,
  type StatementOf,
  statementBytes,
} from '../../../consensus/index.ts'
import { blockId, decodeBlock } from '../../../ledger/index.ts'
import { decodeEnvelope, encodeEnvelope } from '../../../network/index.ts'
import type { Dice, Gossiped, Hands, Sending } from '../types.ts'

/** A consensus message and the block that travels with it. */
export interface Said {
  readonly message: Message
  readonly block?: Uint8Array | undefined
}

/** The consensus message of a payload, or undefined: another topic, or not to be understood. */
export function read({ topic, payload }: Gossiped): Said | undefined {
  if (topic !== 'consensus') return undefined
  const envelope = decodeEnvelope(payload)
  if (!envelope.ok) return undefined
  const message = decodeMessage(envelope.value.message)
  return message.ok ? { message: message.value, block: envelope.value.block } : undefined
}

/** What the puppet itself said, not what it passes on. */
export function readOwn(message: Gossiped, hands: Hands): Said | undefined {
  const said = read(message)
  return said?.message.signed.validator === hands.self.index ? said : undefined
}

/** The payload of a consensus message. Another `repeat`, which is above 0, makes another payload of the same message. */
export function write({ message, block }: Said, repeat?: number): Gossiped {
  const envelope = {
    message: encodeMessage(message),
    ...(block === undefined ? {} : { block }),
    ...(repeat === undefined ? {} : { repeat }),
  }
  return { topic: 'consensus', payload: encodeEnvelope(envelope) }
}

/** The statement under the puppet's key; no guard is asked. The statement must be well-formed. */
export function sign<K extends StatementKind>(hands: Hands, statement: StatementOf<K>): Signed<K> {
  const signature = hands.sign(statementBytes(hands.networkId, statement))
  return { statement, validator: indexOf(hands), signature }
}

/** The index that a puppet votes under. */
export function indexOf(hands: Hands): number {
  const { index } = hands.self
  if (index === undefined)
    throw new TypeError(`${hands.self.name} is no validator: it cannot be an adversary`)
  return index
}

/** The block's place: where votes for it belong. */
export interface Slot {
  readonly height: number
  readonly round: number
  readonly blockId: BlockId
}

/** Our prepare for a block. */
export function prepare(hands: Hands, { height, round, blockId }: Slot): Said {
  return {
    message: { kind: 'prepare', signed: sign<'prepare'>(hands, { kind: 'prepare', height, round, blockId }) },
  }
}

/** Our commit for a block, whatever was prepared. */
export function commit(hands: Hands, { height, round, blockId }: Slot): Said {
  return {
    message: { kind: 'commit', signed: sign<'commit'>(hands, { kind: 'commit', height, round, blockId }) },
  }
}

/** Our prepare and our commit for a block, one for some, one for others. */
export function votes(
  hands: Hands,
  slot: Slot,
  preparing: readonly string[],
  committing: readonly string[] = preparing,
): readonly Sending[] {
  return [send(preparing, write(prepare(hands, slot))), send(committing, write(commit(hands, slot)))]
}

/** A message for these seats. */
export function send(to: readonly string[], message: Gossiped, afterMs = 0): Sending {
  return { topic: message.topic, payload: message.payload, to, afterMs }
}

/** The id of an encoded block, or undefined where it is none. */
export function idOf(block: Uint8Array): BlockId | undefined {
  const decoded = decodeBlock(block)
  return decoded.ok ? toHex(blockId(decoded.value.header)) : undefined
}

/** An id that no block has. */
export function inventedId(dice: Dice): BlockId {
  return toHex(dice.bytes())
}

/** Some of them, each with this probability. */
export function some<T>(dice: Dice, items: readonly T[], probability: number): readonly T[] {
  return items.filter(() => dice.chance(probability))
}
