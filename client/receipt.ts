/**
 * Receipts: a voter's proof that a ballot is on the board of an election of this network, as a JSON file that verifies
 * offline against the genesis file. It holds no secret and no choice; it does tie a public credential to a tracker, which
 * the board does too.
 *
 * The file's keys, in this order: psephos ("receipt"), version (1), network, election, tracker, header, certificate, record,
 * board, counting. Bytes are lower-case hexadecimal, except the tracker (base64, as Belenios writes it).
 */
import { z } from 'zod'
import {
  equalBytes,
  fromBase64,
  fromHex,
  ok,
  type Refusal,
  type Result,
  refuse,
  toHex,
} from '../base/index.ts'
import { tracker } from '../election/index.ts'
import type { BallotAnswer } from '../network/index.ts'
import { verifyBallotAnswer } from './certified.ts'
import { BRANCH_MAX, RECEIPT_CHARACTERS_MAX } from './limits.ts'
import type { Receipt, ReceiptContent, Trust } from './types.ts'

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'not lower-case hexadecimal')
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'not 64 lower-case hexadecimal digits')
const branch = z.array(hash).max(BRANCH_MAX)
const index = z.int().min(0)

const RECEIPT = z.strictObject({
  psephos: z.literal('receipt'),
  version: z.literal(1),
  network: hash,
  election: z.string().min(1).max(64),
  tracker: z.string().regex(/^[A-Za-z0-9+/]{43}$/, 'not a tracker'),
  header: hex,
  certificate: hex,
  record: z.strictObject({ bytes: hex, index, branch }),
  board: z.strictObject({ position: index, branch }),
  counting: z.strictObject({
    credential: hash,
    weight: z.string().regex(/^[1-9][0-9]{0,18}$/, 'not a weight'),
    place: index,
    rollBranch: branch,
    ballotId: hash,
    countingBranch: branch,
  }),
})

/** The receipt of an answer that proves a ballot on the board and what counts for its credential. */
export function createReceipt(
  uuid: string,
  networkId: Uint8Array,
  answer: BallotAnswer & Required<Pick<BallotAnswer, 'record' | 'onBoard' | 'counting'>>,
): Receipt {
  const { head, record, onBoard, counting } = answer
  const content: z.infer<typeof RECEIPT> = {
    psephos: 'receipt',
    version: 1,
    network: toHex(networkId),
    election: uuid,
    tracker: tracker(onBoard.ballotId),
    header: toHex(head.header),
    certificate: toHex(head.certificate),
    record: { bytes: toHex(record.record), index: record.index, branch: record.branch.map(toHex) },
    board: { position: onBoard.position, branch: onBoard.branch.map(toHex) },
    counting: {
      credential: toHex(counting.credential),
      weight: counting.weight.toString(),
      place: counting.place,
      rollBranch: counting.rollBranch.map(toHex),
      ballotId: toHex(counting.ballotId),
      countingBranch: counting.countingBranch.map(toHex),
    },
  }
  return { json: `${JSON.stringify(content, null, 1)}\n` }
}

/** Everything about a receipt, offline, against a genesis. */
export function verifyReceipt(
  json: string,
  trust: Trust,
): Result<ReceiptContent, Refusal<'receipt-malformed' | 'wrong-network' | 'bad-proof' | 'no-quorum'>> {
  const read = parseReceipt(json)
  if (!read.ok) return read
  const { uuid, networkId, ballotId, answer } = read.value
  if (!equalBytes(networkId, trust.networkId))
    return refuse(
      'wrong-network',
      `the receipt is of network ${toHex(networkId)}, the genesis file of another`,
    )
  const asked = { uuid, ballotId, credential: answer.counting.credential }
  const verified = verifyBallotAnswer(answer, asked, trust)
  if (!verified.ok) {
    const { code, detail } = verified.error
    return refuse(code === 'malformed' ? 'receipt-malformed' : code, detail)
  }
  const { head, onBoard, counting } = verified.value
  if (onBoard === undefined || counting === undefined) return refuse('bad-proof', 'a proof is missing')
  return ok({
    uuid,
    tracker: tracker(ballotId),
    height: head.header.height,
    time: head.header.time,
    counts: equalBytes(counting.ballotId, ballotId),
  })
}

interface ParsedReceipt {
  readonly uuid: string
  readonly networkId: Uint8Array
  readonly ballotId: Uint8Array
  readonly answer: BallotAnswer & Required<Pick<BallotAnswer, 'record' | 'onBoard' | 'counting'>>
}

function parseReceipt(json: string): Result<ParsedReceipt, Refusal<'receipt-malformed'>> {
  if (json.length > RECEIPT_CHARACTERS_MAX)
    return refuse('receipt-malformed', 'the file is too long for a receipt')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return refuse('receipt-malformed', 'the file is not JSON')
  }
  const parsed = RECEIPT.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return refuse(
      'receipt-malformed',
      `${issue?.path.join('.') || 'receipt'}: ${issue?.message ?? 'not a receipt'}`,
    )
  }
  const { network, election, header, certificate, record, board, counting } = parsed.data
  const ballotId = fromBase64(parsed.data.tracker, 32)
  if (ballotId === undefined) return refuse('receipt-malformed', 'tracker: not the base64 of 32 bytes')
  return ok({
    uuid: election,
    networkId: bytes(network),
    ballotId,
    answer: {
      head: { header: bytes(header), certificate: bytes(certificate) },
      record: { record: bytes(record.bytes), index: record.index, branch: record.branch.map(bytes) },
      onBoard: { ballotId, position: board.position, branch: board.branch.map(bytes) },
      counting: {
        credential: bytes(counting.credential),
        weight: BigInt(counting.weight),
        place: counting.place,
        rollBranch: counting.rollBranch.map(bytes),
        ballotId: bytes(counting.ballotId),
        countingBranch: counting.countingBranch.map(bytes),
      },
    },
  })
}

/** The schema has checked that it is hexadecimal. */
function bytes(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array(0)
}
