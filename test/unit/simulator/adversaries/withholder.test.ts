import { strict as assert } from 'node:assert'
import { withholder } from '../../../simulator/adversaries/withholder.ts'
import { createDice } from '../../../simulator/dice.ts'
import { aStage, blocksOf, proposalOf, saying, seatOf, toldTo, voteOf } from './stage.ts'

describe('the withholder', function () {
  this.timeout(30_000)

  it('gives a commit, a proposal, or everything to some only, and the rest to all', async () => {
    const stage = aStage()
    const block = stage.block([0])
    const withheld = new Set<string>()
    for (let seed = 0; seed < 40; seed++) {
      const adversary = withholder.conspire(createDice(`run ${seed}`))()
      const { hands } = stage.hands(3)
      const everything = [
        proposalOf(stage, 3, block),
        voteOf(stage, 'prepare', 3, block),
        voteOf(stage, 'commit', 3, block),
      ]
      for (const said of everything) {
        const { kind } = said.message
        const sendings = await saying(adversary, said, hands)
        const told = hands.others.filter((name) =>
          toldTo(stage, name, sendings).some((message) => message.kind === kind),
        )
        assert.ok(told.length > 0, 'somebody hears it')
        if (told.length < 3) withheld.add(kind)
      }
    }
    assert.deepEqual(withheld, new Set(['proposal', 'prepare', 'commit']))
  })

  it('lets its favourites finalise early: they get its commit with its prepare', async () => {
    const stage = aStage()
    const block = stage.block([0])
    let early = 0
    for (let seed = 0; seed < 20; seed++) {
      const adversary = withholder.conspire(createDice(`run ${seed}`))()
      const { hands } = stage.hands(3)
      const sendings = await saying(adversary, voteOf(stage, 'prepare', 3, block), hands)
      const commits = hands.others.filter(
        (name) => blocksOf(toldTo(stage, name, sendings), 'commit').length > 0,
      )
      assert.ok(commits.length < 3)
      early += commits.length > 0 ? 1 : 0
    }
    assert.ok(early > 0)
  })

  it('has the same favourites as its friends', async () => {
    const stage = aStage()
    const block = stage.block([0])
    for (let seed = 0; seed < 20; seed++) {
      const create = withholder.conspire(createDice(`run ${seed}`))
      const told = await Promise.all(
        [2, 3].map(async (index) => {
          const sendings = await saying(
            create(),
            voteOf(stage, 'commit', index, block),
            stage.hands(index).hands,
          )
          return [seatOf(0), seatOf(1)].filter((name) => toldTo(stage, name, sendings).length > 0)
        }),
      )
      assert.deepEqual(told[0], told[1])
    }
  })
})
