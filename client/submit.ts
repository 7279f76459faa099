/**
 * Submission: several peers take a transaction, so that none can swallow it (T27). What a peer answers is its own word
 * only; that something is final is always read back with proofs.
 */
import { ok, type Result, refuse } from '../base/index.ts'
import { encodeTransaction, type Transaction } from '../ledger/index.ts'
import {
  decodeOutcomes,
  encodeTransactionBatch,
  type OfferedTransaction,
  type SubmitOutcome,
} from '../network/index.ts'
import { ANSWER_BYTES_MAX, SUBMIT_BATCH_BYTES_MAX, SUBMIT_BATCH_MAX, SUBMIT_PEERS_MAX } from './limits.ts'
import type { Peers } from './peers.ts'
import { nobody, oneChunk } from './reads.ts'
import type { ClientError, Submission } from './types.ts'

/**
 * Hands transactions, in requests of bounded size, to every peer (at most SUBMIT_PEERS_MAX of them); `onAnswer` is told of
 * each peer's outcomes of a request while others are still waited for.
 */
export async function submitTo(
  peers: Peers,
  transactions: readonly (Transaction | OfferedTransaction)[],
  onAnswer: (peer: string, outcomes: readonly SubmitOutcome[]) => void = () => {},
): Promise<Result<readonly Submission[], ClientError>> {
  const byPeer = new Map<string, SubmitOutcome[]>()
  let position = 0
  for (const batch of batches(transactions.map(offered))) {
    const found = await peers.ask(
      {
        protocol: 'submit',
        request: encodeTransactionBatch(batch),
        chunksMax: 1,
        bytesMax: ANSWER_BYTES_MAX,
        onAnswer,
        check: (chunks) => {
          const outcomes = oneChunk(chunks, decodeOutcomes)
          if (!outcomes.ok || outcomes.value.length === batch.length) return outcomes
          return refuse('malformed', `${outcomes.value.length} outcomes for ${batch.length} transactions`)
        },
      },
      SUBMIT_PEERS_MAX,
    )
    if (found.answers.length === 0) return nobody(found)
    for (const { peer, value } of found.answers) {
      const outcomes = byPeer.get(peer) ?? []
      while (outcomes.length < position) outcomes.push(NO_ANSWER)
      outcomes.push(...value)
      byPeer.set(peer, outcomes)
    }
    position += batch.length
    for (const outcomes of byPeer.values()) while (outcomes.length < position) outcomes.push(NO_ANSWER)
  }
  return ok([...byPeer].map(([peer, outcomes]) => ({ peer, outcomes })))
}

/** What stands for a peer that took part of a long submission only. */
const NO_ANSWER: SubmitOutcome = { code: 'busy', detail: 'the peer did not answer' }

/** Whether a peer has taken the transaction, now or before. */
export function isTaken(outcome: SubmitOutcome): boolean {
  return outcome.code === 'accepted' || outcome.code === 'known'
}

/** One transaction's fate among the peers: who took it, and the refusal of the others. */
export function fateOf(
  submissions: readonly Submission[],
  position: number,
): {
  readonly takenBy: readonly string[]
  readonly refusals: readonly (SubmitOutcome & { readonly peer: string })[]
} {
  const takenBy: string[] = []
  const refusals: (SubmitOutcome & { readonly peer: string })[] = []
  for (const { peer, outcomes } of submissions) {
    const outcome = outcomes[position]
    if (outcome === undefined) continue
    if (isTaken(outcome)) takenBy.push(peer)
    else refusals.push({ ...outcome, peer })
  }
  return { takenBy, refusals }
}

/** What is handed in of a transaction: itself, unless somebody has encoded it already, with something beside it perhaps. */
function offered(transaction: Transaction | OfferedTransaction): OfferedTransaction {
  return 'kind' in transaction ? { bytes: encodeTransaction(transaction) } : transaction
}

/** Requests within the limits, in order. */
function* batches(all: readonly OfferedTransaction[]): Generator<readonly OfferedTransaction[]> {
  let batch: OfferedTransaction[] = []
  let bytes = 0
  for (const transaction of all) {
    const size = transaction.bytes.length + (transaction.accelerator?.length ?? 0)
    if (batch.length === SUBMIT_BATCH_MAX || (batch.length > 0 && bytes + size > SUBMIT_BATCH_BYTES_MAX)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(transaction)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
