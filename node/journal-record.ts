/**
 * What the runner writes into the journal: an input of the core, and the bytes of the block that it speaks of, once a
 * block and height, so that a prepared block survives a crash.
 */
import { BooleanType, ByteListType, ContainerType, OptionalType, UintNumberType } from '@chainsafe/ssz'
import {
  assert,
  codec,
  equalBytes,
  fromHex,
  ok,
  type Refusal,
  type Result,
  refuse,
  toHex,
  utf8,
} from '../base/index.ts'
import {
  type AuthenticMessage,
  decodeMessage,
  encodeMessage,
  type Input,
  type Message,
} from '../consensus/index.ts'
import { MAX_JOURNAL_RECORD_BYTES } from '../storage/index.ts'

/** An input with the block that came with it. */
export interface JournalRecord {
  readonly input: Input
  readonly block?: Uint8Array
}

/**
 * The first record of a height at which this validator has no vote: what it knew there was lost (`repair/`), so it follows the height as
 * an observer. No input has these bytes.
 */
export const SILENCE: Uint8Array = utf8('psephos/silent-height/1')

/** Whether the records of a height begin with {@link SILENCE}. */
export function isSilent(records: readonly Uint8Array[]): boolean {
  const [first] = records
  return first !== undefined && equalBytes(first, SILENCE)
}

const INPUTS = ['work', 'message', 'blockBuilt', 'blockChecked', 'timeout'] as const
const RECORD = new ContainerType({
  input: new UintNumberType(1),
  round: new UintNumberType(8),
  blockId: new ByteListType(32),
  isValid: new BooleanType(),
  message: new ByteListType(MAX_JOURNAL_RECORD_BYTES),
  block: new OptionalType(new ByteListType(MAX_JOURNAL_RECORD_BYTES)),
})
const RECORDS = codec<typeof RECORD>(RECORD, MAX_JOURNAL_RECORD_BYTES)

/** The record's bytes. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  const { input, block } = record
  const blockId =
    input.type === 'blockBuilt' || input.type === 'blockChecked' ? fromHex(input.blockId, 32) : undefined
  return RECORDS.encode({
    input: INPUTS.indexOf(input.type),
    round: input.type === 'blockBuilt' || input.type === 'timeout' ? input.round : 0,
    blockId: blockId ?? new Uint8Array(0),
    isValid: input.type === 'blockChecked' && input.isValid,
    message: input.type === 'message' ? encodeMessage(input.message) : new Uint8Array(0),
    block: block ?? null,
  })
}

/**
 * The record of its bytes. A message in the journal was authenticated before it was written, and the journal has
 * checksums: its signatures are not verified again.
 */
export function decodeRecord(bytes: Uint8Array): Result<JournalRecord, Refusal<'malformed'>> {
  const decoded = RECORDS.decode(bytes)
  if (!decoded.ok) return decoded
  const { round, isValid, block } = decoded.value
  const type = INPUTS[decoded.value.input]
  const input = ((): Input | undefined => {
    switch (type) {
      case 'work':
        return { type }
      case 'timeout':
        return { type, round }
      case 'message': {
        const message = decodeMessage(decoded.value.message)
        return message.ok ? { type, message: trusted(message.value) } : undefined
      }
      case 'blockBuilt':
        return decoded.value.blockId.length === 32
          ? { type, round, blockId: toHex(decoded.value.blockId) }
          : undefined
      case 'blockChecked':
        return decoded.value.blockId.length === 32
          ? { type, isValid, blockId: toHex(decoded.value.blockId) }
          : undefined
      case undefined:
        return undefined
    }
  })()
  const record = input && (block === null ? { input } : { input, block })
  return record !== undefined && equalBytes(encodeRecord(record), bytes)
    ? ok(record)
    : refuse('malformed', 'a journal record that no runner writes')
}

function trusted(message: Message): AuthenticMessage {
  assert(message.signed.signature.length > 0, 'a journalled message is signed')
  return message as AuthenticMessage
}
