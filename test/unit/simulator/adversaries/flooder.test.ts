import { strict as assert } from 'node:assert'
import { MAX_ROUND } from '../../../../consensus/index.ts'
import { TOPIC_LIMITS } from '../../../../network/index.ts'
import { flooder } from '../../../simulator/adversaries/flooder.ts'
import { read, write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { Sending } from '../../../simulator/types.ts'
import { aStage, proposalOf, type Stage, seatOf, toldTo } from './stage.ts'

async function bursts(stage: Stage, seed: string): Promise<readonly (readonly Sending[])[]> {
  const { hands } = stage.hands(3, seed)
  const adversary = flooder.conspire(createDice(seed))()
  adversary.hear?.(seatOf(0), write(proposalOf(stage, 0, stage.block([0]))), hands)
  const all: (readonly Sending[])[] = []
  for (let ticks = 0; ticks < 200; ticks++) all.push((await adversary.tick?.(hands)) ?? [])
  return all.filter((burst) => burst.length > 0)
}

/** Whether a burst has something malformed in it. */
const isMess = (burst: readonly Sending[]): boolean =>
  burst.some((sending) => sending.topic !== 'transactions' && read(sending) === undefined)

describe('the flooder', function () {
  this.timeout(60_000)

  it('comes in bursts of authentic messages for far rounds and heights, of large blocks, of forged ballots', async () => {
    const stage = aStage()
    const seed = ['1', '2', '3', '4', '5'].find((one) => !createDice(one).chance(0.3))!
    const all = await bursts(stage, seed)
    assert.ok(all.length > 5 && all.length < 40)
    assert.ok(!all.some(isMess))
    const consensus = all.flat().filter(({ topic }) => topic === 'consensus')
    const messages = toldTo(stage, seatOf(0), consensus)
    const statements = messages.map(({ signed }) => signed.statement)
    assert.ok(statements.some(({ round }) => round > MAX_ROUND - 2000))
    assert.ok(statements.some(({ height }) => height > 2 ** 50))
    assert.ok(statements.some(({ height, round }) => height === stage.height && round > 8 && round < 31))
    assert.ok(consensus.some(({ payload }) => payload.length > 48 * 1024))
    assert.ok(all.flat().some(({ topic }) => topic === 'transactions'))
    for (const { topic, payload } of all.flat()) assert.ok(payload.length <= TOPIC_LIMITS[topic].payloadBytes)
  })

  it('is crude sometimes: malformed bytes on all topics', async () => {
    const seed = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].find((one) => createDice(one).chance(0.3))
    assert.ok(seed)
    assert.ok((await bursts(aStage(), seed)).every((burst) => burst.length >= 5))
    assert.ok((await bursts(aStage(), seed)).some(isMess))
  })
})
