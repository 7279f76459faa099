import { strict as assert } from 'node:assert'
import { ok, refuse } from '../../../base/index.ts'
import { ADDRESSES_MAX } from '../../../client/limits.ts'
import { createPeers, type Question } from '../../../client/peers.ts'
import type { PeerName, Transport } from '../../../network/index.ts'
import { createMemoryHub } from '../../../network/index.ts'

/** A transport whose peers all answer with their name; `names` maps an address to a peer. */
function aTransport(names: (address: string) => PeerName): {
  readonly transport: Transport
  readonly dialled: string[]
  readonly asked: PeerName[]
} {
  const dialled: string[] = []
  const asked: PeerName[] = []
  const transport: Transport = {
    ...createMemoryHub().transport('client'),
    peers: () => [],
    dial: async (address) => {
      dialled.push(address)
      return names(address)
    },
    request: async function* (peer) {
      asked.push(peer)
      yield new TextEncoder().encode(peer)
    },
  }
  return { transport, dialled, asked }
}

const question: Question<string> = {
  protocol: 'elections',
  request: new Uint8Array(0),
  chunksMax: 1,
  bytesMax: 100,
  check: ([chunk]) => ok(new TextDecoder().decode(chunk)),
}

describe("a client's peers", () => {
  it('counts two addresses of one peer as one', async () => {
    const { transport, asked } = aTransport((address) => address.slice(0, 1))
    const found = await createPeers(['a1', 'a2', 'b1'], transport, () => {}).ask(question, 2)
    assert.deepEqual(
      found.answers.map(({ peer }) => peer),
      ['a', 'b'],
    )
    assert.deepEqual(asked, ['a', 'b'])
  })

  it('names the address of a silent peer once', async () => {
    const { transport } = aTransport((address) => {
      throw new Error(`${address}: nobody listens there`)
    })
    const { silent } = await createPeers(['a'], transport, () => {}).ask(question, 1)
    assert.deepEqual(silent, [{ peer: 'a', detail: 'nobody listens there' }])
  })

  it('begins each question with the next peer where it is told to, and gives silent ones a new chance each time round', async () => {
    let isThere = false
    const { transport, asked } = aTransport((address) => {
      if (address === 'c' && !isThere) throw new Error('nobody listens there')
      return address
    })
    const peers = createPeers(['a', 'b', 'c', 'd'], transport, () => {}, true)
    const round = async (): Promise<string> => {
      const pairs: string[] = []
      for (let i = 0; i < 4; i++) {
        asked.length = 0
        await peers.ask(question, 2)
        pairs.push(asked.join(''))
      }
      return pairs.join(' ')
    }
    assert.equal(await round(), 'ab bd da da')
    isThere = true
    assert.equal(await round(), 'ab bc cd da')
    const fixed = createPeers(['a', 'b', 'd'], transport, () => {})
    asked.length = 0
    for (let i = 0; i < 2; i++) await fixed.ask(question, 2)
    assert.deepEqual(asked, ['a', 'b', 'a', 'b'])
  })

  it('asks no more peers than are enough', async () => {
    const { transport, asked } = aTransport((address) => address)
    await createPeers(['a', 'b', 'c'], transport, () => {}).ask(question, 2)
    assert.deepEqual(asked, ['a', 'b'])
  })

  it('goes on to the next peer when one is silent, and asks the silent one after the others the next time', async () => {
    let isDown = true
    const { transport } = aTransport((address) => {
      if (address === 'a' && isDown) throw new Error('nobody listens there')
      return address
    })
    const peers = createPeers(['a', 'b', 'c'], transport, () => {})
    const found = await peers.ask(question, 2)
    assert.deepEqual(found.silent, [{ peer: 'a', detail: 'nobody listens there' }])
    assert.equal(found.answers.length, 2)
    isDown = false
    const next = async (enough: number) => {
      return (await peers.ask(question, enough)).answers.map(({ peer }) => peer)
    }
    assert.deepEqual(await next(2), ['b', 'c'])
    assert.deepEqual(await next(3), ['b', 'c', 'a'])
    assert.deepEqual(await next(1), ['a'], 'it has answered')
  })

  it('never asks again a peer whose answer cannot be true', async () => {
    const { transport, asked } = aTransport((address) => address)
    const warnings: string[] = []
    const peers = createPeers(['a', 'b'], transport, (warning) => warnings.push(warning))
    const liar: Question<string> = {
      ...question,
      check: ([chunk]) =>
        new TextDecoder().decode(chunk) === 'a' ? refuse('bad-proof', 'a false proof') : ok('fine'),
    }
    await peers.ask(liar, 2)
    const found = await peers.ask(liar, 2)
    assert.deepEqual(found.lies, [{ peer: 'a', detail: 'a false proof' }])
    assert.deepEqual(asked, ['a', 'b', 'b'])
    assert.deepEqual(warnings, ['peer a is left out: a false proof'])
  })

  it('takes answers up to their limits and not beyond', async () => {
    const { transport } = aTransport((address) => address)
    const exactly = { ...question, bytesMax: 1 }
    assert.equal((await createPeers(['a'], transport, () => {}).ask(exactly, 1)).answers.length, 1)
    const less = { ...question, bytesMax: 0 }
    assert.equal((await createPeers(['a'], transport, () => {}).ask(less, 1)).silent.length, 1)
    const fewer = { ...question, chunksMax: 0 }
    assert.equal((await createPeers(['a'], transport, () => {}).ask(fewer, 1)).silent.length, 1)
  })

  it('keeps a bounded number of addresses', async () => {
    const { transport, dialled } = aTransport((address) => address)
    const many = Array.from({ length: ADDRESSES_MAX + 1 }, (_, i) => `peer-${i}`)
    await createPeers(many, transport, () => {}).ask(question, many.length)
    assert.equal(dialled.length, ADDRESSES_MAX)
  })
})
