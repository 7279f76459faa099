import { strict as assert } from 'node:assert'
import { silent } from '../../../simulator/adversaries/silent.ts'
import { createDice } from '../../../simulator/dice.ts'
import { aStage, proposalOf, saying } from './stage.ts'

describe('the silent one', () => {
  it('says nothing', async () => {
    const stage = aStage()
    const { hands, sent } = stage.hands(3)
    const adversary = silent.conspire(createDice('run'))()
    assert.deepEqual(await saying(adversary, proposalOf(stage, 3, stage.block([])), hands), [])
    assert.deepEqual([adversary.tick, sent], [undefined, []])
  })
})
