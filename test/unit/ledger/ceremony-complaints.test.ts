/** A complaint proves what was received: the ledger opens that one share and convicts the dealer or the accuser (T18). */
import { strict as assert } from 'node:assert'
import { concat, toHex, unwrap } from '../../../base/index.ts'
import { encodePoint, GENERATOR, multiply } from '../../../crypto/index.ts'
import { createComplaint, decodeShare, encodeComplaint } from '../../../election/index.ts'
import { proveShare, type Transaction, type TransactionOf, type Unsigned } from '../../../ledger/index.ts'
import { memberKeys } from '../../support/ceremony-builders.ts'
import { stepBy } from '../../support/ceremony-forgeries.ts'
import {
  aCopyOf,
  aStage,
  assertOpens,
  assertTallied,
  BAD_SHARES,
  badDealing,
  type CeremonyStage,
  complaintOf,
  decrypt,
  faultsOf,
  honestDealing,
  honestPart,
  memberNames,
  partsOfStep,
  passDeadline,
  passTime,
  playStep,
  playTo,
  presentAttempt,
  stageCeremony,
  stageRecord,
  vote,
} from '../../support/ceremony-stage.ts'
import { extend, keyOf, seededRandom, signed } from '../../support/ledger-builders.ts'
import { assertLastRefused, assertRefused } from '../../support/refusals.ts'

const [ADA, BOB, CAT] = ['trustee 1', 'trustee 2', 'trustee 3'] as const
type Complaint = TransactionOf<'ceremonyComplaint'>

/** Two of three and a mandatory trustee; the shares are dealt, Cat's for Ada is bad in one way or none of them is. */
const dealt = new Map<string, CeremonyStage>()
function stageWith(how: (typeof BAD_SHARES)[number] | 'good' = 'good', threshold = 2): CeremonyStage {
  const key = `${how} ${threshold}`
  let made = dealt.get(key)
  if (made === undefined) {
    made = aStage(3, threshold, { mandatory: ['court'], hasRoll: true })
    playTo(made, 'dealings')
    const at = presentAttempt(made)
    const cats = how === 'good' ? honestDealing(at, CAT) : badDealing(at, CAT, ADA, how)
    extend(made.chain, [...partsOfStep(made, [CAT]), cats])
    assert.equal(stageCeremony(made).step, 'keys')
    dealt.set(key, made)
  }
  return aCopyOf(made)
}

/** What a member of this stage says about another one's dealing. */
function complaint(stage: CeremonyStage, accuser: string, dealer: string, how = 'good'): Complaint {
  const at = presentAttempt(stage)
  const isBad = how !== 'good' && dealer === CAT
  const dealing = isBad
    ? badDealing(at, CAT, ADA, how as (typeof BAD_SHARES)[number])
    : honestDealing(at, dealer)
  return complaintOf(at, accuser, dealing, dealer)
}

/** The complaint with something else in it, signed by its author or by somebody else. */
function changed(
  { chain }: CeremonyStage,
  from: Complaint,
  changes: Partial<Complaint>,
  name: string = ADA,
): Transaction {
  return signed(chain.networkId, { ...from, ...changes } as Unsigned<Transaction>, name)
}

const standing = (stage: CeremonyStage): readonly unknown[] => {
  const { attempt, step } = stageCeremony(stage)
  return [attempt, step, memberNames(stage), faultsOf(stage)]
}

describe('a complaint', () => {
  for (const how of BAD_SHARES)
    it(`T18 about a share that is ${how} convicts the dealer, and the others make a key without it`, async () => {
      const stage = stageWith(how)
      extend(stage.chain, [complaint(stage, ADA, CAT, how)])
      const faults = [`${CAT} 1 bad-share ${ADA}`]
      assert.deepEqual(standing(stage), [2, 'certificates', [ADA, BOB], faults])
      playTo(stage, 'done')
      assert.deepEqual(standing(stage), [2, 'done', [ADA, BOB], faults])
      await assertOpens(stage)
    })

  it('T18 about a good share convicts the accuser, and the dealer goes on', async () => {
    const stage = stageWith()
    extend(stage.chain, [complaint(stage, ADA, CAT)])
    assert.deepEqual(standing(stage), [2, 'certificates', [BOB, CAT], [`${ADA} 1 false-complaint ${CAT}`]])
    playTo(stage, 'done')
    vote(stage)
    decrypt(stage, [BOB, CAT, 'court'])
    await assertTallied(stage)
  })

  it('T18 by somebody else than the one with the bad share convicts the accuser', () => {
    const stage = stageWith('wrong')
    extend(stage.chain, [complaint(stage, BOB, CAT, 'wrong')])
    assert.deepEqual(standing(stage), [2, 'certificates', [ADA, CAT], [`${BOB} 1 false-complaint ${CAT}`]])
  })

  it('that leaves too few ends the election, and the reason says who did what to whom', () => {
    const dealer = stageWith('wrong', 3)
    extend(dealer.chain, [complaint(dealer, ADA, CAT, 'wrong')])
    assert.equal(stageRecord(dealer).phase, 'abandoned')
    const prefix = 'the key ceremony needs 3 of 3 trustees and 2 remain: '
    assert.equal(stageRecord(dealer).reason, `${prefix}trustee 3 dealt trustee 1 a bad share`)
    const accuser = stageWith('good', 3)
    extend(accuser.chain, [complaint(accuser, BOB, CAT)])
    assert.equal(stageRecord(accuser).reason, `${prefix}trustee 2 complained falsely of trustee 3`)
  })

  it('begins the next attempt at once, with its deadline counted from the block of the complaint', () => {
    const stage = stageWith('wrong')
    const time = stage.chain.state.head.time + 7
    extend(stage.chain, [complaint(stage, ADA, CAT, 'wrong')], time)
    // Two remain and none may be lost: four steps, and as much again as one of them.
    assert.equal(stageCeremony(stage).deadline, time + Math.floor((stage.draft.opensAt - time) / 5))
  })
})

describe('T18 a complaint that proves nothing is refused and costs nobody anything', () => {
  /** Asserts the refusal, and that the ceremony ends well for all three. */
  function assertNothingHappens(
    stage: CeremonyStage,
    transaction: Transaction,
    detail: RegExp,
    by: 'check' | 'verify' = 'verify',
  ): void {
    assertRefused(stage.chain, transaction, 'ceremony-invalid', by, detail)
    assert.deepEqual(standing(stage), [1, 'keys', [ADA, BOB, CAT], []])
    playTo(stage, 'done')
    assert.deepEqual(standing(stage), [1, 'done', [ADA, BOB, CAT], []])
  }
  const badProof = /^of trustee 2 \(trustee 1, [0-9a-f]{64}\): the proof of what it received is wrong/
  const notDealt = /^of trustee 2 \(trustee 1, .*: this is not the share that the dealer has dealt to it/

  it('with a proof that does not hold', () => {
    const stage = stageWith()
    const right = complaint(stage, ADA, CAT)
    const proof = right.complaint.with(-1, right.complaint.at(-1)! ^ 1)
    assertNothingHappens(stage, changed(stage, right, { complaint: proof }), badProof)
  })
  it('with another shared secret than that of its key', () => {
    const stage = stageWith()
    const right = complaint(stage, ADA, CAT)
    const secret = concat(encodePoint(multiply(GENERATOR, 5n)), right.complaint.slice(32))
    assertNothingHappens(stage, changed(stage, right, { complaint: secret }), badProof)
  })
  it('with what another key makes of the share: nobody can pretend that it did not decrypt', () => {
    const stage = stageWith()
    const right = complaint(stage, ADA, CAT)
    const { decryption } = memberKeys(presentAttempt(stage), BOB)
    const made = createComplaint(decryption, unwrap(decodeShare(right.share)), seededRandom('other key'))
    assertNothingHappens(stage, changed(stage, right, { complaint: encodeComplaint(made) }), badProof)
  })
  it('with the proof of another share', () => {
    const stage = stageWith()
    const { complaint: other } = complaint(stage, ADA, BOB)
    assertNothingHappens(stage, changed(stage, complaint(stage, ADA, CAT), { complaint: other }), badProof)
  })
  it('with bytes that are no proof', () => {
    const stage = stageWith()
    const none = new Uint8Array(96).fill(0xff)
    assertNothingHappens(stage, changed(stage, complaint(stage, ADA, CAT), { complaint: none }), badProof)
  })
  it('with a share that was dealt to somebody else, its branch or not', () => {
    const stage = stageWith()
    const right = complaint(stage, ADA, CAT)
    const { share, branch } = complaint(stage, BOB, CAT)
    for (const changes of [{ share, branch }, { share }, { branch }])
      assertRefused(stage.chain, changed(stage, right, changes), 'ceremony-invalid', 'verify', notDealt)
    assertNothingHappens(stage, changed(stage, right, { share, branch }), notDealt)
  })
  it('with a share that nobody dealt, even if it is a bad one of the dealer’s own making', () => {
    const stage = stageWith()
    const at = presentAttempt(stage)
    const other = complaintOf(at, ADA, badDealing(at, CAT, ADA), CAT)
    const { branch } = complaint(stage, ADA, CAT)
    assertNothingHappens(stage, changed(stage, other, { branch }), notDealt)
    assertRefused(stageWith().chain, other, 'ceremony-invalid', 'verify', notDealt)
  })
  it('with a branch of which one byte is wrong, wherever', () => {
    const stage = stageWith()
    const right = complaint(stage, ADA, CAT)
    for (const [i, hash] of right.branch.entries()) {
      const branch = right.branch.with(i, hash.with(i, hash[i]! ^ 1))
      assertRefused(stage.chain, changed(stage, right, { branch }), 'ceremony-invalid', 'verify', notDealt)
    }
  })
  it('about the dealing of another member than the one it names', () => {
    const stage = stageWith()
    assertNothingHappens(stage, changed(stage, complaint(stage, ADA, CAT), { dealer: 2 }), notDealt)
  })
  it('about somebody who is no member: a mandatory trustee, somebody left out, nobody, itself', () => {
    const stage = stageWith()
    const right = complaint(stage, ADA, CAT)
    for (const dealer of [0, 4, 65_535]) {
      const detail = new RegExp(`^place ${dealer} is not that of a member`)
      assertRefused(stage.chain, changed(stage, right, { dealer }), 'ceremony-invalid', 'check', detail)
    }
    const itself = changed(stage, complaint(stage, ADA, ADA), {})
    assertNothingHappens(stage, itself, /^trustee 1 complains of itself/, 'check')
    const without = stageWith('wrong')
    extend(without.chain, [complaint(without, ADA, CAT, 'wrong')])
    playTo(without, 'keys')
    const about = changed(without, right, { attempt: 2 })
    assertRefused(without.chain, about, 'ceremony-invalid', 'check', /^place 3 is not that of a member/)
  })
})

describe('a complaint is refused like any other step', () => {
  it('from somebody who is no threshold trustee', () => {
    const stage = stageWith('wrong')
    const right = complaint(stage, ADA, CAT, 'wrong')
    for (const name of ['registrar 1', 'court']) {
      const other = changed(stage, right, { trustee: keyOf(name) }, name)
      assertRefused(stage.chain, other, 'unknown-trustee', 'check', new RegExp(toHex(keyOf(name))))
    }
  })
  it('with the signature of somebody else: nobody complains in the name of another', () => {
    const stage = stageWith('wrong')
    const right = complaint(stage, ADA, CAT, 'wrong')
    assertRefused(stage.chain, { ...right, trustee: keyOf(BOB) }, 'bad-signature', 'verify')
    const stolen = changed(stage, right, { trustee: keyOf(BOB) }, BOB)
    assertRefused(
      stage.chain,
      stolen,
      'ceremony-invalid',
      'verify',
      /^of trustee 3 \(trustee 2, .*not the share/,
    )
  })
  it('of another attempt, and when it comes again in the next one', () => {
    const stage = stageWith('wrong')
    const right = complaint(stage, ADA, CAT, 'wrong')
    assertRefused(stage.chain, changed(stage, right, { attempt: 2 }), 'wrong-attempt', 'check')
    extend(stage.chain, [right])
    assertRefused(stage.chain, right, 'wrong-attempt', 'check')
    playTo(stage, 'keys')
    assertRefused(stage.chain, right, 'wrong-attempt', 'check')
  })
  it('before the dealings are complete and after the ceremony', () => {
    const stage = aStage(3, 2)
    playTo(stage, 'dealings')
    const at = presentAttempt(stage)
    const early = complaintOf(at, ADA, honestDealing(at, CAT), CAT)
    playStep(stage, [BOB])
    assertRefused(stage.chain, early, 'wrong-step', 'check', /"dealings".*"keys"/)
    playTo(stage, 'done')
    assertRefused(stage.chain, early, 'wrong-step', 'check', /"done"/)
  })
  it('from a member that has published its key share, and with it accepted all shares', () => {
    const stage = stageWith('wrong')
    extend(stage.chain, partsOfStep(stage, [BOB, CAT]))
    const late = complaint(stage, ADA, CAT, 'wrong')
    assertRefused(stage.chain, late, 'step-done', 'check', /accepted all shares/)
  })
  it('from a member that was left out', () => {
    const stage = stageWith('wrong')
    const right = complaint(stage, ADA, CAT, 'wrong')
    extend(stage.chain, [right])
    playTo(stage, 'keys')
    const revenge = changed(stage, right, { trustee: keyOf(CAT), dealer: 1, attempt: 2 }, CAT)
    assertRefused(stage.chain, revenge, 'trustee-excluded', 'check')
  })
  it('in the block at the deadline, which leaves out the accuser with all who were silent', () => {
    const stage = stageWith('wrong', 1)
    playStep(stage, [ADA, BOB])
    const right = complaint(stage, ADA, CAT, 'wrong')
    const { deadline } = stageCeremony(stage)
    passTime(stage, deadline)
    assertLastRefused(stage.chain, [right], 'trustee-excluded', /left out/, deadline)
    extend(stage.chain, [right], deadline - 1)
    assert.deepEqual(faultsOf(stage), [`${CAT} 1 bad-share ${ADA}`])
  })
})

describe('complaints and key shares in one block', () => {
  const keyOfMember = (stage: CeremonyStage, name: string): Transaction =>
    honestPart(presentAttempt(stage), 'keys', name)

  it('end the attempt when the complaint comes after others’ key shares, and refuse key shares after it', () => {
    const stage = stageWith('wrong')
    const right = complaint(stage, ADA, CAT, 'wrong')
    const [bobs, cats] = [keyOfMember(stage, BOB), keyOfMember(stage, CAT)]
    assertLastRefused(stage.chain, [right, bobs], 'wrong-attempt')
    assertLastRefused(stage.chain, [right, cats], 'trustee-excluded')
    extend(stage.chain, [bobs, cats, right])
    assert.deepEqual(standing(stage), [2, 'certificates', [ADA, BOB], [`${CAT} 1 bad-share ${ADA}`]])
  })
  it('end the ceremony when the last key share comes first: a complaint after it is too late', () => {
    const stage = stageWith()
    const keys = [ADA, BOB, CAT].map((name) => keyOfMember(stage, name))
    assertLastRefused(stage.chain, [...keys, complaint(stage, ADA, CAT)], 'wrong-phase', /frozen/)
    assertLastRefused(stage.chain, [...keys.slice(0, 2), complaint(stage, ADA, CAT)], 'step-done')
    const [ada, bob, cat] = keys as [Transaction, Transaction, Transaction]
    assertLastRefused(stage.chain, [bob, cat, complaint(stage, ADA, CAT), ada], 'trustee-excluded')
    extend(stage.chain, [bob, cat, ada])
    assert.equal(stageRecord(stage).phase, 'frozen')
  })
  it('convict by the first of two complaints; the second one belongs to an attempt that is over', () => {
    const stage = stageWith('wrong', 1)
    const [adas, bobs] = [complaint(stage, ADA, CAT, 'wrong'), complaint(stage, BOB, ADA)]
    assertLastRefused(stage.chain, [adas, bobs], 'wrong-attempt')
    assertLastRefused(stage.chain, [bobs, adas], 'wrong-attempt')
    const first = aCopyOf(stage)
    extend(first.chain, [bobs])
    // What Cat did to Ada goes unpunished then, and is without effect: the next attempt has new keys and shares.
    assert.deepEqual(standing(first), [2, 'certificates', [ADA, CAT], [`${BOB} 1 false-complaint ${ADA}`]])
    extend(stage.chain, [adas])
    assert.deepEqual(standing(stage), [2, 'certificates', [ADA, BOB], [`${CAT} 1 bad-share ${ADA}`]])
  })
})

describe('a member with a bad share', () => {
  it('that it dealt to itself can complain of nobody: it is silent, and out', () => {
    const stage = aStage(3, 2)
    playTo(stage, 'dealings')
    const at = presentAttempt(stage)
    const own = badDealing(at, CAT, CAT, 'undecryptable')
    extend(stage.chain, [...partsOfStep(stage, [CAT]), own])
    const about = complaintOf(at, CAT, own, CAT)
    assertRefused(stage.chain, about, 'ceremony-invalid', 'check', /complains of itself/)
    playStep(stage, [CAT])
    passDeadline(stage)
    assert.deepEqual(standing(stage), [2, 'certificates', [ADA, BOB], [`${CAT} 1 no-key`]])
  })
  it('that neither complains nor publishes is left out itself', () => {
    const stage = stageWith('wrong')
    playStep(stage, [ADA])
    passDeadline(stage)
    assert.deepEqual(standing(stage), [2, 'certificates', [BOB, CAT], [`${ADA} 1 no-key`]])
  })
  it('cannot publish a key share that its shares do not give', () => {
    const stage = stageWith('wrong')
    const at = presentAttempt(stage)
    const key = new Uint8Array(160)
    const none = stepBy(at, ADA, { kind: 'ceremonyKey', key })
    assertRefused(stage.chain, none, 'ceremony-invalid', 'verify')
    assert.equal(proveShare(honestDealing(at, CAT).shares, 0).length, 9)
  })
})
