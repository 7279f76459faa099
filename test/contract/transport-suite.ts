/** What every Transport does, whatever carries it. Run by each adapter with a harness of its own. */
import assert from 'node:assert/strict'
import type {
  GossipHandler,
  NetworkErrorCode,
  Protocol,
  RequestHandler,
  Topic,
  Transport,
  Tuning,
  Verdict,
} from '../../network/index.ts'
import {
  MAX_BATCH_BYTES,
  NetworkError,
  PROTOCOL_LIMITS,
  REJECTED_MESSAGE_POINTS,
  SCORE_THRESHOLD,
} from '../../network/index.ts'

/** How an adapter makes its networks. Everything made is stopped by `close`. */
export interface TransportHarness {
  readonly name: string
  /** Not started. One tuning for all, or one each. */
  create(count: number, tuning?: Tuning | readonly Tuning[]): Promise<readonly Transport[]>
  /** Starts all of them and connects exactly these pairs. */
  connect(transports: readonly Transport[], pairs: readonly (readonly [number, number])[]): Promise<void>
  /** One with the identity and the address of a stopped one, not started. */
  again(stopped: Transport): Promise<Transport>
  /** Of another network, not started. */
  stranger(): Promise<Transport>
  close(): Promise<void>
}

/** The tuning of one of several. */
export const tuningOf = (tuning: Tuning | readonly Tuning[] | undefined, index: number): Tuning =>
  (Array.isArray(tuning) ? tuning[index] : (tuning as Tuning | undefined)) ?? {}

const LINE_OF_4 = [
  [0, 1],
  [1, 2],
  [2, 3],
] as const
const PAIR = [[0, 1]] as const
const TRIANGLE = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill)
const EMPTY = bytes(0)

/** Waits for what the network does in its own time. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await holds())) {
    assert.ok(performance.now() < end, `in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A code of a NetworkError. */
export const failsWith =
  (...codes: readonly NetworkErrorCode[]): ((error: NetworkError) => boolean) =>
  (error) => {
    assert.equal(error.name, 'NetworkError', String(error))
    assert.ok(codes.includes(error.code), `${error.code} (${error.message}) is one of ${codes}`)
    return true
  }

/** All chunks of an answer. */
export async function collect(answer: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return chunks
}

/** A subscriber that keeps what it hears. Probes find out when gossip has formed, and are not kept. */
interface Listener {
  readonly heard: string[]
  readonly handler: GossipHandler
  probed: number
}
function listener(verdictOf: (text: string) => Verdict = () => 'accept'): Listener {
  const heard: string[] = []
  const self: Listener = {
    heard,
    probed: 0,
    handler: async (_from, payload) => {
      const text = new TextDecoder().decode(payload)
      if (text.startsWith('probe')) {
        self.probed += 1
        return 'accept'
      }
      heard.push(text)
      return verdictOf(text)
    },
  }
  return self
}
const text = (message: string): Uint8Array => new TextEncoder().encode(message)

let probes = 0
/** Everybody hears everybody. */
async function gossipForms(
  transports: readonly Transport[],
  listeners: readonly Listener[],
  topic: Topic,
): Promise<void> {
  for (const transport of transports) {
    const others = listeners.filter((_, index) => transports[index] !== transport)
    for (const other of others) other.probed = 0
    await eventually('gossip forms', async () => {
      await transport.publish(topic, text(`probe ${probes++}`))
      return others.every(({ probed }) => probed > 0)
    })
  }
}

const serveChunks = (...chunks: readonly Uint8Array[]): RequestHandler =>
  async function* () {
    yield* chunks
  }
const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason))
  })

/** A handler that says nothing; `onRelease` is called when it is told to give up. */
const silent =
  (onRelease: () => void = () => undefined): RequestHandler =>
  (_from, _request, signal) => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        await never(signal).catch(onRelease)
        return { done: true, value: undefined }
      },
    }),
  })

const quick = (protocol: Protocol, idleMs = 60): Tuning => ({ protocols: { [protocol]: { idleMs } } })

export function describeTransport(harness: TransportHarness): void {
  describe(`${harness.name} transport`, () => {
    afterEach(() => harness.close())
    describe('gossip', () => gossip(harness))
    describe('requests', () => requests(harness))
    describe('limits', () => limits(harness))
    describe('peers', () => peers(harness))
  })
}

function gossip(harness: TransportHarness): void {
  const start = async (
    pairs: readonly (readonly [number, number])[],
    listeners: readonly Listener[],
    topic: Topic = 'transactions',
  ): Promise<readonly Transport[]> => {
    const transports = await harness.create(listeners.length)
    for (const [index, { handler }] of listeners.entries()) transports[index]!.subscribe(topic, handler)
    await harness.connect(transports, pairs)
    await gossipForms(transports, listeners, topic)
    return transports
  }

  it('reaches all in a line of four, since each accepts and passes on', async () => {
    const listeners = [listener(), listener(), listener(), listener()]
    const [first] = await start(LINE_OF_4, listeners)
    await first!.publish('transactions', text('to all'))
    await eventually('all heard', () => listeners.slice(1).every(({ heard }) => heard.includes('to all')))
  })

  for (const verdict of ['reject', 'ignore'] as const) {
    it(`does not pass on what a subscriber says '${verdict}' to`, async () => {
      const middle = listener((message) => (message === 'bad' ? verdict : 'accept'))
      const last = listener()
      const [first] = await start(
        [
          [0, 1],
          [1, 2],
        ],
        [listener(), middle, last],
      )
      await first!.publish('transactions', text('bad'))
      await eventually('the middle heard', () => middle.heard.includes('bad'))
      await first!.publish('transactions', text('good'))
      await eventually('the last heard what came later', () => last.heard.includes('good'))
      assert.deepEqual(last.heard, ['good'])
    })
  }

  it('counts a subscriber that throws as one that ignores', async () => {
    const last = listener()
    const middle = listener((message) => {
      if (message === 'bad') throw new Error('planted')
      return 'accept'
    })
    const [first, second] = await start(
      [
        [0, 1],
        [1, 2],
      ],
      [listener(), middle, last],
    )
    for (let i = 0; i < 2 * (SCORE_THRESHOLD / REJECTED_MESSAGE_POINTS); i++) {
      await first!.publish('transactions', text('bad'))
    }
    await first!.publish('transactions', text('good'))
    await eventually('the last heard what came later', () => last.heard.includes('good'))
    assert.deepEqual(last.heard, ['good'])
    assert.equal(second!.peers().length, 2)
  })

  it('delivers a message once, however many ways it comes', async () => {
    const listeners = [listener(), listener(), listener()]
    const transports = await start(TRIANGLE, listeners)
    await transports[0]!.publish('transactions', text('once'))
    await transports[0]!.publish('transactions', text('once'))
    await eventually('others heard', () => listeners.slice(1).every(({ heard }) => heard.includes('once')))
    for (const transport of transports)
      await transport.publish('transactions', text(`after ${transport.self}`))
    await eventually('all heard the others', () => listeners.every(({ heard }) => heard.length >= 2))
    for (const { heard } of listeners.slice(1)) {
      assert.equal(heard.filter((message) => message === 'once').length, 1)
    }
  })

  it('does not deliver to a host what it published itself', async () => {
    const listeners = [listener(), listener()]
    const [first, second] = await start(PAIR, listeners)
    await first!.publish('transactions', text('mine'))
    await eventually('the other heard', () => listeners[1]!.heard.includes('mine'))
    await second!.publish('transactions', text('theirs'))
    await eventually('the answer came', () => listeners[0]!.heard.includes('theirs'))
    assert.deepEqual(listeners[0]!.heard, ['theirs'])
  })

  it('keeps topics apart', async () => {
    const topics = ['transactions', 'consensus'] as const
    const listeners = topics.map(() => [listener(), listener()] as const)
    const transports = await harness.create(2)
    for (const [i, topic] of topics.entries()) {
      for (const [k, transport] of transports.entries()) transport.subscribe(topic, listeners[i]![k]!.handler)
    }
    await harness.connect(transports, PAIR)
    for (const [i, topic] of topics.entries()) await gossipForms(transports, listeners[i]!, topic)
    for (const topic of topics) await transports[0]!.publish(topic, text(`on ${topic}`))
    await eventually('both came', () => listeners.every((pair) => pair[1].heard.length > 0))
    assert.deepEqual(
      listeners.map((pair) => pair[1].heard),
      topics.map((topic) => [`on ${topic}`]),
    )
  })

  it('publishes without complaint when nobody is there', async () => {
    const [alone] = await harness.create(1)
    alone!.subscribe('consensus', async () => 'accept')
    await harness.connect([alone!], [])
    await alone!.publish('consensus', text('hello'))
    assert.deepEqual(alone!.peers(), [])
  })

  it('T32 publishes a payload at its limit and refuses one byte more', async () => {
    const listeners = [listener(), listener()]
    const [first] = await start(PAIR, listeners)
    await assert.rejects(
      first!.publish('transactions', bytes(MAX_BATCH_BYTES + 1, 65)),
      failsWith('too-large'),
    )
    await first!.publish('transactions', bytes(MAX_BATCH_BYTES, 65))
    await eventually('it came whole', () =>
      listeners[1]!.heard.some(({ length }) => length === MAX_BATCH_BYTES),
    )
  })

  it('disconnects a peer whose messages are rejected again and again', async () => {
    const strict = listener(() => 'reject')
    const [noisy, judge] = await start(PAIR, [listener(), strict])
    const { self } = noisy!
    await eventually('the noisy peer is gone', async () => {
      await noisy!.publish('transactions', text(`noise ${probes++}`))
      return judge!.peers().every(({ id }) => id !== self)
    })
    assert.ok(strict.heard.length >= SCORE_THRESHOLD / REJECTED_MESSAGE_POINTS)
  })
}

function requests(harness: TransportHarness): void {
  const pair = async (tuning?: Tuning | readonly Tuning[]): Promise<readonly [Transport, Transport]> => {
    const [asking, serving] = await harness.create(2, tuning)
    await harness.connect([asking!, serving!], PAIR)
    return [asking!, serving!]
  }

  it('bring the request to the handler and its chunks back, in order', async () => {
    const [asking, serving] = await pair()
    let from = ''
    serving.handle('blocks', async function* (peer, request) {
      from = peer
      yield request
      yield EMPTY
      yield bytes(3)
    })
    const chunks = await collect(asking.request(serving.self, 'blocks', bytes(16, 1)))
    assert.deepEqual(chunks, [bytes(16, 1), EMPTY, bytes(3)])
    assert.equal(from, asking.self)
  })

  it('go both ways over one connection, and many at once', async () => {
    const [one, other] = await pair()
    one.handle('status', serveChunks(bytes(1, 1)))
    other.handle('status', serveChunks(bytes(1, 2)))
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => collect(one.request(other.self, 'status', EMPTY))),
      ...Array.from({ length: 4 }, () => collect(other.request(one.self, 'status', EMPTY))),
    ])
    assert.deepEqual(answers.flat().map(String), ['2', '2', '2', '2', '1', '1', '1', '1'])
  })

  it('may have an answer without chunks', async () => {
    const [asking, serving] = await pair()
    serving.handle('blocks', serveChunks())
    assert.deepEqual(await collect(asking.request(serving.self, 'blocks', bytes(16))), [])
  })

  it('bring large answers whole to a slow reader', async () => {
    const [asking, serving] = await pair()
    const count = 48
    serving.handle('archive', async function* () {
      for (let i = 0; i < count; i++) yield bytes(256 * 1024, i)
    })
    let index = 0
    for await (const chunk of asking.request(serving.self, 'archive', bytes(14))) {
      assert.equal(chunk.length, 256 * 1024)
      assert.equal(chunk.at(-1), index)
      index += 1
      if (index % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 3))
    }
    assert.equal(index, count)
  })

  it('tell a refusal, with its reason, from other failures', async () => {
    const [asking, serving] = await pair()
    serving.handle('election', async function* () {
      yield bytes(1)
      throw new NetworkError('refused', 'no such election')
    })
    await assert.rejects(
      collect(asking.request(serving.self, 'election', bytes(14))),
      (error: NetworkError) => {
        assert.match(error.message, /no such election/)
        return failsWith('refused')(error)
      },
    )
    assert.equal(asking.peers().length, 1)
  })

  it('T38 say nothing of what went wrong inside a handler', async () => {
    const [asking, serving] = await pair()
    serving.handle('diagnostics', async function* () {
      yield bytes(1)
      throw new Error('secret in a stack')
    })
    await assert.rejects(
      collect(asking.request(serving.self, 'diagnostics', EMPTY)),
      (error: NetworkError) => {
        assert.doesNotMatch(error.message, /secret/)
        return failsWith('refused')(error)
      },
    )
  })

  it('are refused for a protocol that the peer does not serve', async () => {
    const [asking, serving] = await pair()
    await assert.rejects(collect(asking.request(serving.self, 'status', EMPTY)), failsWith('refused'))
  })

  it('fail for a peer that nobody knows', async () => {
    const [asking] = await pair()
    const [unknown] = await harness.create(1)
    await assert.rejects(collect(asking.request(unknown!.self, 'status', EMPTY)), failsWith('unreachable'))
  })

  it('end when the caller gives up, and so does the handler', async () => {
    const [asking, serving] = await pair()
    let isOver = false
    serving.handle('archive', async function* (_from, _request, signal) {
      try {
        yield bytes(1)
        await never(signal)
      } finally {
        isOver = true
      }
    })
    const controller = new AbortController()
    const answer = asking
      .request(serving.self, 'archive', bytes(14), controller.signal)
      [Symbol.asyncIterator]()
    await answer.next()
    controller.abort()
    await assert.rejects(Promise.resolve(answer.next()), failsWith('aborted'))
    await eventually('the handler ended', () => isOver)
  })

  it('end at the handler when the reader stops reading', async () => {
    const [asking, serving] = await pair()
    let isOver = false
    serving.handle('archive', async function* (_from, _request, signal) {
      try {
        for (let i = 0; ; i++) {
          signal.throwIfAborted()
          yield bytes(64 * 1024, i)
        }
      } finally {
        isOver = true
      }
    })
    for await (const _ of asking.request(serving.self, 'archive', bytes(14))) break
    await eventually('the handler ended', () => isOver)
  })

  it('fail at once with a signal that was aborted before', async () => {
    const [asking, serving] = await pair()
    serving.handle('status', serveChunks(bytes(1)))
    const answer = asking.request(serving.self, 'status', EMPTY, AbortSignal.abort())
    await assert.rejects(collect(answer), failsWith('aborted'))
  })

  it('under way end when the host stops', async () => {
    const [asking, serving] = await pair()
    let isAsked = false
    serving.handle('archive', (...asked) => {
      isAsked = true
      return silent()(...asked)
    })
    const answer = collect(asking.request(serving.self, 'archive', bytes(14)))
    const failed = assert.rejects(answer, failsWith('stopped'))
    await eventually('the request arrived', () => isAsked)
    await asking.stop()
    await failed
  })
}

function limits(harness: TransportHarness): void {
  const pair = async (...tuning: readonly Tuning[]): Promise<readonly [Transport, Transport]> => {
    const [asking, serving] = await harness.create(2, tuning)
    await harness.connect([asking!, serving!], PAIR)
    return [asking!, serving!]
  }
  /** A serving side that keeps to other limits than ours. */
  const lax = (protocol: Protocol): Tuning => ({
    protocols: { [protocol]: { chunkBytes: 1 << 20, chunks: 1 << 20, answerBytes: 1 << 30, isList: false } },
  })

  it('T32 a request at its limit passes, one byte more is not sent', async () => {
    const [asking, serving] = await pair({}, {})
    serving.handle('blocks', serveChunks(bytes(1)))
    const { requestBytes } = PROTOCOL_LIMITS.blocks
    assert.equal((await collect(asking.request(serving.self, 'blocks', bytes(requestBytes)))).length, 1)
    const answer = asking.request(serving.self, 'blocks', bytes(requestBytes + 1))
    await assert.rejects(collect(answer), failsWith('too-large'))
  })

  it('T32 a chunk at its limit passes, one byte more ends the request', async () => {
    const { chunkBytes } = PROTOCOL_LIMITS.status
    const [asking, serving] = await pair({}, lax('status'))
    serving.handle('status', serveChunks(bytes(chunkBytes)))
    assert.equal((await collect(asking.request(serving.self, 'status', EMPTY))).length, 1)
    const [other, liar] = await pair({}, lax('status'))
    // Above the room that a refusal's text has in any case.
    liar.handle('status', serveChunks(bytes(chunkBytes + 1024)))
    await assert.rejects(collect(other.request(liar.self, 'status', EMPTY)), failsWith('too-large'))
  })

  it('T32 more chunks than allowed end the request', async () => {
    const [asking, serving] = await pair({}, lax('status'))
    serving.handle('status', serveChunks(bytes(1), bytes(1)))
    await assert.rejects(collect(asking.request(serving.self, 'status', EMPTY)), failsWith('too-large'))
  })

  it('T32 an endless answer ends at the limit of all its bytes', async () => {
    const answerBytes = 60_000
    const [asking, serving] = await pair({ protocols: { elections: { answerBytes } } }, lax('elections'))
    serving.handle('elections', async function* (_from, _request, signal) {
      while (!signal.aborted) yield bytes(600)
    })
    let total = 0
    const read = async (): Promise<void> => {
      for await (const chunk of asking.request(serving.self, 'elections', EMPTY)) total += chunk.length
    }
    await assert.rejects(read(), failsWith('too-large'))
    assert.equal(total, answerBytes)
  })

  it('a list ends early where it would exceed its limits', async () => {
    const tuning: Tuning = { protocols: { blocks: { answerBytes: 100, chunkBytes: 40 } } }
    const [asking, serving] = await pair(tuning, tuning)
    serving.handle('blocks', serveChunks(bytes(40), bytes(40), bytes(40)))
    assert.equal((await collect(asking.request(serving.self, 'blocks', bytes(16)))).length, 2)
  })

  it('an answer of ours that exceeds its limits is refused, not cut', async () => {
    const [asking, serving] = await pair({}, {})
    serving.handle('status', serveChunks(bytes(10), bytes(10)))
    await assert.rejects(collect(asking.request(serving.self, 'status', EMPTY)), failsWith('refused'))
  })

  it('T32 silence ends a request after the time limit of its protocol', async () => {
    const [asking, serving] = await pair(quick('status'), {})
    serving.handle('status', silent())
    await assert.rejects(collect(asking.request(serving.self, 'status', EMPTY)), failsWith('timeout'))
  })

  it('T32 silence between chunks ends a request too, and a slow reader does not count as silence', async () => {
    const [asking, serving] = await pair(quick('archive', 150), {})
    serving.handle('archive', async function* (_from, _request, signal) {
      yield bytes(1)
      yield bytes(2)
      await never(signal)
    })
    const seen: number[] = []
    const read = async (): Promise<void> => {
      for await (const chunk of asking.request(serving.self, 'archive', bytes(14))) {
        seen.push(chunk.length)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    await assert.rejects(read(), failsWith('timeout'))
    assert.deepEqual(seen, [1, 2])
  })

  it('T32 a handler that hangs is given up by its own host', async () => {
    const [asking, serving] = await pair({}, quick('status'))
    let isReleased = false
    serving.handle(
      'status',
      silent(() => {
        isReleased = true
      }),
    )
    await assert.rejects(
      collect(asking.request(serving.self, 'status', EMPTY)),
      failsWith('refused', 'unreachable'),
    )
    assert.ok(isReleased)
  })

  it('T32 one peer gets so many answers at once and no more, until one is complete', async () => {
    const tuning: Tuning = { protocols: { archive: { streams: 3, streamsPerPeer: 2 } } }
    const [asking, serving] = await pair({}, tuning)
    const release: (() => void)[] = []
    serving.handle('archive', async function* () {
      yield bytes(1)
      await new Promise<void>((resolve) => release.push(resolve))
    })
    const open = () => asking.request(serving.self, 'archive', bytes(14))[Symbol.asyncIterator]()
    const [first, second] = [open(), open()]
    await first.next()
    await second.next()
    const third = asking.request(serving.self, 'archive', bytes(14))
    await assert.rejects(collect(third), (error: NetworkError) => {
      assert.match(error.message, /busy/)
      return failsWith('refused')(error)
    })
    const ends = [first.next(), second.next()]
    await eventually('both wait', () => release.length === 2)
    release[0]!()
    assert.equal((await ends[0])!.done, true)
    await eventually('a place is free', async () => {
      try {
        return (await open().next()).done === false
      } catch {
        return false
      }
    })
    for (const end of release) end()
    await ends[1]
  })
}

function peers(harness: TransportHarness): void {
  it('see each other while connected, with addresses', async () => {
    const [one, other] = await harness.create(2)
    assert.deepEqual(one!.peers(), [])
    await harness.connect([one!, other!], PAIR)
    await eventually('both see one', () => one!.peers().length === 1 && other!.peers().length === 1)
    assert.equal(one!.peers()[0]!.id, other!.self)
    assert.ok(one!.peers()[0]!.addresses.length > 0)
    await other!.stop()
    await eventually('the stopped one is gone', () => one!.peers().length === 0)
  })

  it('are dialled by their addresses, and a second dial changes nothing', async () => {
    const [one, other] = await harness.create(2)
    await harness.connect([one!, other!], [])
    for (let i = 0; i < 2; i++) assert.equal(await one!.dial(other!.addresses()[0]!), other!.self)
    assert.equal(one!.peers().length, 1)
  })

  it('are not dialled at what is no address, or when the caller gives up', async () => {
    const [one, other] = await harness.create(2)
    await harness.connect([one!, other!], [])
    await assert.rejects(one!.dial('nowhere'), failsWith('malformed'))
    await assert.rejects(one!.dial(other!.addresses()[0]!, AbortSignal.abort()), failsWith('aborted'))
  })

  it('that stopped are unreachable, and found again at their address when they are back', async () => {
    const [one, other] = await harness.create(2)
    other!.handle('status', serveChunks(bytes(1)))
    await harness.connect([one!, other!], [])
    await one!.dial(other!.addresses()[0]!)
    const back = await harness.again(other!)
    await assert.rejects(collect(one!.request(other!.self, 'status', EMPTY)), failsWith('unreachable'))
    await eventually('the connection that broke is noticed', () => one!.peers().length === 0)
    await back.start()
    back.handle('status', serveChunks(bytes(2)))
    assert.equal(back.self, other!.self)
    assert.deepEqual(await collect(one!.request(back.self, 'status', EMPTY)), [bytes(2)])
  })

  it('T32 that broke rules are disconnected and kept out, for a while', async () => {
    let now = 1_000_000
    const tuning: Tuning = { now: () => now, scores: { denyMs: 60_000 } }
    const [strict, rude] = await harness.create(2, [tuning, {}])
    rude!.handle('status', serveChunks(bytes(1)))
    await harness.connect([strict!, rude!], PAIR)
    await eventually('both see one', () => strict!.peers().length === 1 && rude!.peers().length === 1)
    strict!.penalise(rude!.self, SCORE_THRESHOLD - 1, 'nearly')
    assert.equal(strict!.peers().length, 1)
    strict!.penalise(rude!.self, 1, 'one more')
    assert.equal(strict!.peers().length, 0)
    await eventually('the rude peer lost its connection', () => rude!.peers().length === 0)
    await assert.rejects(collect(strict!.request(rude!.self, 'status', EMPTY)), failsWith('refused'))
    await assert.rejects(rude!.dial(strict!.addresses()[0]!), failsWith('refused', 'unreachable'))
    now += 60_000
    await rude!.dial(strict!.addresses()[0]!)
    await eventually('both see one again', () => strict!.peers().length === 1 && rude!.peers().length === 1)
  })

  it('of another network never mix with ours', async () => {
    const [ours] = await harness.create(1)
    const theirs = await harness.stranger()
    const heard = listener()
    ours!.subscribe('transactions', heard.handler)
    theirs.subscribe('transactions', heard.handler)
    ours!.handle('status', serveChunks(bytes(1)))
    await harness.connect([ours!], [])
    await theirs.start()
    await assert.rejects(theirs.dial(ours!.addresses()[0]!), failsWith('refused', 'unreachable'))
    await assert.rejects(
      collect(theirs.request(ours!.self, 'status', EMPTY)),
      failsWith('refused', 'unreachable'),
    )
    await theirs.publish('transactions', text('of another network'))
    await eventually('nobody is connected', () => ours!.peers().length === 0 && theirs.peers().length === 0)
    assert.deepEqual(heard.heard, [])
  })

  it('stop for good: what is asked of them afterwards fails as stopped', async () => {
    const [one, other] = await harness.create(2)
    await harness.connect([one!, other!], PAIR)
    await one!.stop()
    await one!.stop()
    assert.deepEqual(one!.peers(), [])
    await assert.rejects(one!.publish('blocks', bytes(1)), failsWith('stopped'))
    await assert.rejects(one!.dial(other!.addresses()[0]!), failsWith('stopped'))
    await assert.rejects(collect(one!.request(other!.self, 'status', EMPTY)), failsWith('stopped'))
    await assert.rejects(one!.start(), failsWith('stopped'))
  })

  it('name an address that is in use, and a stopped host frees its own', async () => {
    const [one] = await harness.create(1)
    await harness.connect([one!], [])
    const address = one!.addresses()[0]!.replace(/\/p2p\/.*/, '')
    const again = await harness.again(one!)
    const next = await harness.again(one!)
    await again.start()
    await assert.rejects(next.start(), (error: NetworkError) => {
      assert.ok(error.message.includes(address), error.message)
      return failsWith('address-in-use')(error)
    })
  })
}
