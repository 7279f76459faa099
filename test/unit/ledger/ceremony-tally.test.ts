/** Decrypting with shares of a ceremony: any threshold, never more, never early, and a wrong one is named. */
import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { modOrder, ORDER } from '../../../crypto/index.ts'
import {
  createPartialDecryption,
  decodePartialDecryption,
  decodeTally,
  encodePartialDecryption,
} from '../../../election/index.ts'
import {
  allTrustees,
  type ElectionDraft,
  neededOwners,
  ownerOf,
  placeOfOwner,
  type Transaction,
  verifyTransaction,
} from '../../../ledger/index.ts'
import { commitmentBy, dealingBy, keyBy, memberShare } from '../../support/ceremony-builders.ts'
import {
  aCopyOf,
  aStage,
  assertTallied,
  type CeremonyStage,
  decrypt,
  passDeadline,
  playStep,
  playTo,
  presentAttempt,
  stageCeremony,
  stageRecord,
  vote,
} from '../../support/ceremony-stage.ts'
import {
  aBallot,
  aDecryption,
  aDraft,
  aFrozenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  keyOf,
  mandatoryCommitmentBy,
  mandatoryKeyBy,
  recordOf,
  seededRandom,
  signed,
  thresholdTrustees,
} from '../../support/ledger-builders.ts'
import { assertLastRefused, assertRefused } from '../../support/refusals.ts'

const [ADA, BOB, CAT, DAN] = [1, 2, 3, 4].map((i) => `trustee ${i}`) as [string, string, string, string]

/** Two of the three who remain of four, and two mandatory ones; Bob was left out. Closed with two ballots. */
const closed = aStage(4, 2, { mandatory: ['court', 'city'], hasRoll: true })
playTo(closed, 'commitments')
playStep(closed, [BOB])
passDeadline(closed)
playTo(closed, 'done')
const frozen = aCopyOf(closed)
vote(closed)

const decryptionBy = ({ chain, draft }: CeremonyStage, name: string): Transaction =>
  aDecryption(chain, draft.uuid, name)

/** What somebody signs as its partial decryption. */
function decryptionWith({ chain, draft }: CeremonyStage, name: string, decryption: Uint8Array): Transaction {
  const body = { kind: 'partialDecryption', uuid: draft.uuid, trustee: keyOf(name), decryption } as const
  return signed(chain.networkId, body, name)
}

describe('a tally of a threshold', () => {
  it('T20 comes out with any threshold of the members and all mandatory trustees, in any order', async () => {
    for (const order of [
      [ADA, CAT, 'court', 'city'],
      ['city', DAN, 'court', ADA],
      [DAN, 'court', 'city', CAT],
    ]) {
      const stage = aCopyOf(closed)
      for (const [i, name] of order.entries()) {
        assert.equal(stageRecord(stage).phase, 'decrypting', `after ${i}`)
        decrypt(stage, [name])
      }
      await assertTallied(stage)
    }
  })

  it('T20 does not come out with less than the threshold, nor without one of the mandatory trustees', () => {
    for (const names of [
      ['court', 'city', DAN],
      ['court', ADA, CAT],
      ['city', ADA, DAN],
    ]) {
      const stage = aCopyOf(closed)
      decrypt(stage, names)
      assert.equal(stageRecord(stage).phase, 'decrypting')
      assert.equal(stageRecord(stage).result, undefined)
    }
  })

  it('has owner numbers that count the mandatory trustees and then the members who remain', () => {
    const { draft } = closed
    const ceremony = stageCeremony(closed)
    const places = allTrustees(draft).map((_, place) => place)
    assert.deepEqual(
      places.map((place) => ownerOf(draft, ceremony, place)),
      [1, 2, 3, undefined, 4, 5],
    )
    for (const place of [0, 1, 2, 4, 5])
      assert.equal(placeOfOwner(draft, ceremony, ownerOf(draft, ceremony, place)!), place)
    assert.throws(() => placeOfOwner(draft, ceremony, 6), /owner number/)
    const stage = aCopyOf(closed)
    assert.deepEqual(neededOwners(stageRecord(stage), ceremony), [1, 2, 3, 4, 5])
    decrypt(stage, [DAN, 'city'])
    assert.deepEqual(neededOwners(stageRecord(stage), ceremony), [1, 3, 4])
    decrypt(stage, [CAT])
    assert.deepEqual(neededOwners(stageRecord(stage), ceremony), [1])
    assert.deepEqual(
      stageRecord(stage).decryptions.map(({ owner }) => owner),
      [5, 2, 4],
    )
  })

  it('takes no decryptions beyond the threshold, in the same block and later', () => {
    const stage = aCopyOf(closed)
    const all = [ADA, CAT, DAN].map((name) => decryptionBy(stage, name))
    const surplus = /^2 partial decryptions are there; no more are needed/
    assertLastRefused(stage.chain, all, 'decryption-exists', surplus)
    extend(stage.chain, all.slice(1))
    assertRefused(stage.chain, all[0]!, 'decryption-exists', 'check', surplus)
    decrypt(stage, ['court', 'city'])
    assertRefused(stage.chain, all[0]!, 'wrong-phase', 'check', /tallied/)
  })

  it('takes none of a trustee that was left out, and names it', () => {
    const stage = aCopyOf(closed)
    const other = aDecryption(stage.chain, stage.draft.uuid, ADA)
    const detail = /^trustee 4 \(trustee 2, [0-9a-f]{64}\) was left out of the ceremony and has no share/
    const bobs = decryptionWith(stage, BOB, other.decryption)
    assertRefused(stage.chain, bobs, 'trustee-excluded', 'check', detail)
  })

  it('T19 refuses a wrong decryption with the name of the member, and goes on with the others', async () => {
    const stage = aCopyOf(closed)
    const { chain, draft } = stage
    const at = presentAttempt(stage)
    const tally = unwrap(decodeTally(draft.questions, stageRecord(stage).tally!))
    const withShare = (share: bigint): Uint8Array =>
      encodePartialDecryption(
        createPartialDecryption(beleniosOf(chain, draft.uuid), tally, share, seededRandom('wrong')),
      )
    const { factors, proofs } = unwrap(
      decodePartialDecryption(aDecryption(chain, draft.uuid, ADA).decryption),
    )
    const wrong = [
      withShare(modOrder(memberShare(at, ADA) + 1n)),
      withShare(memberShare(at, DAN)),
      withShare(memberShare({ ...at, attempt: 1 }, ADA)),
      encodePartialDecryption({ factors: factors.map((list) => list.toReversed()), proofs }),
      encodePartialDecryption({ factors, proofs: proofs.map((list) => list.toReversed()) }),
      aDecryption(chain, draft.uuid, 'court').decryption,
    ]
    for (const decryption of wrong) {
      const forged = decryptionWith(stage, ADA, decryption)
      const detail = /^of trustee 3 \(trustee 1, [0-9a-f]{64}\): decryption-proof/
      assertRefused(chain, forged, 'decryption-invalid', 'verify', detail)
    }
    decrypt(stage, [CAT, DAN, 'court', 'city'])
    await assertTallied(stage)
  })
})

describe('T22 a partial decryption', () => {
  it('is refused before the closing, in every phase, whoever makes it', () => {
    const right = ['court', ADA].map((name) => aDecryption(closed.chain, closed.draft.uuid, name))
    const stage = aCopyOf(frozen)
    const { chain, draft } = stage
    const assertEarly = (phase: string): void => {
      assert.equal(stageRecord(stage).phase, phase)
      for (const early of right)
        assertRefused(chain, early, 'wrong-phase', 'check', new RegExp(`^the election is in phase ${phase}`))
    }
    assertEarly('frozen')
    extend(chain, [], draft.opensAt)
    assertEarly('open')
    extend(chain, [cast(aBallot(beleniosOf(chain, draft.uuid), 0))], draft.closesAt - 2)
    assertEarly('open')
    const drafted = aStage(2, 1)
    const body = { kind: 'partialDecryption', uuid: drafted.draft.uuid, trustee: keyOf(ADA) } as const
    const none = signed(drafted.chain.networkId, { ...body, decryption: new Uint8Array(9) }, ADA)
    assertRefused(drafted.chain, none, 'wrong-phase', 'check', /draft/)
  })

  it('is refused when it is of another tally: of one ballot, of fewer ballots, or of another election', () => {
    const stage = aCopyOf(closed)
    const one = aCopyOf(frozen)
    const { chain, draft } = one
    extend(chain, [], draft.opensAt)
    extend(chain, [cast(aBallot(beleniosOf(chain, draft.uuid), 0, [[1, 0]]))])
    closeElection(chain, draft.uuid)
    const foreign = aDecryption(chain, draft.uuid, ADA)
    assert.ok(verifyTransaction(chain.state, foreign).ok)
    const detail = /^of trustee 3 \(trustee 1, .*decryption-proof/
    assertRefused(stage.chain, foreign, 'decryption-invalid', 'verify', detail)
    const other = aStage(4, 2, {
      mandatory: ['court', 'city'],
      hasRoll: true,
      changes: { uuid: 'Second1Bridge2' },
    })
    playTo(other, 'done')
    vote(other)
    const { decryption } = aDecryption(other.chain, other.draft.uuid, ADA)
    assertRefused(stage.chain, decryptionWith(stage, ADA, decryption), 'decryption-invalid', 'verify', detail)
  })

  it('is taken once from each trustee, whatever else it says', () => {
    const stage = aCopyOf(closed)
    const { chain, draft } = stage
    for (const name of [ADA, 'court']) {
      const second = aDecryption(chain, draft.uuid, name, 'second')
      assertLastRefused(chain, [decryptionBy(stage, name), second], 'decryption-exists', /already/)
      decrypt(stage, [name])
      assertRefused(chain, second, 'decryption-exists', 'check', /published a partial decryption already/)
    }
  })

  it('is refused from somebody who is no trustee', () => {
    const stage = aCopyOf(closed)
    const { decryption } = aDecryption(stage.chain, stage.draft.uuid, ADA)
    const other = decryptionWith(stage, 'registrar 1', decryption)
    assertRefused(stage.chain, other, 'unknown-trustee', 'check')
  })
})

/** Private keys of mandatory trustees, by name. */
type Keys = Readonly<Record<string, bigint>>

describe('T16 trustees who collude to make the key useless', () => {
  /** An election of these trustees in a network where another one goes on. */
  function colluding(trustees: Partial<ElectionDraft>): CeremonyStage {
    const stage = aStage(0, 0, { changes: trustees, hasRoll: true })
    aFrozenElection(stage.chain, { draft: { uuid: 'Second1Bridge2' } })
    return stage
  }
  /** The network takes ballots and drafts as if nothing had happened, and still loads. */
  function assertGoesOn({ chain }: CeremonyStage): void {
    extend(chain, [], aDraft().opensAt)
    extend(chain, [cast(aBallot(beleniosOf(chain, 'Second1Bridge2'), 0))])
    const next = aDraft({ uuid: 'Third1Bridge23', opensAt: 2e12, closesAt: 3e12 })
    extend(chain, [aPreparation(chain.networkId, next, aRoll(1)).draft])
    assert.equal(recordOf(chain, 'Second1Bridge2').ballots, 1)
  }
  /** Mandatory trustees commit to the keys of these scalars, with whatever the members do. */
  function commitTo({ chain, draft }: CeremonyStage, keys: Keys, members: readonly Transaction[] = []): void {
    const { networkId } = chain
    const own = Object.entries(keys).map(([name, scalar]) =>
      mandatoryCommitmentBy(networkId, draft, name, { scalar }),
    )
    extend(chain, [...own, ...members])
  }
  function reveal({ chain, draft }: CeremonyStage, keys: Keys, members: readonly Transaction[] = []): void {
    const { networkId } = chain
    const own = Object.entries(keys).map(([name, scalar]) =>
      mandatoryKeyBy(networkId, draft, name, { scalar }),
    )
    extend(chain, [...own, ...members])
  }

  for (const [what, city, fault] of [
    ['cancel each other out', ORDER - 7n, "the trustees' keys cancel each other out"],
    ['are the same, which the reason says by names', 7n, 'court and city have the same key'],
  ] as const)
    it(`have their election abandoned when their keys ${what}, and the network goes on`, () => {
      const stage = colluding(thresholdTrustees(0, 0, ['court', 'city']))
      commitTo(stage, { court: 7n, city })
      reveal(stage, { court: 7n, city })
      const { phase, reason, electionKey, electionHash } = stageRecord(stage)
      assert.deepEqual([phase, electionKey, electionHash], ['abandoned', undefined, undefined])
      assert.equal(reason, fault)
      assertGoesOn(stage)
    })

  for (const [what, court, fault] of [
    ['cancels out what a ceremony has made', ORDER - 7n, "the trustees' keys cancel each other out"],
    ['has the key of a member', 7n, 'court and trustee 1 have the same key'],
  ] as const)
    it(`have it abandoned also when a mandatory trustee ${what}`, () => {
      const stage = colluding(thresholdTrustees(1, 1, ['court']))
      playStep(stage)
      const at = presentAttempt(stage)
      commitTo(stage, { court }, [commitmentBy(at, ADA, [7n])])
      reveal(stage, { court }, [dealingBy(at, ADA, { polynomial: [7n] })])
      extend(stage.chain, [keyBy(at, ADA, 7n)])
      assert.equal(stageRecord(stage).reason, fault)
      assertGoesOn(stage)
    })
})
