import { strict as assert } from 'node:assert'
import { toHex } from '../../../../base/index.ts'
import { blockId, decodeBlock } from '../../../../ledger/index.ts'
import {
  hollow,
  stuffed,
  withEarlyTime,
  withForeignHeader,
  withOneMoreBallot,
  withRepeatedTransaction,
  withWrongStateRoot,
} from '../../../simulator/adversaries/blocks.ts'
import { invalidBlocks } from '../../../simulator/adversaries/invalid-blocks.ts'
import { read, write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import { aStage, blocksOf, proposalOf, saying, seatOf, toldTo, voteOf } from './stage.ts'

describe('blocks with one flaw', function () {
  this.timeout(30_000)

  it('do not execute, whatever the flaw is', () => {
    const stage = aStage()
    const dice = createDice('flaws')
    const block = stage.block([0, 1])
    const final = stage.chain.blocks.at(-1)!.transactions[0]!
    assert.ok(stage.isValid(block))
    const flawed = {
      'state root': withWrongStateRoot(block, dice),
      early: withEarlyTime(block, stage.chain.state.head.time, dice),
      foreign: withForeignHeader(block, dice),
      twice: withRepeatedTransaction(block, dice),
      'final ballot': withOneMoreBallot(block, final),
      junk: stuffed(block, dice.bytes()),
      hollow: hollow(block),
    }
    for (const [what, one] of Object.entries(flawed))
      assert.ok(one !== undefined && !stage.isValid(one), what)
    assert.deepEqual(blockId(hollow(block)!.header), blockId(block.header), 'the hollow one keeps the id')
  })

  it('are not made where the flaw has nothing to be in', () => {
    const stage = aStage()
    const [empty, block] = [stage.block([]), stage.block([0])]
    assert.equal(withRepeatedTransaction(empty, createDice('x')), undefined)
    assert.equal(hollow(empty), undefined)
    assert.equal(withOneMoreBallot(block, block.transactions[0]!), undefined)
    assert.equal(withOneMoreBallot(block, new Uint8Array(7)), undefined)
  })
})

describe('the proposer of invalid blocks', function () {
  this.timeout(60_000)

  it('proposes them, and votes for them, too, when its puppet votes for the good one', async () => {
    const stage = aStage()
    const block = stage.block([0])
    const good = toHex(blockId(block.header))
    let [bad, ahead] = [0, 0]
    for (let seed = 0; seed < 40; seed++) {
      const { hands } = stage.hands(3, `seed ${seed}`)
      const adversary = invalidBlocks.conspire(createDice('run'))()
      const proposal = proposalOf(stage, (stage.height + 1) % 4, block, 1)
      const own = { ...hands, self: { ...hands.self, index: proposal.message.signed.validator } }
      const said = await saying(adversary, proposal, own)
      const offered = said.flatMap((sending) => read(sending)?.block ?? [])
      assert.equal(offered.length, 1)
      const decoded = decodeBlock(offered[0]!)
      assert.ok(decoded.ok)
      const id = toHex(blockId(decoded.value.header))
      if (id === good && decoded.value.transactions.length === 1) continue
      if (stage.isValid(decoded.value)) {
        assert.ok(decoded.value.header.time > hands.nowMs() + 2400, 'only its time is wrong')
        ahead++
      } else bad++
    }
    assert.ok(bad > 15 && ahead > 0, `${bad} bad ones, ${ahead} ahead`)
  })

  it('votes for the flawed block in all rounds, and so do its friends, at once', async () => {
    const stage = aStage()
    const block = stage.block([0])
    const index = stage.height % 4
    const friendIndex = (index + 1) % 4
    let supported = 0
    for (let seed = 0; seed < 10; seed++) {
      const create = invalidBlocks.conspire(createDice('run'))
      const adversary = create()
      const { hands } = stage.hands(index, `seed ${seed}`)
      const said = await saying(adversary, proposalOf(stage, index, block), hands)
      const victim = seatOf((index + 2) % 4)
      const [id] = blocksOf(toldTo(stage, victim, said), 'proposal')
      if (id === toHex(blockId(block.header))) continue
      assert.deepEqual(blocksOf(toldTo(stage, victim, said), 'commit'), [id])
      const later = toldTo(
        stage,
        victim,
        await saying(adversary, voteOf(stage, 'prepare', index, block, 1), hands),
      )
      assert.deepEqual([blocksOf(later, 'prepare'), blocksOf(later, 'commit')], [[id], [id]])
      const friend = stage.hands(friendIndex)
      const proposal = said.find((sending) => read(sending)?.message.kind === 'proposal')
      assert.ok(proposal)
      assert.ok(create().hear?.(seatOf(index), write(read(proposal)!), friend.hands))
      assert.deepEqual(blocksOf(toldTo(stage, victim, friend.sent), 'prepare'), [id])
      supported++
    }
    assert.ok(supported > 3)
  })
})
