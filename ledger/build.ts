/** Making the next block: the proposer's side of `execute.ts`, and the same code below. */
import { assert, compareBytes, toHex } from '../base/index.ts'
import { blockRoom, type Decoded, transactionsRoot } from './block.ts'
import { admit, closeWorkspace, type Execution, finished, openWorkspace } from './execute.ts'
import { type State, stateRoot, validatorsRoot } from './state.ts'
import { encodeTransaction, transactionId } from './transaction-ssz.ts'
import type { Block, BlockHeader, ExecutionInputs, Rejection, Transaction } from './types.ts'

/**
 * The next block out of candidates, leaving out what is rejected or does not fit. Candidates come in the proposer's order and
 * are taken in it while there is room; ballots are then sorted by id, so that their order says nothing about arrival (T34).
 */
export function buildBlock(
  state: State,
  candidates: readonly Transaction[],
  time: number,
  inputs: ExecutionInputs,
): {
  readonly block: Block
  readonly execution: Execution
  readonly rejected: readonly { readonly id: Uint8Array; readonly rejection: Rejection }[]
} {
  assert(time > state.head.time, "a block's time is after its parent's")
  const rejected: { readonly id: Uint8Array; readonly rejection: Rejection }[] = []
  const workspace = openWorkspace(state, time, inputs)
  const taken: Decoded[] = []
  for (const candidate of ordered(candidates)) {
    const admitted = admit(workspace, candidate)
    if (admitted.ok) taken.push(candidate)
    else rejected.push({ id: candidate.id, rejection: admitted.error })
  }
  const transactions = taken.map(({ bytes }) => bytes)
  const next = closeWorkspace(workspace)
  const validators = validatorsRoot(state.genesis.validators.map(({ publicKey }) => publicKey))
  const header: BlockHeader = {
    networkId: state.networkId,
    height: state.head.height + 1,
    time,
    parent: state.head.id,
    transactionsRoot: transactionsRoot(transactions),
    stateRoot: stateRoot(next),
    validatorsRoot: validators,
    nextValidatorsRoot: validators,
  }
  return { block: { header, transactions }, execution: finished(workspace, next, header), rejected }
}

/** Those that fit, once each, in a block's order. What is rejected later leaves its room unused: the next block has it. */
function ordered(candidates: readonly Transaction[]): readonly Decoded[] {
  const room = blockRoom()
  const seen = new Set<string>()
  const others: Decoded[] = []
  const ballots: Decoded[] = []
  for (const transaction of candidates) {
    const bytes = encodeTransaction(transaction)
    const id = transactionId(transaction)
    if (seen.has(toHex(id)) || !room.takes(transaction, bytes)) continue
    seen.add(toHex(id))
    const list = transaction.kind === 'ballot' ? ballots : others
    list.push({ transaction, id, bytes })
  }
  return [...others, ...ballots.sort((a, b) => compareBytes(a.id, b.id))]
}
