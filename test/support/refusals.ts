/** What a ledger refuses: asked of everybody who could take it, with a dishonest proposer among them. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import {
  type Block,
  buildBlock,
  checkTransaction,
  encodeTransaction,
  executeBlock,
  type RejectionCode,
  stateRoot,
  type Transaction,
  transactionsRoot,
  verifyTransaction,
} from '../../ledger/index.ts'
import { inputsOf, type TestChain } from './ledger-builders.ts'

/** Where a refusal shows first: in the cheap checks, in the proofs, or only in the execution of a block. */
export type Refuser = 'check' | 'verify' | 'execution'

/** What a dishonest proposer sends: these transactions with a header that fits, made on a ledger that believes everything. */
export function forgedBlock(
  chain: TestChain,
  transactions: readonly Transaction[],
  time: number = chain.state.head.time + 1,
): Block {
  const everything = inputsOf(chain, transactions, () => true)
  const { block } = buildBlock(chain.state, transactions, time, everything)
  if (block.transactions.length === transactions.length) return block
  const bytes = transactions.map(encodeTransaction)
  return { header: { ...block.header, transactionsRoot: transactionsRoot(bytes) }, transactions: bytes }
}

/**
 * Asserts that the transactions before the last one are taken in one block at `time`, and the last one is refused in it with a
 * code: by a proposer, who goes on without it, and by a validator, who refuses the whole block. Nothing has happened afterwards.
 */
export function assertLastRefused(
  chain: TestChain,
  transactions: readonly Transaction[],
  code: RejectionCode,
  detail: RegExp = /./,
  time: number = chain.state.head.time + 1,
): void {
  const before = toHex(stateRoot(chain.state))
  const inputs = inputsOf(chain, transactions)
  const { rejected, block } = buildBlock(chain.state, transactions, time, inputs)
  assert.equal(block.transactions.length, transactions.length - 1, rejected[0]?.rejection.detail)
  assert.equal(rejected[0]?.rejection.code, code, rejected[0]?.rejection.detail ?? 'a proposer took it')
  assert.match(rejected[0].rejection.detail, detail)
  const executed = executeBlock(chain.state, forgedBlock(chain, transactions, time), inputs)
  assert.ok(!executed.ok, 'a validator took it')
  assert.equal(executed.error.code, 'rejected-transaction')
  assert.match(executed.error.detail, new RegExp(`^transaction ${transactions.length - 1} \\(.*: ${code}: `))
  assert.equal(toHex(stateRoot(chain.state)), before)
}

/** Asserts that a transaction is refused in the next block with a code, and by whom first. */
export function assertRefused(
  chain: TestChain,
  transaction: Transaction,
  code: RejectionCode,
  by: Refuser,
  detail?: RegExp,
): void {
  const checked = checkTransaction(chain.state, transaction, chain.state.head.time + 1)
  assert.equal(checked.ok, by !== 'check', checked.ok ? 'not refused' : checked.error.detail)
  if (checked.ok) {
    const verified = verifyTransaction(chain.state, transaction)
    assert.equal(verified.ok ? undefined : verified.error.code, by === 'verify' ? code : undefined)
  }
  assertLastRefused(chain, [transaction], code, detail)
}

/** What a validator who believes all proofs says to a block of these transactions, whatever a proposer would have left out. */
export function executeForged(
  chain: TestChain,
  transactions: readonly Transaction[],
): ReturnType<typeof executeBlock> {
  return executeBlock(
    chain.state,
    forgedBlock(chain, transactions),
    inputsOf(chain, transactions, () => true),
  )
}
