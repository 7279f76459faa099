import assert from 'node:assert/strict'
import { createState, report } from '../../../consensus/index.ts'
import {
  aHeight,
  block,
  drafts,
  finalised,
  message,
  messageOf,
  only,
  run,
  someValidators,
  TIMING,
} from '../../support/consensus/builders.ts'

describe('beginning a height', () => {
  it('[R3] waits for work, then starts the timer of round 0', () => {
    const h = aHeight({ self: 3 })
    assert.equal(report(h.start).phase, 'waiting-for-work')
    const { state, effects } = run(h.start, { type: 'work' })
    assert.deepEqual(effects, [{ type: 'setTimer', round: 0, afterMs: TIMING.roundTimeoutMs }])
    assert.equal(report(state).phase, 'waiting-for-proposal')
  })

  it('[R3] begins once, however often there is work', () => {
    const h = aHeight({ self: 0 })
    const { effects } = run(h.start, { type: 'work' }, { type: 'work' })
    assert.equal(only(effects, 'setTimer').length, 1)
    assert.equal(only(effects, 'buildBlock').length, 1)
  })

  it('[R3] begins with a proposal that comes before the work', () => {
    const h = aHeight({ self: 3 })
    const { state, effects } = run(h.start, h.proposal(0, block(1)))
    assert.deepEqual(effects, [
      { type: 'setTimer', round: 0, afterMs: TIMING.roundTimeoutMs },
      { type: 'checkBlock', blockId: block(1) },
    ])
    assert.equal(report(state).phase, 'checking')
  })

  it('[R3] begins in the round that f + 1 round changes ask for', () => {
    const h = aHeight({ self: 3 })
    const { state, effects } = run(h.start, ...h.roundChanges([0, 1], 2))
    assert.equal(report(state).round, 2)
    assert.deepEqual(only(effects, 'setTimer'), [{ type: 'setTimer', round: 2, afterMs: 2000 }])
  })

  it('does not begin by prepares or commits', () => {
    const h = aHeight({ self: 3 })
    const { state, effects } = run(
      h.start,
      ...h.prepares([0, 1], 0, block(1)),
      ...h.commits([0], 0, block(1)),
    )
    assert.equal(report(state).phase, 'waiting-for-work')
    assert.deepEqual(effects, [])
  })

  it('ignores a timeout before the height began', () => {
    const h = aHeight()
    assert.deepEqual(run(h.start, { type: 'timeout', round: 0 }), { state: h.start, effects: [] })
  })
})

describe('proposing', () => {
  it('[R4] the proposer of round 0 builds a block and proposes it without a justification', () => {
    const h = aHeight({ self: 0 })
    const begun = run(h.start, { type: 'work' })
    assert.deepEqual(only(begun.effects, 'buildBlock'), [{ type: 'buildBlock', round: 0 }])
    const { effects } = run(begun.state, { type: 'blockBuilt', round: 0, blockId: block(1) })
    assert.deepEqual(drafts(effects), [
      {
        kind: 'proposal',
        statement: { kind: 'proposal', height: 4, round: 0, blockId: block(1) },
        roundChanges: [],
        prepares: [],
      },
    ])
  })

  it('[R4] [R8] the proposer prepares its own block without a check once its proposal is signed', () => {
    const h = aHeight({ self: 0 })
    const { effects } = run(
      h.start,
      { type: 'work' },
      { type: 'blockBuilt', round: 0, blockId: block(1) },
      h.proposal(0, block(1)),
    )
    assert.equal(only(effects, 'checkBlock').length, 0)
    assert.deepEqual(
      drafts(effects).map(({ kind }) => kind),
      ['proposal', 'prepare'],
    )
  })

  it('a validator that is not the proposer builds nothing', () => {
    const h = aHeight({ self: 1 })
    const { effects } = run(h.start, { type: 'work' })
    assert.equal(only(effects, 'buildBlock').length, 0)
  })

  it('ignores a built block that was not asked for, comes twice or comes too late', () => {
    const built = { type: 'blockBuilt', round: 0, blockId: block(1) } as const
    const other = aHeight({ self: 1 })
    assert.deepEqual(run(other.start, { type: 'work' }, built).effects.length, 1)
    const h = aHeight({ self: 0 })
    const twice = run(h.start, { type: 'work' }, built, { ...built, blockId: block(2) })
    assert.equal(drafts(twice.effects, 'proposal').length, 1)
    const late = run(h.start, { type: 'work' }, { type: 'timeout', round: 0 }, built)
    assert.equal(drafts(late.effects, 'proposal').length, 0)
    const building = run(h.start, { type: 'work' }, ...h.roundChanges([1, 2, 3], 4))
    assert.deepEqual(only(building.effects, 'buildBlock').at(-1), { type: 'buildBlock', round: 4 })
    assert.deepEqual(run(building.state, built), { state: building.state, effects: [] })
    const alone = run(h.start, { type: 'work' }, ...h.roundChanges([1, 2], 4))
    assert.deepEqual(run(alone.state, { ...built, round: 4 }), { state: alone.state, effects: [] })
  })

  it('[R5] builds a block once a quorum asks for its round and none was prepared', () => {
    const h = aHeight({ self: 1 })
    const few = run(h.start, ...h.roundChanges([0, 2], 1))
    assert.equal(only(few.effects, 'buildBlock').length, 0)
    const enough = run(few.state, ...h.roundChanges([3], 1))
    assert.deepEqual(only(enough.effects, 'buildBlock'), [{ type: 'buildBlock', round: 1 }])
    const built = run(enough.state, { type: 'blockBuilt', round: 1, blockId: block(5) })
    assert.deepEqual(drafts(built.effects), [
      {
        kind: 'proposal',
        statement: { kind: 'proposal', height: 4, round: 1, blockId: block(5) },
        roundChanges: [h.roundChange(0, 1), h.roundChange(2, 1), h.roundChange(3, 1)],
        prepares: [],
      },
    ])
  })

  it('[R5] proposes the block of the highest prepared round again, with its prepares, and builds none', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      ...h.roundChanges([0], 3, { round: 0, blockId: block(1) }),
      ...h.roundChanges([1], 3, { round: 2, blockId: block(2) }),
      ...h.roundChanges([2], 3),
    )
    assert.equal(only(effects, 'buildBlock').length, 0)
    assert.deepEqual(drafts(effects, 'proposal'), [
      {
        kind: 'proposal',
        statement: { kind: 'proposal', height: 4, round: 3, blockId: block(2) },
        roundChanges: [
          h.roundChange(0, 3, { round: 0, blockId: block(1) }),
          h.roundChange(1, 3, { round: 2, blockId: block(2) }),
          h.roundChange(2, 3),
        ],
        prepares: h.preparesFor(2, block(2)),
      },
    ])
  })

  it('[R5] proposes the prepared block when a prepared round change comes while its own is being built', () => {
    const h = aHeight({ self: 1 })
    const building = run(h.start, ...h.roundChanges([0, 2, 3], 1))
    assert.equal(only(building.effects, 'buildBlock').length, 1)
    const { effects } = run(building.state, ...h.roundChanges([1], 1, { round: 0, blockId: block(9) }), {
      type: 'blockBuilt',
      round: 1,
      blockId: block(5),
    })
    const [draft, ...more] = drafts(effects, 'proposal')
    assert.deepEqual(more, [])
    assert.ok(draft?.kind === 'proposal')
    assert.equal(draft.statement.blockId, block(9))
    assert.equal(draft.roundChanges.length, 3)
    const accepted = run(
      aHeight({ self: 0 }).start,
      message({ ...h.propose(1, block(9)), ...draft, kind: 'proposal' }),
    )
    assert.deepEqual(only(accepted.effects, 'refuse'), [])
    assert.deepEqual(only(accepted.effects, 'checkBlock'), [{ type: 'checkBlock', blockId: block(9) }])
  })

  it('[R17] does not propose a second time when its proposal of an earlier life comes back', () => {
    const h = aHeight({ self: 0 })
    const { effects } = run(h.start, { type: 'work' }, h.proposal(0, block(1)), {
      type: 'blockBuilt',
      round: 0,
      blockId: block(2),
    })
    assert.equal(drafts(effects, 'proposal').length, 0)
  })
})

describe('a network of one', () => {
  it('[R1] finalises by itself', () => {
    const h = aHeight({ n: 1, self: 0, height: 9 })
    let { state, effects } = run(
      h.start,
      { type: 'work' },
      { type: 'blockBuilt', round: 0, blockId: block(3) },
    )
    const kinds: string[] = []
    for (let [draft] = drafts(effects); draft !== undefined; [draft] = drafts(effects)) {
      kinds.push(draft.kind)
      ;({ state, effects } = run(state, { type: 'message', message: messageOf(draft, 0) }))
    }
    assert.deepEqual(kinds, ['proposal', 'prepare', 'commit'])
    assert.deepEqual(
      finalised(effects).map(({ blockId }) => blockId),
      [block(3)],
    )
  })

  it('[R12] moves on by itself when its block comes too late', () => {
    const h = aHeight({ n: 1, self: 0, height: 9 })
    const timedOut = run(h.start, { type: 'work' }, { type: 'timeout', round: 0 })
    const [draft] = drafts(timedOut.effects, 'roundChange')
    assert.ok(draft !== undefined)
    const { effects } = run(timedOut.state, { type: 'message', message: messageOf(draft, 0) })
    assert.deepEqual(only(effects, 'buildBlock'), [{ type: 'buildBlock', round: 1 }])
  })
})

describe('createState', () => {
  const options = { height: 1, validators: someValidators(4), self: 0, timing: TIMING }
  it('[R19] takes up to 300 validators and not one more', () => {
    assert.equal(createState({ ...options, validators: someValidators(300) }).height, 1)
    assert.throws(() => createState({ ...options, validators: someValidators(301) }), /within its limit/)
    assert.throws(() => createState({ ...options, validators: someValidators(0) }), /at least one/)
  })

  it('takes no key twice, no index outside of the set and no timing that stands still', () => {
    const [first] = someValidators(1).keys
    assert.ok(first !== undefined)
    assert.throws(() => createState({ ...options, validators: { keys: [first, first] } }), /differ/)
    assert.throws(() => createState({ ...options, self: 4 }), /in the validator set/)
    assert.throws(() => createState({ ...options, timing: { ...TIMING, roundTimeoutMs: 0 } }), /positive/)
    assert.throws(() => createState({ ...options, timing: { ...TIMING, roundTimeoutMs: 3001 } }), /cap/)
    assert.throws(() => createState({ ...options, timing: { ...TIMING, roundTimeoutStepMs: 0.5 } }), /milli/)
    assert.throws(() => createState({ ...options, height: -1 }), /height/)
  })
})
