/** Networks of libp2p hosts on this machine, for the suite. */
import { createLibp2pTransport, type Transport, type Tuning } from '../../network/index.ts'
import { eventually, type TransportHarness, tuningOf } from './transport-suite.ts'

export function libp2p(name: string, listen: string): TransportHarness {
  let made: Transport[] = []
  let seeds = 0
  const seedOf = new Map<Transport, Uint8Array>()
  const addressOf = new Map<Transport, string>()
  const make = async (
    seed: Uint8Array,
    network: number,
    address: string,
    tuning: Tuning = {},
  ): Promise<Transport> => {
    const transport = await createLibp2pTransport({
      networkId: new Uint8Array(32).fill(network),
      privateKey: seed,
      listen: [address],
      bootstrap: [],
      gossip: true,
      tuning,
    })
    made.push(transport)
    seedOf.set(transport, seed)
    return transport
  }
  const freshSeed = (): Uint8Array => new Uint8Array(32).fill(++seeds)
  return {
    name,
    create: (count, tuning) =>
      Promise.all(Array.from({ length: count }, (_, i) => make(freshSeed(), 1, listen, tuningOf(tuning, i)))),
    connect: async (transports, pairs) => {
      for (const transport of transports) await transport.start()
      for (const [a, b] of pairs) await transports[a]!.dial(transports[b]!.addresses()[0]!)
      const degree = (index: number): number => pairs.filter((pair) => pair.includes(index)).length
      await eventually('all are connected', () =>
        transports.every((transport, index) => transport.peers().length === degree(index)),
      )
    },
    again: async (stopped) => {
      const address = addressOf.get(stopped) ?? stopped.addresses()[0]!.replace(/\/p2p\/.*/, '')
      addressOf.set(stopped, address)
      await stopped.stop()
      return make(seedOf.get(stopped)!, 1, address)
    },
    stranger: () => make(freshSeed(), 2, listen),
    close: async () => {
      await Promise.all(made.map((transport) => transport.stop()))
      made = []
      seedOf.clear()
      addressOf.clear()
    },
  }
}
