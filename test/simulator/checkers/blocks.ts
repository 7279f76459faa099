/**
 * Blocks and the transactions that a simulated network sees, read by code of its own. Source: docs/protocol.md. What cannot be
 * read throws `Unreadable`.
 */
import {
  byteListRoot,
  hex,
  merkleRoot,
  Reader,
  sha256,
  Unreadable,
  uint64Chunk,
  variableList,
  withLength,
} from './ssz.ts'
import { isSignatureOf, STATEMENT_DOMAIN } from './wire.ts'

export interface SeenBlock {
  readonly id: string
  readonly networkId: string
  readonly height: number
  readonly time: number
  readonly parent: string
  readonly stateRoot: string
  /** As the header has it, and as the transactions give it. */
  readonly transactionsRoot: string
  readonly computedTransactionsRoot: string
  readonly transactions: readonly Uint8Array[]
}

const HEADER_BYTES = 208
const MAX_TRANSACTION_BYTES = 262_144
const TRANSACTIONS_DEPTH = 12

/** Blocks by the hash of their bytes: all nodes commit the same ones, and all checkers look at them. */
const seenBlocks = new Map<string, SeenBlock>()
const MAX_SEEN_BLOCKS = 64

/** A block; its id and its transactions' root are computed here. */
export function readBlock(bytes: Uint8Array): SeenBlock {
  const name = hex(sha256(bytes))
  const known = seenBlocks.get(name)
  if (known !== undefined) return known
  const block = decodeBlock(bytes)
  if (seenBlocks.size >= MAX_SEEN_BLOCKS) seenBlocks.clear()
  seenBlocks.set(name, block)
  return block
}

function decodeBlock(bytes: Uint8Array): SeenBlock {
  const outer = new Reader(bytes)
  const header = new Reader(outer.bytes(HEADER_BYTES))
  outer.offset()
  const transactions = variableList(outer.variable()[0]!)
  const networkId = header.bytes(32)
  const [height, time] = [header.uint64(), header.uint64()]
  const [parent, transactionsRoot, stateRoot, validatorsRoot, nextValidatorsRoot] = [
    header.bytes(32),
    header.bytes(32),
    header.bytes(32),
    header.bytes(32),
    header.bytes(32),
  ]
  const fields = [
    networkId,
    uint64Chunk(height),
    uint64Chunk(time),
    parent,
    transactionsRoot,
    stateRoot,
    validatorsRoot,
    nextValidatorsRoot,
  ]
  const roots = transactions.map((transaction) => byteListRoot(transaction, MAX_TRANSACTION_BYTES))
  return {
    id: hex(merkleRoot(fields, 3)),
    networkId: hex(networkId),
    height,
    time,
    parent: hex(parent),
    stateRoot: hex(stateRoot),
    transactionsRoot: hex(transactionsRoot),
    computedTransactionsRoot: hex(withLength(merkleRoot(roots, TRANSACTIONS_DEPTH), roots.length)),
    transactions,
  }
}

/** First bytes of the transactions that a simulated network sees. */
export const BALLOT = 5
export const PARTIAL_DECRYPTION = 6
export const EVIDENCE = 12

/** Whose ballot a transaction is, and for which election. */
export function readBallot(transaction: Uint8Array): { readonly uuid: string; readonly credential: string } {
  if (transaction[0] !== BALLOT) throw new Unreadable('no ballot')
  const reader = new Reader(transaction.subarray(1))
  reader.offset()
  reader.bytes(32)
  const credential = hex(reader.bytes(32))
  reader.offset()
  reader.bytes(64)
  const [uuid] = reader.variable()
  return { uuid: Buffer.from(uuid!).toString('utf8'), credential }
}

/** Who publishes a partial decryption of which election, and whether the signature is that trustee's. */
export function readDecryption(
  transaction: Uint8Array,
  networkId: Uint8Array,
): { readonly uuid: string; readonly trustee: string; readonly isSigned: boolean } {
  if (transaction[0] !== PARTIAL_DECRYPTION) throw new Unreadable('no partial decryption')
  const signature = transaction.subarray(1, 65)
  const body = transaction.subarray(65)
  const reader = new Reader(body)
  reader.offset()
  const trustee = reader.bytes(32)
  reader.offset()
  const [uuid] = reader.variable()
  const tag = Buffer.from('psephos/transaction/1', 'ascii')
  const signed = Buffer.concat([tag, networkId, Buffer.of(PARTIAL_DECRYPTION), body])
  return {
    uuid: Buffer.from(uuid!).toString('utf8'),
    trustee: hex(trustee),
    isSigned: isSignatureOf(trustee, signed, signature),
  }
}

/** A statement, as its author signed it. */
export interface SignedStatement {
  readonly bytes: Uint8Array
  readonly signature: Uint8Array
}

/** Whom evidence accuses, by key, and the two statements as they would be signed in this network. */
export function readAccusation(
  transaction: Uint8Array,
  networkId: Uint8Array,
): { readonly validator: string; readonly statements: readonly [SignedStatement, SignedStatement] } {
  if (transaction[0] !== EVIDENCE) throw new Unreadable('no evidence')
  const reader = new Reader(transaction.subarray(1))
  const validator = hex(reader.bytes(32))
  const slot = reader.bytes(13)
  const statement = (): SignedStatement => ({
    bytes: Buffer.concat([STATEMENT_DOMAIN, networkId, slot, reader.bytes(37)]),
    signature: reader.bytes(64),
  })
  const statements = [statement(), statement()] as const
  reader.end()
  return { validator, statements }
}
