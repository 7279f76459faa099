/** Who does not do its part until the deadline of a step is left out by name, and the others begin again without it. */
import { strict as assert } from 'node:assert'
import { toHex, unwrap, utf8 } from '../../../base/index.ts'
import { loadState, missingTrusteeParts, stateRoot } from '../../../ledger/index.ts'
import { MAX_CEREMONY_STEP_MS, MAX_REASON_BYTES, MAX_TRUSTEES } from '../../../ledger/limits.ts'
import {
  aCopyOf,
  aStage,
  assertOpens,
  assertTallied,
  type CeremonyStage,
  decrypt,
  faultsOf,
  memberNames,
  partsOfStep,
  passDeadline,
  passTime,
  playStep,
  playTo,
  stageCeremony,
  stageRecord,
  vote,
} from '../../support/ceremony-stage.ts'
import { extend, GENESIS_TIME, keyOf } from '../../support/ledger-builders.ts'
import { assertLastRefused } from '../../support/refusals.ts'

const STEPS = ['certificates', 'commitments', 'dealings', 'keys'] as const
const SILENCE = {
  certificates: 'no-certificate',
  commitments: 'no-commitment',
  dealings: 'no-dealing',
  keys: 'no-key',
} as const
const [ADA, BOB, CAT, DAN, EVE] = [1, 2, 3, 4, 5].map((i) => `trustee ${i}`) as [
  string,
  string,
  string,
  string,
  string,
]

/** When the builders' first block is. */
const DRAFTED = GENESIS_TIME + 100

const three = Object.fromEntries(
  STEPS.map((step) => {
    const stage = aStage(3, 2, { hasRoll: true })
    playTo(stage, step)
    return [step, stage]
  }),
) as Record<(typeof STEPS)[number], CeremonyStage>

const standing = (stage: CeremonyStage): readonly unknown[] => {
  const { attempt, step } = stageCeremony(stage)
  return [attempt, step, memberNames(stage), faultsOf(stage)]
}

describe('the deadline of a step', () => {
  const deadlineFor = (opensAt: number): number =>
    stageCeremony(aStage(1, 1, { changes: { opensAt, closesAt: opensAt + 1 } })).deadline

  it('is a third of what is left until the opening, at least a millisecond and at most a day', () => {
    for (const [left, step] of [
      [1, 1],
      [2, 1],
      [3, 1],
      [5, 1],
      [6, 2],
      [9900, 3300],
      [3 * MAX_CEREMONY_STEP_MS - 1, MAX_CEREMONY_STEP_MS - 1],
      [3 * MAX_CEREMONY_STEP_MS, MAX_CEREMONY_STEP_MS],
      [3 * MAX_CEREMONY_STEP_MS + 3, MAX_CEREMONY_STEP_MS],
      [100 * MAX_CEREMONY_STEP_MS, MAX_CEREMONY_STEP_MS],
    ] as const)
      assert.equal(deadlineFor(DRAFTED + left), DRAFTED + step, `${left} ms are left`)
  })

  it('counts from the block that began the step', () => {
    const stage = aStage(2, 1)
    const { opensAt } = stage.draft
    for (const time of [DRAFTED + 1000, DRAFTED + 1001, DRAFTED + 3000]) {
      playStep(stage, [], time)
      assert.equal(stageCeremony(stage).deadline, time + Math.floor((opensAt - time) / 3))
    }
    playStep(stage)
    assert.equal(stageCeremony(stage).deadline, 0)
    extend(stage.chain, [], opensAt - 1)
    assert.deepEqual(standing(stage), [1, 'done', [ADA, BOB], []])
  })

  for (const step of STEPS) {
    it(`leaves out nobody a millisecond before, and whoever is missing from then on (${step})`, () => {
      const before = aCopyOf(three[step])
      const { deadline } = stageCeremony(before)
      playStep(before, [BOB])
      passTime(before, deadline)
      extend(before.chain, [], deadline - 1)
      assert.deepEqual(standing(before), [1, step, [ADA, BOB, CAT], []])
      const at = aCopyOf(before)
      extend(at.chain, [], deadline)
      assert.deepEqual(standing(at), [2, 'certificates', [ADA, CAT], [`${BOB} 1 ${SILENCE[step]}`]])
      assert.equal(stageRecord(at).phase, 'draft')
    })

    it(`takes what comes in a block a millisecond before it, and refuses it in the block at it (${step})`, () => {
      const stage = aCopyOf(three[step])
      const { deadline } = stageCeremony(stage)
      playStep(stage, [BOB])
      passTime(stage, deadline)
      const late = partsOfStep(stage)
      assertLastRefused(stage.chain, late, 'trustee-excluded', /trustee 2 .* left out/, deadline)
      extend(stage.chain, late, deadline - 1)
      assert.notEqual(stageCeremony(stage).step, step)
      assert.equal(stageCeremony(stage).attempt, 1)
    })

    it(`leaves out all who are silent at once, in the draft's order (${step})`, () => {
      const stage = aStage(4, 1)
      playTo(stage, step)
      playStep(stage, [DAN, ADA, CAT])
      passDeadline(stage)
      const faults = [ADA, CAT, DAN].map((name) => `${name} 1 ${SILENCE[step]}`)
      assert.deepEqual(standing(stage), [2, 'certificates', [BOB], faults])
      assert.equal(stageCeremony(stage).deadline, deadlineAfter(stage))
    })
  }

  it('refuses those who did their part in the block at it, too: the attempt is over', () => {
    const stage = aCopyOf(three.commitments)
    const [first] = partsOfStep(stage)
    extend(stage.chain, partsOfStep(stage, [ADA, CAT]))
    passTime(stage, stageCeremony(stage).deadline)
    // Ada and Cat are silent: one of three is too few, so the election is abandoned before anything is taken.
    assertLastRefused(stage.chain, [first!], 'wrong-phase', /abandoned/, stageCeremony(stage).deadline)
    const other = aCopyOf(three.commitments)
    const mine = partsOfStep(other, [BOB, CAT])
    extend(other.chain, partsOfStep(other, [CAT]))
    passTime(other, stageCeremony(other).deadline)
    const [again] = mine
    assertLastRefused(other.chain, [again!], 'wrong-attempt', /attempt 2/, stageCeremony(other).deadline)
  })

  it('is seen by a later block, too: the next one counts from that', () => {
    const stage = aStage(4, 1)
    playStep(stage, [ADA])
    const { deadline } = stageCeremony(stage)
    passTime(stage, deadline)
    extend(stage.chain, [], deadline + 77)
    assert.deepEqual(standing(stage), [2, 'certificates', [BOB, CAT, DAN], [`${ADA} 1 no-certificate`]])
    assert.equal(stageCeremony(stage).deadline, deadlineAfter(stage))
  })

  it('and the opening in one block: the election is abandoned, and says whom it waited for', () => {
    const stage = aStage(3, 2, { hasRoll: true, mandatory: ['court'] })
    playStep(stage, [BOB])
    extend(stage.chain, [], stage.draft.opensAt)
    assert.deepEqual(faultsOf(stage), [])
    assert.equal(
      stageRecord(stage).reason,
      'not ready at its opening: the key ceremony waits at step 1 of 4 (certificates) for trustee 2',
    )
  })
})

/** Where a later attempt has begun with the last block: each step that may still come has as much, and one is to spare. */
const deadlineAfter = (stage: CeremonyStage): number => {
  const { time } = stage.chain.state.head
  const { opensAt, trusteeThreshold } = stage.draft
  const steps = 4 + 4 * (memberNames(stage).length - trusteeThreshold)
  return time + Math.floor((opensAt - time) / (steps + 1))
}

describe('a ceremony without those who fell silent', () => {
  for (const step of STEPS)
    it(`makes a key with which the election opens, and its archive passes the audit (silent in ${step})`, async () => {
      const stage = aCopyOf(three[step])
      playStep(stage, [BOB])
      passDeadline(stage)
      playTo(stage, 'done')
      assert.deepEqual(standing(stage), [2, 'done', [ADA, CAT], [`${BOB} 1 ${SILENCE[step]}`]])
      await assertOpens(stage)
    })

  it('may lose one in each step, each by name, and end with the last one who remains', async () => {
    const stage = aStage(5, 1, { hasRoll: true })
    for (const [step, name] of [
      ['certificates', CAT],
      ['commitments', EVE],
      ['dealings', ADA],
      ['keys', BOB],
    ] as const) {
      playTo(stage, step)
      playStep(stage, [name])
      passDeadline(stage)
    }
    playTo(stage, 'done')
    assert.deepEqual(standing(stage), [
      5,
      'done',
      [DAN],
      [`${CAT} 1 no-certificate`, `${EVE} 2 no-commitment`, `${ADA} 3 no-dealing`, `${BOB} 4 no-key`],
    ])
    vote(stage)
    decrypt(stage, [DAN])
    await assertTallied(stage)
  })

  it('says in words whom it waits for, in which step and attempt', () => {
    const stage = aCopyOf(three.commitments)
    const parts = (): readonly string[] => missingTrusteeParts(stage.draft, stageCeremony(stage))
    assert.deepEqual(parts(), [
      'the key ceremony waits at step 2 of 4 (commitments) for trustee 1, trustee 2, trustee 3',
    ])
    playStep(stage, [CAT])
    passDeadline(stage)
    assert.deepEqual(parts(), [
      'the key ceremony waits at step 1 of 4 (certificates), attempt 2 for trustee 1, trustee 2',
    ])
    const many = aStage(7, 2, { mandatory: ['court'] })
    assert.deepEqual(missingTrusteeParts(many.draft, stageCeremony(many)), [
      'the key ceremony waits at step 1 of 4 (certificates) ' +
        'for trustee 1, trustee 2, trustee 3, trustee 4 and 3 more',
    ])
    const mandatory = aStage(0, 0, { mandatory: ['court', 'city'] })
    playStep(mandatory, ['court'])
    assert.deepEqual(missingTrusteeParts(mandatory.draft, stageCeremony(mandatory)), [
      'the key ceremony waits at step 1 of 2 (commitments) for court',
    ])
  })
})

describe('a ceremony with too few who remain', () => {
  it('goes on with exactly as many as the threshold, and not with one less', () => {
    const stage = aCopyOf(three.dealings)
    playStep(stage, [BOB])
    passDeadline(stage)
    assert.equal(stageRecord(stage).phase, 'draft')
    playTo(stage, 'keys')
    playStep(stage, [CAT])
    passDeadline(stage)
    const { phase, reason } = stageRecord(stage)
    assert.equal(phase, 'abandoned')
    assert.equal(
      reason,
      'the key ceremony needs 2 of 3 trustees and 1 remain: ' +
        'trustee 2 published no dealing that opens its commitment; ' +
        'trustee 3 neither published its key share nor complained',
    )
    assert.deepEqual(faultsOf(stage), [`${BOB} 1 no-dealing`, `${CAT} 2 no-key`])
  })

  it('is abandoned at once when more are silent than it can do without, and names each', () => {
    const stage = aStage(3, 3)
    playStep(stage, [ADA])
    passDeadline(stage)
    assert.equal(
      stageRecord(stage).reason,
      'the key ceremony needs 3 of 3 trustees and 2 remain: trustee 1 published no certificate',
    )
    const nobody = aStage(2, 1)
    passDeadline(nobody)
    assert.equal(
      stageRecord(nobody).reason,
      'the key ceremony needs 1 of 2 trustees and 0 remain: ' +
        'trustee 1 published no certificate; trustee 2 published no certificate',
    )
  })

  it('forgets the rolls that were not accepted, is over for good, and loads from its image', () => {
    const stage = aStage(2, 2)
    passDeadline(stage)
    assert.deepEqual(stageRecord(stage).rolls, [])
    const before = stageCeremony(stage)
    extend(stage.chain, [], stage.draft.closesAt)
    assert.equal(stageCeremony(stage), before)
    assert.equal(stageRecord(stage).phase, 'abandoned')
    const { chain } = stage
    const loaded = unwrap(loadState(chain.genesis, chain.networkId, chain.image.values()))
    assert.equal(toHex(stateRoot(loaded)), toHex(stateRoot(chain.state)))
  })

  it('keeps who was at fault in the ceremony where the reason has no room for all names', () => {
    const trustees = Array.from({ length: MAX_TRUSTEES }, (_, i) => ({
      name: `${i}`.padStart(64, '☂'),
      publicKey: keyOf(`trustee ${i}`),
    }))
    const stage = aStage(1, 1, { changes: { trustees, trusteeThreshold: 64 } })
    passDeadline(stage)
    const { phase, reason } = stageRecord(stage)
    assert.equal(phase, 'abandoned')
    const bytes = utf8(reason!).length
    assert.ok(bytes <= MAX_REASON_BYTES && bytes > MAX_REASON_BYTES - 8, `${bytes} bytes`)
    assert.match(
      reason!,
      /^the key ceremony needs 64 of 256 trustees and 0 remain: ☂+0 published no certificate; .*…$/,
    )
    assert.deepEqual(
      stageCeremony(stage).faults,
      trustees.map((_, place) => ({ place, attempt: 1, kind: 'no-certificate' })),
    )
    const { chain } = stage
    const loaded = unwrap(loadState(chain.genesis, chain.networkId, chain.image.values()))
    assert.equal(toHex(stateRoot(loaded)), toHex(stateRoot(chain.state)))
  })

  it('does not count mandatory trustees, who have no deadline but the opening', () => {
    const stage = aStage(1, 1, { mandatory: ['court'], hasRoll: true })
    playTo(stage, 'dealings')
    playStep(stage, ['court'])
    passTime(stage, stage.draft.opensAt - 1)
    extend(stage.chain, [], stage.draft.opensAt - 1)
    assert.deepEqual(standing(stage), [1, 'dealings', [ADA], []])
    assert.equal(stageRecord(stage).phase, 'draft')
    extend(stage.chain, [], stage.draft.opensAt)
    assert.equal(
      stageRecord(stage).reason,
      'not ready at its opening: the key ceremony waits at step 3 of 4 (dealings) for court',
    )
  })
})
