import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Input, RULES, type Rule, type State, step } from '../../../consensus/index.ts'
import { aHeight, block } from '../../support/consensus/builders.ts'
import { ROOT } from '../../support/source-files.ts'

/** The rules that the last of these inputs fires. */
function firedBy(state: State, ...inputs: readonly Input[]): readonly Rule[] {
  let now = state
  let fired: ReadonlySet<Rule> = new Set()
  for (const input of inputs) {
    const next = step(now, input)
    now = next.state
    fired = next.fired
  }
  return RULES.filter((rule) => fired.has(rule))
}

describe('the rules that fire', () => {
  it('are those of the README, each once', () => {
    const readme = readFileSync(join(ROOT, 'consensus/README.md'), 'utf8')
    const numbered = [...readme.matchAll(/^\*\*\[(R\d+)\] /gm)].map((match) => match[1])
    assert.deepEqual(numbered, RULES)
  })

  it('tell how a height goes by', () => {
    const h = aHeight({ self: 3 })
    const proposed = [h.proposal(0, block(1))] as const
    assert.deepEqual(firedBy(h.start, ...proposed), ['R2', 'R3', 'R6', 'R7', 'R22'])
    assert.deepEqual(firedBy(h.start, ...proposed, h.checked(block(1))), ['R7', 'R8'])
    const prepared = [...proposed, h.checked(block(1)), ...h.prepares([0, 1, 2], 0, block(1))] as const
    assert.deepEqual(firedBy(h.start, ...prepared), ['R1', 'R9', 'R10'])
    assert.deepEqual(firedBy(h.start, ...prepared, ...h.commits([0, 1, 2], 0, block(1))), ['R1', 'R11'])
  })

  it('are none where a message says nothing new', () => {
    const h = aHeight({ self: 3 })
    assert.deepEqual(firedBy(h.start, ...h.prepares([0, 0], 0, block(1))), [])
  })

  it('[R17] show a statement that is left out because it comes too late', () => {
    const h = aHeight({ self: 3 })
    const valid = [h.proposal(0, block(1)), h.checked(block(1))] as const
    const later = [{ type: 'timeout', round: 0 } as const, ...h.prepares([0, 1, 2], 1, block(1))] as const
    assert.deepEqual(firedBy(h.start, ...valid, ...later), ['R1', 'R9', 'R10'])
    const proposal = h.proposal(1, block(1))
    assert.deepEqual(firedBy(h.start, ...valid, ...later, proposal), ['R1', 'R2', 'R6', 'R13', 'R17', 'R22'])
  })

  it('[R19] [R20] show bounds, and that observers have no timers', () => {
    const h = aHeight({ self: 3 })
    assert.deepEqual(firedBy(h.start, ...h.prepares([0], 9, block(1))), ['R19'])
    const o = aHeight({ self: 'observer' })
    assert.ok(firedBy(o.start, o.proposal(0, block(1))).includes('R20'))
  })
})
