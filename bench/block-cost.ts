/**
 * A block of a hundred ballots on rolls of different sizes: its execution without verifying proofs, and of that the state root, with the
 * ledger's own code on a state that was loaded from disk. Nothing should grow with the roll but the search for a credential.
 *
 * Reference: the same on the smallest roll.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, unwrap } from '../base/index.ts'
import type { Question } from '../election/index.ts'
import { decodeTransactions } from '../ledger/block.ts'
import { admit, closeWorkspace, openWorkspace } from '../ledger/execute.ts'
import {
  buildBlock,
  type Decoded,
  decodeTransaction,
  type ExecutionInputs,
  executeBlock,
  loadStateFrom,
  type State,
  stateRoot,
} from '../ledger/index.ts'
import { dataPaths } from '../node/home.ts'
import { openChainStore, openLevelDatabase } from '../storage/index.ts'
import { type MadeChain, makeChain } from './made-chain.ts'
import { against, median, type Report } from './report.ts'

const ROLLS = [1000, 100_000, 1_000_000]
const BALLOTS_A_BLOCK = 100
const BLOCKS = 10
const BLOCK_MS = 200
/** All of it is known to be good, and no ballot replaces another. */
const INPUTS: ExecutionInputs = { isVerified: () => true, ballots: new Map() }

interface Cost {
  readonly loadMs: number
  readonly executeMs: number
  readonly rootMs: number
}

/** Prints `storage.load.N`, `storage.execute.N` and `storage.root.N` for each size of roll. */
export async function measureBlocks(
  report: Report,
  questions: readonly Question[],
  onProgress: (text: string) => void,
): Promise<void> {
  let smallest: Cost | undefined
  for (const voters of ROLLS) {
    const cost = await costOn(voters, questions, onProgress)
    smallest ??= cost
    const note = `${BALLOTS_A_BLOCK} ballots of 1 ciphertext on a roll of ${voters}, proofs known`
    const reference = (value: number, least: number) => against('the smallest roll', value, least)
    report({ bench: `storage.load.${voters}`, value: cost.loadMs, unit: 'ms', note: 'the state, from disk' })
    report({
      bench: `storage.execute.${voters}`,
      value: cost.executeMs,
      unit: 'ms',
      note,
      reference: reference(cost.executeMs, smallest.executeMs),
    })
    report({
      bench: `storage.root.${voters}`,
      value: cost.rootMs,
      unit: 'ms',
      note: 'of that, the records and the state root',
      reference: reference(cost.rootMs, smallest.rootMs),
    })
  }
}

async function costOn(
  voters: number,
  questions: readonly Question[],
  onProgress: (text: string) => void,
): Promise<Cost> {
  const directory = await mkdtemp(join(tmpdir(), 'psephos-bench-'))
  try {
    const made = await makeChain({
      directory,
      validators: 1,
      questions,
      ballots: 0,
      ballotsPerBlock: BALLOTS_A_BLOCK,
      voters,
      spare: BALLOTS_A_BLOCK * BLOCKS,
      onProgress,
    })
    const began = performance.now()
    const state = await stateOf(made)
    const loadMs = performance.now() - began
    return { loadMs, ...blockCosts(state, made.spare) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function stateOf({ home, genesis, networkId }: MadeChain): Promise<State> {
  const store = await openChainStore(await openLevelDatabase(dataPaths(home).database), networkId)
  try {
    return unwrap(await loadStateFrom(genesis, networkId, store.stateEntries()))
  } finally {
    await store.close()
  }
}

function blockCosts(
  start: State,
  ballots: readonly Uint8Array[],
): { readonly executeMs: number; readonly rootMs: number } {
  let state = start
  const executions: number[] = []
  const roots: number[] = []
  for (let at = 0; at < ballots.length; at += BALLOTS_A_BLOCK) {
    const some = ballots.slice(at, at + BALLOTS_A_BLOCK).map((bytes) => unwrap(decodeTransaction(bytes)))
    const time = state.head.time + BLOCK_MS
    const { block } = buildBlock(state, some, time, INPUTS)
    assert(block.transactions.length === some.length, 'the ledger takes what was made')
    const began = performance.now()
    const next = unwrap(executeBlock(state, block, INPUTS)).state
    executions.push(performance.now() - began)
    roots.push(rootMs(state, unwrap(decodeTransactions(block)), time))
    state = next
  }
  return { executeMs: median(executions), rootMs: median(roots) }
}

/** What is left of an execution once all transactions are applied. */
function rootMs(state: State, transactions: readonly Decoded[], time: number): number {
  const workspace = openWorkspace(state, time, INPUTS)
  for (const one of transactions) assert(admit(workspace, one).ok, 'the ledger takes what was made')
  const began = performance.now()
  stateRoot(closeWorkspace(workspace))
  return performance.now() - began
}
