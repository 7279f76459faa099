/** Peers over libp2p that keep to no rule: they speak to the streams themselves, below our own host. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import {
  createLibp2pTransport,
  type Libp2pOptions,
  MAX_BATCH_BYTES,
  type NetworkError,
  type PeerName,
  PROTOCOL_LIMITS,
  type Protocol,
  peerNameOf,
  SCORE_THRESHOLD,
  type Transport,
} from '../../network/index.ts'
import { createNode, type Node } from '../../network/libp2p-node.ts'
import { BROKEN_FRAME_POINTS, READ_AHEAD_BYTES, STREAM_BUFFER_BYTES } from '../../network/limits.ts'
import { protocolId, topicName } from '../../network/protocols.ts'
import { collect, eventually, failsWith } from './transport-suite.ts'

const NETWORK_ID = new Uint8Array(32).fill(9)
const LISTEN = ['/ip4/127.0.0.1/tcp/0']
const EMPTY = new Uint8Array(0)
/** Points decay from the first one on, so it takes one more than would reach the threshold. */
const TRIES: number = SCORE_THRESHOLD / BROKEN_FRAME_POINTS + 1
/** An unsigned varint. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}
const frame = (...bytes: readonly number[]): Uint8Array =>
  Uint8Array.from([...varint(bytes.length), ...bytes])

describe('libp2p transport, among peers that keep to no rule', () => {
  let stops: (() => Promise<unknown>)[] = []
  let seeds = 0
  afterEach(async () => {
    await Promise.all(stops.map((stop) => stop()))
    stops = []
  })

  const seed = (): Uint8Array => new Uint8Array(32).fill(++seeds)
  const host = async (options: Partial<Libp2pOptions> = {}): Promise<Transport> => {
    const base = { networkId: NETWORK_ID, privateKey: seed(), listen: LISTEN, bootstrap: [], gossip: true }
    const transport = await createLibp2pTransport({ ...base, ...options })
    stops.push(() => transport.stop())
    await transport.start()
    return transport
  }
  /** A peer of our network without our software above libp2p. */
  const raw = async (): Promise<Node> => {
    const node = await createNode({
      networkId: NETWORK_ID,
      privateKey: seed(),
      listen: LISTEN,
      gossip: { bootstrapPeers: 0, pointsOf: () => 0 },
      isDenied: () => false,
    })
    stops.push(async () => node.libp2p.stop())
    await node.libp2p.start()
    return node
  }
  const nameOf = (node: Node): PeerName => node.libp2p.peerId.toString()
  const dial = (transport: Transport, node: Node): Promise<PeerName> =>
    transport.dial(String(node.libp2p.getMultiaddrs()[0]))
  const openTo = async (node: Node, transport: Transport, protocol: Protocol): Promise<Stream> => {
    const target = multiaddr(transport.addresses()[0]!)
    const connection = await node.libp2p.dial(target)
    await eventually('the raw peer is a member', () =>
      transport.peers().some(({ id }) => id === nameOf(node)),
    )
    return connection.newStream(protocolId(NETWORK_ID, protocol))
  }
  /** A raw peer that answers every request with these bytes and closes. */
  const answering = async (protocol: Protocol, ...answer: readonly Uint8Array[]): Promise<Node> => {
    const node = await raw()
    await node.libp2p.handle(protocolId(NETWORK_ID, protocol), async (stream) => {
      for (const bytes of answer) stream.send(bytes)
      await stream.close()
    })
    return node
  }

  const BROKEN: readonly (readonly [string, NetworkError['code'], readonly Uint8Array[]])[] = [
    ['ends without saying that it is complete', 'malformed', [frame(0, 1, 2)]],
    ['ends in the middle of a frame', 'malformed', [frame(0, 1, 2).subarray(0, 3)]],
    ['has a frame of no known kind', 'malformed', [frame(3, 1), frame(1)]],
    ['has an empty frame', 'malformed', [frame(), frame(1)]],
    ['says something after it is complete', 'malformed', [frame(1, 1)]],
    ['announces a frame over the limit', 'too-large', [Uint8Array.from([...varint(1 << 20), 0])]],
    ['has a prefix without an end', 'too-large', [new Uint8Array(64).fill(255)]],
  ]
  for (const [what, code, answer] of BROKEN) {
    it(`T32 an answer that ${what} is ${code}, and costs points`, async () => {
      const transport = await host()
      const node = await answering('status', ...answer)
      const peer = await dial(transport, node)
      for (let i = 0; i < TRIES; i++) {
        await assert.rejects(collect(transport.request(peer, 'status', EMPTY)), failsWith(code))
      }
      assert.deepEqual(transport.peers(), [])
      await assert.rejects(collect(transport.request(peer, 'status', EMPTY)), failsWith('refused'))
    })
  }

  it('shows no control characters of a refusal', async () => {
    const transport = await host()
    const text = [...new TextEncoder().encode('no\u001b[31m\nerror: fake')]
    const peer = await dial(transport, await answering('status', frame(2, ...text)))
    await assert.rejects(collect(transport.request(peer, 'status', EMPTY)), (error: NetworkError) => {
      assert.equal(error.message, 'no [31m error: fake')
      return failsWith('refused')(error)
    })
  })

  it('T32 a request over its limit never reaches the handler, and costs points', async () => {
    const transport = await host()
    let asked = 0
    transport.handle('blocks', async function* () {
      asked += 1
      yield EMPTY
    })
    const node = await raw()
    for (let i = 0; i < TRIES; i++) {
      const stream = await openTo(node, transport, 'blocks')
      stream.send(Uint8Array.from([...varint(PROTOCOL_LIMITS.blocks.requestBytes + 1), 1, 2, 3]))
      await eventually('the stream is cut', () => stream.status !== 'open')
    }
    await eventually('the peer is gone', () => transport.peers().length === 0)
    assert.equal(asked, 0)
  })

  it('T32 a request that never ends is cut after the time limit', async () => {
    const transport = await host({ tuning: { protocols: { blocks: { idleMs: 80 } } } })
    let asked = 0
    transport.handle('blocks', async function* () {
      asked += 1
      yield EMPTY
    })
    const stream = await openTo(await raw(), transport, 'blocks')
    stream.send(Uint8Array.from(varint(16)))
    await eventually('the stream is cut', () => stream.status !== 'open')
    assert.equal(asked, 0)
  })

  it('T32 a peer that does not read its answer is cut after the time limit', async () => {
    const transport = await host({ tuning: { protocols: { archive: { idleMs: 100 } } } })
    let isOver = false
    transport.handle('archive', async function* (_from, _request, signal) {
      try {
        while (!signal.aborted) yield new Uint8Array(256 * 1024)
      } finally {
        isOver = true
      }
    })
    const stream = await openTo(await raw(), transport, 'archive')
    stream.pause()
    stream.send(frame(1))
    await eventually('the handler ended', () => isOver)
  })

  it('T32 an answer that comes faster than it is read stops at the sender', async () => {
    const transport = await host()
    const node = await raw()
    let sender: Stream | undefined
    const chunk = Uint8Array.from([...varint(65_537), 0, ...new Uint8Array(65_536)])
    const all = 512 * chunk.length
    await node.libp2p.handle(protocolId(NETWORK_ID, 'archive'), async (stream) => {
      sender = stream
      for (let i = 0; i < 512; i++) stream.send(chunk)
    })
    const peer = await dial(transport, node)
    const controller = new AbortController()
    const answer = transport.request(peer, 'archive', frame(1), controller.signal)[Symbol.asyncIterator]()
    await answer.next()
    let before = -1
    await eventually('the sender is stopped', async () => {
      const now = sender?.writeBufferLength ?? 0
      const isStill = now === before
      before = now
      await new Promise((resolve) => setTimeout(resolve, 100))
      return isStill
    })
    const taken = all - sender!.writeBufferLength
    assert.ok(taken <= READ_AHEAD_BYTES + STREAM_BUFFER_BYTES, `${taken} bytes were taken`)
    let total = 1
    for (; total < 400; total++) assert.equal((await answer.next()).value?.length, 65_536)
    controller.abort()
    await assert.rejects(Promise.resolve(answer.next()), failsWith('aborted'))
  })

  it('T32 gossip over the limit of its topic is rejected and costs points; other topics are not heard', async () => {
    const transport = await host()
    const heard: number[] = []
    transport.subscribe('transactions', async (_from, payload) => {
      heard.push(payload.length)
      return 'accept'
    })
    const node = await raw()
    const topic = topicName(NETWORK_ID, 'transactions')
    node.pubsub!.subscribe(topic)
    await dial(transport, node)
    await node.identify.identify(node.libp2p.getConnections()[0]!)
    await eventually('the raw peer hears of the topic', () => node.pubsub!.getSubscribers(topic).length === 1)
    await node.pubsub!.publish(topic, new Uint8Array(MAX_BATCH_BYTES))
    await eventually('one at the limit is heard', () => heard.length === 1)
    for (let i = 0; i < 6; i++) await node.pubsub!.publish(topic, new Uint8Array(MAX_BATCH_BYTES + 1).fill(i))
    await eventually('the peer is gone', () => transport.peers().length === 0)
    assert.deepEqual(heard, [MAX_BATCH_BYTES])
  })

  it('opens a connection anew whose gossip stream broke', async () => {
    const lost: string[] = []
    const log = (message: string): void => {
      if (message.includes('gossip stream lost')) lost.push(message)
    }
    const node = await raw()
    await host({
      bootstrap: [String(node.libp2p.getMultiaddrs()[0])],
      tuning: { gossipCheckMs: 50 },
      log,
    })
    const gossipStream = (): Stream | undefined =>
      node.libp2p
        .getConnections()
        .flatMap(({ streams }) => streams)
        .find(({ protocol, direction }) => protocol.startsWith('/meshsub/') && direction === 'inbound')
    await eventually('gossip has a stream', () => gossipStream() !== undefined)
    const [before] = node.libp2p.getConnections()
    assert.deepEqual(lost, [])
    gossipStream()!.abort(new Error('planted'))
    await eventually('the connection is closed', () => before!.status !== 'open')
    await eventually('there is another with gossip', () => gossipStream() !== undefined)
    assert.deepEqual(lost.length, 1)
  })

  it('fails a dial whose peer id is another one, naming the address', async () => {
    const [one, other] = [await host(), await host()]
    const address = `${other.addresses()[0]!.replace(/\/p2p\/.*/, '')}/p2p/${peerNameOf(seed())}`
    await assert.rejects(one.dial(address), (error: NetworkError) => {
      assert.ok(error.message.includes(address))
      assert.match(error.message, /another peer/)
      return failsWith('refused')(error)
    })
    assert.deepEqual([one.peers(), other.peers()], [[], []])
  })

  it('fails a dial to where nobody listens, or to something that is no peer', async () => {
    const transport = await host()
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await assert.rejects(transport.dial(`/ip4/127.0.0.1/tcp/${port}`), failsWith('unreachable'))
    await new Promise((resolve) => server.close(resolve))
    await assert.rejects(transport.dial(`/ip4/127.0.0.1/tcp/${port}`), failsWith('unreachable'))
    await assert.rejects(transport.dial('/ip4/127.0.0.1/udp/1'), failsWith('malformed'))
  })

  it('names the address that another program uses', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const listen = [...LISTEN, `/ip4/127.0.0.1/tcp/${port}`]
    await assert.rejects(host({ listen }), (error: NetworkError) => {
      assert.match(error.message, new RegExp(`^/ip4/127.0.0.1/tcp/${port} is in use by another program`))
      return failsWith('address-in-use')(error)
    })
    await new Promise((resolve) => server.close(resolve))
  })

  it('has the peer id of its key, the same each time', async () => {
    const privateKey = seed()
    assert.equal((await host({ privateKey })).self, peerNameOf(privateKey))
    assert.equal(peerNameOf(new Uint8Array(32)), '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN')
    for (let i = 0; i < 20; i++) {
      const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(i))
      assert.equal(peerNameOf(new Uint8Array(32).fill(i)), peerIdFromPrivateKey(key).toString())
    }
  })

  it('makes light hosts that ask and take no part in gossip', async () => {
    const full = await host()
    full.handle('status', async function* () {
      yield Uint8Array.of(1)
    })
    const light = await createLibp2pTransport({
      networkId: NETWORK_ID,
      listen: [],
      bootstrap: [],
      gossip: false,
    })
    stops.push(() => light.stop())
    await light.start()
    assert.deepEqual(light.addresses(), [])
    const peer = await light.dial(full.addresses()[0]!)
    assert.deepEqual(await collect(light.request(peer, 'status', EMPTY)), [Uint8Array.of(1)])
    await assert.rejects(light.publish('blocks', EMPTY), failsWith('refused'))
    assert.throws(() => light.subscribe('blocks', async () => 'accept'), failsWith('refused'))
  })

  it('connects to its bootstrap peers, again and again, and leaves out itself', async () => {
    const privateKey = seed()
    const first = await host({ privateKey })
    const address = first.addresses()[0]!
    const own = seed()
    const transport = await host({
      privateKey: own,
      bootstrap: [address, `/ip4/127.0.0.1/tcp/1/p2p/${peerNameOf(own)}`],
    })
    await eventually('connected', () => transport.peers().some(({ id }) => id === first.self))
    await first.stop()
    await eventually('disconnected', () => transport.peers().length === 0)
    await host({ privateKey, listen: [address.replace(/\/p2p\/.*/, '')] })
    await eventually('connected again', () => transport.peers().some(({ id }) => id === first.self))
  })

  it('refuses bootstrap addresses without a peer id, and what is no address', async () => {
    const options = { networkId: NETWORK_ID, listen: [], bootstrap: [], gossip: false }
    const bootstrap = ['/ip4/127.0.0.1/tcp/1']
    await assert.rejects(createLibp2pTransport({ ...options, bootstrap }), failsWith('malformed'))
    await assert.rejects(
      createLibp2pTransport({ ...options, listen: ['localhost:1'] }),
      failsWith('malformed'),
    )
  })
})
