import { strict as assert } from 'node:assert'
import { encodeTransactionBatch } from '../../../../network/index.ts'
import { censor } from '../../../simulator/adversaries/censor.ts'
import { write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { Gossiped } from '../../../simulator/types.ts'
import { aStage, proposalOf, saying, seatOf, voteOf } from './stage.ts'

describe('the censor', function () {
  this.timeout(30_000)

  it('neither hears nor says transactions', async () => {
    const stage = aStage()
    const { hands } = stage.hands(3)
    const batch: Gossiped = {
      topic: 'transactions',
      payload: encodeTransactionBatch(stage.block([0]).transactions.map((bytes) => ({ bytes }))),
    }
    const adversary = censor.conspire(createDice('run'))()
    assert.equal(adversary.hear?.(seatOf(0), batch, hands), false)
    assert.deepEqual(await saying(adversary, batch, hands), [])
  })

  it('votes for blocks without ballots, and half of them for no others', async () => {
    const stage = aStage()
    const [empty, full] = [stage.block([]), stage.block([0])]
    let vetoes = 0
    for (let seed = 0; seed < 20; seed++) {
      const { hands } = stage.hands(3)
      const adversary = censor.conspire(createDice(`run ${seed}`))()
      for (const block of [empty, full]) {
        assert.ok(adversary.hear?.(seatOf(0), write(proposalOf(stage, 0, block)), hands))
      }
      for (const kind of ['prepare', 'commit'] as const) {
        assert.equal((await saying(adversary, voteOf(stage, kind, 3, empty), hands)).length, 1)
        if ((await saying(adversary, voteOf(stage, kind, 3, full), hands)).length === 0) vetoes++
      }
    }
    assert.ok(vetoes > 8 && vetoes < 32 && vetoes % 2 === 0)
  })
})
