import assert from 'node:assert/strict'
import { type Message, type MessageRefusalCode, report } from '../../../consensus/index.ts'
import { aHeight, block, drafts, message, only, run, signed } from '../../support/consensus/builders.ts'

/** The one refusal that a message earns, and that nothing else happened. */
function refusalOf(content: Message, h = aHeight({ self: 3 })): MessageRefusalCode | undefined {
  const { state, effects } = run(h.start, message(content))
  if (effects.length === 1) assert.deepEqual(state, h.start)
  const [effect, ...others] = effects
  return effect?.type === 'refuse' && others.length === 0 ? effect.reason.code : undefined
}

describe('a proposal', () => {
  it('[R7] [R8] is checked, and prepared once it is found valid', () => {
    const h = aHeight({ self: 3 })
    const proposed = run(h.start, h.proposal(0, block(1)))
    assert.deepEqual(drafts(proposed.effects), [])
    const { effects } = run(proposed.state, h.checked(block(1)))
    assert.deepEqual(drafts(effects), [
      { kind: 'prepare', statement: { kind: 'prepare', height: 4, round: 0, blockId: block(1) } },
    ])
  })

  it('T09 [R8] is not prepared when its block is invalid; the round goes by', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(h.start, h.proposal(0, block(1)), h.checked(block(1), false), {
      type: 'timeout',
      round: 0,
    })
    assert.deepEqual(
      drafts(effects).map(({ kind }) => kind),
      ['roundChange'],
    )
  })

  it('[R6] is refused from anyone but the proposer of its round', () => {
    const h = aHeight({ self: 3 })
    assert.equal(refusalOf(h.propose(0, block(1), { by: 1 })), 'not-the-proposer')
    const roundChanges = h.roundChangesTo(1)
    assert.equal(refusalOf(h.propose(1, block(1), { by: 0, roundChanges })), 'not-the-proposer')
  })

  it('[R6] of round 0 carries no justification', () => {
    const h = aHeight({ self: 3 })
    assert.equal(
      refusalOf(h.propose(0, block(1), { roundChanges: h.roundChangesTo(1) })),
      'unjustified-proposal',
    )
    assert.equal(
      refusalOf(h.propose(0, block(1), { prepares: h.preparesFor(0, block(1)) })),
      'unjustified-proposal',
    )
  })

  it('[R6] of a later round needs a quorum of round changes to it', () => {
    const h = aHeight({ self: 3 })
    const refused = (roundChanges: ReturnType<typeof h.roundChangesTo>): unknown =>
      refusalOf(h.propose(2, block(1), { roundChanges }))
    assert.equal(refused([]), 'unjustified-proposal')
    assert.equal(refused(h.roundChangesTo(2, 2)), 'unjustified-proposal')
    assert.equal(refused(h.roundChangesTo(1)), 'unjustified-proposal')
    assert.equal(refused(h.roundChangesTo(3)), 'unjustified-proposal')
    const another = aHeight({ height: 5 })
    assert.equal(refused(another.roundChangesTo(2)), 'unjustified-proposal')
    assert.equal(refused(h.roundChangesTo(2)), undefined)
  })

  it('[R1] counts each author of a justification once, and validators only', () => {
    const h = aHeight({ self: 3 })
    const [a, b] = h.roundChangesTo(2, 2)
    assert.ok(a !== undefined && b !== undefined)
    const refused = (third: typeof a): unknown =>
      refusalOf(h.propose(2, block(1), { roundChanges: [a, b, third] }))
    assert.equal(refused(a), 'unjustified-proposal')
    assert.equal(refused(h.roundChange(4, 2)), 'unjustified-proposal')
    assert.equal(refused(h.roundChange(3, 2)), undefined)
  })

  describe('after a prepared round', () => {
    const h = aHeight({ self: 3 })
    const prepared = { round: 1, blockId: block(7) }
    const roundChanges = [
      h.roundChange(0, 2),
      h.roundChange(1, 2, prepared),
      h.roundChange(2, 2, { round: 0, blockId: block(6) }),
    ]
    const prepares = h.preparesFor(1, block(7))

    it('[R6] is accepted with the block and the prepares of the highest prepared round', () => {
      assert.equal(refusalOf(h.propose(2, block(7), { roundChanges, prepares })), undefined)
    })

    it('[R6] is refused with any other block', () => {
      for (const blockId of [block(6), block(5)]) {
        assert.equal(refusalOf(h.propose(2, blockId, { roundChanges, prepares })), 'unjustified-proposal')
        const own = h.preparesFor(1, blockId)
        assert.equal(
          refusalOf(h.propose(2, blockId, { roundChanges, prepares: own })),
          'unjustified-proposal',
        )
      }
    })

    it('[R6] is refused without a quorum of prepares for just that round and block', () => {
      const wrong = [
        [],
        h.preparesFor(1, block(7), 2),
        h.preparesFor(0, block(7)),
        h.preparesFor(1, block(6)),
        aHeight({ height: 5 }).preparesFor(1, block(7)),
        [...h.preparesFor(1, block(7), 2), h.prepare(1, 1, block(7))],
        [...h.preparesFor(1, block(7), 2), h.prepare(4, 1, block(7))],
        [...prepares, h.prepare(3, 1, block(8))],
      ]
      for (const list of wrong) {
        assert.equal(
          refusalOf(h.propose(2, block(7), { roundChanges, prepares: list })),
          'unjustified-proposal',
        )
      }
    })

    it('[R6] is refused when its round changes name two blocks for the highest prepared round', () => {
      const two = [...roundChanges, h.roundChange(3, 2, { round: 1, blockId: block(8) })]
      for (const blockId of [block(7), block(8)]) {
        const own = h.preparesFor(1, blockId)
        assert.equal(
          refusalOf(h.propose(2, blockId, { roundChanges: two, prepares: own })),
          'unjustified-proposal',
        )
      }
    })

    it('[R6] is refused when a round change claims a prepared round that is not below the new one', () => {
      const claim = { round: 2, blockId: block(7) }
      const impossible = [h.roundChange(0, 2), h.roundChange(1, 2), h.roundChange(2, 2, claim)]
      const own = h.preparesFor(2, block(7))
      assert.equal(
        refusalOf(h.propose(2, block(7), { roundChanges: impossible, prepares: own })),
        'unjustified-proposal',
      )
    })

    it('[R6] is refused with prepares where no round change was prepared', () => {
      const none = h.roundChangesTo(2)
      assert.equal(
        refusalOf(h.propose(2, block(7), { roundChanges: none, prepares })),
        'unjustified-proposal',
      )
    })
  })

  it('[R16] of a later round takes us there, however far, without a round change of ours', () => {
    const h = aHeight({ self: 3 })
    const { state, effects } = run(h.start, { type: 'work' }, h.proposal(1000, block(1)), h.checked(block(1)))
    assert.equal(report(state).round, 1000)
    assert.deepEqual(
      drafts(effects).map(({ kind, statement }) => [kind, statement.round]),
      [['prepare', 1000]],
    )
    assert.deepEqual(only(effects, 'setTimer').at(-1), { type: 'setTimer', round: 1000, afterMs: 3000 })
  })

  it('[R13] brings support for its round: the round changes in it count as if they came alone', () => {
    const h = aHeight({ self: 3 })
    const waiting = run(h.start, { type: 'work' }, { type: 'timeout', round: 0 }, ...h.roundChanges([3], 1))
    const { state, effects } = run(waiting.state, h.proposal(1, block(1)), { type: 'timeout', round: 1 })
    assert.equal(report(state).round, 2)
    assert.equal(only(effects, 'resend').length, 0)
    assert.deepEqual(
      only(effects, 'setTimer').map(({ round }) => round),
      [1, 2],
    )
  })

  it('of an earlier round is noted, and neither checked nor prepared', () => {
    const h = aHeight({ self: 3 })
    const later = run(h.start, ...h.roundChanges([0, 1], 2))
    const { state, effects } = run(later.state, h.proposal(0, block(1)))
    assert.deepEqual(effects, [])
    assert.equal(report(state).rounds.find(({ round }) => round === 0)?.proposal, block(1))
  })

  it('[R6] counts once: a second one of the same round changes nothing', () => {
    const h = aHeight({ self: 3 })
    const first = run(h.start, h.proposal(0, block(1)))
    const again = run(first.state, h.proposal(0, block(1)))
    assert.deepEqual(again, { state: first.state, effects: [] })
    const { state, effects } = run(first.state, h.proposal(0, block(2)), h.checked(block(2)))
    assert.equal(report(state).rounds[0]?.proposal, block(1))
    assert.deepEqual(
      effects.map(({ type }) => type),
      ['evidence'],
    )
  })

  it('[R7] asks for the check of a block once, and uses the answer in every round', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      h.checked(block(1)),
      h.proposal(1, block(1)),
      h.proposal(2, block(1)),
    )
    assert.equal(only(effects, 'checkBlock').length, 1)
    assert.deepEqual(
      drafts(effects, 'prepare').map(({ statement }) => statement.round),
      [0, 1, 2],
    )
  })

  it('[R7] takes the first answer to a check, and none to a check it did not ask for', () => {
    const h = aHeight({ self: 3 })
    const early = run(h.start, h.checked(block(1)))
    assert.deepEqual(early, { state: h.start, effects: [] })
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      h.checked(block(1), false),
      h.checked(block(1), true),
    )
    assert.deepEqual(drafts(effects), [])
  })

  it('[R7] an answer that comes in a later round serves that round', () => {
    const h = aHeight({ self: 3 })
    const { effects } = run(h.start, h.proposal(0, block(1)), h.proposal(1, block(1)), h.checked(block(1)))
    assert.deepEqual(
      drafts(effects).map(({ kind, statement }) => [kind, statement.round]),
      [['prepare', 1]],
    )
  })

  it('of another height, or by a validator of another set, is refused', () => {
    const h = aHeight({ self: 3 })
    assert.equal(refusalOf(aHeight({ height: 5 }).propose(0, block(1))), 'wrong-height')
    assert.equal(refusalOf(aHeight({ height: 3 }).propose(0, block(1))), 'wrong-height')
    const foreign = signed<'prepare'>({ kind: 'prepare', height: 4, round: 0, blockId: block(1) }, 4)
    assert.equal(refusalOf({ kind: 'prepare', signed: foreign }, h), 'wrong-height')
  })
})
