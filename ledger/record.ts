/**
 * The SSZ form of an election's record. Its `hash_tree_root` is a leaf of the state; its bytes travel in proofs and stand in
 * the durable image.
 */
import {
  BooleanType,
  ByteListType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  type ValueOf,
} from '@chainsafe/ssz'
import { type Codec, codec, type Refusal, type Result, utf8 } from '../base/index.ts'
import { DRAFT, draftFromSsz, draftToSsz } from './draft-ssz.ts'
import {
  MAX_CHOICES,
  MAX_DECRYPTION_BYTES,
  MAX_QUESTIONS,
  MAX_REASON_BYTES,
  MAX_RECORD_BYTES,
  MAX_REGISTRARS,
  MAX_TALLY_BYTES,
  MAX_TRUSTEES,
} from './limits.ts'
import {
  BIG_UINT64,
  BYTES32,
  converted,
  fromOptional,
  optionalType,
  textOf,
  textType,
  UINT8,
  UINT16,
  UINT32,
  Unreadable,
} from './ssz.ts'
import type { ElectionRecord, Phase } from './types.ts'

/** By number in the encoding. */
const PHASES: readonly Phase[] = ['draft', 'frozen', 'open', 'decrypting', 'tallied', 'abandoned']

const SIGNERS = new ListCompositeType(BYTES32, MAX_REGISTRARS)
const ROLL_PROGRESS = new ContainerType(
  {
    registrar: BYTES32,
    hash: BYTES32,
    isWeighted: new BooleanType(),
    chunks: UINT16,
    received: UINT16,
    chunksRoot: BYTES32,
    signers: SIGNERS,
  },
  { typeName: 'RollProgress' },
)
const ROLL = new ContainerType(
  {
    registrar: BYTES32,
    hash: BYTES32,
    root: BYTES32,
    isWeighted: new BooleanType(),
    voters: UINT32,
    totalWeight: BIG_UINT64,
    signers: SIGNERS,
  },
  { typeName: 'RollSummary' },
)
const BOARD_HEAD = new ContainerType({ hash: BYTES32, height: UINT32 }, { typeName: 'BoardHead' })
const DECRYPTION = new ContainerType(
  { owner: UINT16, decryption: new ByteListType(MAX_DECRYPTION_BYTES) },
  { typeName: 'OwnedDecryption' },
)
const COUNTS = new ListCompositeType(new ListBasicType(BIG_UINT64, MAX_CHOICES), MAX_QUESTIONS)

const FIELDS = {
  draft: DRAFT,
  administrator: BYTES32,
  phase: UINT8,
  ceremonyRoot: BYTES32,
  rolls: new ListCompositeType(ROLL_PROGRESS, MAX_REGISTRARS),
  roll: optionalType(ROLL),
  electionKey: optionalType(BYTES32),
  electionHash: optionalType(BYTES32),
  board: optionalType(BOARD_HEAD),
  ballotsRoot: BYTES32,
  ballots: UINT32,
  countingRoot: BYTES32,
  voted: UINT32,
  votedWeight: BIG_UINT64,
  tally: optionalType(new ByteListType(MAX_TALLY_BYTES)),
  decryptions: new ListCompositeType(DECRYPTION, MAX_TRUSTEES),
  result: optionalType(COUNTS),
  reason: optionalType(textType(MAX_REASON_BYTES)),
}

const RECORD = new ContainerType(FIELDS, { typeName: 'ElectionRecord' })
type SszRecord = ValueOf<typeof RECORD>

const recordCodec: Codec<SszRecord> = codec(RECORD, MAX_RECORD_BYTES)

function toSsz(record: ElectionRecord): SszRecord {
  return {
    draft: draftToSsz(record.draft),
    administrator: record.administrator,
    phase: PHASES.indexOf(record.phase),
    ceremonyRoot: record.ceremonyRoot,
    rolls: record.rolls.map((roll) => ({ ...roll, signers: [...roll.signers] })),
    roll: fromOptional(record.roll).map((roll) => ({ ...roll, signers: [...roll.signers] })),
    electionKey: fromOptional(record.electionKey),
    electionHash: fromOptional(record.electionHash),
    board: fromOptional(record.board),
    ballotsRoot: record.ballotsRoot,
    ballots: record.ballots,
    countingRoot: record.countingRoot,
    voted: record.voted,
    votedWeight: record.votedWeight,
    tally: fromOptional(record.tally),
    decryptions: [...record.decryptions],
    result: fromOptional(record.result).map((counts) => counts.map((question) => [...question])),
    reason: fromOptional(record.reason).map(utf8),
  }
}

function fromSsz(value: SszRecord): ElectionRecord {
  const phase = PHASES[value.phase]
  if (phase === undefined) throw new Unreadable(`no phase is numbered ${value.phase}`)
  const [roll, electionKey, electionHash, board, tally, result, reason] = [
    value.roll[0],
    value.electionKey[0],
    value.electionHash[0],
    value.board[0],
    value.tally[0],
    value.result[0],
    value.reason[0],
  ]
  return {
    draft: draftFromSsz(value.draft),
    administrator: value.administrator,
    phase,
    ceremonyRoot: value.ceremonyRoot,
    rolls: value.rolls,
    ...(roll === undefined ? {} : { roll }),
    ...(electionKey === undefined ? {} : { electionKey }),
    ...(electionHash === undefined ? {} : { electionHash }),
    ...(board === undefined ? {} : { board }),
    ballotsRoot: value.ballotsRoot,
    ballots: value.ballots,
    countingRoot: value.countingRoot,
    voted: value.voted,
    votedWeight: value.votedWeight,
    ...(tally === undefined ? {} : { tally }),
    decryptions: value.decryptions,
    ...(result === undefined ? {} : { result }),
    ...(reason === undefined ? {} : { reason: textOf(reason) }),
  }
}

/** The record's only encoding. */
export function encodeRecord(record: ElectionRecord): Uint8Array {
  return recordCodec.encode(toSsz(record))
}

/** The record of bytes; checks form, not sense. Never throws. */
export function decodeRecord(bytes: Uint8Array): Result<ElectionRecord, Refusal<'malformed'>> {
  return converted(recordCodec.decode(bytes), fromSsz)
}

/** `hash_tree_root` of the record: its leaf in the state. */
export function recordRoot(record: ElectionRecord): Uint8Array {
  return recordCodec.root(toSsz(record))
}
