import { strict as assert } from 'node:assert'
import { concat, toHex, unwrap } from '../../../base/index.ts'
import { sha256 } from '../../../crypto/index.ts'
import { type ArchiveEntry, writeArchive } from '../../../election/index.ts'
import {
  archiveTimestamp,
  boardEntries,
  type ConvictionsProof,
  convictionOf,
  convictions,
  decodeTransaction,
  encodeTransaction,
  proveConvictions,
  proveRecord,
  stateRoot,
  transactionId,
  verifyConvictions,
  verifyRecord,
} from '../../../ledger/index.ts'
import { MAX_VALIDATORS } from '../../../ledger/limits.ts'
import { CONTRADICTIONS, evidenceAgainst, TWO_COMMITS } from '../../support/evidence-builders.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aFrozenElection,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  closeElection,
  extend,
  keyOf,
  recordOf,
  type TestChain,
} from '../../support/ledger-builders.ts'
import { assertLastRefused, assertRefused } from '../../support/refusals.ts'

const ACCUSED = 'validator 2'

describe('T30 evidence of equivocation', () => {
  for (const [one, other] of CONTRADICTIONS)
    it(`T30 convicts by two statements of kind ${one.kind}, for good`, () => {
      const chain = aChain()
      extend(chain, [])
      const before = toHex(stateRoot(chain.state))
      const evidence = evidenceAgainst(chain.networkId, ACCUSED, [one, other])
      extend(chain, [evidence])
      const { kind, height, round } = one
      const conviction = {
        validator: keyOf(ACCUSED),
        slot: { kind, height, round },
        height: 2,
        evidence: transactionId(evidence),
      }
      assert.deepEqual(convictions(chain.state), [conviction])
      assert.notEqual(toHex(stateRoot(chain.state)), before)
      extend(chain, [])
      assert.deepEqual(convictionOf(chain.state, keyOf(ACCUSED)), conviction)
      assert.equal(convictionOf(chain.state, keyOf('validator 1')), undefined)
    })

  it('T30 convicts each validator once: by the first, whatever comes later or in the same block', () => {
    const chain = aChain()
    const [first, second] = CONTRADICTIONS.slice(0, 2).map((two) =>
      evidenceAgainst(chain.networkId, ACCUSED, two),
    )
    assert.ok(first && second)
    assertLastRefused(chain, [first, second], 'already-convicted', /at height 1/)
    extend(chain, [first])
    for (const again of [first, second])
      assertRefused(chain, again, 'already-convicted', 'check', /at height 1/)
    extend(chain, [evidenceAgainst(chain.networkId, 'validator 1')])
    assert.deepEqual(
      convictions(chain.state).map(({ validator, height }) => [toHex(validator), height]),
      [
        [toHex(keyOf(ACCUSED)), 1],
        [toHex(keyOf('validator 1')), 2],
      ],
    )
  })

  it('T30 convicts every validator of the largest network in one block', () => {
    const chain = aChain(aGenesis({ validators: MAX_VALIDATORS }))
    const all = chain.genesis.validators.map(({ name }) => evidenceAgainst(chain.networkId, name))
    extend(chain, all, undefined, () => true)
    assert.equal(convictions(chain.state).length, MAX_VALIDATORS)
  })

  it('is refused against whom the genesis does not name as a validator', () => {
    const chain = aChain()
    for (const name of ['validator 3', 'registrar 1'])
      assertRefused(chain, evidenceAgainst(chain.networkId, name), 'unknown-validator', 'check')
  })

  it('T15 is refused where the statements are of another network', () => {
    const chain = aChain()
    assertRefused(chain, evidenceAgainst(sha256('another'), ACCUSED), 'bad-signature', 'verify')
  })

  it('is refused where one statement is not signed by the accused, or is of another slot', () => {
    const chain = aChain()
    const { networkId } = chain
    for (const signers of [
      [ACCUSED, 'validator 1'],
      ['validator 1', ACCUSED],
      ['validator 1', 'validator 1'],
    ] as const)
      assertRefused(
        chain,
        evidenceAgainst(networkId, ACCUSED, TWO_COMMITS, { signers }),
        'bad-signature',
        'verify',
      )
    const [one, other] = TWO_COMMITS
    const elsewhere = [
      { ...other, kind: 'prepare' as const, blockId: '04'.repeat(32) },
      { ...other, height: 8 },
      { ...other, round: 3 },
    ]
    for (const statement of elsewhere)
      for (const slot of [one, statement])
        assertRefused(
          chain,
          evidenceAgainst(networkId, ACCUSED, [one, statement], { slot }),
          'bad-signature',
          'verify',
        )
  })

  it('is refused where signatures are exchanged', () => {
    const chain = aChain()
    const { first, second, ...rest } = evidenceAgainst(chain.networkId, ACCUSED)
    const exchanged = {
      ...rest,
      first: { ...first, signature: second.signature },
      second: { ...second, signature: first.signature },
    }
    assertRefused(chain, exchanged, 'bad-signature', 'verify')
  })
})

describe('the encoding of evidence', () => {
  const networkId = sha256('network')
  const bytes = encodeTransaction(evidenceAgainst(networkId, ACCUSED))
  /** Where the parts begin: kind, key, slot, then twice content and signature. */
  const [SLOT, FIRST, SECOND] = [33, 46, 147]
  const detailOf = (encoded: Uint8Array): string => {
    const decoded = decodeTransaction(encoded)
    assert.ok(!decoded.ok && decoded.error.code === 'malformed')
    return decoded.error.detail
  }

  it('has 248 bytes, and no others are read', () => {
    assert.equal(bytes.length, 248)
    assert.deepEqual(unwrap(decodeTransaction(bytes)), evidenceAgainst(networkId, ACCUSED))
    for (const other of [bytes.slice(0, -1), concat(bytes, Uint8Array.of(0)), bytes.slice(0, 1)])
      detailOf(other)
  })

  it('has the contents in ascending order: the same contradiction the other way round is malformed', () => {
    const [first, second] = [bytes.slice(FIRST, SECOND), bytes.slice(SECOND)]
    assert.match(detailOf(concat(bytes.slice(0, FIRST), second, first)), /must ascend/)
    const { first: smaller, second: larger, ...rest } = evidenceAgainst(networkId, ACCUSED)
    assert.throws(() => encodeTransaction({ ...rest, first: larger, second: smaller }), /ascend/)
  })

  it('has two different contents: a second signature under the same statement convicts nobody', () => {
    const first = bytes.slice(FIRST, SECOND)
    const resigned = first.with(-1, first.at(-1)! ^ 1)
    for (const second of [first, resigned])
      assert.match(detailOf(concat(bytes.slice(0, FIRST), first, second)), /say the same/)
  })

  it('has one of the four kinds and a height that agreement can have', () => {
    for (const kind of [0, 5, 255]) assert.match(detailOf(bytes.with(SLOT, kind)), /no statement has kind/)
    // Little-endian: 2^53, and numbers about as large that no double can hold.
    const even = bytes.with(SLOT + 1, 0)
    assert.match(detailOf(even.with(SLOT + 7, 0x20)), /height of a statement is out of range/)
    for (const odd of [bytes.with(SLOT + 7, 0x20), bytes.with(SLOT + 8, 1)]) detailOf(odd)
    assert.ok(decodeTransaction(bytes.with(SLOT + 7, 0x1f)).ok)
  })
})

describe('a proof of all convictions', () => {
  const chain = aChain()
  const uuid = aFrozenElection(chain)
  extend(chain, [evidenceAgainst(chain.networkId, ACCUSED)])
  const root = stateRoot(chain.state)
  const proof = proveConvictions(chain.state)

  it('convinces, also that nobody is convicted, and leaves proofs of records good', () => {
    assert.deepEqual(unwrap(verifyConvictions(root, proof)), convictions(chain.state))
    const { state } = aChain()
    assert.deepEqual(unwrap(verifyConvictions(stateRoot(state), proveConvictions(state))), [])
    assert.ok(verifyRecord(root, proveRecord(chain.state, uuid)!).ok)
  })

  it('T26 is refused with any byte flipped, in another shape, or for another state', () => {
    const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1)
    const { convictions: list, branch } = proof
    const wrong: ConvictionsProof[] = [
      ...Array.from(list, (_, at) => ({ branch, convictions: flip(list, at) })),
      ...branch.map((sibling, i) => ({ ...proof, branch: branch.with(i, flip(sibling, i)) })),
      { ...proof, branch: [] },
      { ...proof, branch: branch.slice(1) },
      { ...proof, branch: [...branch, new Uint8Array(32)] },
      { ...proof, branch: branch.with(0, new Uint8Array(31)) },
      { ...proof, convictions: new Uint8Array() },
      proveConvictions(aChain().state),
    ]
    for (const one of wrong) assert.equal(verifyConvictions(root, one).ok, false)
    assert.equal(verifyConvictions(flip(root, 0), proof).ok, false)
    assert.equal(verifyConvictions(stateRoot(aChain().state), proof).ok, false)
  })
})

/** The archive of an election in whose blocks there is also evidence, or not. */
async function archiveWith(isAccused: boolean): Promise<{ archive: Uint8Array; chain: TestChain }> {
  const chain = aChain()
  const uuid = anOpenElection(chain)
  const evidence = isAccused ? [evidenceAgainst(chain.networkId, ACCUSED)] : []
  extend(chain, [...evidence, cast(aBallot(beleniosOf(chain, uuid), 0))])
  closeElection(chain, uuid)
  extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, ACCUSED)])
  const entries: ArchiveEntry[] = []
  for await (const entry of boardEntries(chain.state, uuid, async (id) => chain.ballots.get(toHex(id))!))
    entries.push(entry)
  return { archive: writeArchive(archiveTimestamp(recordOf(chain, uuid)), entries), chain }
}

describe('the archive of an election', () => {
  it('is the same whether or not a validator was convicted meanwhile', async () => {
    const [without, accused] = [await archiveWith(false), await archiveWith(true)]
    assert.equal(convictions(accused.chain.state).length, 1)
    assert.deepEqual(accused.archive, without.archive)
    assert.notEqual(toHex(stateRoot(accused.chain.state)), toHex(stateRoot(without.chain.state)))
  })
})
