import assert from 'node:assert/strict'
import {
  type Input,
  MAX_BLOCKS_REMEMBERED,
  MAX_ROUNDS_AHEAD,
  MAX_ROUNDS_BEHIND,
  report,
  type State,
  step,
} from '../../../consensus/index.ts'
import {
  aHeight,
  block,
  drafts,
  finalised,
  messageOf,
  only,
  run,
  signed,
  TIMING,
} from '../../support/consensus/builders.ts'
import { dice } from '../../support/consensus/random.ts'

describe('the window of rounds', () => {
  const h = aHeight({ self: 3 })
  const HERE = 100
  const here = run(h.start, ...h.roundChanges([0, 1, 2], HERE)).state

  it('T32 [R19] reaches as far ahead as its limit; votes one round beyond are refused', () => {
    const furthest = HERE + MAX_ROUNDS_AHEAD
    for (const votes of [h.prepares, h.commits]) {
      const kept = run(here, ...votes([0], furthest, block(1)))
      assert.deepEqual(kept.effects, [])
      assert.ok(report(kept.state).rounds.some(({ round }) => round === furthest))
      const beyond = run(here, ...votes([0], furthest + 1, block(1)))
      assert.deepEqual(
        only(beyond.effects, 'refuse').map(({ validator, reason }) => [validator, reason.code]),
        [[0, 'round-too-far']],
      )
      assert.deepEqual(beyond.state, here)
    }
  })

  it('[R19] reaches as far back as its limit; what is older is ignored, without blame', () => {
    const oldest = HERE - MAX_ROUNDS_BEHIND
    assert.equal(finalised(run(here, ...h.commits([0, 1, 2], oldest, block(1))).effects).length, 1)
    const older: readonly Input[] = [
      ...h.commits([0, 1, 2], oldest - 1, block(1)),
      ...h.prepares([0], oldest - 1, block(1)),
      ...h.roundChanges([0], oldest - 1),
      h.proposal(oldest - 1, block(1)),
    ]
    assert.deepEqual(run(here, ...older), { state: here, effects: [] })
    for (const kept of [h.prepares([0], oldest, block(1)), h.roundChanges([0], oldest)]) {
      assert.ok(report(run(here, ...kept).state).rounds.some(({ round }) => round === oldest))
    }
    assert.equal(report(run(here, h.proposal(oldest, block(1))).state).rounds[0]?.round, oldest)
  })

  it('[R19] moves with us: older rounds are dropped', () => {
    const filled = run(here, ...h.commits([0], HERE, block(1)))
    const kept = run(filled.state, ...h.roundChanges([0, 1], HERE + MAX_ROUNDS_BEHIND))
    assert.ok(report(kept.state).rounds.some(({ round }) => round === HERE))
    const moved = run(filled.state, ...h.roundChanges([0, 1], HERE + MAX_ROUNDS_BEHIND + 1))
    assert.ok(!report(moved.state).rounds.some(({ round }) => round === HERE))
  })

  it('[R19] keeps of each validator one round change above it, the highest', () => {
    const flooded = run(
      here,
      ...Array.from({ length: 50 }, (_, i) =>
        h.roundChanges([0], 1000 + i, { round: i, blockId: block(i) }),
      ).flat(),
      ...h.roundChanges([0], 500),
    ).state
    assert.equal(flooded.farRoundChanges.size, 1)
    assert.equal(flooded.farRoundChanges.get(0)?.statement.round, 1049)
    assert.deepEqual([...flooded.certificates.keys()], [`49/${block(49)}`])
    const pulled = run(flooded, ...h.roundChanges([1], 2000)).state
    assert.equal(report(pulled).round, 1049)
    assert.equal(pulled.farRoundChanges.size, 1)
    assert.deepEqual(report(pulled).rounds.find(({ round }) => round === 1049)?.roundChanges, [0])
  })
})

describe('memory', () => {
  it('T32 stays bounded whatever a faulty validator sends', () => {
    const n = 4
    const h = aHeight({ n, self: 3 })
    const random = dice(1)
    let state: State = run(h.start, { type: 'work' }).state
    for (let i = 0; i < 5000; i++) {
      const round = random.pick([random.between(0, 40), random.between(0, 2 ** 32 - 1)]) ?? 0
      const blockId = i.toString(16).padStart(64, '0')
      const flood = random.pick([
        h.prepares([0], round, blockId),
        h.commits([0], round, blockId),
        h.roundChanges([0], Math.max(1, round), { round: 0, blockId }),
        h.roundChanges([0], Math.max(1, round)),
        [h.proposal(round % 4 === 0 ? 0 : round, blockId)],
      ])
      // A proposal after round 0 needs others: the flooder alone has none.
      for (const input of flood ?? []) {
        const isAlone = input.type !== 'message' || input.message.kind !== 'proposal' || round === 0
        if (isAlone) state = step(state, input).state
      }
    }
    const perRound = 4 * n
    assert.ok(state.rounds.size <= MAX_ROUNDS_AHEAD + MAX_ROUNDS_BEHIND + 1)
    for (const votes of state.rounds.values()) {
      assert.ok(votes.prepares.size + votes.commits.size + votes.roundChanges.size <= perRound)
    }
    assert.ok(state.farRoundChanges.size <= n)
    assert.ok(state.certificates.size <= n * (state.rounds.size + 1))
    assert.ok(state.blocks.size <= MAX_BLOCKS_REMEMBERED)
    assert.ok(state.convicted.size <= perRound)
    assert.equal(report(state).round, 0)
  })

  it('[R7] [R19] remembers as many checks as its limit and forgets the oldest beyond', () => {
    const h = aHeight({ self: 3 })
    const id = (round: number): string => round.toString(16).padStart(64, '0')
    let state = h.start
    for (let round = 0; round < MAX_BLOCKS_REMEMBERED; round++) {
      state = run(state, h.proposal(round, id(round)), h.checked(id(round))).state
    }
    const again = run(state, h.proposal(MAX_BLOCKS_REMEMBERED, id(0)))
    assert.equal(only(again.effects, 'checkBlock').length, 0)
    const full = run(state, h.proposal(MAX_BLOCKS_REMEMBERED, id(MAX_BLOCKS_REMEMBERED)))
    assert.equal(full.state.blocks.size, MAX_BLOCKS_REMEMBERED)
    const forgotten = run(full.state, h.proposal(MAX_BLOCKS_REMEMBERED + 1, id(0)))
    assert.equal(only(forgotten.effects, 'checkBlock').length, 1)
  })
})

describe('determinism', () => {
  const h = aHeight({ self: 1 })
  const inputs: readonly Input[] = [
    { type: 'work' },
    h.proposal(0, block(1)),
    ...h.prepares([0, 2, 3], 0, block(1)),
    h.checked(block(1)),
    { type: 'timeout', round: 0 },
    ...h.roundChanges([0, 2], 1, { round: 0, blockId: block(1) }),
    ...h.roundChanges([3], 50),
    ...h.commits([0], 0, block(1)),
    ...h.commits([0], 0, block(2)),
    h.proposal(1, block(1)),
    ...h.commits([1, 2], 1, block(1)),
  ]

  it('[R21] the same inputs give the same state and effects', () => {
    assert.deepEqual(run(h.start, ...inputs), run(aHeight({ self: 1 }).start, ...inputs))
  })

  it('[R21] an input leaves the state before it untouched', () => {
    const states: State[] = [h.start]
    const copies = [structuredClone(h.start)]
    for (const input of inputs) {
      const next = step(states.at(-1) as State, input).state
      states.push(next)
      copies.push(structuredClone(next))
    }
    assert.deepEqual(states, copies)
    assert.ok(states.length > 10)
  })

  it('[R17] [R21] a replay asks for the same signatures, each once a kind and round', () => {
    const own = drafts(run(h.start, ...inputs).effects)
    const slots = own.map(({ kind, statement }) => `${kind}/${statement.round}`)
    assert.equal(new Set(slots).size, slots.length)
    assert.ok(slots.length >= 4)
    const heard = own.map((draft) => ({ type: 'message', message: messageOf(draft, 1) }) as const)
    const echoed = drafts(run(h.start, ...inputs, ...heard).effects)
    assert.deepEqual(echoed.slice(0, own.length), own)
  })

  it('T32 any authentic message is taken without an exception', () => {
    const random = dice(3)
    const number = (): number => random.pick([0, 1, 2, 3, 8, 9, 2 ** 32 - 1]) ?? 0
    const claim = (): { readonly round: number; readonly blockId: string } => ({
      round: number(),
      blockId: block(number() % 5),
    })
    let state: State = run(h.start, { type: 'work' }).state
    for (let i = 0; i < 4000; i++) {
      const slot = { height: random.pick([4, 4, 4, 4, 5]) ?? 4, round: number() }
      const by = random.pick([0, 1, 2, 3, 3, 4, 299]) ?? 0
      const roundChanges = Array.from({ length: random.between(0, 5) }, () =>
        signed<'roundChange'>(
          { kind: 'roundChange', ...slot, ...(random.chance(0.5) && { prepared: claim() }) },
          number(),
        ),
      )
      const one = claim()
      const prepares = Array.from({ length: random.between(0, 5) }, (_, index) =>
        signed<'prepare'>({ kind: 'prepare', height: 4, ...one }, index),
      )
      const { blockId } = claim()
      const message = random.pick([
        {
          kind: 'proposal',
          signed: signed({ kind: 'proposal', ...slot, blockId }, by),
          roundChanges,
          prepares,
        },
        { kind: 'prepare', signed: signed({ kind: 'prepare', ...slot, blockId }, by) },
        { kind: 'commit', signed: signed({ kind: 'commit', ...slot, blockId }, by) },
        {
          kind: 'roundChange',
          signed: signed({ kind: 'roundChange', ...slot, prepared: one }, by),
          prepares,
        },
      ])
      const { state: next, effects } = step(state, { type: 'message', message: message as never })
      for (const effect of effects) {
        if (effect.type === 'refuse') assert.deepEqual(next, state)
      }
      if (next.finalised === undefined) state = next
    }
    assert.ok(state.round > 0)
    assert.ok(TIMING.roundTimeoutMs > 0)
  })
})
