import { strict as assert } from 'node:assert'
import { toHex } from '../../../../base/index.ts'
import { decodeEvidence, encodeEvidence, type Message, verifyEvidence } from '../../../../consensus/index.ts'
import { blockId, decodeBlock } from '../../../../ledger/index.ts'
import { equivocator } from '../../../simulator/adversaries/equivocator.ts'
import { read } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { Sending } from '../../../simulator/types.ts'
import { aStage, blocksOf, preparedRoundChange, proposalOf, saying, seatOf, toldTo, voteOf } from './stage.ts'

/** What each of the others is told. */
function stories(
  stage: ReturnType<typeof aStage>,
  self: number,
  sendings: readonly Sending[],
): readonly (readonly Message[])[] {
  return [0, 1, 2, 3].filter((index) => index !== self).map((index) => toldTo(stage, seatOf(index), sendings))
}

describe('the equivocator', function () {
  this.timeout(30_000)

  it('proposes two valid blocks, one to each camp, with its votes for both', async () => {
    const stage = aStage()
    const { hands } = stage.hands(3)
    const said = await saying(
      equivocator.conspire(createDice('camps'))(),
      proposalOf(stage, 3, stage.block([0])),
      hands,
    )
    const told = stories(stage, 3, said)
    const proposed = told.map((messages) => blocksOf(messages, 'proposal'))
    for (const one of proposed) assert.equal(one.length, 1, 'each hears of one proposal')
    assert.equal(new Set(proposed.flat()).size, 2)
    for (const sending of said) {
      const block = read(sending)?.block
      const decoded = block === undefined ? undefined : decodeBlock(block)
      if (decoded?.ok) assert.ok(stage.isValid(decoded.value), 'both blocks are valid')
    }
    for (const messages of told) {
      const [id] = blocksOf(messages, 'proposal')
      assert.ok(blocksOf(messages, 'prepare').includes(id) && blocksOf(messages, 'commit').includes(id))
    }
  })

  it('shares the camps with its friends: each seat hears one story from all of them, or both from one', async () => {
    const stage = aStage()
    const create = equivocator.conspire(createDice('friends'))
    const block = stage.block([0])
    const first = await saying(create(), proposalOf(stage, 3, block), stage.hands(3).hands)
    const friend = stage.hands(2)
    const adversary = create()
    const second = await saying(adversary, voteOf(stage, 'prepare', 2, block), friend.hands)
    for (const seat of [seatOf(0), seatOf(1)]) {
      const [proposal] = blocksOf(toldTo(stage, seat, first), 'proposal')
      assert.ok(blocksOf(toldTo(stage, seat, second), 'prepare').includes(proposal))
    }
    const proposal = first.find(({ topic, to }) => topic === 'consensus' && to.includes(seatOf(2)))
    assert.ok(proposal)
    adversary.hear?.(seatOf(3), proposal, friend.hands)
    assert.ok(friend.sent.length > 0, 'it answers a friend at once')
  })

  it('gives evidence against itself to whoever hears both camps', async () => {
    const stage = aStage()
    const { hands } = stage.hands(3)
    const said = await saying(
      equivocator.conspire(createDice('camps'))(),
      proposalOf(stage, 3, stage.block([])),
      hands,
    )
    const proposals = said.flatMap((sending) => {
      const message = read(sending)?.message
      return message?.kind === 'proposal' ? [message.signed] : []
    })
    assert.equal(proposals.length, 2)
    const evidence = decodeEvidence(encodeEvidence({ first: proposals[0]!, second: proposals[1]! }))
    assert.ok(evidence.ok)
    assert.ok(verifyEvidence(evidence.value, { keys: hands.validatorKeys }, hands.networkId).ok)
  })

  it('tells some of a prepared block, and others that nothing was prepared', async () => {
    const stage = aStage()
    const block = stage.block([1])
    const claims = new Set<string | undefined>()
    for (let seed = 0; seed < 8; seed++) {
      const { hands } = stage.hands(3, `seed ${seed}`)
      const said = await saying(
        equivocator.conspire(createDice('x'))(),
        preparedRoundChange(stage, 3, block),
        hands,
      )
      for (const messages of stories(stage, 3, said)) {
        assert.equal(messages.length, 1)
        claims.add(blocksOf(messages, 'roundChange')[0])
      }
    }
    assert.deepEqual(claims, new Set([undefined, toHex(blockId(block.header))]))
  })
})
