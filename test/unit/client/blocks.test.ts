import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { type Client, createClient } from '../../../client/index.ts'
import type { CertifiedBlock } from '../../../network/index.ts'
import { aCertifiedBlock, aHub, aPeer, aSleepClock, flipped, viewOf } from '../../support/certified-peers.ts'
import {
  aBallot,
  aChain,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  extend,
  seededRandom,
  type TestChain,
} from '../../support/ledger-builders.ts'

type Lie = (blocks: readonly CertifiedBlock[], from: number) => readonly CertifiedBlock[]

async function aClient(
  chain: TestChain,
  ...lies: readonly (Lie | undefined)[]
): Promise<{ readonly client: Client; readonly warnings: string[] }> {
  const { hub, transport } = await aHub()
  const view = viewOf(chain)
  const peers: string[] = []
  for (const [i, blocks] of lies.entries()) {
    const { address } = await aPeer(hub, `peer-${i + 1}`, () => view, blocks === undefined ? {} : { blocks })
    peers.push(address)
  }
  const warnings: string[] = []
  const client = createClient(
    { trust: { genesis: chain.genesis, networkId: chain.networkId }, peers },
    {
      transport,
      random: seededRandom('client'),
      ...aSleepClock(),
      onWarning: (warning) => warnings.push(warning),
    },
  )
  return { client, warnings }
}

function aChainWithBallots(): TestChain {
  const chain = aChain(aGenesis({ validators: 4 }))
  const election = beleniosOf(chain, anOpenElection(chain))
  extend(chain, [cast(aBallot(election, 0)), cast(aBallot(election, 1))])
  return chain
}

describe('finalised blocks', () => {
  const chain = aChainWithBallots()
  const height = chain.blocks.length

  it('are read from a height on, in order, and are none above the head', async () => {
    const { client } = await aClient(chain, undefined)
    const blocks = unwrap(await client.blocks(height - 1))
    assert.deepEqual(
      blocks.map((block) => block.height),
      [height - 1, height],
    )
    assert.deepEqual(blocks.at(-1)?.transactions, chain.blocks.at(-1)?.transactions)
    assert.equal(blocks.at(-1)?.transactions.length, 2)
    assert.deepEqual(unwrap(await client.blocks(height + 1)), [])
  })

  it('are refused without a quorum, with other transactions or at another height, and another peer is asked', async () => {
    const last = chain.blocks.at(-1)!
    const lies: Record<string, Lie> = {
      'certificate:': () => [aCertifiedBlock(chain, last, [0, 1])],
      'has not the transactions': () => [
        aCertifiedBlock(chain, { ...last, transactions: last.transactions.slice(1) }),
      ],
      'in place of': () => [aCertifiedBlock(chain, chain.blocks.at(-2)!)],
      'certificate is for another': ([block]) => [{ ...block!, block: flipped(block!.block, 40) }],
    }
    for (const [reason, lie] of Object.entries(lies)) {
      const { client, warnings } = await aClient(chain, lie, undefined)
      const blocks = unwrap(await client.blocks(height))
      assert.deepEqual(
        blocks.map((block) => block.height),
        [height],
      )
      assert.equal(warnings.length, 1, reason)
      assert.match(warnings[0] ?? '', new RegExp(`peer-1 is left out: .*${reason}`))
    }
  })

  it('of a network in which all peers lie are no blocks', async () => {
    const { client } = await aClient(chain, () => [aCertifiedBlock(chain, chain.blocks[0]!, [0])])
    const read = await client.blocks(1)
    assert.equal(read.ok ? undefined : read.error.code, 'untrusted-answer')
  })
})
