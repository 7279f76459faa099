/**
 * The bytes of transactions.
 *
 * On the wire and in blocks: one byte for the kind, then for a ballot its compact form, for evidence its SSZ, for the others 64
 * bytes of signature and the SSZ of the body. What gets signed is another form: domain tag, network id, kind, SSZ of the body (T15).
 * Both are in docs/protocol.md; vectors pin them.
 */
import {
  BooleanType,
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  type ValueOf,
  VectorCompositeType,
} from '@chainsafe/ssz'
import {
  assert,
  type Codec,
  codec,
  concat,
  ok,
  type Refusal,
  type Result,
  refuse,
  unreachable,
  utf8,
} from '../base/index.ts'
import { SIGNATURE_BYTES, sha256 } from '../crypto/index.ts'
import { ballotId, decodeBallot, encodeBallot } from '../election/index.ts'
import { DRAFT, draftFromSsz, draftToSsz } from './draft-ssz.ts'
import { decodeEquivocation, encodeEquivocation } from './evidence-ssz.ts'
import {
  CERTIFICATE_BYTES,
  CHUNK_ENTRIES,
  COMPLAINT_BYTES,
  MAX_BALLOT_BYTES,
  MAX_DECRYPTION_BYTES,
  MAX_POLYNOMIAL_BYTES,
  MAX_SHARE_BYTES,
  MAX_TRANSACTION_BYTES,
  MAX_TRUSTEE_KEY_BYTES,
  MAX_TRUSTEES,
  MAX_UUID_LENGTH,
  MEMBER_KEY_BYTES,
  TRUSTEES_DEPTH,
} from './limits.ts'
import { BIG_UINT64, BYTES32, converted, textOf, textType, UINT16 } from './ssz.ts'
import type { Transaction, TransactionKind } from './types.ts'

/** A transaction without its signature. */
export type Unsigned<T> = T extends { signature: Uint8Array } ? Omit<T, 'signature'> : never
/** Any transaction that its author signs. A ballot has the voter's Belenios signature instead, evidence has no author. */
export type AuthoredTransaction = Extract<Transaction, { readonly signature: Uint8Array }>
export type UnsignedTransaction = Unsigned<Transaction>

const SIGNING_DOMAIN = utf8('psephos/transaction/1')
const ID_DOMAIN = utf8('psephos/transaction-id/1')

/** The first byte; never reused for another kind. */
const KINDS: readonly TransactionKind[] = [
  'draft',
  'trusteeKey',
  'rollChunk',
  'rollSignature',
  'ballot',
  'partialDecryption',
  'ceremonyCertificate',
  'ceremonyCommitment',
  'ceremonyDealing',
  'ceremonyKey',
  'ceremonyComplaint',
  'evidence',
]
/** Kind numbers start here, so that a zeroed buffer is no transaction. */
const FIRST_KIND = 1

const UUID = textType(MAX_UUID_LENGTH)
const DRAFT_BODY = new ContainerType({ draft: DRAFT, administrator: BYTES32 }, { typeName: 'DraftBody' })
const ROLL_CHUNK_BODY = new ContainerType(
  {
    uuid: UUID,
    registrar: BYTES32,
    rollHash: BYTES32,
    isWeighted: new BooleanType(),
    index: UINT16,
    count: UINT16,
    entries: new ListCompositeType(
      new ContainerType({ credential: BYTES32, weight: BIG_UINT64 }, { typeName: 'RollEntry' }),
      CHUNK_ENTRIES,
    ),
  },
  { typeName: 'RollChunkBody' },
)
const ROLL_SIGNATURE_BODY = new ContainerType(
  { uuid: UUID, registrar: BYTES32, rollHash: BYTES32 },
  { typeName: 'RollSignatureBody' },
)
const DECRYPTION_BODY = new ContainerType(
  { uuid: UUID, trustee: BYTES32, decryption: new ByteListType(MAX_DECRYPTION_BYTES) },
  { typeName: 'PartialDecryptionBody' },
)

/** The fields that every step of a ceremony begins with. */
const ACT = { uuid: UUID, trustee: BYTES32, attempt: UINT16 }
const TRUSTEE_KEY_BODY = new ContainerType(
  { ...ACT, key: new ByteListType(MAX_TRUSTEE_KEY_BYTES) },
  { typeName: 'TrusteeKeyBody' },
)
const CERTIFICATE_BODY = new ContainerType(
  { ...ACT, certificate: new ByteVectorType(CERTIFICATE_BYTES) },
  { typeName: 'CeremonyCertificateBody' },
)
const COMMITMENT_BODY = new ContainerType(
  { ...ACT, commitment: BYTES32 },
  { typeName: 'CeremonyCommitmentBody' },
)
const DEALING_BODY = new ContainerType(
  {
    ...ACT,
    polynomial: new ByteListType(MAX_POLYNOMIAL_BYTES),
    shares: new ListCompositeType(new ByteListType(MAX_SHARE_BYTES), MAX_TRUSTEES),
  },
  { typeName: 'CeremonyDealingBody' },
)
const MEMBER_KEY_BODY = new ContainerType(
  { ...ACT, key: new ByteVectorType(MEMBER_KEY_BYTES) },
  { typeName: 'CeremonyKeyBody' },
)
const COMPLAINT_BODY = new ContainerType(
  {
    ...ACT,
    dealer: UINT16,
    share: new ByteListType(MAX_SHARE_BYTES),
    branch: new VectorCompositeType(BYTES32, TRUSTEES_DEPTH + 1),
    complaint: new ByteVectorType(COMPLAINT_BYTES),
  },
  { typeName: 'CeremonyComplaintBody' },
)

const BODY_BYTES = MAX_TRANSACTION_BYTES - 1 - SIGNATURE_BYTES
const draftBody: Codec<ValueOf<typeof DRAFT_BODY>> = codec(DRAFT_BODY, BODY_BYTES)
const trusteeKeyBody: Codec<ValueOf<typeof TRUSTEE_KEY_BODY>> = codec(TRUSTEE_KEY_BODY, BODY_BYTES)
const rollChunkBody: Codec<ValueOf<typeof ROLL_CHUNK_BODY>> = codec(ROLL_CHUNK_BODY, BODY_BYTES)
const rollSignatureBody: Codec<ValueOf<typeof ROLL_SIGNATURE_BODY>> = codec(ROLL_SIGNATURE_BODY, BODY_BYTES)
const decryptionBody: Codec<ValueOf<typeof DECRYPTION_BODY>> = codec(DECRYPTION_BODY, BODY_BYTES)
const certificateBody: Codec<ValueOf<typeof CERTIFICATE_BODY>> = codec(CERTIFICATE_BODY, BODY_BYTES)
const commitmentBody: Codec<ValueOf<typeof COMMITMENT_BODY>> = codec(COMMITMENT_BODY, BODY_BYTES)
const dealingBody: Codec<ValueOf<typeof DEALING_BODY>> = codec(DEALING_BODY, BODY_BYTES)
const memberKeyBody: Codec<ValueOf<typeof MEMBER_KEY_BODY>> = codec(MEMBER_KEY_BODY, BODY_BYTES)
const complaintBody: Codec<ValueOf<typeof COMPLAINT_BODY>> = codec(COMPLAINT_BODY, BODY_BYTES)

function encodeBody(body: UnsignedTransaction): Uint8Array {
  switch (body.kind) {
    case 'draft':
      return draftBody.encode({ draft: draftToSsz(body.draft), administrator: body.administrator })
    case 'trusteeKey':
      return trusteeKeyBody.encode({ ...body, uuid: utf8(body.uuid) })
    case 'rollChunk':
      return rollChunkBody.encode({ ...body, uuid: utf8(body.uuid), entries: [...body.entries] })
    case 'rollSignature':
      return rollSignatureBody.encode({ ...body, uuid: utf8(body.uuid) })
    case 'partialDecryption':
      return decryptionBody.encode({ ...body, uuid: utf8(body.uuid) })
    case 'ceremonyCertificate':
      return certificateBody.encode({ ...body, uuid: utf8(body.uuid) })
    case 'ceremonyCommitment':
      return commitmentBody.encode({ ...body, uuid: utf8(body.uuid) })
    case 'ceremonyDealing':
      return dealingBody.encode({ ...body, uuid: utf8(body.uuid), shares: [...body.shares] })
    case 'ceremonyKey':
      return memberKeyBody.encode({ ...body, uuid: utf8(body.uuid) })
    case 'ceremonyComplaint':
      return complaintBody.encode({ ...body, uuid: utf8(body.uuid), branch: [...body.branch] })
    default:
      return unreachable(body)
  }
}

function decodeBody(
  kind: AuthoredTransaction['kind'],
  bytes: Uint8Array,
): Result<UnsignedTransaction, Refusal<'malformed'>> {
  switch (kind) {
    case 'draft':
      return read(draftBody, bytes, ({ draft, administrator }) => ({
        kind,
        draft: draftFromSsz(draft),
        administrator,
      }))
    case 'trusteeKey':
      return read(trusteeKeyBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'rollChunk':
      return read(rollChunkBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'rollSignature':
      return read(rollSignatureBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'partialDecryption':
      return read(decryptionBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'ceremonyCertificate':
      return read(certificateBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'ceremonyCommitment':
      return read(commitmentBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'ceremonyDealing':
      return read(dealingBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'ceremonyKey':
      return read(memberKeyBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    case 'ceremonyComplaint':
      return read(complaintBody, bytes, (body) => ({ kind, ...body, uuid: textOf(body.uuid) }))
    default:
      return unreachable(kind)
  }
}

function read<T, B>(
  body: Codec<T>,
  bytes: Uint8Array,
  convert: (value: T) => B,
): Result<B, Refusal<'malformed'>> {
  return converted(body.decode(bytes), convert)
}

function kindByte(kind: TransactionKind): Uint8Array {
  return Uint8Array.of(KINDS.indexOf(kind) + FIRST_KIND)
}

/** The canonical form that gets signed: domain tag, network id, kind, SSZ of the body. */
export function signingBytes(networkId: Uint8Array, body: UnsignedTransaction): Uint8Array {
  assert(networkId.length === 32, 'a network id has 32 bytes')
  return concat(SIGNING_DOMAIN, networkId, kindByte(body.kind), encodeBody(body))
}

/** The bytes of a transaction in blocks and on the wire. */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  if (transaction.kind === 'ballot') return concat(kindByte('ballot'), encodeBallot(transaction.ballot))
  if (transaction.kind === 'evidence') return concat(kindByte('evidence'), encodeEquivocation(transaction))
  assert(transaction.signature.length === SIGNATURE_BYTES, 'a signature has 64 bytes')
  return concat(kindByte(transaction.kind), transaction.signature, encodeBody(transaction))
}

/** The ballot's own compact form inside the bytes of a transaction that is one; not a copy. */
export function encodedBallot(transaction: Uint8Array): Uint8Array {
  return transaction.subarray(1)
}

/** The transaction of bytes that are its only encoding. Checks form, not meaning; never throws. */
export function decodeTransaction(bytes: Uint8Array): Result<Transaction, Refusal<'malformed'>> {
  if (bytes.length > MAX_TRANSACTION_BYTES)
    return refuse('malformed', `${bytes.length} bytes, at most ${MAX_TRANSACTION_BYTES}`)
  const kind = KINDS[(bytes[0] ?? 0) - FIRST_KIND]
  if (kind === undefined) return refuse('malformed', `no kind of transaction is numbered ${bytes[0] ?? 'so'}`)
  if (kind === 'ballot') {
    if (bytes.length > 1 + MAX_BALLOT_BYTES)
      return refuse('malformed', `a ballot of more than ${MAX_BALLOT_BYTES} bytes`)
    const ballot = decodeBallot(bytes.slice(1))
    return ballot.ok ? ok({ kind, ballot: ballot.value }) : refuse('malformed', ballot.error.detail)
  }
  if (kind === 'evidence') {
    const equivocation = decodeEquivocation(bytes.slice(1))
    return equivocation.ok ? ok({ kind, ...equivocation.value }) : equivocation
  }
  if (bytes.length < 1 + SIGNATURE_BYTES) return refuse('malformed', 'too short for a signature')
  const body = decodeBody(kind, bytes.slice(1 + SIGNATURE_BYTES))
  if (!body.ok) return body
  return ok({ ...body.value, signature: bytes.slice(1, 1 + SIGNATURE_BYTES) })
}

/** 32 bytes: a ballot's Belenios id; otherwise SHA-256 of the encoded transaction with a domain tag. */
export function transactionId(transaction: Transaction): Uint8Array {
  if (transaction.kind === 'ballot') return ballotId(transaction.ballot)
  return sha256(concat(ID_DOMAIN, encodeTransaction(transaction)))
}
