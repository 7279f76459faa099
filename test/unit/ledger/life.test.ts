import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import {
  ballotId,
  decodePartialDecryption,
  nextEvent,
  ownedDecryptionJson,
  partialDecryptionJson,
  payloadHash,
  publicCredentialsJson,
  resultJson,
  setupJson,
  sizedTallyJson,
  tallyJson,
  trusteesJson,
} from '../../../election/index.ts'
import { type ElectionRecord, electionOf, elections } from '../../../ledger/index.ts'
import { findElection } from '../../../ledger/state.ts'
import { trusteesOf } from '../../../ledger/trustees.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aFrozenElection,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  keyOf,
  recordOf,
  type TestChain,
} from '../../support/ledger-builders.ts'

const YES = [[1, 0]]
const NO = [[0, 1]]

/** The election inside the state. */
function insideOf(chain: TestChain, uuid: string): NonNullable<ReturnType<typeof findElection>> {
  const election = findElection(chain.state, uuid)
  assert.ok(election)
  return election
}

function headOf(record: ElectionRecord): string {
  assert.ok(record.board)
  return `${record.board.height} ${toHex(record.board.hash)}`
}

describe('the life of an election', () => {
  it('goes from draft to frozen with the last missing part, in any order', () => {
    const draft = aDraft()
    const parts = aPreparation(aChain().networkId, draft, aRoll(3))
    const orders = [
      [...parts.keys, ...parts.chunks, ...parts.signatures],
      [...parts.chunks, ...parts.signatures, ...parts.keys],
      [parts.keys[0]!, ...parts.chunks, parts.signatures[0]!, ...parts.keys.slice(1), parts.signatures[1]!],
    ]
    const hashes = orders.map((order) => {
      const chain = aChain()
      extend(chain, [parts.draft])
      assert.equal(recordOf(chain, draft.uuid).phase, 'draft')
      for (const [i, transaction] of order.entries()) {
        extend(chain, [transaction])
        const isLast = i === order.length - 1
        assert.equal(recordOf(chain, draft.uuid).phase, isLast ? 'frozen' : 'draft')
      }
      return toHex(recordOf(chain, draft.uuid).electionHash!)
    })
    assert.equal(new Set(hashes).size, 1)
  })

  it('shows how far a roll is, and forgets that once it is accepted', () => {
    const chain = aChain()
    const draft = aDraft()
    const parts = aPreparation(chain.networkId, draft, aRoll(3))
    extend(chain, [parts.draft, ...parts.chunks, parts.signatures[0]!])
    const [progress] = recordOf(chain, draft.uuid).rolls
    assert.ok(progress)
    assert.deepEqual(
      [progress.chunks, progress.received, progress.isWeighted, progress.signers],
      [1, 1, false, [keyOf('registrar 1')]],
    )
    extend(chain, [parts.signatures[1]!])
    const { rolls, roll } = recordOf(chain, draft.uuid)
    assert.deepEqual(rolls, [])
    assert.deepEqual(
      [roll?.voters, roll?.totalWeight, roll?.signers, roll?.registrar],
      [3, 3n, [keyOf('registrar 1'), keyOf('registrar 2')], keyOf('registrar 1')],
    )
    assert.equal(toHex(roll!.hash), toHex(payloadHash(publicCredentialsJson(aRoll(3), false))))
  })

  it('opens exactly at opensAt and closes exactly at closesAt, by block time', () => {
    const chain = aChain()
    const uuid = aFrozenElection(chain)
    const { opensAt, closesAt } = recordOf(chain, uuid).draft
    const phaseAt = (time: number): string => {
      extend(chain, [], time)
      return recordOf(chain, uuid).phase
    }
    assert.equal(phaseAt(opensAt - 1), 'frozen')
    assert.equal(phaseAt(opensAt), 'open')
    assert.equal(phaseAt(closesAt - 1), 'open')
    assert.equal(phaseAt(closesAt), 'decrypting')
  })

  it('chains the Belenios events in order, each over the payload that the archive has', () => {
    const chain = aChain()
    const uuid = aFrozenElection(chain, { voters: 2, weights: [1n, 5n] })
    assert.equal(recordOf(chain, uuid).board, undefined)
    extend(chain, [], recordOf(chain, uuid).draft.opensAt)

    const election = beleniosOf(chain, uuid)
    const { record: frozen, ceremony } = insideOf(chain, uuid)
    const trustees = trusteesJson(trusteesOf(frozen.draft, ceremony))
    const roll = publicCredentialsJson(aRoll(2, [1n, 5n]), true)
    const setup = setupJson(payloadHash(election.json), payloadHash(trustees), payloadHash(roll))
    let expected = nextEvent(undefined, 'Setup', payloadHash(setup)).head
    assert.equal(headOf(recordOf(chain, uuid)), `0 ${toHex(expected.hash)}`)

    for (const ballot of [
      aBallot(election, 0, YES),
      aBallot(election, 1, YES),
      aBallot(election, 1, NO, 'b'),
    ]) {
      extend(chain, [cast(ballot)])
      expected = nextEvent(expected, 'Ballot', ballotId(ballot)).head
    }
    assert.equal(headOf(recordOf(chain, uuid)), `3 ${toHex(expected.hash)}`)

    closeElection(chain, uuid)
    expected = nextEvent(expected, 'EndBallots').head
    const sized = sizedTallyJson(2, 6n, payloadHash(tallyJson(insideOf(chain, uuid).tally!)))
    expected = nextEvent(expected, 'EncryptedTally', payloadHash(sized)).head
    assert.equal(headOf(recordOf(chain, uuid)), `5 ${toHex(expected.hash)}`)

    for (const [name, owner] of [
      ['validator 2', 2],
      ['validator 1', 1],
    ] as const) {
      const transaction = aDecryption(chain, uuid, name)
      assert.ok(transaction.kind === 'partialDecryption')
      extend(chain, [transaction])
      const partial = unwrap(decodePartialDecryption(transaction.decryption))
      const owned = ownedDecryptionJson(owner, payloadHash(partialDecryptionJson(partial)))
      expected = nextEvent(expected, 'PartialDecryption', payloadHash(owned)).head
    }
    const record = recordOf(chain, uuid)
    assert.equal(record.phase, 'tallied')
    assert.deepEqual(record.result, [[1n, 5n]])
    expected = nextEvent(expected, 'Result', payloadHash(resultJson(record.result!))).head
    assert.equal(headOf(record), `8 ${toHex(expected.hash)}`)
  })

  it('counts the weights of the voters that voted, each once', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain, { voters: 3, weights: [2n, 30n, 400n] })
    const election = beleniosOf(chain, uuid)
    extend(chain, [cast(aBallot(election, 0, YES)), cast(aBallot(election, 2, NO))])
    assert.deepEqual([recordOf(chain, uuid).voted, recordOf(chain, uuid).votedWeight], [2, 402n])
    extend(chain, [cast(aBallot(election, 2, YES, 'second'))])
    const { voted, votedWeight, ballots } = recordOf(chain, uuid)
    assert.deepEqual([voted, votedWeight, ballots], [2, 402n, 3])
    closeElection(chain, uuid)
    extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')])
    assert.deepEqual(recordOf(chain, uuid).result, [[402n, 0n]])
  })

  it('ends with zeros when nobody votes, even if opening and closing fall into one block', () => {
    const chain = aChain()
    const uuid = aFrozenElection(chain)
    extend(chain, [], recordOf(chain, uuid).draft.closesAt + 5)
    assert.equal(recordOf(chain, uuid).phase, 'decrypting')
    assert.equal(recordOf(chain, uuid).board?.height, 2)
    extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')])
    assert.deepEqual(recordOf(chain, uuid).result, [[0n, 0n]])
  })

  it('is abandoned at its opening when something is missing, and says what', () => {
    const parts = aPreparation(aChain().networkId, aDraft(), aRoll(3))
    const cases = [
      [[], /step 1 of 2 \(commitments\) for validator 1, validator 2; there is no roll$/],
      [[...parts.keys], /^not ready at its opening: there is no roll$/],
      [
        [parts.keys[1]!, ...parts.chunks, ...parts.signatures],
        /: the key ceremony waits at step 1 of 2 \(commitments\) for validator 1$/,
      ],
      [
        [...parts.keys.slice(0, 3), ...parts.chunks, ...parts.signatures],
        /: the key ceremony waits at step 2 of 2 \(dealings\) for validator 2$/,
      ],
      [[...parts.keys, ...parts.chunks], /the roll is signed by 0 of 2 registrars/],
      [[...parts.keys, ...parts.chunks, parts.signatures[0]!], /the roll is signed by 1 of 2 registrars/],
    ] as const
    for (const [transactions, reason] of cases) {
      const chain = aChain()
      extend(chain, [parts.draft, ...transactions])
      extend(chain, [], aDraft().opensAt)
      const record = recordOf(chain, aDraft().uuid)
      assert.equal(record.phase, 'abandoned')
      assert.match(record.reason!, reason)
      assert.equal(record.board, undefined)
      assert.equal(electionOf(record), undefined)
    }
  })

  it('goes on beside other elections, and the list keeps the order of drafts', () => {
    const chain = aChain()
    const first = aFrozenElection(chain)
    const uuid = 'Second1Bridge2'
    const later = { uuid, opensAt: aDraft().opensAt + 3000, closesAt: aDraft().closesAt + 3000 }
    aFrozenElection(chain, { draft: later, voters: 2 })
    extend(chain, [], aDraft().opensAt)
    assert.deepEqual(
      elections(chain.state).map(({ draft, phase }) => [draft.uuid, phase]),
      [
        [first, 'open'],
        [uuid, 'frozen'],
      ],
    )
    extend(chain, [], later.opensAt)
    extend(chain, [cast(aBallot(beleniosOf(chain, first), 0)), cast(aBallot(beleniosOf(chain, uuid), 0))])
    assert.deepEqual([recordOf(chain, first).ballots, recordOf(chain, uuid).ballots], [1, 1])
  })
})
