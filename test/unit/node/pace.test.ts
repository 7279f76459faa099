import { strict as assert } from 'node:assert'
import { elections } from '../../../ledger/index.ts'
import { dueAt, Pace } from '../../../node/pace.ts'
import { aDraft, aPreparation, aRoll } from '../../support/ledger-builders.ts'
import { aNodeChain, type NodeChain } from '../../support/node-chain.ts'

interface Paced {
  readonly on: NodeChain
  readonly pace: Pace
  /** Height and milliseconds since the block before. */
  readonly works: readonly (readonly [number, number])[]
  readonly waiting: { isThere: boolean }
}

async function aPace(): Promise<Paced> {
  const on = await aNodeChain()
  const works: [number, number][] = []
  const waiting = { isThere: false }
  const pace = new Pace(on.genesis.parameters, {
    clock: on.clock,
    chain: on.chain,
    hasWork: () => waiting.isThere,
    onWork: (height) => works.push([height, on.clock.now() - on.chain.committedAt()]),
  })
  return { on, pace, works, waiting }
}

describe('the pace of blocks', () => {
  it('is the heartbeat when there is nothing to do', async () => {
    const { on, pace, works } = await aPace()
    pace.begin(1)
    await on.clock.advance(999)
    assert.deepEqual(works, [])
    await on.clock.advance(1)
    assert.deepEqual(works, [[1, 1000]])
    await on.clock.advance(5000)
    assert.equal(works.length, 1, 'once a height')
  })

  it('is the block interval when something waits, and at once when that is over', async () => {
    const { on, pace, works, waiting } = await aPace()
    pace.begin(1)
    await on.clock.advance(50)
    waiting.isThere = true
    pace.reconsider()
    await on.clock.advance(49)
    assert.deepEqual(works, [])
    await on.clock.advance(1)
    assert.deepEqual(works, [[1, 100]])
    await on.extend([])
    await on.clock.advance(300)
    pace.begin(2)
    assert.deepEqual(works.at(-1), [2, 300])
  })

  it('brings a block when an election is due to open or close', async () => {
    const { on, pace, works } = await aPace()
    const draft = aDraft({ opensAt: on.clock.now() + 3400, closesAt: on.clock.now() + 8000 })
    const { draft: first, keys, chunks, signatures } = aPreparation(on.networkId, draft, aRoll(1))
    await on.extend([first])
    assert.equal(dueAt(elections(on.chain.state())), draft.opensAt)
    await on.extend([...keys, ...chunks, ...signatures], draft.opensAt - 400)
    pace.begin(on.chain.height() + 1)
    await on.clock.advance(400)
    assert.deepEqual(works.at(-1), [on.chain.height() + 1, 400])
    await on.extend([])
    assert.equal(dueAt(elections(on.chain.state())), draft.closesAt)
    await on.extend([], draft.closesAt)
    assert.equal(dueAt(elections(on.chain.state())), Number.POSITIVE_INFINITY)
  })

  it('does not begin a height that is not the next one', async () => {
    const { on, pace, works } = await aPace()
    pace.begin(2)
    await on.clock.advance(5000)
    assert.deepEqual(works, [])
  })
})
