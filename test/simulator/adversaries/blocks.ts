/**
 * Blocks that look whole and are not good: the header is changed, or the transactions and their root, and everything else stays. Each
 * breaks one rule of the ledger that a validator must check before it prepares.
 */
import { compareBytes } from '../../../base/index.ts'
import {
  type Block,
  decodeTransaction,
  MAX_BLOCK_TRANSACTIONS,
  transactionId,
  transactionsRoot,
} from '../../../ledger/index.ts'
import type { Dice } from '../types.ts'

/** With a state root that no execution gives. */
export function withWrongStateRoot(block: Block, dice: Dice): Block {
  return withHeader(block, { stateRoot: dice.bytes() })
}

/** With a time that is not above the parent's, as far as anybody knows: the parent's own, or long ago. */
export function withEarlyTime(block: Block, parentTime: number | undefined, dice: Dice): Block {
  return withHeader(block, { time: dice.chance(0.5) ? (parentTime ?? 1) : 1 })
}

/** On another parent, of another network, or with other validators. */
export function withForeignHeader(block: Block, dice: Dice): Block {
  const field = dice.pick(['parent', 'networkId', 'validatorsRoot', 'nextValidatorsRoot'] as const)
  return withHeader(block, { [field]: dice.bytes() })
}

/** With one of its transactions twice. Undefined where it has none. */
export function withRepeatedTransaction(block: Block, dice: Dice): Block | undefined {
  if (block.transactions.length === 0) return undefined
  const at = dice.between(0, block.transactions.length - 1)
  const again = block.transactions.slice(at, at + 1)
  return withTransactions(block, [
    ...block.transactions.slice(0, at),
    ...again,
    ...block.transactions.slice(at),
  ])
}

/** With one more ballot in its place by id; the state root is that of the block without it. Undefined where it is there already. */
export function withOneMoreBallot(block: Block, ballot: Uint8Array): Block | undefined {
  const id = ballotTransactionId(ballot)
  if (id === undefined || block.transactions.length >= MAX_BLOCK_TRANSACTIONS) return undefined
  const others: Uint8Array[] = []
  const ballots: { readonly id: Uint8Array; readonly bytes: Uint8Array }[] = [{ id, bytes: ballot }]
  for (const bytes of block.transactions) {
    const other = ballotTransactionId(bytes)
    if (other === undefined) others.push(bytes)
    else if (compareBytes(other, id) === 0) return undefined
    else ballots.push({ id: other, bytes })
  }
  ballots.sort((a, b) => compareBytes(a.id, b.id))
  return withTransactions(block, [...others, ...ballots.map(({ bytes }) => bytes)])
}

/** With junk among its transactions. */
export function stuffed(block: Block, junk: Uint8Array): Block {
  return withTransactions(block, [junk, ...block.transactions])
}

/** Without some of the transactions that its header speaks of: its id is that of the whole one. */
export function hollow(block: Block): Block | undefined {
  return block.transactions.length === 0 ? undefined : { ...block, transactions: block.transactions.slice(1) }
}

/** Whether an encoded transaction is a ballot. */
export function isBallot(bytes: Uint8Array): boolean {
  return ballotTransactionId(bytes) !== undefined
}

function ballotTransactionId(bytes: Uint8Array): Uint8Array | undefined {
  const decoded = decodeTransaction(bytes)
  return decoded.ok && decoded.value.kind === 'ballot' ? transactionId(decoded.value) : undefined
}

function withHeader(block: Block, changes: Partial<Block['header']>): Block {
  return { ...block, header: { ...block.header, ...changes } }
}

function withTransactions(block: Block, transactions: readonly Uint8Array[]): Block {
  return {
    transactions,
    header: { ...block.header, transactionsRoot: transactionsRoot(transactions) },
  }
}
