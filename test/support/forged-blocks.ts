/** Blocks, proposals and certificates as a faulty validator would make them: with the keys that it has, and no scruples. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { type Certificate, encodeCertificate, encodeMessage, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import {
  type Block,
  blockId,
  buildBlock,
  encodeBlock,
  type State,
  type Transaction,
} from '../../ledger/index.ts'
import { encodeCertifiedBlock, encodeEnvelope } from '../../network/index.ts'
import { privateKeyOf } from './ledger-builders.ts'
import { nameOf } from './node-network.ts'

/** The next block on a state with these transactions, whose proofs nobody looks at. Fails where the ledger's cheap rules refuse one. */
export function aForgedBlock(state: State, transactions: readonly Transaction[], time: number): Block {
  const { block } = buildBlock(state, transactions, time, { isVerified: () => true, ballots: new Map() })
  assert.equal(block.transactions.length, transactions.length)
  return block
}

/** The gossip payload of validator `validator`'s proposal of a block in round 0. */
export function aProposal(networkId: Uint8Array, validator: number, block: Block): Uint8Array {
  const statement = {
    kind: 'proposal' as const,
    height: block.header.height,
    round: 0,
    blockId: toHex(blockId(block.header)),
  }
  const signature = sign(statementBytes(networkId, statement), privateKeyOf(nameOf(validator)))
  const message = encodeMessage({
    kind: 'proposal',
    signed: { statement, validator, signature },
    roundChanges: [],
    prepares: [],
  })
  return encodeEnvelope({ message, block: encodeBlock(block) })
}

/** A certificate for a block with the commits of these validators, in the order given. */
export function aCertificate(
  networkId: Uint8Array,
  block: Block,
  validators: readonly number[],
): Certificate {
  const id = toHex(blockId(block.header))
  const { height } = block.header
  const statement = { kind: 'commit' as const, height, round: 0, blockId: id }
  const bytes = statementBytes(networkId, statement)
  return {
    height,
    round: 0,
    blockId: id,
    signatures: validators.map((validator) => ({
      validator,
      signature: sign(bytes, privateKeyOf(nameOf(validator))),
    })),
  }
}

/** Block and certificate as they travel. */
export function certified(block: Block, certificate: Certificate): Uint8Array {
  return encodeCertifiedBlock({ block: encodeBlock(block), certificate: encodeCertificate(certificate) })
}
