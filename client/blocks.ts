/**
 * Finalised blocks, for whoever follows the chain without keeping a state. How far the chain goes is one peer's word; what a block holds
 * is certified by a quorum: its header by the certificate, its transactions by the root in the header.
 */
import { equalBytes, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { decodeBlock, encodeHeader, transactionsRoot } from '../ledger/index.ts'
import { decodeCertifiedBlock, encodeBlocksRequest, MAX_BLOCKS_PER_REQUEST } from '../network/index.ts'
import { type VerifiedHead, verifyHead } from './certified.ts'
import { ANSWER_BYTES_MAX } from './limits.ts'
import { nobody, type Reader } from './reads.ts'
import type { ClientError, FinalisedBlock, Trust } from './types.ts'

/** A block with the head that certifies it. */
interface VerifiedBlock extends FinalisedBlock {
  readonly head: VerifiedHead
}

/** Blocks from this height on, in order, as many as one peer has and sends at once; none where it has none yet. */
export async function readBlocks(
  reader: Reader,
  from: number,
): Promise<Result<readonly FinalisedBlock[], ClientError>> {
  const found = await reader.peers.ask(
    {
      protocol: 'blocks',
      request: encodeBlocksRequest({ from, count: MAX_BLOCKS_PER_REQUEST }),
      chunksMax: MAX_BLOCKS_PER_REQUEST,
      bytesMax: ANSWER_BYTES_MAX,
      check: (chunks): Result<readonly VerifiedBlock[], Refusal> => {
        const blocks: VerifiedBlock[] = []
        for (const [i, chunk] of chunks.entries()) {
          const block = verifyBlock(chunk, from + i, reader.trust)
          if (!block.ok) return block
          blocks.push(block.value)
        }
        return ok(blocks)
      },
    },
    1,
  )
  const [answer] = found.answers
  if (answer === undefined) return nobody(found)
  for (const { head } of answer.value) {
    const fork = reader.heads.note(head, answer.peer)
    if (fork !== undefined) return { ok: false, error: fork }
  }
  return ok(answer.value.map(({ height, time, transactions }) => ({ height, time, transactions })))
}

function verifyBlock(chunk: Uint8Array, height: number, trust: Trust): Result<VerifiedBlock, Refusal> {
  const certified = decodeCertifiedBlock(chunk)
  if (!certified.ok) return certified
  const block = decodeBlock(certified.value.block)
  if (!block.ok) return block
  const { header, transactions } = block.value
  if (header.height !== height)
    return refuse('bad-proof', `a block of height ${header.height} in place of ${height}`)
  const { certificate } = certified.value
  const head = verifyHead({ header: encodeHeader(header), certificate }, trust)
  if (!head.ok) return head
  return equalBytes(header.transactionsRoot, transactionsRoot(transactions))
    ? ok({ height, time: header.time, transactions, head: head.value })
    : refuse('bad-proof', `the block at height ${height} has not the transactions of its header`)
}
