import assert from 'node:assert/strict'
import { type Effect, MAX_ROUND, type Message, report, type State } from '../../../consensus/index.ts'
import {
  aHeight,
  block,
  drafts,
  message,
  messageOf,
  only,
  run,
  type Step,
  TIMING,
} from '../../support/consensus/builders.ts'

/** Gives our own signed round changes back, as the runner does. */
function withOwn(step: Step, self: number): Step {
  const own = drafts(step.effects, 'roundChange').map(
    (draft) => ({ type: 'message', message: messageOf(draft, self) }) as const,
  )
  const next = run(step.state, ...own)
  return { state: next.state, effects: [...step.effects, ...next.effects] }
}

function roundsOf(effects: readonly Effect[]): readonly number[] {
  return drafts(effects, 'roundChange').map(({ statement }) => statement.round)
}

describe('a timeout', () => {
  it('[R12] leads into the next round, with its timer and a round change', () => {
    const h = aHeight({ self: 3 })
    const begun = run(h.start, { type: 'work' })
    const { state, effects } = run(begun.state, { type: 'timeout', round: 0 })
    assert.deepEqual(effects, [
      { type: 'setTimer', round: 1, afterMs: 1500 },
      {
        type: 'sign',
        draft: { kind: 'roundChange', statement: { kind: 'roundChange', height: 4, round: 1 }, prepares: [] },
      },
    ])
    assert.equal(report(state).round, 1)
  })

  it('[R12] of another round than ours is nothing', () => {
    const h = aHeight({ self: 3 })
    const inRoundTwo = run(h.start, ...h.roundChanges([0, 1], 2)).state
    for (const round of [0, 1, 3]) {
      assert.deepEqual(run(inRoundTwo, { type: 'timeout', round }), { state: inRoundTwo, effects: [] })
    }
  })

  it('[R22] comes later each round, by one step, up to the cap', () => {
    const h = aHeight({ n: 1, self: 0 })
    let step: Step = run(h.start, { type: 'work' })
    const times: number[] = []
    for (let round = 0; round < 7; round++) {
      times.push(only(step.effects, 'setTimer').at(-1)?.afterMs ?? 0)
      step = withOwn(run(step.state, { type: 'timeout', round }), 0)
    }
    assert.deepEqual(times, [1000, 1500, 2000, 2500, 3000, 3000, 3000])
    assert.equal(TIMING.roundTimeoutCapMs, 3000)
  })

  it('[R13] in a round that too few have reached repeats the round change and waits on', () => {
    const h = aHeight({ self: 3 })
    const alone = withOwn(run(h.start, { type: 'work' }, { type: 'timeout', round: 0 }), 3)
    const { state, effects } = run(alone.state, { type: 'timeout', round: 1 }, ...h.roundChanges([0], 1), {
      type: 'timeout',
      round: 1,
    })
    const [draft] = drafts(alone.effects, 'roundChange')
    assert.ok(draft !== undefined)
    const repeated = { type: 'resend', message: messageOf(draft, 3) }
    const timer = { type: 'setTimer', round: 1, afterMs: 1500 }
    assert.deepEqual(effects, [repeated, timer, repeated, timer])
    assert.equal(report(state).round, 1)
  })

  it('[R13] repeats the prepared certificate with the round change', () => {
    const h = aHeight({ self: 3 })
    const prepared = run(h.start, h.proposal(0, block(1)), ...h.prepares([0, 1, 2], 0, block(1)))
    const alone = withOwn(run(prepared.state, { type: 'timeout', round: 0 }), 3)
    const { effects } = run(alone.state, { type: 'timeout', round: 1 })
    const [draft] = drafts(alone.effects, 'roundChange')
    assert.ok(draft !== undefined)
    assert.deepEqual(only(effects, 'resend'), [{ type: 'resend', message: messageOf(draft, 3) }])
  })

  it('[R13] the time of a round starts anew when a quorum has reached it, and then leads on', () => {
    const h = aHeight({ self: 3 })
    const alone = withOwn(run(h.start, { type: 'work' }, { type: 'timeout', round: 0 }), 3)
    const two = run(alone.state, ...h.roundChanges([0], 1))
    assert.deepEqual(only(two.effects, 'setTimer'), [])
    const three = run(two.state, ...h.roundChanges([1], 1))
    assert.deepEqual(only(three.effects, 'setTimer'), [{ type: 'setTimer', round: 1, afterMs: 1500 }])
    const four = run(three.state, ...h.roundChanges([2], 1))
    assert.deepEqual(only(four.effects, 'setTimer'), [])
    const { state, effects } = run(four.state, { type: 'timeout', round: 1 })
    assert.equal(report(state).round, 2)
    assert.deepEqual(roundsOf(effects), [2])
  })

  it('[R13] one who asks for a later round counts as having reached ours', () => {
    const h = aHeight({ self: 3 })
    const alone = withOwn(run(h.start, { type: 'work' }, { type: 'timeout', round: 0 }), 3)
    const { effects } = run(alone.state, ...h.roundChanges([0], 900), ...h.roundChanges([1], 1))
    assert.deepEqual(only(effects, 'setTimer').at(-1)?.round, 1)
    assert.equal(only(effects, 'setTimer').length, 1)
  })

  it('[R13] a validator whose round change was never signed does not wait', () => {
    const h = aHeight({ self: 3 })
    const { state, effects } = run(
      h.start,
      { type: 'work' },
      { type: 'timeout', round: 0 },
      { type: 'timeout', round: 1 },
    )
    assert.equal(report(state).round, 2)
    assert.deepEqual(roundsOf(effects), [1, 2])
  })

  it('[R19] in the last round that can be written leads nowhere', () => {
    const h = aHeight({ self: 3 })
    const last = run(h.start, ...h.roundChanges([0, 1, 2], MAX_ROUND))
    assert.equal(report(last.state).round, MAX_ROUND)
    const { state, effects } = run(withOwn(last, 3).state, { type: 'timeout', round: MAX_ROUND })
    assert.equal(report(state).round, MAX_ROUND)
    assert.deepEqual(drafts(effects), [])
  })
})

describe('a round change', () => {
  const h = aHeight({ self: 3 })

  function roundChangeOf(
    validator: number,
    round: number,
    prepared: { readonly round: number; readonly blockId: string } | undefined,
    prepares: (Message & { kind: 'roundChange' })['prepares'],
  ): Message {
    return { kind: 'roundChange', signed: h.roundChange(validator, round, prepared), prepares }
  }

  function isRefused(content: Message, start: State = h.start): boolean {
    const { state, effects } = run(start, message(content))
    const [effect] = effects
    if (effect?.type !== 'refuse') return false
    assert.equal(effects.length, 1)
    assert.equal(effect.reason.code, 'unjustified-round-change')
    assert.deepEqual(state, start)
    return true
  }

  it('[R14] with a prepared block needs a quorum of prepares for just that', () => {
    const prepared = { round: 1, blockId: block(7) }
    const good = h.preparesFor(1, block(7))
    assert.equal(isRefused(roundChangeOf(0, 2, prepared, good)), false)
    const wrong = [
      [],
      h.preparesFor(1, block(7), 2),
      h.preparesFor(0, block(7)),
      h.preparesFor(1, block(6)),
      aHeight({ height: 5 }).preparesFor(1, block(7)),
      [...h.preparesFor(1, block(7), 2), h.prepare(0, 1, block(7))],
      [...h.preparesFor(1, block(7), 2), h.prepare(4, 1, block(7))],
      [...good, h.prepare(3, 1, block(6))],
    ]
    for (const prepares of wrong) assert.equal(isRefused(roundChangeOf(0, 2, prepared, prepares)), true)
  })

  it('[R14] without a prepared block carries no prepares', () => {
    assert.equal(isRefused(roundChangeOf(0, 2, undefined, h.preparesFor(1, block(7)))), true)
  })

  it('[R14] cannot have prepared in the round it asks for, or above', () => {
    for (const round of [2, 3]) {
      const prepared = { round, blockId: block(7) }
      assert.equal(isRefused(roundChangeOf(0, 2, prepared, h.preparesFor(round, block(7)))), true)
    }
  })

  it('[R14] that is refused pulls nobody and counts for nothing', () => {
    const claim = { round: 1, blockId: block(7) }
    const { state } = run(
      h.start,
      ...h.roundChanges([0], 2),
      message(roundChangeOf(1, 2, claim, [])),
      message(roundChangeOf(2, 2, claim, [])),
    )
    assert.equal(report(state).phase, 'waiting-for-work')
  })

  it('[R15] of f + 1 validators pulls us to the smallest of the rounds they ask for', () => {
    const one = run(h.start, { type: 'work' }, ...h.roundChanges([0], 5))
    assert.equal(report(one.state).round, 0)
    const { state, effects } = run(one.state, ...h.roundChanges([1], 3))
    assert.equal(report(state).round, 3)
    assert.deepEqual(roundsOf(effects), [3])
    const seven = aHeight({ n: 7, self: 6 })
    const two = run(seven.start, ...seven.roundChanges([0], 9), ...seven.roundChanges([1], 4))
    assert.equal(report(two.state).round, 0)
    const three = run(two.state, ...seven.roundChanges([2], 6))
    assert.equal(report(three.state).round, 4)
  })

  it('[R15] of f validators, however high and however often, pulls nobody', () => {
    const { state, effects } = run(
      h.start,
      { type: 'work' },
      ...[1, 2, 3, 1000, MAX_ROUND].flatMap((round) => h.roundChanges([0], round)),
    )
    assert.equal(report(state).round, 0)
    assert.deepEqual(drafts(effects), [])
  })

  it('[R15] pulls us from however far behind', () => {
    const { state, effects } = run(h.start, { type: 'work' }, ...h.roundChanges([0, 1], 5000))
    assert.equal(report(state).round, 5000)
    assert.deepEqual(roundsOf(effects), [5000])
  })

  it('[R15] never pulls us back', () => {
    const ahead = run(h.start, ...h.roundChanges([0, 1], 5))
    const { state, effects } = run(ahead.state, ...h.roundChanges([2], 3), ...h.roundChanges([0, 1, 2], 4))
    assert.equal(report(state).round, 5)
    assert.deepEqual(drafts(effects), [])
  })

  it('[R15] carries our own prepared block along when we are pulled', () => {
    const { effects } = run(
      h.start,
      h.proposal(0, block(1)),
      ...h.prepares([0, 1, 2], 0, block(1)),
      ...h.roundChanges([0, 1], 40),
    )
    assert.deepEqual(drafts(effects, 'roundChange'), [
      {
        kind: 'roundChange',
        statement: { kind: 'roundChange', height: 4, round: 40, prepared: { round: 0, blockId: block(1) } },
        prepares: h.preparesFor(0, block(1)),
      },
    ])
  })

  it('[R5] [R19] that came from far above serves the proposer of that round once we are there', () => {
    // Validator 3 proposes round 43 of height 4; when the first round change comes, that is far above the window.
    const { effects } = run(
      h.start,
      { type: 'work' },
      ...h.roundChanges([0], 43, { round: 2, blockId: block(8) }),
      ...h.roundChanges([1], 43),
      ...h.roundChanges([2], 43),
    )
    const [draft] = drafts(effects, 'proposal')
    assert.ok(draft?.kind === 'proposal')
    assert.equal(draft.statement.blockId, block(8))
    assert.deepEqual(draft.prepares, h.preparesFor(2, block(8)))
  })
})
