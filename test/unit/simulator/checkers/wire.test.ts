import assert from 'node:assert/strict'
import { toHex, unwrap } from '../../../../base/index.ts'
import {
  encodeMessage,
  quorum,
  type Statement,
  type StatementKind,
  statementBytes,
} from '../../../../consensus/index.ts'
import { blockId, decodeBlock, decodeTransaction, transactionsRoot } from '../../../../ledger/index.ts'
import { encodeEnvelope } from '../../../../network/index.ts'
import { readBallot, readBlock, readDecryption } from '../../../simulator/checkers/blocks.ts'
import { fixedList, Reader, Unreadable, variableList } from '../../../simulator/checkers/ssz.ts'
import {
  isSame,
  quorumOf,
  readCertificate,
  readEnvelope,
  readEvidence,
  readSigned,
  type Said,
  signedBytes,
  voteVerifier,
} from '../../../simulator/checkers/wire.ts'
import {
  BALLOTS,
  BLOCKS,
  CORRECT,
  certificateOf,
  evidenceOf,
  facts,
  secondRound,
  vote,
} from './honest-run.ts'

const ID = 'c7'.repeat(32)
const STATEMENTS: readonly (readonly [Statement, Said])[] = [
  [
    { kind: 'proposal', height: 2 ** 40, round: 3, blockId: ID },
    { kind: 'proposal', height: 2 ** 40, round: 3, block: ID },
  ],
  [
    { kind: 'prepare', height: 1, round: 0, blockId: ID },
    { kind: 'prepare', height: 1, round: 0, block: ID },
  ],
  [
    { kind: 'commit', height: 7, round: 2 ** 32 - 1, blockId: ID },
    { kind: 'commit', height: 7, round: 2 ** 32 - 1, block: ID },
  ],
  [
    { kind: 'roundChange', height: 7, round: 1 },
    { kind: 'roundChange', height: 7, round: 1 },
  ],
  [
    { kind: 'roundChange', height: 7, round: 9, prepared: { round: 8, blockId: ID } },
    { kind: 'roundChange', height: 7, round: 9, block: ID, preparedRound: 8 },
  ],
]

describe("the checkers' reading of the wire", () => {
  it('reads and writes what validators sign as the product does', () => {
    for (const [statement, said] of STATEMENTS) {
      const bytes = statementBytes(facts.networkId, statement)
      assert.deepEqual(readSigned(bytes, facts.networkId), said)
      assert.deepEqual(toHex(signedBytes(facts.networkId, said)), toHex(bytes))
    }
  })

  it('refuses statements of other networks and purposes, and other lengths', () => {
    const bytes = statementBytes(facts.networkId, STATEMENTS[0]![0])
    for (const at of [0, 40]) {
      const other = bytes.slice()
      other[at]! ^= 1
      assert.throws(() => readSigned(other, facts.networkId), Unreadable)
    }
    assert.throws(() => readSigned(bytes.slice(0, -1), facts.networkId), Unreadable)
    assert.throws(() => readSigned(new Uint8Array([...bytes, 0]), facts.networkId), Unreadable)
  })

  it('tells statements apart by every field', () => {
    const [base] = [STATEMENTS[4]![1]]
    assert.ok(isSame(base, { ...base }))
    const others: readonly Said[] = [
      { ...base, height: 8 },
      { ...base, round: 10 },
      { ...base, preparedRound: 7 },
      { ...base, block: 'c8'.repeat(32) },
      { ...base, kind: 'commit' },
    ]
    for (const other of others) assert.ok(!isSame(base, other))
  })

  it('reads a proposal with its justification and its block out of an envelope', () => {
    const block = BLOCKS[1]!
    const { asks, prepares } = secondRound(block)
    const signed = vote<'proposal'>(
      { kind: 'proposal', height: block.height, round: 1, blockId: block.id },
      2,
    )
    const message = encodeMessage({ kind: 'proposal', signed, roundChanges: asks, prepares })
    const spoken = readEnvelope(encodeEnvelope({ message, block: block.bytes, repeat: 5 }))
    assert.deepEqual(spoken.vote.said, { kind: 'proposal', height: block.height, round: 1, block: block.id })
    assert.equal(spoken.vote.validator, 2)
    assert.equal(toHex(spoken.vote.signature), toHex(signed.signature))
    assert.deepEqual(
      spoken.roundChanges.map(({ said, validator }) => [said.kind, said.preparedRound, validator]),
      CORRECT.map((index) => ['roundChange', 0, index]),
    )
    assert.deepEqual(
      spoken.prepares.map(({ said, validator }) => [said.kind, said.block, validator]),
      CORRECT.map((index) => ['prepare', block.id, index]),
    )
    assert.equal(toHex(spoken.block!), toHex(block.bytes))
    const bare = readEnvelope(encodeEnvelope({ message }))
    assert.equal(bare.block, undefined)
  })

  it('verifies signatures as the product makes them, and no others', () => {
    const isGood = voteVerifier(facts)
    for (const [statement, said] of STATEMENTS) {
      const { signature } = vote<StatementKind>(statement, 1)
      assert.ok(isGood(said, 1, signature))
      assert.ok(!isGood(said, 2, signature), "another validator's")
      assert.ok(!isGood(said, 99, signature), 'no validator')
      assert.ok(!isGood({ ...said, height: said.height + 1 }, 1, signature), 'another height')
    }
  })

  it('reads certificates and evidence', () => {
    const block = BLOCKS[0]!
    const certificate = readCertificate(certificateOf(block, 3))
    assert.deepEqual(
      { ...certificate, signatures: certificate.signatures.map(({ validator }) => validator) },
      { height: block.height, round: 3, block: block.id, signatures: CORRECT },
    )
    const [first, second] = readEvidence(evidenceOf(1))
    assert.deepEqual([first.validator, second.validator], [1, 1])
    assert.equal(first.said.block, block.id)
    assert.equal(second.said.block, 'ab'.repeat(32))
    assert.throws(() => readEvidence(evidenceOf(1).slice(1)), Unreadable)
  })

  it("computes a block's id and the root of its transactions", () => {
    for (const { bytes, id } of BLOCKS) {
      const seen = readBlock(bytes)
      const { header, transactions } = unwrap(decodeBlock(bytes))
      assert.equal(seen.id, id)
      assert.equal(seen.id, toHex(blockId(header)))
      assert.equal(seen.computedTransactionsRoot, toHex(transactionsRoot(transactions)))
      assert.deepEqual(
        [seen.networkId, seen.height, seen.time, seen.parent, seen.stateRoot, seen.transactionsRoot],
        [
          toHex(header.networkId),
          header.height,
          header.time,
          toHex(header.parent),
          toHex(header.stateRoot),
          toHex(header.transactionsRoot),
        ],
      )
      assert.deepEqual(seen.transactions.map(toHex), transactions.map(toHex))
    }
  })

  it('reads whose ballot it is, and who decrypts', () => {
    for (const { bytes, credential } of BALLOTS)
      assert.deepEqual(readBallot(bytes), { uuid: facts.election.uuid, credential })
    const decryption = readBlock(BLOCKS[3]!.bytes).transactions[0]!
    const decoded = unwrap(decodeTransaction(decryption))
    assert.ok(decoded.kind === 'partialDecryption')
    const read = readDecryption(decryption, facts.networkId)
    assert.deepEqual(read, { uuid: decoded.uuid, trustee: toHex(decoded.trustee), isSigned: true })
    const other = decryption.slice()
    other[10]! ^= 1
    assert.equal(readDecryption(other, facts.networkId).isSigned, false)
    assert.throws(() => readBallot(decryption), Unreadable)
    assert.throws(() => readDecryption(BALLOTS[0]!.bytes, facts.networkId), Unreadable)
  })

  it('has the same idea of a quorum', () => {
    for (let n = 1; n <= 300; n++) assert.equal(quorumOf(n), quorum(n))
  })

  it('refuses lists and containers whose lengths do not add up', () => {
    assert.throws(() => fixedList(new Uint8Array(67), 66), Unreadable)
    assert.throws(() => variableList(new Uint8Array([5, 0, 0, 0, 1])), Unreadable)
    assert.throws(() => variableList(new Uint8Array([8, 0, 0, 0, 9, 0, 0, 0])), Unreadable)
    assert.throws(() => new Reader(new Uint8Array(3)).uint32(), Unreadable)
    assert.throws(() => new Reader(new Uint8Array([2])).boolean(), Unreadable)
    assert.throws(() => new Reader(new Uint8Array(8).fill(255)).uint64(), Unreadable)
    const reader = new Reader(new Uint8Array([5, 0, 0, 0]))
    reader.offset()
    assert.throws(() => reader.variable(), Unreadable)
  })
})
