import { createMemoryHub, type Transport } from '../../network/index.ts'
import { libp2p } from './transport-libp2p.ts'
import { describeTransport, type TransportHarness, tuningOf } from './transport-suite.ts'

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
describeTransport(libp2p('libp2p over TCP', '/ip4/127.0.0.1/tcp/0'))
