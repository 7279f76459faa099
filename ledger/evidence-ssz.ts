/**
 * The bytes of evidence: that a validator signed two statements of agreement for one slot, and what the state keeps of it.
 *
 * Of agreement the ledger knows only the form of what validators sign (consensus/README.md, "Encodings"; a test holds the two
 * against each other): domain tag, network id, slot (kind, height, round), then the rest, here called content. Tag and network id
 * are not in the transaction; whoever verifies puts in its own, so that evidence convicts in its own network only (T15). The slot
 * is there once and the contents ascend strictly, so that a contradiction has one encoding up to the signatures.
 */
import { ByteVectorType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import {
  assert,
  type Codec,
  codec,
  compareBytes,
  concat,
  type Refusal,
  type Result,
  utf8,
} from '../base/index.ts'
import { SIGNATURE_BYTES } from '../crypto/index.ts'
import {
  CONVICTION_BYTES,
  EVIDENCE_BODY_BYTES,
  MAX_VALIDATORS,
  STATEMENT_CONTENT_BYTES,
  STATEMENT_TAG_BYTES,
} from './limits.ts'
import { BYTES32, converted, UINT8, UINT32, UINT64, Unreadable } from './ssz.ts'

/** Where in agreement a statement belongs; an honest validator signs one a slot. */
export interface StatementSlot {
  readonly kind: 'proposal' | 'prepare' | 'commit' | 'roundChange'
  readonly height: number
  readonly round: number
}

/** What a statement says beside its slot, and the signature under the whole statement. */
export interface SignedContent {
  /** 37 bytes: block id, whether prepared, prepared round. */
  readonly content: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** Two statements of one validator for one slot; `first` has the smaller content. */
export interface Equivocation {
  /** The validator's key. */
  readonly validator: Uint8Array
  readonly slot: StatementSlot
  readonly first: SignedContent
  readonly second: SignedContent
}

/** A validator that contradicted itself, as the state has it: by the first evidence that came. */
export interface Conviction {
  /** The validator's key. */
  readonly validator: Uint8Array
  readonly slot: StatementSlot
  /** Of the block with the evidence. */
  readonly height: number
  /** The id of the transaction with the evidence. */
  readonly evidence: Uint8Array
}

/** All convictions, one a validator, oldest first, and the SSZ root of their list; immutable. */
export interface Convictions {
  readonly list: readonly Conviction[]
  readonly root: Uint8Array
}

const STATEMENT_TAG = new Uint8Array(STATEMENT_TAG_BYTES)
STATEMENT_TAG.set(utf8('psephos/consensus/statement/1'))

/** By number in a statement, from 1. */
const STATEMENT_KINDS: readonly StatementSlot['kind'][] = ['proposal', 'prepare', 'commit', 'roundChange']
const FIRST_STATEMENT_KIND = 1

interface SszSlot {
  readonly kind: number
  readonly height: number
  readonly round: number
}
type Ssz<T> = Omit<T, 'slot'> & { readonly slot: SszSlot }

const SLOT = new ContainerType({ kind: UINT8, height: UINT64, round: UINT32 }, { typeName: 'StatementSlot' })
const SIGNED_CONTENT = new ContainerType(
  { content: new ByteVectorType(STATEMENT_CONTENT_BYTES), signature: new ByteVectorType(SIGNATURE_BYTES) },
  { typeName: 'SignedContent' },
)
const EVIDENCE_BODY = new ContainerType(
  { validator: BYTES32, slot: SLOT, first: SIGNED_CONTENT, second: SIGNED_CONTENT },
  { typeName: 'EvidenceBody' },
)
const CONVICTION = new ContainerType(
  { validator: BYTES32, slot: SLOT, height: UINT64, evidence: BYTES32 },
  { typeName: 'Conviction' },
)
const CONVICTIONS = new ListCompositeType(CONVICTION, MAX_VALIDATORS)

const slotCodec: Codec<SszSlot> = codec(SLOT, SLOT.fixedSize as number)
const bodyCodec: Codec<Ssz<Equivocation>> = codec(EVIDENCE_BODY, EVIDENCE_BODY_BYTES)
const convictionCodec: Codec<Ssz<Conviction>> = codec(CONVICTION, CONVICTION_BYTES)
const convictionsCodec: Codec<Ssz<Conviction>[]> = codec(CONVICTIONS, CONVICTION_BYTES * MAX_VALIDATORS)

function slotToSsz({ kind, height, round }: StatementSlot): SszSlot {
  return { kind: STATEMENT_KINDS.indexOf(kind) + FIRST_STATEMENT_KIND, height, round }
}

function slotFromSsz({ kind: number, height, round }: SszSlot): StatementSlot {
  const kind = STATEMENT_KINDS[number - FIRST_STATEMENT_KIND]
  if (kind === undefined) throw new Unreadable(`no statement has kind ${number}`)
  if (!Number.isSafeInteger(height)) throw new Unreadable('the height of a statement is out of range')
  return { kind, height, round }
}

function withSlot<T extends { readonly slot: SszSlot }>(value: T): Omit<T, 'slot'> & { slot: StatementSlot } {
  return { ...value, slot: slotFromSsz(value.slot) }
}

/** The body of an evidence transaction. */
export function encodeEquivocation(equivocation: Equivocation): Uint8Array {
  const { validator, slot, first, second } = equivocation
  assert(compareBytes(first.content, second.content) < 0, 'the contents of evidence ascend')
  return bodyCodec.encode({ validator, slot: slotToSsz(slot), first, second })
}

/** The equivocation of a body: in form two different statements for one slot; nothing is verified yet. Never throws. */
export function decodeEquivocation(bytes: Uint8Array): Result<Equivocation, Refusal<'malformed'>> {
  return converted(bodyCodec.decode(bytes), (body) => {
    const order = compareBytes(body.first.content, body.second.content)
    if (order === 0) throw new Unreadable('the two statements say the same')
    if (order > 0) throw new Unreadable('the contents of the two statements must ascend')
    return withSlot(body)
  })
}

/** The bytes under the two signatures, 114 each, had they been made in this network. */
export function signedStatements(
  networkId: Uint8Array,
  { slot, first, second }: Equivocation,
): readonly [Uint8Array, Uint8Array] {
  assert(networkId.length === 32, 'a network id has 32 bytes')
  const place = concat(STATEMENT_TAG, networkId, slotCodec.encode(slotToSsz(slot)))
  return [concat(place, first.content), concat(place, second.content)]
}

/** Before anyone contradicted itself. */
export const NO_CONVICTIONS: Convictions = { list: [], root: convictionsCodec.root([]) }

/** The convictions with one more at the end. */
export function withConviction({ list: before }: Convictions, conviction: Conviction): Convictions {
  const list = [...before, conviction]
  assert(list.length <= MAX_VALIDATORS, 'each validator is convicted once')
  return { list, root: convictionsRoot(list) }
}

/** SSZ root of the list: a field of the state. */
export function convictionsRoot(list: readonly Conviction[]): Uint8Array {
  return convictionsCodec.root(list.map(toSsz))
}

function toSsz(conviction: Conviction): Ssz<Conviction> {
  return { ...conviction, slot: slotToSsz(conviction.slot) }
}

/** One conviction, as it stands in the durable image. */
export function encodeConviction(conviction: Conviction): Uint8Array {
  return convictionCodec.encode(toSsz(conviction))
}
export function decodeConviction(bytes: Uint8Array): Result<Conviction, Refusal<'malformed'>> {
  return converted(convictionCodec.decode(bytes), withSlot)
}

/** All of them, as they travel in a proof. */
export function encodeConvictions(list: readonly Conviction[]): Uint8Array {
  return convictionsCodec.encode(list.map(toSsz))
}
export function decodeConvictions(bytes: Uint8Array): Result<readonly Conviction[], Refusal<'malformed'>> {
  return converted(convictionsCodec.decode(bytes), (list) => list.map(withSlot))
}
