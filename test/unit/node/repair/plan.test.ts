import { strict as assert } from 'node:assert'
import * as fc from 'fast-check'
import { MAX_ROUND } from '../../../../consensus/index.ts'
import type { Findings, JournalFinding, LastSignedFinding } from '../../../../node/repair/findings.ts'
import { type PlanOptions, planRepair, type RepairStep } from '../../../../node/repair/plan.ts'
import { barrierAt } from '../../../../node/repair/signed-slots.ts'
import { compareSlots, type SignedSlot } from '../../../../storage/index.ts'

const OPTIONS: PlanOptions = { canOthersGoOn: true, isAlone: false, signedUpTo: undefined }
const HEAD = 40
const database = { is: 'sound', height: HEAD } as const
const damaged = { is: 'damaged', what: 'torn' } as const
const missing = { is: 'missing' } as const
const slotAt = (height: number): SignedSlot => ({
  slot: { height, round: 2, step: 2 },
  hash: new Uint8Array(32).fill(1),
})
const journal: JournalFinding = { is: 'sound', height: HEAD + 1, implies: slotAt(HEAD + 1) }
const lastSigned: LastSignedFinding = { is: 'sound', recorded: slotAt(HEAD + 1) }

function stepsOf(findings: Findings, options: Partial<PlanOptions> = {}): readonly RepairStep[] {
  const plan = planRepair(findings, { ...OPTIONS, ...options })
  assert.ok(plan.ok, JSON.stringify(plan))
  return plan.steps
}

function refusalOf(findings: Findings, options: Partial<PlanOptions> = {}): string {
  const plan = planRepair(findings, { ...OPTIONS, ...options })
  assert.ok(!plan.ok, JSON.stringify(plan))
  return plan.code
}

const barred = (height: number): RepairStep => ({
  act: 'bar',
  height,
  recorded: barrierAt(height),
  isSilent: true,
})

describe('the plan of a repair', () => {
  it('is to do nothing where everything is sound, or new', () => {
    assert.deepEqual(stepsOf({ database, journal, lastSigned }), [])
    const fresh = { is: 'sound', height: 0 } as const
    assert.deepEqual(stepsOf({ database: fresh, journal: missing, lastSigned: missing }), [])
    assert.deepEqual(
      stepsOf({
        database: fresh,
        journal: { is: 'sound', height: 0, implies: undefined },
        lastSigned: { is: 'sound', recorded: undefined },
      }),
      [],
    )
  })

  it('rebuilds a lost record from the journal', () => {
    for (const record of [missing, damaged]) {
      const steps = stepsOf({ database, journal, lastSigned: record })
      assert.deepEqual(steps, [{ act: 'write-record', recorded: slotAt(HEAD + 1) }])
    }
  })

  it('T31 bars the height under way where the journal is lost, damaged, full or that of an older backup', () => {
    const lost: readonly JournalFinding[] = [
      missing,
      { ...damaged, height: undefined },
      { ...damaged, height: HEAD + 1 },
      { is: 'full', height: HEAD + 1 },
      { is: 'sound', height: HEAD, implies: slotAt(HEAD) },
    ]
    for (const one of lost) {
      assert.deepEqual(stepsOf({ database, journal: one, lastSigned }), [barred(HEAD + 1)])
    }
    const unsigned = { is: 'sound', recorded: undefined } as const
    assert.deepEqual(stepsOf({ database, journal: missing, lastSigned: unsigned }), [barred(HEAD + 1)])
  })

  it('T31 bars the height that a sound guard names where the database is behind it', () => {
    const behind = { is: 'sound', height: 3 } as const
    assert.deepEqual(stepsOf({ database: behind, journal: missing, lastSigned }), [barred(HEAD + 1)])
    const header: JournalFinding = { ...damaged, height: HEAD + 1 }
    assert.deepEqual(stepsOf({ database: behind, journal: header, lastSigned: missing }), [barred(HEAD + 1)])
  })

  it('T31 bars two heights where both guards are lost, because the database may be another one', () => {
    assert.deepEqual(stepsOf({ database, journal: missing, lastSigned: missing }), [barred(HEAD + 2)])
    const older: JournalFinding = { is: 'sound', height: HEAD - 1, implies: slotAt(HEAD - 1) }
    assert.deepEqual(stepsOf({ database, journal: older, lastSigned: missing }), [barred(HEAD + 2)])
    const header: JournalFinding = { ...damaged, height: HEAD - 1 }
    assert.deepEqual(stepsOf({ database, journal: header, lastSigned: missing }), [barred(HEAD + 2)])
  })

  it('T31 guesses no height where everything is lost', () => {
    for (const nothing of [damaged, { is: 'sound', height: 0 } as const]) {
      const findings: Findings = {
        database: nothing,
        journal: { ...damaged, height: undefined },
        lastSigned: damaged,
      }
      assert.equal(refusalOf(findings), 'height-unknown')
      const mend: readonly RepairStep[] = nothing.is === 'damaged' ? [{ act: 'mend-database' }] : []
      assert.deepEqual(stepsOf(findings, { signedUpTo: 99 }), [barred(99), ...mend])
    }
  })

  it('takes a height that the operator names, and none below what it knows', () => {
    const findings = { database, journal, lastSigned }
    assert.deepEqual(stepsOf(findings, { signedUpTo: 99 }), [barred(99)])
    assert.deepEqual(stepsOf(findings, { signedUpTo: 5 }), [barred(HEAD + 1)])
  })

  it('mends the database last, and alone where the guards are sound', () => {
    const mend = { act: 'mend-database' } as const
    assert.deepEqual(stepsOf({ database: damaged, journal, lastSigned }), [mend])
    const steps = stepsOf({ database: damaged, journal, lastSigned: missing })
    assert.deepEqual(steps, [{ act: 'write-record', recorded: slotAt(HEAD + 1) }, mend])
  })

  it('leaves a network that needs this validator alone, until the operator vouches for it', () => {
    const findings = { database, journal: missing, lastSigned }
    assert.equal(refusalOf(findings, { canOthersGoOn: false }), 'others-too-few')
    const [step] = stepsOf(findings, { canOthersGoOn: false, isAlone: true })
    // The record still stands above what is barred, and is never lowered.
    assert.deepEqual(step, { act: 'bar', height: HEAD, recorded: slotAt(HEAD + 1), isSilent: false })
    assert.equal(refusalOf(findings, { isAlone: true }), 'not-alone')
    const both = { database, journal: missing, lastSigned: missing }
    assert.deepEqual(stepsOf(both, { canOthersGoOn: false, isAlone: true }), [barred(HEAD)])
    assert.equal(
      refusalOf({ ...both, database: damaged }, { canOthersGoOn: false, isAlone: true }),
      'height-unknown',
    )
  })

  it('T31 never lowers a record that is sound, whatever else was found and asked for', () => {
    const heights = fc.integer({ min: 1, max: 9 })
    const slots = fc.record({ height: heights, round: fc.nat(3), step: fc.nat(3) })
    const signed = slots.map((slot) => ({ slot, hash: new Uint8Array(32) }))
    const journals: fc.Arbitrary<JournalFinding> = fc.oneof(
      fc.constant(missing),
      fc.record({
        is: fc.constant('damaged' as const),
        what: fc.constant(''),
        height: fc.option(heights, { nil: undefined }),
      }),
      signed.map((implies) => ({ is: 'sound' as const, height: implies.slot.height, implies })),
    )
    const databases = fc.oneof(
      fc.constant(damaged),
      heights.map((height) => ({ is: 'sound' as const, height })),
    )
    const choices = fc.record({
      canOthersGoOn: fc.boolean(),
      isAlone: fc.boolean(),
      signedUpTo: fc.option(heights, { nil: undefined }),
    })
    fc.assert(
      fc.property(databases, journals, signed, choices, (chain, log, recorded, options) => {
        const plan = planRepair(
          { database: chain, journal: log, lastSigned: { is: 'sound', recorded } },
          options,
        )
        if (!plan.ok) return
        for (const step of plan.steps) {
          assert.notEqual(step.act, 'write-record')
          if (step.act !== 'bar') continue
          assert.ok(compareSlots(step.recorded.slot, recorded.slot) >= 0)
          assert.ok(options.isAlone || step.recorded.slot.round === MAX_ROUND)
        }
      }),
      { numRuns: 500 },
    )
  })
})
