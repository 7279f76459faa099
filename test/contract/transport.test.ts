import assert from 'node:assert/strict'
import { createMemoryHub, type Transport } from '../../network/index.ts'
import { libp2p } from './transport-libp2p.ts'
import {
  describeTransport,
  eventually,
  failsWith,
  type TransportHarness,
  tuningOf,
} from './transport-suite.ts'

function memory(): TransportHarness {
  let hub = createMemoryHub()
  let made: Transport[] = []
  let names = 0
  const add = (transport: Transport): Transport => {
    made.push(transport)
    return transport
  }
  return {
    name: 'memory',
    create: async (count, tuning) =>
      Array.from({ length: count }, (_, index) =>
        add(hub.transport(`host ${names++}`, tuningOf(tuning, index))),
      ),
    connect: async (transports, pairs) => {
      const isLinked = new Set(pairs.map(String))
      for (const [i, a] of transports.entries()) {
        for (const [j, b] of transports.entries()) {
          if (pairs.length > 0 && i < j && !isLinked.has(`${i},${j}`)) hub.cut(a.self, b.self)
        }
      }
      for (const transport of transports) await transport.start()
    },
    again: async (stopped) => {
      await stopped.stop()
      return add(hub.transport(stopped.self))
    },
    stranger: async () => add(createMemoryHub().transport('stranger')),
    close: async () => {
      await Promise.all(made.map((transport) => transport.stop()))
      made = []
      hub = createMemoryHub()
    },
  }
}

describeTransport(memory())

describe('a hub in memory', () => {
  it('lets nothing pass a cut link until it is mended, and ends what is under way', async () => {
    const hub = createMemoryHub()
    const [a, b] = [hub.transport('a'), hub.transport('b')]
    const heard: string[] = []
    b.subscribe('blocks', async (_from, payload) => {
      heard.push(String(payload))
      return 'accept'
    })
    b.handle('archive', async function* (_from, _request, signal) {
      yield Uint8Array.of(1)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await a.start()
    await b.start()
    const answer = a.request('b', 'archive', new Uint8Array(1))[Symbol.asyncIterator]()
    await answer.next()
    hub.cut('a', 'b')
    await assert.rejects(Promise.resolve(answer.next()), failsWith('unreachable'))
    assert.deepEqual([a.peers(), b.peers()], [[], []])
    await a.publish('blocks', Uint8Array.of(1))
    hub.heal('b', 'a')
    await a.publish('blocks', Uint8Array.of(2))
    await eventually('the second came', () => heard.length > 0)
    assert.deepEqual(heard, ['2'])
  })

  it('delivers in order, a microtask a hop, so that every run is the same', async () => {
    const runs: string[] = []
    for (let run = 0; run < 3; run++) {
      const hub = createMemoryHub()
      const hosts = ['a', 'b', 'c', 'd'].map((name) => hub.transport(name))
      const heard: string[] = []
      for (const host of hosts) {
        host.subscribe('blocks', async (from, payload) => {
          heard.push(`${host.self}<${from}:${payload}`)
          return 'accept'
        })
        await host.start()
      }
      for (const [index, host] of hosts.entries()) await host.publish('blocks', Uint8Array.of(index))
      await eventually('all heard all', () => heard.length === 12)
      runs.push(heard.join(' '))
    }
    assert.equal(new Set(runs).size, 1)
  })
})

describeTransport(libp2p('libp2p over TCP', '/ip4/127.0.0.1/tcp/0'))
