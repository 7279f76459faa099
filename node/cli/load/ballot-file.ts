/**
 * Ballots prepared for a load: a file with a header, which says for which network and election they are, and the encoded transactions
 * one after the other, each with its accelerator behind it and with the lengths of both before it. Numbers are little-endian.
 *
 * Such a file is as good as the ballots in it: whoever has it can cast them. What it says is checked when it is read, but for the ballots'
 * proofs, which are the network's to verify.
 */
import {
  assert,
  concat,
  concatAll,
  equalBytes,
  fromUtf8,
  ok,
  type Refusal,
  type Result,
  refuse,
  utf8,
} from '../../../base/index.ts'
import { isUuid } from '../../../election/index.ts'
import { decodeTransaction, MAX_TRANSACTION_BYTES } from '../../../ledger/index.ts'
import { MAX_ACCELERATOR_BYTES, type OfferedTransaction } from '../../../network/index.ts'
import { MAX_PREPARED_BALLOTS, PREPARED_UUID_BYTES_MAX } from '../limits.ts'

/** What ballots are prepared for. */
export interface Purpose {
  readonly networkId: Uint8Array
  readonly uuid: string
  /** Belenios' hash of the election. */
  readonly electionHash: Uint8Array
}

/** The content of such a file. */
export interface PreparedBallots extends Purpose {
  /** Encoded transactions with their accelerators; views of the file's bytes. */
  readonly ballots: readonly OfferedTransaction[]
}

const MAGIC = utf8('psephos ballots 1\n')
const HASH_BYTES = 32
/** Of a ballot and of its accelerator. */
const LENGTHS_BYTES = 8

/** The file's bytes piece by piece, for ballots that come some at a time; so many of them that memory need not hold them. */
export async function* encodeBallotFile(
  purpose: Purpose,
  count: number,
  batches: AsyncIterable<readonly OfferedTransaction[]> | Iterable<readonly OfferedTransaction[]>,
): AsyncGenerator<Uint8Array> {
  let written = 0
  yield headerOf(purpose, count)
  for await (const batch of batches) {
    written += batch.length
    yield concatAll(batch.map(framed))
  }
  assert(written === count, 'a file has as many ballots as its header says')
}

/** Reads a whole file. Never throws. */
export function decodeBallotFile(bytes: Uint8Array): Result<PreparedBallots, Refusal<'ballots-malformed'>> {
  const header = decodeHeader(bytes)
  if (header === undefined) return malformed('it does not begin as a file of prepared ballots does')
  const { purpose, count } = header
  if (count > MAX_PREPARED_BALLOTS) return malformed(`${count} ballots, at most ${MAX_PREPARED_BALLOTS}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ballots: OfferedTransaction[] = []
  let at = header.length
  for (let i = 0; i < count; i++) {
    const hasLengths = at + LENGTHS_BYTES <= bytes.length
    const length = hasLengths ? view.getUint32(at, true) : 0
    const beside = hasLengths ? view.getUint32(at + 4, true) : 0
    const middle = at + LENGTHS_BYTES + length
    const end = middle + beside
    const isTooLong = length > MAX_TRANSACTION_BYTES || beside > MAX_ACCELERATOR_BYTES || end > bytes.length
    if (!hasLengths || isTooLong) return malformed(`ballot ${i + 1} of ${count} is cut off or too long`)
    const ballot = bytes.subarray(middle - length, middle)
    const problem = problemOf(ballot, purpose)
    if (problem !== undefined) return malformed(`ballot ${i + 1} of ${count}: ${problem}`)
    ballots.push(
      beside === 0 ? { bytes: ballot } : { bytes: ballot, accelerator: bytes.subarray(middle, end) },
    )
    at = end
  }
  if (at !== bytes.length) return malformed(`${bytes.length - at} bytes after the last ballot`)
  return ok({ ...purpose, ballots })
}

function problemOf(bytes: Uint8Array, { uuid, electionHash }: Purpose): string | undefined {
  const transaction = decodeTransaction(bytes)
  if (!transaction.ok) return transaction.error.detail
  if (transaction.value.kind !== 'ballot') return `a transaction "${transaction.value.kind}"`
  const { ballot } = transaction.value
  return ballot.uuid === uuid && equalBytes(ballot.electionHash, electionHash)
    ? undefined
    : 'it is for another election than the file'
}

function malformed(detail: string): Result<never, Refusal<'ballots-malformed'>> {
  return refuse('ballots-malformed', detail)
}

function headerOf({ networkId, uuid, electionHash }: Purpose, count: number): Uint8Array {
  assert(networkId.length === HASH_BYTES && electionHash.length === HASH_BYTES, 'ids have 32 bytes')
  const name = utf8(uuid)
  assert(name.length <= PREPARED_UUID_BYTES_MAX, 'a uuid is short')
  const numbers = new Uint8Array(5)
  new DataView(numbers.buffer).setUint32(0, count, true)
  numbers[4] = name.length
  return concat(MAGIC, networkId, electionHash, numbers, name)
}

function decodeHeader(
  bytes: Uint8Array,
): { readonly purpose: Purpose; readonly count: number; readonly length: number } | undefined {
  const fixed = MAGIC.length + 2 * HASH_BYTES + 5
  if (bytes.length < fixed || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, fixed)
  const length = fixed + view.getUint8(fixed - 1)
  const uuid = fromUtf8(bytes.subarray(fixed, length))
  if (bytes.length < length || uuid === undefined || !isUuid(uuid)) return undefined
  const hash = (i: 0 | 1): Uint8Array =>
    bytes.slice(MAGIC.length + i * HASH_BYTES, MAGIC.length + (i + 1) * HASH_BYTES)
  return {
    purpose: { networkId: hash(0), electionHash: hash(1), uuid },
    count: view.getUint32(fixed - 5, true),
    length,
  }
}

function framed({ bytes, accelerator = new Uint8Array() }: OfferedTransaction): Uint8Array {
  const lengths = new DataView(new ArrayBuffer(LENGTHS_BYTES))
  lengths.setUint32(0, bytes.length, true)
  lengths.setUint32(4, accelerator.length, true)
  return concat(new Uint8Array(lengths.buffer), bytes, accelerator)
}
