/** Making the next block: the proposer's side of `execute.ts`, and the same code below. */
import { assert, compareBytes } from '../base/index.ts'
import { blockRoom, transactionsRoot } from './block.ts'
import { type Decoded, identified } from './decoded.ts'
import { admit, closeWorkspace, type Execution, finished, openWorkspace } from './execute.ts'
import { type State, stateRoot, validatorsRoot } from './state.ts'
import type { Block, BlockHeader, ExecutionInputs, Rejection, Transaction } from './types.ts'
import { joined, type WholeBlock } from './whole-block.ts'

/** A block that was built, and what came of each candidate that was refused. */
export interface Built<B> {
  readonly block: B
  readonly execution: Execution
  readonly rejected: readonly { readonly id: Uint8Array; readonly rejection: Rejection }[]
}

/** {@link buildWholeBlock} of transactions that are not decoded with their ids yet. */
export function buildBlock(
  state: State,
  candidates: readonly Transaction[],
  time: number,
  inputs: ExecutionInputs,
): Built<Block> {
  const built = buildWholeBlock(state, candidates.map(identified), time, inputs)
  const { header, transactions } = built.block
  return { ...built, block: { header, transactions: transactions.map(({ bytes }) => bytes) } }
}

/**
 * The next block out of candidates, leaving out what is rejected or does not fit. Candidates come in the proposer's order and
 * are taken in it while there is room; ballots are then sorted by id, so that their order says nothing about arrival (T34).
 */
export function buildWholeBlock(
  state: State,
  candidates: readonly Decoded[],
  time: number,
  inputs: ExecutionInputs,
): Built<WholeBlock> {
  assert(time > state.head.time, "a block's time is after its parent's")
  const rejected: { readonly id: Uint8Array; readonly rejection: Rejection }[] = []
  const workspace = openWorkspace(state, time, inputs)
  const taken: Decoded[] = []
  for (const candidate of ordered(candidates)) {
    const admitted = admit(workspace, candidate)
    if (admitted.ok) taken.push(candidate)
    else rejected.push({ id: candidate.hash, rejection: admitted.error })
  }
  const next = closeWorkspace(workspace)
  const validators = validatorsRoot(state.genesis.validators.map(({ publicKey }) => publicKey))
  const header: BlockHeader = {
    networkId: state.networkId,
    height: state.head.height + 1,
    time,
    parent: state.head.id,
    transactionsRoot: transactionsRoot(taken.map(({ bytes }) => bytes)),
    stateRoot: stateRoot(next),
    validatorsRoot: validators,
    nextValidatorsRoot: validators,
  }
  return { block: joined(header, taken), execution: finished(workspace, next, header), rejected }
}

/** Those that fit, once each, in a block's order. What is rejected later leaves its room unused: the next block has it. */
function ordered(candidates: readonly Decoded[]): readonly Decoded[] {
  const room = blockRoom()
  const seen = new Set<string>()
  const others: Decoded[] = []
  const ballots: Decoded[] = []
  for (const candidate of candidates) {
    const { transaction, bytes, id } = candidate
    if (seen.has(id) || !room.takes(transaction, bytes)) continue
    seen.add(id)
    const list = transaction.kind === 'ballot' ? ballots : others
    list.push(candidate)
  }
  return [...others, ...ballots.sort((a, b) => compareBytes(a.hash, b.hash))]
}
