/** A validator with an honest node and a dishonest mouth: what it says comes with its contrary, signed with the same key. */
import { toHex } from '../../base/index.ts'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type Statement,
  type StatementKind,
  statementBytes,
} from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import { type Block, blockId, decodeBlock, encodeBlock } from '../../ledger/index.ts'
import { decodeEnvelope, encodeEnvelope, type Transport } from '../../network/index.ts'
import { withFaults } from './faulty-transport.ts'
import { type NodeNetwork, nameOf } from './node-network.ts'
import { privateKeyOf } from './parties.ts'

/** The transport of validator `index`: before each of its proposals, prepares or commits it sends another one for the same slot. */
export function twoTongued(
  network: NodeNetwork,
  index: number,
  kinds: readonly Exclude<StatementKind, 'roundChange'>[],
): Transport {
  const below = network.hub.transport(nameOf(index))
  return withFaults(below, {
    onPublish: async (topic, payload) => {
      if (topic !== 'consensus') return
      const contrary = contraryOf(network.networkId, payload)
      if (contrary === undefined || !kinds.some((kind) => kind === contrary.kind)) return
      await below.publish('consensus', contrary.payload)
    },
  })
}

function contraryOf(
  networkId: Uint8Array,
  payload: Uint8Array,
): { readonly kind: StatementKind; readonly payload: Uint8Array } | undefined {
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  if (!envelope.ok || !message.ok) return undefined
  const { kind } = message.value
  if (kind === 'proposal') {
    const block = envelope.value.block && decodeBlock(envelope.value.block)
    if (block === undefined || !block.ok) return undefined
    const other = laterBlock(block.value)
    const said = instead(networkId, message.value, toHex(blockId(other.header)))
    return { kind, payload: encodeEnvelope({ message: said, block: encodeBlock(other) }) }
  }
  if (kind === 'roundChange') return undefined
  return { kind, payload: encodeEnvelope({ message: instead(networkId, message.value, 'ab'.repeat(32)) }) }
}

/** The same block, a millisecond later. */
function laterBlock({ header, transactions }: Block): Block {
  return { header: { ...header, time: header.time + 1 }, transactions }
}

function instead(
  networkId: Uint8Array,
  message: Exclude<Message, { kind: 'roundChange' }>,
  id: string,
): Uint8Array {
  const { validator } = message.signed
  const statement = { ...message.signed.statement, blockId: id } as Statement
  const signature = sign(statementBytes(networkId, statement), privateKeyOf(nameOf(validator)))
  return encodeMessage({ ...message, signed: { statement, validator, signature } } as Message)
}
