import { strict as assert } from 'node:assert'
import { ByteVectorType, ContainerType, ListCompositeType, UintNumberType } from '@chainsafe/ssz'
import fc from 'fast-check'
import { toHex, unwrap } from '../../../base/index.ts'
import { ballotId } from '../../../election/index.ts'
import {
  type BoardProof,
  type CountingProof,
  convictions,
  elections,
  genesisState,
  proveCounting,
  proveOnBoard,
  proveRecord,
  type RecordProof,
  type State,
  stateRoot,
  validatorsRoot,
  verifyCounting,
  verifyOnBoard,
  verifyRecord,
} from '../../../ledger/index.ts'
import { recordRoot } from '../../../ledger/record.ts'
import { evidenceAgainst } from '../../support/evidence-builders.ts'
import {
  aBallot,
  aChain,
  aFrozenElection,
  aGenesis,
  anOpenElection,
  aRoll,
  beleniosOf,
  cast,
  extend,
  keyOf,
  recordOf,
  type TestChain,
} from '../../support/ledger-builders.ts'

/** Voter 0 voted twice, voter 1 once, voter 2 not at all. */
function votedChain(): {
  readonly chain: TestChain
  readonly uuid: string
  readonly older: Uint8Array
  readonly newer: Uint8Array
} {
  const chain = aChain()
  aFrozenElection(chain, { draft: { uuid: 'Second1Bridge2' } })
  const uuid = anOpenElection(chain, { weights: [1n, 20n, 300n] })
  const election = beleniosOf(chain, uuid)
  const [older, newer] = [aBallot(election, 0), aBallot(election, 0, [[1, 0]], 'newer')]
  extend(chain, [cast(older), cast(aBallot(election, 1))])
  extend(chain, [cast(newer)])
  return { chain, uuid, older: ballotId(older), newer: ballotId(newer) }
}

const KINDS = ['', 'proposal', 'prepare', 'commit', 'roundChange']
const CONVICTION = new ContainerType({
  validator: new ByteVectorType(32),
  slot: new ContainerType({
    kind: new UintNumberType(1),
    height: new UintNumberType(8),
    round: new UintNumberType(4),
  }),
  height: new UintNumberType(8),
  evidence: new ByteVectorType(32),
})

/** The state's root as SSZ defines it, by the library from the whole value. */
function sszRoot(state: State): string {
  const keys = new ListCompositeType(new ByteVectorType(32), 1024)
  const schema = new ContainerType({
    validators: new ListCompositeType(new ByteVectorType(32), 256),
    administrators: keys,
    registrars: keys,
    elections: new ListCompositeType(new ByteVectorType(32), 2 ** 20),
    convictions: new ListCompositeType(CONVICTION, 256),
  })
  const { validators, administrators, registrars } = state.genesis
  return toHex(
    schema.hashTreeRoot({
      validators: validators.map(({ publicKey }) => publicKey),
      administrators: administrators.map(({ publicKey }) => publicKey),
      registrars: registrars.map(({ publicKey }) => publicKey),
      elections: elections(state).map(recordRoot),
      convictions: convictions(state).map(({ slot, ...rest }) => ({
        ...rest,
        slot: { ...slot, kind: KINDS.indexOf(slot.kind) },
      })),
    }),
  )
}

describe('the state root', () => {
  it('is the SSZ root of the state, from the genesis on', () => {
    const { chain } = votedChain()
    assert.equal(toHex(stateRoot(chain.state)), sszRoot(chain.state))
    for (const name of ['validator 2', 'validator 1']) {
      extend(chain, [evidenceAgainst(chain.networkId, name)])
      assert.equal(toHex(stateRoot(chain.state)), sszRoot(chain.state))
    }
    const genesis = genesisState(aGenesis({ validators: 5 }), new Uint8Array(32))
    assert.equal(toHex(stateRoot(genesis)), sszRoot(genesis))
  })

  it('says who the validators are', () => {
    const keys = [keyOf('a'), keyOf('b')]
    assert.notEqual(toHex(validatorsRoot(keys)), toHex(validatorsRoot(keys.toReversed())))
    assert.notEqual(toHex(validatorsRoot(keys)), toHex(validatorsRoot(keys.slice(1))))
  })
})

describe('a proof', () => {
  const { chain, uuid, older, newer } = votedChain()
  const root = stateRoot(chain.state)
  const record = recordOf(chain, uuid)
  const roll = aRoll(3, [1n, 20n, 300n])

  it('of a record convinces, whichever election it is', () => {
    for (const { draft } of elections(chain.state)) {
      const proof = proveRecord(chain.state, draft.uuid)
      assert.deepEqual(unwrap(verifyRecord(root, proof!)), recordOf(chain, draft.uuid))
    }
    assert.equal(proveRecord(chain.state, 'nobody'), undefined)
  })

  it('of a ballot on the board convinces, also of one that was replaced', () => {
    for (const id of [older, newer]) {
      const proof = proveOnBoard(chain.state, uuid, id)
      assert.ok(proof && verifyOnBoard(record, proof).ok)
    }
    assert.equal(proveOnBoard(chain.state, uuid, new Uint8Array(32)), undefined)
    assert.equal(proveOnBoard(chain.state, uuid, new Uint8Array(3)), undefined)
    assert.equal(proveOnBoard(chain.state, 'nobody', newer), undefined)
  })

  it('of what counts names the last ballot of a credential, or none, and the weight', () => {
    const proofs = roll.map(({ credential }) => proveCounting(chain.state, uuid, credential)!)
    for (const proof of proofs) assert.ok(verifyCounting(record, proof).ok)
    assert.equal(toHex(proofs[0]!.ballotId), toHex(newer))
    assert.equal(toHex(proofs[2]!.ballotId), '00'.repeat(32))
    assert.deepEqual(
      proofs.map(({ entry }) => entry.weight),
      [1n, 20n, 300n],
    )
    assert.equal(proveCounting(chain.state, uuid, aRoll(9)[8]!.credential), undefined)
    assert.equal(proveCounting(chain.state, uuid, new Uint8Array()), undefined)
  })

  it('T26 of an older state does not fit a newer one', () => {
    const { chain: grown } = votedChain()
    const before = stateRoot(grown.state)
    const proof = proveOnBoard(grown.state, uuid, newer)!
    const counting = proveCounting(grown.state, uuid, roll[2]!.credential)!
    extend(grown, [cast(aBallot(beleniosOf(grown, uuid), 2))])
    assert.notEqual(toHex(stateRoot(grown.state)), toHex(before))
    assert.equal(verifyRecord(before, proveRecord(grown.state, uuid)!).ok, false)
    assert.equal(verifyOnBoard(recordOf(grown, uuid), proof).ok, false)
    assert.equal(verifyCounting(recordOf(grown, uuid), counting).ok, false)
  })

  it('T26 is refused with any byte of it flipped', () => {
    const recordProof = proveRecord(chain.state, uuid)!
    const boardProof = proveOnBoard(chain.state, uuid, older)!
    const countingProof = proveCounting(chain.state, uuid, roll[1]!.credential)!
    const flip = (bytes: Uint8Array, at: number, bit: number): Uint8Array => {
      const place = at % bytes.length
      return bytes.with(place, bytes[place]! ^ (1 << bit))
    }
    const branch = (siblings: readonly Uint8Array[], at: number, bit: number): readonly Uint8Array[] => {
      const place = at % siblings.length
      return siblings.with(place, flip(siblings[place]!, Math.floor(at / siblings.length), bit))
    }
    fc.assert(
      fc.property(fc.nat(1 << 20), fc.nat(7), (at, bit) => {
        const records: readonly RecordProof[] = [
          { ...recordProof, record: flip(recordProof.record, at, bit) },
          { ...recordProof, branch: branch(recordProof.branch, at, bit) },
          { ...recordProof, index: recordProof.index ^ (1 << (at % 20)) },
        ]
        for (const proof of records) assert.equal(verifyRecord(root, proof).ok, false)
        assert.equal(verifyRecord(flip(root, at, bit), recordProof).ok, false)
        const boards: readonly BoardProof[] = [
          { ...boardProof, ballotId: flip(boardProof.ballotId, at, bit) },
          { ...boardProof, branch: branch(boardProof.branch, at, bit) },
          { ...boardProof, position: boardProof.position ^ (1 << (at % 30)) },
        ]
        for (const proof of boards) assert.equal(verifyOnBoard(record, proof).ok, false)
        const { entry } = countingProof
        const countings: readonly CountingProof[] = [
          { ...countingProof, entry: { ...entry, credential: flip(entry.credential, at, bit) } },
          { ...countingProof, entry: { ...entry, weight: entry.weight ^ (1n << BigInt(at % 64)) } },
          { ...countingProof, place: countingProof.place ^ (1 << (at % 20)) },
          { ...countingProof, rollBranch: branch(countingProof.rollBranch, at, bit) },
          { ...countingProof, ballotId: flip(countingProof.ballotId, at, bit) },
          { ...countingProof, countingBranch: branch(countingProof.countingBranch, at, bit) },
        ]
        for (const proof of countings) assert.equal(verifyCounting(record, proof).ok, false)
      }),
      { numRuns: 150 },
    )
  })

  it('is refused in wrong shapes: places and branches that cannot be', () => {
    const recordProof = proveRecord(chain.state, uuid)!
    const boardProof = proveOnBoard(chain.state, uuid, older)!
    const countingProof = proveCounting(chain.state, uuid, roll[1]!.credential)!
    for (const place of [-1, 0.5, Number.NaN, 2 ** 31, 2 ** 53]) {
      assert.equal(verifyRecord(root, { ...recordProof, index: place }).ok, false)
      assert.equal(verifyOnBoard(record, { ...boardProof, position: place }).ok, false)
      assert.equal(verifyCounting(record, { ...countingProof, place }).ok, false)
    }
    const shapes = (branch: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] => [
      [],
      branch.slice(1),
      [...branch, new Uint8Array(32)],
      branch.with(0, new Uint8Array(31)),
    ]
    for (const branch of shapes(recordProof.branch))
      assert.equal(verifyRecord(root, { ...recordProof, branch }).ok, false)
    for (const branch of shapes(boardProof.branch))
      assert.equal(verifyOnBoard(record, { ...boardProof, branch }).ok, false)
    for (const branch of shapes(countingProof.rollBranch))
      assert.equal(verifyCounting(record, { ...countingProof, rollBranch: branch }).ok, false)
    for (const branch of shapes(countingProof.countingBranch))
      assert.equal(verifyCounting(record, { ...countingProof, countingBranch: branch }).ok, false)
    for (const weight of [-1n, 2n ** 64n + 20n])
      assert.equal(
        verifyCounting(record, { ...countingProof, entry: { ...countingProof.entry, weight } }).ok,
        false,
      )
    assert.equal(verifyRecord(root, { ...recordProof, record: new Uint8Array(7) }).ok, false)
  })

  it('of counting is refused for an election without a roll', () => {
    const { roll: _, ...without } = record
    assert.equal(verifyCounting(without, proveCounting(chain.state, uuid, roll[0]!.credential)!).ok, false)
  })
})
