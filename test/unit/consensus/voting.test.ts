import assert from 'node:assert/strict'
import { report } from '../../../consensus/index.ts'
import { aHeight, block, drafts, finalised, only, run } from '../../support/consensus/builders.ts'

describe('prepares', () => {
  it('[R9] [R10] of a quorum for a valid block lead to a commit', () => {
    const h = aHeight({ self: 3 })
    const ready = run(h.start, h.proposal(0, block(1)), h.checked(block(1)))
    const few = run(ready.state, ...h.prepares([0, 1], 0, block(1)))
    assert.deepEqual(drafts(few.effects), [])
    assert.equal(report(few.state).phase, 'preparing')
    const { state, effects } = run(few.state, ...h.prepares([2], 0, block(1)))
    assert.deepEqual(drafts(effects), [
      { kind: 'commit', statement: { kind: 'commit', height: 4, round: 0, blockId: block(1) } },
    ])
    assert.equal(report(state).phase, 'committing')
  })

  it('T29 [R9] of fewer than a quorum, repeated or split over two blocks, lead to nothing', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      h.checked(block(1)),
      ...h.prepares([0, 1, 0, 1, 0, 1], 0, block(1)),
      ...h.prepares([2, 3], 0, block(2)),
      ...h.prepares([0], 1, block(1)),
    )
    assert.equal(drafts(effects, 'commit').length, 0)
  })

  it('[R9] that came before the proposal count', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      ...h.prepares([0, 1, 2], 0, block(1)),
      h.proposal(0, block(1)),
      h.checked(block(1)),
    )
    assert.deepEqual(
      drafts(effects).map(({ kind }) => kind),
      ['prepare', 'commit'],
    )
  })

  it('[R10] of a quorum do not make us commit to a block that we have not found valid', () => {
    const h = aHeight({ self: 3 })
    const prepares = h.prepares([0, 1, 2], 0, block(1))
    const unchecked = run(h.start, h.proposal(0, block(1)), ...prepares)
    assert.deepEqual(drafts(unchecked.effects), [])
    const invalid = run(unchecked.state, h.checked(block(1), false))
    assert.deepEqual(drafts(invalid.effects), [])
    const unknown = run(h.start, { type: 'work' }, ...prepares)
    assert.deepEqual(drafts(unknown.effects), [])
  })

  it('[R9] of a quorum are carried on even for a block that we have not found valid', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(h.start, { type: 'work' }, ...h.prepares([0, 1, 2], 0, block(1)), {
      type: 'timeout',
      round: 0,
    })
    assert.deepEqual(drafts(effects), [
      {
        kind: 'roundChange',
        statement: { kind: 'roundChange', height: 4, round: 1, prepared: { round: 0, blockId: block(1) } },
        prepares: h.preparesFor(0, block(1)),
      },
    ])
  })

  it('[R9] [R10] of an earlier round prepare nothing any more', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      h.checked(block(1)),
      ...h.prepares([0, 1], 0, block(1)),
      { type: 'timeout', round: 0 },
      ...h.prepares([2, 3], 0, block(1)),
      ...h.roundChanges([0, 1, 2, 3], 1),
      { type: 'timeout', round: 1 },
    )
    assert.equal(drafts(effects, 'commit').length, 0)
    const last = drafts(effects, 'roundChange').at(-1)
    assert.deepEqual(last?.statement, { kind: 'roundChange', height: 4, round: 2 })
  })

  it('[R19] of a later round are kept and count once the round is entered', () => {
    const h = aHeight({ self: 3 })
    const waiting = run(
      h.start,
      h.proposal(0, block(1)),
      h.checked(block(1)),
      ...h.prepares([0, 1, 2], 2, block(1)),
    )
    assert.equal(drafts(waiting.effects, 'commit').length, 0)
    const { effects } = run(waiting.state, ...h.roundChanges([0, 1], 2))
    assert.deepEqual(
      drafts(effects).map(({ kind, statement }) => [kind, statement.round]),
      [
        ['roundChange', 2],
        ['commit', 2],
      ],
    )
  })

  it('[R17] are not signed any more after our commit of the round', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      h.checked(block(1)),
      ...h.prepares([0, 1, 2], 1, block(1)),
      h.proposal(0, block(1)),
      ...h.roundChanges([0, 1], 1),
      h.proposal(1, block(1)),
    )
    assert.deepEqual(
      drafts(effects).map(({ kind, statement }) => [kind, statement.round]),
      [
        ['prepare', 0],
        ['roundChange', 1],
        ['commit', 1],
      ],
    )
  })

  it('[R17] of ours are asked for once a round, whatever comes again', () => {
    const h = aHeight({ self: 3 })
    const inputs = [h.proposal(0, block(1)), h.checked(block(1)), ...h.prepares([0, 1, 2, 3], 0, block(1))]
    const { effects } = run(h.start, ...inputs, ...inputs, { type: 'work' })
    assert.deepEqual(
      drafts(effects).map(({ kind }) => kind),
      ['prepare', 'commit'],
    )
  })
})

describe('the prepared block', () => {
  it('[R9] is replaced by that of a higher round', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      ...h.prepares([0, 1, 2], 0, block(1)),
      h.proposal(1, block(2)),
      ...h.prepares([1, 2, 3], 1, block(2)),
      { type: 'timeout', round: 1 },
    )
    const last = drafts(effects, 'roundChange').at(-1)
    assert.deepEqual(last, {
      kind: 'roundChange',
      statement: { kind: 'roundChange', height: 4, round: 2, prepared: { round: 1, blockId: block(2) } },
      prepares: [1, 2, 3].map((validator) => h.prepare(validator, 1, block(2))),
    })
  })

  it('[R9] is kept through rounds in which nothing was prepared', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      ...h.prepares([0, 1, 2], 0, block(1)),
      { type: 'timeout', round: 0 },
      ...h.roundChanges([0, 1, 2], 1),
      { type: 'timeout', round: 1 },
    )
    const claims = drafts(effects, 'roundChange').map(({ statement }) => statement)
    assert.deepEqual(
      claims.map((statement) => statement.kind === 'roundChange' && statement.prepared?.round),
      [0, 0],
    )
  })
})

describe('commits', () => {
  it('[R11] of a quorum finalise, with a certificate in ascending order', () => {
    const h = aHeight({ self: 3 })
    const few = run(h.start, ...h.commits([3, 1], 0, block(1)))
    assert.deepEqual(few.effects, [])
    const { state, effects } = run(few.state, ...h.commits([0], 0, block(1)))
    const [certificate, ...more] = finalised(effects)
    assert.deepEqual(more, [])
    assert.ok(certificate !== undefined)
    assert.deepEqual(
      { ...certificate, signatures: certificate.signatures.map(({ validator }) => validator) },
      { height: 4, round: 0, blockId: block(1), signatures: [0, 1, 3] },
    )
    assert.equal(report(state).phase, 'finalised')
  })

  it('T29 [R11] of fewer than a quorum never finalise, whatever the rounds and blocks they are for', () => {
    for (const n of [4, 5, 6, 7, 10]) {
      const h = aHeight({ n, self: 'observer' })
      const needed = Math.ceil((2 * n) / 3)
      const few = Array.from({ length: needed - 1 }, (_, index) => index)
      const { effects } = run(
        h.start,
        h.proposal(0, block(1)),
        ...h.commits([...few, ...few], 0, block(1)),
        ...h.commits([needed - 1], 1, block(1)),
        ...h.commits([needed - 1], 0, block(2)),
      )
      assert.deepEqual(finalised(effects), [], `n = ${n}`)
      const { effects: enough } = run(h.start, ...h.commits([...few, needed - 1], 0, block(1)))
      assert.equal(finalised(enough).length, 1, `n = ${n}`)
    }
  })

  it('[R11] of an earlier or a later round finalise, even for a block never proposed to us', () => {
    const h = aHeight({ self: 3 })
    const inRoundTwo = run(h.start, ...h.roundChanges([0, 1], 2))
    for (const round of [0, 1, 2, 5]) {
      const { effects } = run(inRoundTwo.state, ...h.commits([0, 1, 2], round, block(9)))
      assert.deepEqual(
        finalised(effects).map((certificate) => [certificate.round, certificate.blockId]),
        [[round, block(9)]],
      )
    }
  })

  it('[R11] finalise once; after that nothing happens any more', () => {
    const h = aHeight({ self: 3 })
    const done = run(h.start, h.proposal(0, block(1)), ...h.commits([0, 1, 2], 0, block(1)))
    const after = run(
      done.state,
      ...h.commits([3], 0, block(1)),
      ...h.roundChanges([0, 1, 2], 4),
      h.checked(block(1)),
      { type: 'timeout', round: 0 },
      { type: 'work' },
    )
    assert.deepEqual(after, { state: done.state, effects: [] })
  })
})

describe('an observer', () => {
  it('[R20] follows, counts and finalises, and never signs, builds or starts a timer', () => {
    const h = aHeight({ self: 'observer' })
    const idle = run(h.start, { type: 'work' })
    assert.deepEqual(idle, { state: h.start, effects: [] })
    const { state, effects } = run(
      h.start,
      { type: 'work' },
      { type: 'timeout', round: 0 },
      h.proposal(0, block(1)),
      h.checked(block(1)),
      ...h.prepares([0, 1, 2, 3], 0, block(1)),
      ...h.roundChanges([0, 1, 2], 1),
      { type: 'timeout', round: 1 },
      h.proposal(1, block(1)),
      ...h.commits([0, 1], 1, block(1)),
    )
    assert.deepEqual(effects, [{ type: 'checkBlock', blockId: block(1) }])
    assert.equal(report(state).round, 1)
    const { effects: last } = run(state, ...h.commits([2], 1, block(1)))
    assert.deepEqual(
      only(last, 'finalise').map(({ certificate }) => certificate.blockId),
      [block(1)],
    )
  })
})

describe('a report', () => {
  it('says who said what in which round', () => {
    const h = aHeight({ self: 3 })
    const { state } = run(
      h.start,
      h.proposal(0, block(1)),
      ...h.prepares([2, 0], 0, block(1)),
      ...h.commits([1], 0, block(1)),
      ...h.roundChanges([2, 1], 1),
    )
    assert.deepEqual(report(state), {
      height: 4,
      round: 1,
      proposer: 1,
      phase: 'waiting-for-proposal',
      rounds: [
        { round: 0, proposal: block(1), prepares: [0, 2], commits: [1], roundChanges: [] },
        { round: 1, prepares: [], commits: [], roundChanges: [1, 2] },
      ],
    })
  })
})
