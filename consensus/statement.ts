/**
 * What a validator puts its signature under: when a statement is well-formed, when two are the same, and its two encodings.
 *
 * `statementBytes` is the canonical form that gets signed, apart from the wire form: SSZ with a domain tag and the network id
 * inside, of fixed length, so that no statement of another network, purpose or kind has the same bytes. Fields that a kind
 * does not have are zero there, and decoding refuses anything else, so that every statement has one encoding.
 */
import { BooleanType, ByteVectorType, ContainerType, type Type, UintNumberType } from '@chainsafe/ssz'
import {
  assert,
  type Codec,
  codec,
  fromHex,
  ok,
  type Refusal,
  type Result,
  refuse,
  toHex,
  utf8,
} from '../base/index.ts'
import { MAX_HEIGHT, MAX_ROUND } from './limits.ts'
import type { BlockId, Statement, StatementKind } from './types.ts'

/** The purpose of these signatures, padded with zero bytes to 32. A change of the protocol changes its number. */
export const STATEMENT_DOMAIN: string = 'psephos/consensus/statement/1'

const BLOCK_ID_BYTES = 32
const NO_BLOCK = new Uint8Array(BLOCK_ID_BYTES)

const bytes32 = new ByteVectorType(32)
const uint8 = new UintNumberType(1)
const uint32 = new UintNumberType(4)
const uint64 = new UintNumberType(8)
const boolean = new BooleanType()

interface StatementFields extends Record<string, Type<unknown>> {
  readonly kind: UintNumberType
  readonly height: UintNumberType
  readonly round: UintNumberType
  /** The block voted on; of a round change the prepared block, or zero. */
  readonly blockId: ByteVectorType
  readonly isPrepared: BooleanType
  readonly preparedRound: UintNumberType
}

const statementFields: StatementFields = {
  kind: uint8,
  height: uint64,
  round: uint32,
  blockId: bytes32,
  isPrepared: boolean,
  preparedRound: uint32,
}

/** The SSZ schema of a statement on the wire. */
export const statementSchema: ContainerType<StatementFields> = new ContainerType(statementFields)

/** Bytes of a statement on the wire. */
export const STATEMENT_BYTES: number = statementSchema.fixedSize as number

const signedSchema = new ContainerType({ domain: bytes32, networkId: bytes32, ...statementFields })
const domain = new Uint8Array(32)
domain.set(utf8(STATEMENT_DOMAIN))

/** A statement as the schema sees it. */
export interface WireStatement {
  readonly kind: number
  readonly height: number
  readonly round: number
  readonly blockId: Uint8Array
  readonly isPrepared: boolean
  readonly preparedRound: number
}

const KIND_NUMBERS: Readonly<Record<StatementKind, number>> = {
  proposal: 1,
  prepare: 2,
  commit: 3,
  roundChange: 4,
}

const statementCodec: Codec<WireStatement> = codec(statementSchema, STATEMENT_BYTES)

/** Whether a text is a block id: 64 lower-case hexadecimal digits. */
export function isBlockId(text: BlockId): boolean {
  return fromHex(text, BLOCK_ID_BYTES) !== undefined
}

/** What is wrong with a statement's fields taken alone, or undefined. */
export function statementFlaw(statement: Statement): string | undefined {
  const { height, round } = statement
  if (!isWithin(height, 0, MAX_HEIGHT)) return 'the height is out of range'
  if (!isWithin(round, 0, MAX_ROUND)) return 'the round is out of range'
  if (statement.kind !== 'roundChange') {
    return isBlockId(statement.blockId) ? undefined : 'the block id is not 32 bytes of hexadecimal'
  }
  if (round === 0) return 'no validator changes to round 0'
  const { prepared } = statement
  if (prepared === undefined) return undefined
  if (!isBlockId(prepared.blockId)) return 'the prepared block id is not 32 bytes of hexadecimal'
  if (!isWithin(prepared.round, 0, round - 1)) return 'the prepared round is not below the new one'
  return undefined
}

/** Whether two statements say the same. */
export function isSameStatement(a: Statement, b: Statement): boolean {
  if (a.height !== b.height || a.round !== b.round) return false
  if (a.kind === 'roundChange') {
    return (
      b.kind === 'roundChange' &&
      a.prepared?.round === b.prepared?.round &&
      a.prepared?.blockId === b.prepared?.blockId
    )
  }
  return b.kind === a.kind && a.blockId === b.blockId
}

/** The canonical bytes that get signed: domain tag, network id (32 bytes), statement. The statement must be well-formed. */
export function statementBytes(networkId: Uint8Array, statement: Statement): Uint8Array {
  assert(networkId.length === 32, 'a network id has 32 bytes')
  return signedSchema.serialize({ domain, networkId, ...toWireStatement(statement) })
}

/** The wire form of a well-formed statement. */
export function encodeStatement(statement: Statement): Uint8Array {
  return statementCodec.encode(toWireStatement(statement))
}

/** The statement of its wire form, or `malformed`. Never throws. */
export function decodeStatement(bytes: Uint8Array): Result<Statement, Refusal<'malformed'>> {
  const decoded = statementCodec.decode(bytes)
  return decoded.ok ? fromWireStatement(decoded.value) : decoded
}

/** A well-formed statement as the schema sees it. */
export function toWireStatement(statement: Statement): WireStatement {
  assert(statementFlaw(statement) === undefined, 'only a well-formed statement is encoded')
  const { kind, height, round } = statement
  const slot = { kind: KIND_NUMBERS[kind], height, round }
  if (kind !== 'roundChange') {
    return { ...slot, blockId: blockBytes(statement.blockId), isPrepared: false, preparedRound: 0 }
  }
  const { prepared } = statement
  if (prepared === undefined) return { ...slot, blockId: NO_BLOCK, isPrepared: false, preparedRound: 0 }
  return { ...slot, blockId: blockBytes(prepared.blockId), isPrepared: true, preparedRound: prepared.round }
}

/** The statement that the schema's value stands for, or `malformed` where it stands for none. */
export function fromWireStatement(wire: WireStatement): Result<Statement, Refusal<'malformed'>> {
  const kind = kindOf(wire.kind)
  if (kind === undefined) return refuse('malformed', `no statement has kind ${wire.kind}`)
  const { height, round, isPrepared, preparedRound } = wire
  if (!isPrepared && preparedRound !== 0)
    return refuse('malformed', 'a prepared round where nothing is prepared')
  const blockId = toHex(wire.blockId)
  let statement: Statement
  if (kind !== 'roundChange') {
    if (isPrepared) return refuse('malformed', `a ${kind} carries no prepared block`)
    statement = { kind, height, round, blockId }
  } else if (isPrepared) {
    statement = { kind, height, round, prepared: { round: preparedRound, blockId } }
  } else {
    if (wire.blockId.some((byte) => byte !== 0))
      return refuse('malformed', 'a block where nothing is prepared')
    statement = { kind, height, round }
  }
  const flaw = statementFlaw(statement)
  return flaw === undefined ? ok(statement) : refuse('malformed', flaw)
}

function kindOf(number: number): StatementKind | undefined {
  switch (number) {
    case KIND_NUMBERS.proposal:
      return 'proposal'
    case KIND_NUMBERS.prepare:
      return 'prepare'
    case KIND_NUMBERS.commit:
      return 'commit'
    case KIND_NUMBERS.roundChange:
      return 'roundChange'
    default:
      return undefined
  }
}

function blockBytes(blockId: BlockId): Uint8Array {
  const bytes = fromHex(blockId, BLOCK_ID_BYTES)
  assert(bytes !== undefined, 'a block id is 32 bytes of hexadecimal')
  return bytes
}

function isWithin(value: number, lowest: number, highest: number): boolean {
  return Number.isSafeInteger(value) && value >= lowest && value <= highest
}
