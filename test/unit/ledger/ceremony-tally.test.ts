/** Decrypting with shares of a ceremony: any threshold, never more, never early, and a wrong one is named. */
import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import { modOrder, ORDER, randomScalar } from '../../../crypto/index.ts'
import {
  createPartialDecryption,
  createTrusteeKey,
  decodeMemberKey,
  decodePartialDecryption,
  decodeTally,
  encodePartialDecryption,
  encodeTrusteeKey,
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
  memberNames,
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
extend(
  closed.chain,
  ['court', 'city'].map((name) => mandatoryKeyBy(closed.chain.networkId, closed.draft, name)),
)
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
    extend(
      other.chain,
      ['court', 'city'].map((name) => mandatoryKeyBy(other.chain.networkId, other.draft, name)),
    )
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
  const key = (stage: CeremonyStage, name: string, scalar: bigint): Transaction =>
    mandatoryKeyBy(stage.chain.networkId, stage.draft, name, scalar)

  it('have their election abandoned when their keys cancel each other out, and the network goes on', () => {
    const { mandatoryTrustees } = thresholdTrustees(0, 0, ['court', 'city'])
    const stage = colluding({ mandatoryTrustees })
    extend(stage.chain, [key(stage, 'court', 7n), key(stage, 'city', ORDER - 7n)])
    const { phase, reason, electionKey, electionHash } = stageRecord(stage)
    assert.deepEqual([phase, electionKey, electionHash], ['abandoned', undefined, undefined])
    assert.equal(reason, "the trustees' keys cancel each other out")
    assertGoesOn(stage)
  })

  it('have it abandoned also when mandatory trustees cancel out what a ceremony has made', () => {
    const stage = colluding(thresholdTrustees(1, 1, ['court']))
    playTo(stage, 'done')
    const share = memberShare(presentAttempt(stage), ADA)
    extend(stage.chain, [key(stage, 'court', modOrder(ORDER - share))])
    assert.equal(stageRecord(stage).reason, "the trustees' keys cancel each other out")
    assertGoesOn(stage)
  })

  it('have it abandoned when a member arrives at the key of a mandatory trustee', () => {
    const stage = colluding(thresholdTrustees(1, 1, ['court']))
    extend(stage.chain, [key(stage, 'court', 7n)])
    playStep(stage)
    const at = presentAttempt(stage)
    extend(stage.chain, [commitmentBy(at, ADA, [7n])])
    extend(stage.chain, [dealingBy(at, ADA, { polynomial: [7n] })])
    extend(stage.chain, [keyBy(at, ADA, 7n)])
    assert.equal(stageRecord(stage).reason, 'two trustees have the same key')
    assertGoesOn(stage)
  })

  it('cannot copy the key of a member, whose proof is there to be copied with it', () => {
    const stage = aStage(2, 2, { mandatory: ['court'], hasRoll: true })
    playTo(stage, 'keys')
    playStep(stage, [ADA])
    const member = unwrap(decodeMemberKey(stageCeremony(stage).members[1]!.key!))
    const copied = encodeTrusteeKey({ publicKey: member.publicKey, proof: member.proof })
    const body = { kind: 'trusteeKey', uuid: stage.draft.uuid, trustee: keyOf('court'), key: copied } as const
    const copy = signed(stage.chain.networkId, body, 'court')
    assertRefused(stage.chain, copy, 'key-exists', 'execution', /the key of trustee 3 \(trustee 2/)
    extend(stage.chain, [mandatoryKeyBy(stage.chain.networkId, stage.draft, 'court')])
    playStep(stage)
    assert.equal(stageRecord(stage).phase, 'frozen')
  })

  it('cannot publish one mandatory key twice, under two names', () => {
    const stage = colluding(thresholdTrustees(0, 0, ['court', 'city']))
    extend(stage.chain, [key(stage, 'court', 7n)])
    assertRefused(
      stage.chain,
      key(stage, 'city', 7n),
      'key-exists',
      'execution',
      /the key of trustee 1 \(court/,
    )
  })
})

describe('a mandatory trustee', () => {
  it('publishes its key whichever step the others are at, and no threshold trustee publishes such a key', () => {
    const stage = aStage(2, 1, { mandatory: ['court'], hasRoll: true })
    const scalar = randomScalar(seededRandom('some key'))
    const encoded = encodeTrusteeKey(createTrusteeKey(scalar, seededRandom('some proof')))
    const body = { kind: 'trusteeKey', uuid: stage.draft.uuid, trustee: keyOf(ADA), key: encoded } as const
    const wrong = signed(stage.chain.networkId, body, ADA)
    for (const step of ['certificates', 'commitments', 'dealings', 'keys', 'done'] as const) {
      playTo(stage, step)
      assertRefused(stage.chain, wrong, 'unknown-trustee', 'check', new RegExp(toHex(keyOf(ADA))))
      const copy = aCopyOf(stage)
      extend(copy.chain, [mandatoryKeyBy(copy.chain.networkId, copy.draft, 'court')])
      playTo(copy, 'done')
      assert.equal(stageRecord(copy).phase, 'frozen')
      assert.deepEqual(memberNames(copy), [ADA, BOB])
    }
  })
})
