import { strict as assert } from 'node:assert'
import { late, timeoutOf } from '../../../simulator/adversaries/late.ts'
import { createDice } from '../../../simulator/dice.ts'
import { aStage, saying, TIMING, voteOf } from './stage.ts'

describe('the late one', () => {
  it('says everything to everybody, and often just when the round ends', async () => {
    const stage = aStage()
    let atTheEdge = 0
    for (let seed = 0; seed < 20; seed++) {
      const { hands } = stage.hands(3, `seed ${seed}`)
      const said = await saying(
        late.conspire(createDice('run'))(),
        voteOf(stage, 'commit', 3, stage.block([]), 1),
        hands,
      )
      assert.deepEqual(
        said.flatMap(({ to }) => to),
        hands.others,
      )
      const delays = said.map(({ afterMs }) => afterMs ?? 0)
      if (delays.every((delay) => Math.abs(delay - 750) <= 60)) atTheEdge++
      for (const delay of delays) assert.ok(delay >= 0 && delay <= 4 * 750)
    }
    assert.ok(atTheEdge >= 4 && atTheEdge < 20)
  })

  it('knows how long rounds last [R22]', () => {
    assert.deepEqual(
      [0, 1, 6, 100].map((round) => timeoutOf(TIMING, round)),
      [500, 750, 2000, 2000],
    )
  })
})
