/**
 * Messages on the wire: SSZ, strict. A message is a signed statement with the signed statements that justify it; its kind is
 * its statement's. What a kind does not carry must be absent, so that every message has one encoding.
 */
import { ByteVectorType, ContainerType, ListCompositeType, type Type, UintNumberType } from '@chainsafe/ssz'
import { type Codec, codec, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { SIGNATURE_BYTES } from '../crypto/index.ts'
import { MAX_VALIDATORS } from './limits.ts'
import {
  fromWireStatement,
  STATEMENT_BYTES,
  statementSchema,
  toWireStatement,
  type WireStatement,
} from './statement.ts'
import type { Message, Signed, StatementKind } from './types.ts'

/** Bytes of a signed statement: the statement, its author (uint16) and the signature. */
export const SIGNED_BYTES: number = STATEMENT_BYTES + 2 + SIGNATURE_BYTES

/** Bytes of the largest message: two offsets, a statement, and a vote of each validator in both lists. */
export const MAX_MESSAGE_BYTES: number = SIGNED_BYTES + 2 * 4 + 2 * MAX_VALIDATORS * SIGNED_BYTES

interface SignedFields extends Record<string, Type<unknown>> {
  readonly statement: typeof statementSchema
  readonly validator: UintNumberType
  readonly signature: ByteVectorType
}

const signedFields: SignedFields = {
  statement: statementSchema,
  validator: new UintNumberType(2),
  signature: new ByteVectorType(SIGNATURE_BYTES),
}

/** The SSZ schema of a signed statement. */
export const signedSchema: ContainerType<SignedFields> = new ContainerType(signedFields)

const signedList = new ListCompositeType(signedSchema, MAX_VALIDATORS)
const messageSchema = new ContainerType({
  signed: signedSchema,
  roundChanges: signedList,
  prepares: signedList,
})

/** A signed statement as the schema sees it. */
export interface WireSigned {
  readonly statement: WireStatement
  readonly validator: number
  readonly signature: Uint8Array
}

interface WireMessage {
  readonly signed: WireSigned
  readonly roundChanges: readonly WireSigned[]
  readonly prepares: readonly WireSigned[]
}

const signedCodec: Codec<WireSigned> = codec(signedSchema, SIGNED_BYTES)
const messageCodec: Codec<WireMessage> = codec(messageSchema, MAX_MESSAGE_BYTES)

/** The wire form of a message whose statements are well-formed. */
export function encodeMessage(message: Message): Uint8Array {
  return messageCodec.encode({
    signed: toWireSigned(message.signed),
    roundChanges: message.kind === 'proposal' ? message.roundChanges.map(toWireSigned) : [],
    prepares:
      message.kind === 'proposal' || message.kind === 'roundChange' ? message.prepares.map(toWireSigned) : [],
  })
}

/** The message of its wire form, or `malformed`. Never throws; nothing is verified yet. */
export function decodeMessage(bytes: Uint8Array): Result<Message, Refusal<'malformed'>> {
  const decoded = messageCodec.decode(bytes)
  if (!decoded.ok) return decoded
  const outer = fromWireSigned(decoded.value.signed)
  if (!outer.ok) return outer
  const roundChanges = listOf('roundChange', decoded.value.roundChanges)
  if (!roundChanges.ok) return roundChanges
  const prepares = listOf('prepare', decoded.value.prepares)
  if (!prepares.ok) return prepares
  return assemble(outer.value, roundChanges.value, prepares.value)
}

/** The wire form of a signed statement that is well-formed, on its own. */
export function encodeSigned(signed: Signed): Uint8Array {
  return signedCodec.encode(toWireSigned(signed))
}

/** The signed statement of its wire form, or `malformed`. Never throws; nothing is verified yet. */
export function decodeSigned(bytes: Uint8Array): Result<Signed, Refusal<'malformed'>> {
  const decoded = signedCodec.decode(bytes)
  return decoded.ok ? fromWireSigned(decoded.value) : decoded
}

/** A signed statement as the schema sees it. */
export function toWireSigned(signed: Signed): WireSigned {
  return {
    statement: toWireStatement(signed.statement),
    validator: signed.validator,
    signature: signed.signature,
  }
}

/** The signed statement that the schema's value stands for, or `malformed`. */
export function fromWireSigned(wire: WireSigned): Result<Signed, Refusal<'malformed'>> {
  if (wire.validator >= MAX_VALIDATORS) return refuse('malformed', `no set has a validator ${wire.validator}`)
  const statement = fromWireStatement(wire.statement)
  if (!statement.ok) return statement
  return ok({ statement: statement.value, validator: wire.validator, signature: wire.signature })
}

/** Whether a signed statement is of that kind, for the compiler too. */
export function isSigned<K extends StatementKind>(kind: K, signed: Signed): signed is Signed<K> {
  return signed.statement.kind === kind
}

function listOf<K extends StatementKind>(
  kind: K,
  wires: readonly WireSigned[],
): Result<readonly Signed<K>[], Refusal<'malformed'>> {
  const list: Signed<K>[] = []
  for (const wire of wires) {
    const signed = fromWireSigned(wire)
    if (!signed.ok) return signed
    if (!isSigned(kind, signed.value)) return refuse('malformed', `not a ${kind} in the list of them`)
    list.push(signed.value)
  }
  return ok(list)
}

function assemble(
  signed: Signed,
  roundChanges: readonly Signed<'roundChange'>[],
  prepares: readonly Signed<'prepare'>[],
): Result<Message, Refusal<'malformed'>> {
  if (isSigned('proposal', signed)) return ok({ kind: 'proposal', signed, roundChanges, prepares })
  if (roundChanges.length > 0) return refuse('malformed', 'only a proposal carries round changes')
  if (isSigned('roundChange', signed)) return ok({ kind: 'roundChange', signed, prepares })
  if (prepares.length > 0) return refuse('malformed', 'only proposals and round changes carry prepares')
  if (isSigned('prepare', signed)) return ok({ kind: 'prepare', signed })
  if (isSigned('commit', signed)) return ok({ kind: 'commit', signed })
  return refuse('malformed', 'no message is of this kind')
}
