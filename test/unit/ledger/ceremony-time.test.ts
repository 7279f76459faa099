/** Time in a ceremony: members who waste it leave the others enough, and time in which the network stood still blames nobody. */
import { strict as assert } from 'node:assert'
import { atDeadline, awaitedPlaces, countedMs, newCeremony, withPart } from '../../../ledger/ceremony.ts'
import type { Ceremony, CeremonyMember, CeremonyStep, ElectionDraft } from '../../../ledger/index.ts'
import {
  aStage,
  type CeremonyStage,
  faultsOf,
  passDeadline,
  passTime,
  playStep,
  playTo,
  stageCeremony,
  stageRecord,
} from '../../support/ceremony-stage.ts'
import { aDraft, extend, GENESIS_TIME, thresholdTrustees } from '../../support/ledger-builders.ts'

const ZEROS = new Uint8Array(32)
const PART: Readonly<Record<Exclude<CeremonyStep, 'done'>, Omit<CeremonyMember, 'place'>>> = {
  certificates: { certificate: ZEROS },
  commitments: { commitment: ZEROS },
  dealings: { dealing: { polynomial: ZEROS, sharesRoot: ZEROS, transaction: ZEROS } },
  keys: { key: ZEROS },
}
type Step = keyof typeof PART
const STEPS = ['certificates', 'commitments', 'dealings', 'keys'] as const

/**
 * A ceremony in which every step is done in its last millisecond, but for one step of each attempt, in which the last member that
 * may still be lost falls silent. How long each step was, to the last one.
 */
function erosion(draft: ElectionDraft, silentIn: Step): readonly number[] {
  const lengths: number[] = []
  let ceremony: Ceremony = newCeremony(draft, GENESIS_TIME)
  let begun = GENESIS_TIME
  while (ceremony.step !== 'done') {
    const { step, deadline, attempt } = ceremony
    lengths.push(deadline - begun)
    const mayFall = step === silentIn && ceremony.members.length > draft.trusteeThreshold
    const last = mayFall ? ceremony.members.at(-1)!.place : undefined
    for (const place of awaitedPlaces(ceremony))
      if (place !== last) ceremony = withPart(draft, ceremony, place, PART[step], deadline - 1)
    begun = deadline - 1
    if (last === undefined) continue
    const outcome = atDeadline(draft, ceremony, { time: deadline, stalledMs: 0 })
    assert.equal(outcome.failure, undefined)
    assert.equal(outcome.ceremony.attempt, attempt + 1)
    ceremony = outcome.ceremony
    begun = deadline
  }
  assert.equal(ceremony.members.length, draft.trusteeThreshold)
  assert.ok(begun < draft.opensAt)
  return lengths
}

describe('members who delay each step to its last millisecond and fall silent one after another', () => {
  for (const [size, threshold] of [
    [4, 3],
    [16, 11],
    [32, 22],
  ] as const)
    it(`leave each step of the honest ones its share of the time (${threshold} of ${size})`, () => {
      const total = 3_600_000
      const opensAt = GENESIS_TIME + total
      const draft = aDraft({ ...thresholdTrustees(size, threshold), opensAt, closesAt: opensAt + 1000 })
      const share = ((16 / 81) * total) / (4 * (size - threshold) + 1)
      for (const silentIn of STEPS) {
        const lengths = erosion(draft, silentIn)
        assert.equal(lengths.length, 4 + (size - threshold) * (STEPS.indexOf(silentIn) + 1))
        const shortest = Math.min(...lengths)
        // Each deadline is rounded down by less than a millisecond.
        assert.ok(shortest >= Math.floor(share) - 1, `${shortest} ms of ${share} (${silentIn})`)
        // And that is what it is: who falls silent in the last step has used up all that can be.
        if (silentIn === 'keys') assert.ok(shortest <= share + 5, `${shortest} ms of ${share}`)
      }
    })
})

/** Steps that take longer than a block may be late. */
const LATER = { opensAt: GENESIS_TIME + 120_000, closesAt: GENESIS_TIME + 130_000 }

describe('a network that stands still', () => {
  const stand = (): CeremonyStage => {
    const stage = aStage(3, 2, { hasRoll: true, changes: LATER })
    playTo(stage, 'commitments')
    playStep(stage, ['trustee 2'])
    return stage
  }
  const counted = ({ chain }: CeremonyStage): number => countedMs(chain.genesis.parameters)

  it('past a deadline leaves nobody out: the deadline moves by all but a heartbeat and a round of the time', () => {
    const stage = stand()
    const { deadline } = stageCeremony(stage)
    const { time } = stage.chain.state.head
    extend(stage.chain, [], deadline + 3000)
    assert.deepEqual(faultsOf(stage), [])
    const stalled = deadline + 3000 - time - counted(stage)
    assert.equal(stageCeremony(stage).deadline, deadline + stalled)
    playTo(stage, 'done')
    assert.equal(stageRecord(stage).phase, 'frozen')
  })

  it('and the same silence while blocks come does leave out', () => {
    const stage = stand()
    const { deadline } = stageCeremony(stage)
    passDeadline(stage)
    assert.equal(stage.chain.state.head.time, deadline)
    assert.deepEqual(faultsOf(stage), ['trustee 2 1 no-commitment'])
  })

  it('only defers: who is silent until the moved deadline is left out then', () => {
    const stage = stand()
    extend(stage.chain, [], stageCeremony(stage).deadline + 1000)
    const moved = stageCeremony(stage).deadline
    passTime(stage, moved)
    extend(stage.chain, [], moved - 1)
    assert.deepEqual(faultsOf(stage), [])
    extend(stage.chain, [], moved)
    assert.deepEqual(faultsOf(stage), ['trustee 2 1 no-commitment'])
  })

  it('for a heartbeat and a round has not stood still, and for one millisecond more has', () => {
    for (const [more, by] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const stage = stand()
      const { deadline } = stageCeremony(stage)
      extend(stage.chain, [], stage.chain.state.head.time + counted(stage) + more)
      assert.equal(stageCeremony(stage).deadline, deadline + by)
    }
  })
})
