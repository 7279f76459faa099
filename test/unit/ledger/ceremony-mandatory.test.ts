/** Mandatory trustees in the ceremony: they commit and reveal in every attempt, nobody passes for the owner of another's key, and they are waited for. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../../base/index.ts'
import type { CeremonyStep, Transaction, Unsigned } from '../../../ledger/index.ts'
import {
  aCopyOf,
  aStage,
  type CeremonyStage,
  faultsOf,
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
} from '../../support/ceremony-stage.ts'
import {
  extend,
  keyOf,
  mandatoryCommitmentBy,
  mandatoryKeyBy,
  signed,
} from '../../support/ledger-builders.ts'
import { assertRefused } from '../../support/refusals.ts'

const [ADA, BOB, CAT] = ['trustee 1', 'trustee 2', 'trustee 3'] as const
const PARTS = ['commitments', 'dealings'] as const

/** Two of three, the court and the city; made once for each step, and copied for each test. */
const stages = new Map<CeremonyStep, CeremonyStage>()
function stageAt(step: CeremonyStep): CeremonyStage {
  let made = stages.get(step)
  if (made === undefined) {
    made = aStage(3, 2, { mandatory: ['court', 'city'], hasRoll: true })
    playTo(made, step)
    stages.set(step, made)
  }
  return aCopyOf(made)
}

const partOf = (stage: CeremonyStage, step: (typeof PARTS)[number], name: string): Transaction =>
  honestPart(presentAttempt(stage), step, name)

/** The transaction with something else in it, signed by the trustee of this name. */
function resigned(
  { chain }: CeremonyStage,
  transaction: Transaction,
  name: string,
  changes: object = {},
): Transaction {
  const body = { ...transaction, trustee: keyOf(name), ...changes } as Unsigned<Transaction>
  return signed(chain.networkId, body, name)
}

const standing = (stage: CeremonyStage): readonly unknown[] => {
  const { attempt, step } = stageCeremony(stage)
  return [attempt, step, memberNames(stage), faultsOf(stage)]
}

describe('a mandatory trustee in the ceremony', () => {
  it('commits and reveals, and nothing else; no member reveals such a key', () => {
    for (const step of ['certificates', 'commitments', 'dealings', 'keys'] as const) {
      const stage = stageAt(step)
      for (const other of PARTS.filter((one) => one !== step)) {
        const early = partOf(stage, other, 'court')
        assertRefused(stage.chain, early, 'wrong-step', 'check', new RegExp(`"${step}".*"${other}"`))
      }
      const members = resigned(stage, partOf(stage, 'dealings', 'court'), ADA)
      assertRefused(stage.chain, members, 'unknown-trustee', 'check', new RegExp(toHex(keyOf(ADA))))
    }
    assert.equal(stageRecord(stageAt('done')).phase, 'frozen')
  })

  for (const step of PARTS) {
    it(`does its part once, in the attempt that it is (${step})`, () => {
      const stage = stageAt(step)
      const part = partOf(stage, step, 'court')
      const other = resigned(stage, part, 'court', { attempt: 2 })
      assertRefused(stage.chain, other, 'wrong-attempt', 'check')
      extend(stage.chain, [part])
      assertRefused(stage.chain, part, 'step-done', 'check', /^trustee 1 \(court, .* already/)
    })

    it(`is waited for by a step that all members have done (${step})`, () => {
      const stage = stageAt(step)
      playStep(stage, ['court'])
      const before = standing(stage)
      passDeadline(stage)
      passTime(stage, stage.draft.opensAt - 1000)
      assert.deepEqual(standing(stage), before)
      playTo(stage, 'done')
      assert.equal(stageRecord(stage).phase, 'frozen')
    })

    it(`is waited for beyond the deadline that leaves out a silent member of the same step (${step})`, () => {
      const stage = stageAt(step)
      playStep(stage, ['court', BOB])
      passDeadline(stage)
      const kind = step === 'commitments' ? 'no-commitment' : 'no-dealing'
      assert.deepEqual(standing(stage), [2, 'certificates', [ADA, CAT], [`${BOB} 1 ${kind}`]])
      playTo(stage, step)
      playStep(stage, ['court'])
      passDeadline(stage)
      assert.deepEqual(standing(stage), [2, step, [ADA, CAT], [`${BOB} 1 ${kind}`]])
      playTo(stage, 'done')
      assert.equal(stageRecord(stage).phase, 'frozen')
    })
  }

  it('is asked for a fresh commitment by each attempt: what it revealed before is forgotten', () => {
    const stage = stageAt('keys')
    const [commitment, key] = PARTS.map((step) => partOf(stage, step, 'court')) as [Transaction, Transaction]
    playStep(stage, [BOB])
    passDeadline(stage)
    assert.deepEqual(stageCeremony(stage).mandatory, [{}, {}])
    playTo(stage, 'commitments')
    assertRefused(stage.chain, commitment, 'wrong-attempt', 'check', /attempt 2, not 1/)
    // The old commitment under the new number: the attempt is in the hash, so the same key does not open it.
    extend(stage.chain, [
      resigned(stage, commitment, 'court', { attempt: 2 }),
      ...partsOfStep(stage, ['court']),
    ])
    const again = resigned(stage, key, 'court', { attempt: 2 })
    assertRefused(stage.chain, again, 'key-invalid', 'verify', /not the key that it committed to/)
  })

  it('T17 reveals no other key than that it committed to, and the right one is still welcome', () => {
    const stage = stageAt('dealings')
    const { chain, draft } = stage
    const other = mandatoryKeyBy(chain.networkId, draft, 'court', { scalar: 9n })
    const detail = /^of trustee 1 \(court, [0-9a-f]{64}\): not the key that it committed to/
    assertRefused(chain, other, 'key-invalid', 'verify', detail)
    playTo(stage, 'done')
    assert.equal(stageRecord(stage).phase, 'frozen')
  })

  it('T16 cannot open a commitment that it copied: it names the trustee whose it is', () => {
    const stage = stageAt('commitments')
    const citys = partOf(stage, 'commitments', 'city')
    extend(stage.chain, [resigned(stage, citys, 'court'), ...partsOfStep(stage, ['court'])])
    const [key, own] = ['city', 'court'].map((name) => partOf(stage, 'dealings', name))
    const copied = resigned(stage, key!, 'court')
    for (const reveal of [copied, own!])
      assertRefused(stage.chain, reveal, 'key-invalid', 'verify', /^of trustee 1 \(court, .*not the key/)
  })

  it('T16 cannot publish the key of another with its proof, because it has committed to one before', () => {
    const stage = stageAt('dealings')
    const key = partOf(stage, 'dealings', 'city')
    extend(stage.chain, [key])
    const copied = resigned(stage, key, 'court')
    assertRefused(stage.chain, copied, 'key-invalid', 'verify', /^of trustee 1 \(court, .*not the key/)
    playTo(stage, 'done')
    assert.equal(stageRecord(stage).phase, 'frozen')
  })

  it('T16 commits by a hash that nobody else has, even for the same key', () => {
    const { chain, draft } = stageAt('certificates')
    const scalar = 7n
    const [court, city] = ['court', 'city'].map((name) =>
      mandatoryCommitmentBy(chain.networkId, draft, name, { scalar }),
    )
    assert.ok(court?.kind === 'ceremonyCommitment' && city?.kind === 'ceremonyCommitment')
    assert.notDeepEqual(court.commitment, city.commitment)
  })
})
