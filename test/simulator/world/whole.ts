/**
 * Blocks travel by reference; an adversary that wants to change one, or to hide one, has to look into it. So a puppet hears and says
 * whole blocks, as far as its own node knows their transactions.
 */
import { decodeReferring, missingFrom, resolve } from '../../../ledger/index.ts'
import {
  decodeCertifiedBlock,
  decodeEnvelope,
  encodeCertifiedBlock,
  encodeEnvelope,
  type Topic,
} from '../../../network/index.ts'
import type { RunningNode } from '../../../node/index.ts'

/** The payload with its block whole; as it is where there is none, or something of it is not known. */
export function withWholeBlock(topic: Topic, payload: Uint8Array, node: RunningNode | undefined): Uint8Array {
  if (topic === 'consensus') {
    const envelope = decodeEnvelope(payload)
    if (!envelope.ok || envelope.value.block === undefined) return payload
    return encodeEnvelope({ ...envelope.value, block: whole(envelope.value.block, node) })
  }
  if (topic !== 'blocks') return payload
  const certified = decodeCertifiedBlock(payload)
  if (!certified.ok) return payload
  return encodeCertifiedBlock({ ...certified.value, block: whole(certified.value.block, node) })
}

function whole(bytes: Uint8Array, node: RunningNode | undefined): Uint8Array {
  const block = decodeReferring(bytes)
  const find: Parameters<typeof resolve>[1] = (id) => node?.pool.find(id)
  if (!block.ok || missingFrom(block.value, find).size > 0) return bytes
  const made = resolve(block.value, find)
  return made.ok ? made.value.bytes : bytes
}
