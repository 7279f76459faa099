/** Attacks on elections that the ledger answers, each named by its number in docs/threat-model.md. */
import { strict as assert } from 'node:assert'
import { compareBytes, unwrap } from '../../../base/index.ts'
import { ORDER, sha256 } from '../../../crypto/index.ts'
import {
  type Ballot,
  ballotId,
  ballotJson,
  decodePartialDecryption,
  encodePartialDecryption,
  type PartialDecryption,
  parseBallot,
} from '../../../election/index.ts'
import {
  buildBlock,
  checkTransaction,
  executeBlock,
  isOnBoard,
  type RejectionCode,
  type Transaction,
  verifyTransaction,
} from '../../../ledger/index.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aFrozenElection,
  aGenesis,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  inputsOf,
  recordOf,
  signed,
  type TestChain,
} from '../../support/ledger-builders.ts'
import { assertLastRefused, forgedBlock } from '../../support/refusals.ts'

const YES = [[1, 0]]
const NO = [[0, 1]]

/** Asserts that the pool, the proposer and every validator refuse a transaction, and that nothing has happened. */
function assertRefused(chain: TestChain, transaction: Transaction, code: RejectionCode): void {
  const checked = checkTransaction(chain.state, transaction, chain.state.head.time + 1)
  const refused = checked.ok ? verifyTransaction(chain.state, transaction) : checked
  assert.ok(!refused.ok, 'the pool took it')
  assert.equal(refused.error.code, code, refused.error.detail)
  assertLastRefused(chain, [transaction], code)
}

/** The ballot with one response of its first proof changed: right form, wrong proof. */
function forgedBallot(ballot: Ballot): Ballot {
  const forged = structuredClone(ballot) as unknown as {
    answers: { individualProofs: { response: bigint }[][] }[]
  }
  const proof = forged.answers[0]!.individualProofs[0]![0]!
  proof.response = (proof.response + 1n) % ORDER
  return unwrap(parseBallot(ballotJson(forged as unknown as Ballot)))
}

describe('attacks on ballots', () => {
  it('T09 an invalid ballot gets into no block: each validator verifies what the proposer did not', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const election = beleniosOf(chain, uuid)
    assertRefused(chain, cast(forgedBallot(aBallot(election, 0))), 'ballot-invalid')

    // One bad ballot among good ones: the whole block is refused, though the proposer's header fits it exactly.
    const good = [1, 2].map((voter) => cast(aBallot(election, voter)))
    const mixed = [...good, cast(forgedBallot(aBallot(election, 0)))]
    const block = forgedBlock(chain, mixed)
    assert.equal(block.transactions.length, 3)
    const refused = executeBlock(chain.state, block, inputsOf(chain, mixed))
    assert.ok(!refused.ok && refused.error.code === 'rejected-transaction')
    assert.match(refused.error.detail, /transaction 2 \(ballot [0-9a-f]{64}\): ballot-invalid: /)
    extend(chain, good)
  })

  it('T11 a registrar alone cannot mint credentials: without the others there is no election', () => {
    const chain = aChain()
    const { draft, keys, chunks, signatures } = aPreparation(chain.networkId, aDraft(), aRoll(5))
    extend(chain, [draft, ...keys, ...chunks, signatures[0]!])
    assertRefused(chain, signatures[0]!, 'already-signed')
    extend(chain, [], aDraft().opensAt)
    assert.equal(recordOf(chain, aDraft().uuid).phase, 'abandoned')
  })

  it('T11 a credential that is not on the roll casts nothing', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain, { voters: 3 })
    assertRefused(chain, cast(aBallot(beleniosOf(chain, uuid), 3)), 'unknown-credential')
  })

  it('T12 nobody is added or removed once the roll is accepted, nor anything else changed', () => {
    const chain = aChain()
    const uuid = aFrozenElection(chain)
    const others = aPreparation(chain.networkId, aDraft(), aRoll(4))
    const late = [others.chunks[0]!, others.signatures[0]!]
    for (const transaction of late) assertRefused(chain, transaction, 'roll-exists')
    for (const key of others.keys) assertRefused(chain, key, 'wrong-phase')
    assertRefused(chain, others.draft, 'election-exists')
    const { roll, electionHash } = recordOf(chain, uuid)
    extend(chain, [], recordOf(chain, uuid).draft.opensAt)
    for (const transaction of late) assertRefused(chain, transaction, 'roll-exists')
    assert.deepEqual(recordOf(chain, uuid).roll, roll)
    assert.deepEqual(recordOf(chain, uuid).electionHash, electionHash)
  })

  it('T13 of two ballots that race for one credential the last one by chain order counts, once', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain, { voters: 2, weights: [7n, 100n] })
    const election = beleniosOf(chain, uuid)
    // Both in one block: the higher id is the later one.
    const racing = [aBallot(election, 0, YES, 'a'), aBallot(election, 0, NO, 'b')]
    const isYesLast = compareBytes(ballotId(racing[0]!), ballotId(racing[1]!)) > 0
    extend(chain, [...racing.map(cast), cast(aBallot(election, 1, YES))])
    assert.deepEqual([recordOf(chain, uuid).ballots, recordOf(chain, uuid).voted], [3, 2])
    // And both again, in two blocks.
    extend(chain, [cast(aBallot(election, 1, NO, 'second'))])
    closeElection(chain, uuid)
    extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')])
    const { result, votedWeight } = recordOf(chain, uuid)
    assert.equal(votedWeight, 107n)
    assert.deepEqual(result, [isYesLast ? [7n, 100n] : [0n, 107n]])
  })

  it('T14 an older ballot does not come back over a newer one', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const election = beleniosOf(chain, uuid)
    const [older, newer] = [aBallot(election, 0, YES, 'older'), aBallot(election, 0, NO, 'newer')]
    extend(chain, [cast(older)])
    assertRefused(chain, cast(older), 'ballot-exists')
    extend(chain, [cast(newer)])
    assert.ok(isOnBoard(chain.state, uuid, ballotId(older)))
    assertRefused(chain, cast(older), 'ballot-exists')
    assertRefused(chain, cast(newer), 'ballot-exists')
    assert.deepEqual([recordOf(chain, uuid).ballots, recordOf(chain, uuid).voted], [2, 1])
  })

  it('T15 a ballot of one election is refused in another with the same voters, questions and trustees', () => {
    const chain = aChain()
    const first = aFrozenElection(chain)
    const second = aFrozenElection(chain, { draft: { uuid: 'Second1Bridge2' } })
    extend(chain, [], aDraft().opensAt)
    const ballot = aBallot(beleniosOf(chain, first), 0)
    assertRefused(chain, cast({ ...ballot, uuid: second }), 'wrong-election')
    const { electionHash } = recordOf(chain, second)
    const adapted = { ...ballot, uuid: second, electionHash: electionHash! }
    assertRefused(chain, cast(unwrap(parseBallot(ballotJson(adapted)))), 'ballot-invalid')
  })

  it('T15 nothing signed for one network is good in another', () => {
    const [here, there] = [aChain(), aChain(aGenesis({ network: 'another network' }))]
    const parts = aPreparation(there.networkId, aDraft(), aRoll(3))
    assertRefused(here, parts.draft, 'bad-signature')
    extend(here, [aPreparation(here.networkId, aDraft(), aRoll(3)).draft])
    for (const transaction of [parts.keys[0]!, parts.chunks[0]!])
      assertRefused(here, transaction, 'bad-signature')
    extend(here, [...aPreparation(here.networkId, aDraft(), aRoll(3)).chunks])
    assertRefused(here, parts.signatures[0]!, 'bad-signature')
    const { header } = forgedBlock(there, [])
    const foreign = executeBlock(here.state, { header, transactions: [] }, inputsOf(here, []))
    assert.ok(!foreign.ok && foreign.error.code === 'wrong-network')
  })
})

describe('attacks on the tally', () => {
  /** A closed election with one ballot, and a right decryption of each trustee. */
  function closed(): { chain: TestChain; uuid: string; right: readonly Transaction[] } {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    extend(chain, [cast(aBallot(beleniosOf(chain, uuid), 0, YES))])
    closeElection(chain, uuid)
    const right = ['validator 1', 'validator 2'].map((name) => aDecryption(chain, uuid, name))
    return { chain, uuid, right }
  }

  /** The decryption of a trustee after a change, signed again by that trustee. */
  function changed(
    { chain, uuid }: { chain: TestChain; uuid: string },
    change: (decryption: PartialDecryption) => PartialDecryption,
  ): Transaction {
    const transaction = aDecryption(chain, uuid, 'validator 2')
    assert.ok(transaction.kind === 'partialDecryption')
    const decryption = encodePartialDecryption(
      change(unwrap(decodePartialDecryption(transaction.decryption))),
    )
    return signed(chain.networkId, { ...transaction, decryption }, 'validator 2')
  }

  it('T19 a wrong partial decryption is refused with the name of its author, and the tally goes on', () => {
    const setting = closed()
    const { chain, uuid, right } = setting
    const swapped = changed(setting, ({ factors, proofs }) => ({
      factors: factors.map((list) => list.toReversed()),
      proofs,
    }))
    const checked = verifyTransaction(chain.state, swapped)
    assert.ok(!checked.ok)
    assert.match(checked.error.detail, /^of trustee 2 \(validator 2, [0-9a-f]{64}\): decryption-proof/)
    assertRefused(chain, swapped, 'decryption-invalid')
    const stranger = changed(setting, ({ factors, proofs }) => ({
      factors: factors.map((list) => list.map(() => sha256('no point'))),
      proofs,
    }))
    assertRefused(chain, stranger, 'decryption-invalid')
    assertRefused(
      chain,
      changed(setting, ({ factors, proofs }) => ({
        factors: factors.map((list) => list.slice(1)),
        proofs: proofs.map((list) => list.slice(1)),
      })),
      'decryption-invalid',
    )
    assert.deepEqual(recordOf(chain, uuid).decryptions, [])
    extend(chain, [...right])
    assert.deepEqual(recordOf(chain, uuid).result, [[1n, 0n]])
  })

  it('T19 a partial decryption that was verified against another tally is verified again', () => {
    const { chain, uuid, right } = closed()
    const other = aChain()
    anOpenElection(other)
    extend(other, [cast(aBallot(beleniosOf(other, uuid), 0, NO, 'other'))])
    closeElection(other, uuid)
    const foreign = aDecryption(other, uuid, 'validator 1')
    assert.ok(verifyTransaction(other.state, foreign).ok)
    const believed = inputsOf(chain, [foreign], () => true)
    const built = buildBlock(chain.state, [foreign], chain.state.head.time + 1, believed)
    assert.equal(built.rejected[0]?.rejection.code, 'decryption-invalid')
    extend(chain, [...right])
  })
})
