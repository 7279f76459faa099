/** Everything that the ledger refuses of a ceremony's steps, each with its code, whoever is asked first. */
import { strict as assert } from 'node:assert'
import { concat, toHex } from '../../../base/index.ts'
import { encodePoint, GENERATOR, IDENTITY, type Point } from '../../../crypto/index.ts'
import {
  coefficientPoints,
  createMemberKey,
  encodeMemberKey,
  encodeTrusteeCertificate,
} from '../../../election/index.ts'
import {
  type CeremonyStep,
  checkTransaction,
  decodeTransaction,
  encodeTransaction,
  executeBlock,
  type Transaction,
  type Unsigned,
} from '../../../ledger/index.ts'
import { MAX_POLYNOMIAL_BYTES, MAX_SHARE_BYTES, MAX_TRUSTEES } from '../../../ledger/limits.ts'
import {
  certificateBy,
  commitmentBy,
  memberCertificates,
  memberKeys,
  memberPolynomial,
  memberShare,
} from '../../support/ceremony-builders.ts'
import {
  type CertificateChanges,
  certificateOf,
  commitmentWith,
  dealingWith,
  keyWith,
  revealed,
  stepBy,
} from '../../support/ceremony-forgeries.ts'
import {
  aCopyOf,
  aStage,
  attemptOf,
  badDealing,
  type CeremonyStage,
  honestDealing,
  honestPart,
  partsOfStep,
  passDeadline,
  playStep,
  playTo,
  presentAttempt,
  stageCeremony,
} from '../../support/ceremony-stage.ts'
import { TORSION_POINTS, withTorsion } from '../../support/election/builders.ts'
import { aChain, extend, inputsOf, keyOf, seededRandom, signed } from '../../support/ledger-builders.ts'
import { assertLastRefused, assertRefused, forgedBlock } from '../../support/refusals.ts'

const [ADA, BOB, CAT] = ['trustee 1', 'trustee 2', 'trustee 3'] as const
const STEPS = ['certificates', 'commitments', 'dealings', 'keys'] as const
type Step = (typeof STEPS)[number]

/** Two of three, with a mandatory trustee, at each step; made once, and copied for each test. */
const stages = new Map<CeremonyStep, CeremonyStage>()
function stageAt(step: CeremonyStep): CeremonyStage {
  let made = stages.get(step)
  if (made === undefined) {
    made = aStage(3, 2, { mandatory: ['court'] })
    playTo(made, step)
    stages.set(step, made)
  }
  return aCopyOf(made)
}

const partOf = (stage: CeremonyStage, step: Step, name: string = ADA): Transaction =>
  honestPart(presentAttempt(stage), step, name)

/** The transaction with something else in it, signed by somebody. */
function resigned(
  { chain }: CeremonyStage,
  transaction: Transaction,
  changes: object,
  name: string = ADA,
): Transaction {
  return signed(chain.networkId, { ...transaction, ...changes } as Unsigned<Transaction>, name)
}

/** The same step of Ada, made and signed anew. */
function again(stage: CeremonyStage, step: Step): Transaction {
  const at = presentAttempt(stage)
  switch (step) {
    case 'certificates':
      return certificateBy(at, ADA, 'again')
    case 'commitments':
      return commitmentBy(at, ADA, [5n, 6n])
    case 'dealings':
      return badDealing(at, ADA, BOB)
    case 'keys': {
      const random = seededRandom('again')
      const key = createMemberKey(memberKeys(at, ADA).signing, memberShare(at, ADA), random)
      return stepBy(at, ADA, { kind: 'ceremonyKey', key: encodeMemberKey(key) })
    }
  }
}

/** Ada's name as refusals of proofs have it. */
const OF_ADA = 'of trustee 2 \\(trustee 1, [0-9a-f]{64}\\): '

function assertInvalid({ chain }: CeremonyStage, transaction: Transaction, detail: string): void {
  assertRefused(chain, transaction, 'ceremony-invalid', 'verify', new RegExp(`^${OF_ADA}.*${detail}`))
}

function assertMalformed(transaction: Transaction): void {
  const decoded = decodeTransaction(encodeTransaction(transaction))
  assert.equal(decoded.ok ? 'read' : decoded.error.code, 'malformed')
}

describe('any step of a ceremony is refused', () => {
  const frozen = aStage(3, 2, { hasRoll: true })
  playTo(frozen, 'done')

  for (const step of STEPS) {
    const others = step === 'commitments' ? ['registrar 1'] : ['registrar 1', 'court']
    it(`from somebody who is no trustee, or whose part it is not (${step}: ${others.join(', ')})`, () => {
      const stage = stageAt(step)
      for (const name of others) {
        const foreign = resigned(stage, partOf(stage, step), { trustee: keyOf(name) }, name)
        assertRefused(stage.chain, foreign, 'unknown-trustee', 'check', new RegExp(toHex(keyOf(name))))
      }
    })
    it(`for an election that is not there (${step})`, () => {
      assertRefused(aChain(), partOf(stageAt(step), step), 'unknown-election', 'check')
    })
    it(`of another attempt (${step})`, () => {
      const stage = stageAt(step)
      for (const attempt of [0, 2, 65_535]) {
        const other = resigned(stage, partOf(stage, step), { attempt })
        assertRefused(stage.chain, other, 'wrong-attempt', 'check', /^the ceremony is in attempt 1, not /)
      }
    })
    it(`before and after its step (${step})`, () => {
      const stage = stageAt(step)
      for (const other of STEPS.filter((one) => one !== step)) {
        const detail = new RegExp(`"${step}".*"${other}"`)
        assertRefused(stage.chain, partOf(stage, other, BOB), 'wrong-step', 'check', detail)
      }
      const done = stageAt('done')
      assertRefused(done.chain, partOf(done, step), 'wrong-step', 'check', /"done"/)
    })
    it(`a second time, in one block and in the next (${step})`, () => {
      const stage = stageAt(step)
      const part = partOf(stage, step)
      assertLastRefused(stage.chain, [part, again(stage, step)], 'step-done')
      extend(stage.chain, [part])
      for (const second of [part, again(stage, step)])
        assertRefused(stage.chain, second, 'step-done', 'check', /^trustee 2 \(trustee 1, .*already/)
    })
    it(`with the signature of somebody else or of nobody (${step})`, () => {
      const stage = stageAt(step)
      const part = partOf(stage, step)
      for (const changes of [{ trustee: keyOf(BOB) }, { signature: new Uint8Array(64) }])
        assertRefused(stage.chain, { ...part, ...changes } as Transaction, 'bad-signature', 'verify')
    })
    it(`once the election is frozen or abandoned (${step})`, () => {
      assertRefused(frozen.chain, partOf(frozen, step), 'wrong-phase', 'check', /phase frozen/)
      const stage = stageAt('certificates')
      extend(stage.chain, [], stage.draft.opensAt)
      assertRefused(stage.chain, partOf(stageAt(step), step), 'wrong-phase', 'check', /phase abandoned/)
    })
  }

  it('at the opening, even before a block has come that abandons the election', () => {
    const { chain, draft } = stageAt('certificates')
    const codeAt = (time: number): string | undefined => {
      const checked = checkTransaction(chain.state, partOf(stageAt('certificates'), 'certificates'), time)
      return checked.ok ? undefined : checked.error.code
    }
    assert.deepEqual([draft.opensAt - 1, draft.opensAt].map(codeAt), [undefined, 'wrong-phase'])
  })

  it('from a member that was left out, whichever attempt it names', () => {
    const stage = stageAt('certificates')
    playStep(stage, [CAT])
    passDeadline(stage)
    const first = attemptOf(stage, 1, [ADA, BOB, CAT])
    for (const attempt of [1, 2]) {
      const late = resigned(stage, honestPart(first, 'certificates', CAT), { attempt }, CAT)
      const detail = /^trustee 4 \(trustee 3, [0-9a-f]{64}\) was left out/
      assertRefused(stage.chain, late, 'trustee-excluded', 'check', detail)
    }
    playTo(stage, 'done')
  })
})

describe('T09 a block with one bad step of a ceremony among good ones', () => {
  for (const step of STEPS)
    it(`is refused as a whole by whoever verifies it, though its header fits (${step})`, () => {
      const stage = stageAt(step)
      const [ada, bob, cat] = partsOfStep(stage) as [Transaction, Transaction, Transaction]
      assert.ok('signature' in bob)
      const bad = { ...bob, signature: bob.signature.with(0, bob.signature[0]! ^ 1) }
      const block = forgedBlock(stage.chain, [ada, bad, cat])
      assert.equal(block.transactions.length, 3)
      const refused = executeBlock(stage.chain.state, block, inputsOf(stage.chain, []))
      assert.ok(!refused.ok && refused.error.code === 'rejected-transaction')
      assert.match(refused.error.detail, /^transaction 1 \(ceremony\w+ [0-9a-f]{64}\): bad-signature/)
      extend(stage.chain, [ada, bob, cat])
    })
})

describe('a certificate is refused', () => {
  const certificate = (stage: CeremonyStage, changes: CertificateChanges): Transaction => {
    const at = presentAttempt(stage)
    const encoded = encodeTrusteeCertificate(certificateOf(at, ADA, changes))
    return stepBy(at, ADA, { kind: 'ceremonyCertificate', certificate: encoded })
  }
  const unsigned = 'not signed by its own key for this attempt and number'

  const forgeries: readonly (readonly [string, CertificateChanges])[] = [
    ['for another number of members', { context: { size: 2, threshold: 2 } }],
    ['for another threshold', { context: { size: 3, threshold: 3 } }],
    ['for the number of another member', { index: 2 }],
    ['for a number that nobody has', { index: 4 }],
    ['with the signature of another key', { signing: 5n }],
    ['with a verification key that did not sign', { verification: GENERATOR }],
    ['with a neutral verification key', { verification: IDENTITY, signing: 0n }],
    ['with a neutral encryption key', { encryption: IDENTITY }],
  ]
  for (const [what, changes] of forgeries)
    it(what, () => {
      const stage = stageAt('certificates')
      assertInvalid(stage, certificate(stage, changes), unsigned)
    })
  it('with a key outside the subgroup or that is no point, and with a scalar beyond the order', () => {
    const stage = stageAt('certificates')
    const at = presentAttempt(stage)
    const good = encodeTrusteeCertificate(certificateOf(at, ADA))
    const changed = (offset: number, bytes: Uint8Array): Transaction => {
      const encoded = concat(good.slice(0, offset), bytes, good.slice(offset + bytes.length))
      return stepBy(at, ADA, { kind: 'ceremonyCertificate', certificate: encoded })
    }
    for (const [offset, what] of [
      [0, 'verification'],
      [32, 'encryption'],
    ] as const) {
      const torsion = withTorsion(good.slice(offset, offset + 32), TORSION_POINTS[3]!)
      assertInvalid(stage, changed(offset, torsion), `${what} key: .*subgroup`)
      assertInvalid(stage, changed(offset, new Uint8Array(32).fill(0xff)), `${what} key`)
    }
    for (const offset of [64, 96])
      assertInvalid(stage, changed(offset, new Uint8Array(32).fill(0xff)), 'not reduced modulo the order')
    extend(stage.chain, [changed(0, good)])
  })
  it('when it copies that of another member: with its number, and with a signature of its own', () => {
    const stage = stageAt('certificates')
    const bobs = partOf(stage, 'certificates', BOB)
    const copy = resigned(stage, bobs, { trustee: keyOf(ADA) })
    extend(stage.chain, [bobs])
    assertInvalid(stage, copy, unsigned)
    const { signing } = memberKeys(presentAttempt(stage), BOB)
    const { verification } = memberCertificates(presentAttempt(stage))[1]!
    // Only who has Bob's private key can do that: one party that wants to be two.
    const shared = certificate(stage, { verification, signing })
    assertRefused(stage.chain, shared, 'ceremony-invalid', 'execution', /verification key of trustee 3/)
    playTo(stage, 'done')
  })
  it('of the attempt before', () => {
    const stage = stageAt('certificates')
    playStep(stage, [CAT])
    passDeadline(stage)
    const first = attemptOf(stage, 1, [ADA, BOB, CAT])
    const old = honestPart(first, 'certificates', ADA)
    assertRefused(stage.chain, old, 'wrong-attempt', 'check')
    assertInvalid(stage, resigned(stage, old, { attempt: 2 }), unsigned)
  })

  it('never because of what somebody else put into theirs: nobody can keep an honest member out', () => {
    const stage = stageAt('certificates')
    const at = presentAttempt(stage)
    const [, bob, cat] = memberCertificates(at)
    // Ada is first with the keys that Bob and Cat are about to publish, and that have no proof of their own.
    for (const encryption of [bob!.encryption, cat!.verification, certificateOf(at, ADA).verification]) {
      const fork = aCopyOf(stage)
      extend(fork.chain, [certificate(fork, { encryption })])
      extend(fork.chain, partsOfStep(fork, [ADA]))
      assert.equal(stageCeremony(fork).step, 'commitments')
    }
  })
})

describe('a dealing is refused', () => {
  /** Everybody has committed, Ada to these coefficients. */
  function committedTo(coefficients: readonly Point[] | Uint8Array): CeremonyStage {
    const stage = stageAt('commitments')
    const bytes = coefficients instanceof Uint8Array ? coefficients : concat(...coefficients.map(encodePoint))
    extend(stage.chain, [commitmentWith(presentAttempt(stage), ADA, bytes), ...partsOfStep(stage, [ADA])])
    return stage
  }
  const own = (stage: CeremonyStage): readonly Point[] =>
    coefficientPoints(memberPolynomial(presentAttempt(stage), ADA))
  const dealing = (stage: CeremonyStage, polynomial: Uint8Array): Transaction =>
    dealingWith(presentAttempt(stage), ADA, { polynomial })

  it('T17 when it opens another commitment than its own, and the right one is still welcome', () => {
    const stage = stageAt('dealings')
    const at = presentAttempt(stage)
    const other = dealing(stage, revealed(at, ADA, coefficientPoints([5n, 6n])))
    assertInvalid(stage, other, 'the coefficients are not those it committed to \\(they give [0-9a-f]{64}\\)')
    const swapped = dealing(stage, revealed(at, ADA, own(stage).toReversed()))
    assertInvalid(stage, swapped, 'not those it committed to')
    playTo(stage, 'done')
  })
  it('T17 when it repeats the commitment and the coefficients of another member', () => {
    const stage = stageAt('commitments')
    const at = presentAttempt(stage)
    const bobs = partOf(stage, 'commitments', BOB)
    extend(stage.chain, [resigned(stage, bobs, { trustee: keyOf(ADA) }), ...partsOfStep(stage, [ADA])])
    const repeated = dealing(stage, revealed(at, ADA, coefficientPoints(memberPolynomial(at, BOB))))
    assertInvalid(stage, repeated, 'not those it committed to')
    assertInvalid(stage, partOf(stage, 'dealings'), 'not those it committed to')
  })
  it('with one coefficient less or more than the threshold, with none, and with half of one', () => {
    const stage = stageAt('dealings')
    const good = revealed(presentAttempt(stage), ADA)
    const sizes = [0, 128, good.length - 32, good.length - 1, good.length + 32, MAX_POLYNOMIAL_BYTES]
    for (const size of sizes) {
      const bytes = new Uint8Array(size)
      bytes.set(good.subarray(0, size))
      const detail = new RegExp(`^a polynomial of ${size} bytes, not 192`)
      assertRefused(stage.chain, dealing(stage, bytes), 'ceremony-invalid', 'check', detail)
    }
    assertMalformed(dealing(stage, new Uint8Array(MAX_POLYNOMIAL_BYTES + 1)))
  })
  it('with a coefficient that is neutral, outside the subgroup or no point', () => {
    const [first] = coefficientPoints([5n])
    const neutral = committedTo([first!, IDENTITY])
    const forged = dealing(neutral, revealed(presentAttempt(neutral), ADA, [first!, IDENTITY]))
    assertInvalid(neutral, forged, 'a neutral coefficient')
    for (const second of [
      withTorsion(encodePoint(first!), TORSION_POINTS[2]!),
      new Uint8Array(32).fill(0xff),
    ]) {
      const stage = committedTo(concat(encodePoint(first!), second))
      const signatures = revealed(presentAttempt(stage), ADA).slice(0, 128)
      assertInvalid(stage, dealing(stage, concat(signatures, encodePoint(first!), second)), 'coefficient 2: ')
    }
  })
  it('with a signature that is not its own, over other coefficients or over other certificates', () => {
    const stage = stageAt('dealings')
    const at = presentAttempt(stage)
    const { signing } = memberKeys(at, BOB)
    const all = memberCertificates(at)
    const others = coefficientPoints([5n, 6n])
    const forged = (changes: Parameters<typeof revealed>[3]): Transaction =>
      dealing(stage, revealed(at, ADA, own(stage), changes))
    assertInvalid(stage, forged({ signing }), "the coefficients' signature")
    assertInvalid(stage, forged({ signed: others }), "the coefficients' signature")
    const overall = 'the signature over certificates and coefficients'
    assertInvalid(stage, forged({ overall: signing }), overall)
    for (const certificates of [all.toReversed(), all.slice(1), all.with(2, certificateOf(at, CAT))])
      assertInvalid(stage, forged({ certificates }), overall)
    extend(stage.chain, [forged({})])
  })
  it('with one share less or more than there are members', () => {
    const stage = stageAt('dealings')
    const at = presentAttempt(stage)
    const { shares } = honestDealing(at, ADA)
    for (const wrong of [[], shares.slice(1), [...shares, shares[0]!]]) {
      const detail = new RegExp(`^${wrong.length} shares for 3 members`)
      const forged = dealingWith(at, ADA, { shares: wrong })
      assertRefused(stage.chain, forged, 'ceremony-invalid', 'check', detail)
    }
    assertMalformed(
      dealingWith(at, ADA, { shares: new Array<Uint8Array>(MAX_TRUSTEES + 1).fill(new Uint8Array(9)) }),
    )
  })
  it('with a share that is too short or too long, or with a point outside the group', () => {
    const stage = stageAt('dealings')
    const at = presentAttempt(stage)
    const { shares } = honestDealing(at, ADA)
    const [share] = shares
    const forged = (third: Uint8Array): Transaction => dealingWith(at, ADA, { shares: shares.with(2, third) })
    assertInvalid(stage, forged(share!.slice(0, 71)), 'the share of member 3: .* not 71')
    assertInvalid(stage, forged(new Uint8Array(0)), 'the share of member 3')
    assertInvalid(stage, forged(new Uint8Array(MAX_SHARE_BYTES)), 'the share of member 3')
    assertMalformed(forged(new Uint8Array(MAX_SHARE_BYTES + 1)))
    for (const [offset, what] of [
      [0, 'alpha'],
      [32, 'beta'],
    ] as const) {
      const torsion = withTorsion(share!.slice(offset, offset + 32), TORSION_POINTS[5]!)
      const bad = concat(share!.slice(0, offset), torsion, share!.slice(offset + 32))
      assertInvalid(stage, forged(bad), `the share of member 3: ${what}: .*subgroup`)
    }
  })
})

describe('a key share is refused', () => {
  it('T16 when it does not follow from the dealings, though its owner proves that it is known', () => {
    const stage = stageAt('keys')
    const at = presentAttempt(stage)
    const others = [1n, memberShare(at, ADA) + 1n, memberShare(at, BOB)]
    for (const share of others)
      assertInvalid(stage, keyWith(at, ADA, { share }), 'the key does not follow from the coefficients')
  })
  it('with a signature that is not its own', () => {
    const stage = stageAt('keys')
    const at = presentAttempt(stage)
    assertInvalid(stage, keyWith(at, ADA, { signing: memberKeys(at, BOB).signing }), "the key's signature")
  })
  it('T16 with a proof that the share is known which does not hold: everybody can compute the public part', () => {
    const stage = stageAt('keys')
    const at = presentAttempt(stage)
    const { key } = keyWith(at, ADA, {})
    const changed = key.with(95, key[95]! ^ 1)
    assertInvalid(stage, stepBy(at, ADA, { kind: 'ceremonyKey', key: changed }), 'its proof of knowledge')
  })
  it('T16 when it is that of another member, copied', () => {
    const stage = stageAt('keys')
    const bobs = partOf(stage, 'keys', BOB)
    extend(stage.chain, [bobs])
    assertInvalid(stage, resigned(stage, bobs, { trustee: keyOf(ADA) }), 'does not follow')
  })
  it('when it is neutral, no point, or has a scalar beyond the order', () => {
    const stage = stageAt('keys')
    const at = presentAttempt(stage)
    const { key } = keyWith(at, ADA, {})
    const changed = (offset: number, bytes: Uint8Array): Transaction =>
      stepBy(at, ADA, {
        kind: 'ceremonyKey',
        key: concat(key.slice(0, offset), bytes, key.slice(offset + bytes.length)),
      })
    assertInvalid(stage, changed(0, encodePoint(IDENTITY)), 'does not follow')
    assertInvalid(stage, changed(0, withTorsion(key.slice(0, 32), TORSION_POINTS[1]!)), 'subgroup')
    for (const offset of [32, 64, 96, 128])
      assertInvalid(stage, changed(offset, new Uint8Array(32).fill(0xff)), 'not reduced modulo the order')
    extend(stage.chain, [changed(0, key)])
  })
})
