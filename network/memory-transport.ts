/**
 * A network in memory with the contract of the real one: the same limits, scores, queues and answers, without sockets.
 * Delivery takes a microtask a hop, in order, unless the hub carries gossip otherwise, so that a test that drives the
 * microtasks sees the same run each time.
 */
import { concat, sha256, toHex, utf8 } from '../base/index.ts'
import { type Admission, createAdmission, refuseBusy } from './admission.ts'
import { answerFrames, isTheirFault, readAnswer } from './answers.ts'
import { type CreateDeadline, type Deadline, deadlinesBy, systemTimer } from './deadline.ts'
import { BROKEN_FRAME_POINTS, REJECTED_MESSAGE_POINTS, SEEN_MS } from './limits.ts'
import { TOPIC_LIMITS } from './protocols.ts'
import { createScores, type Scores } from './scores.ts'
import { protocolLimits, type Tuning } from './tuning.ts'
import {
  type GossipHandler,
  NetworkError,
  type Peer,
  type PeerName,
  type Protocol,
  type RequestHandler,
  type Topic,
  type Transport,
} from './types.ts'
import { createVerdictQueue, type VerdictQueue } from './verdict-queue.ts'

/** A gossip message between two. */
export interface Passing {
  readonly from: PeerName
  readonly to: PeerName
  readonly topic: Topic
  readonly payload: Uint8Array
  /** Hash of topic and payload, hexadecimal. */
  readonly id: string
}

/**
 * How gossip gets from one to the other: `arrive` hands it over when the link is open then, and says whether that was news to the
 * other end. It may be called later, more than once, or never.
 */
export type Carry = (passing: Passing, arrive: () => boolean) => void

/** Ids remembered by one transport; more come only from a flood. */
const MAX_SEEN = 65_536

interface Served {
  readonly handler: RequestHandler
  readonly admission: Admission
}

/** What a hub offers its transports. */
export interface Wires {
  join(transport: MemoryTransport): void
  leave(transport: MemoryTransport): void
  /** The other end of an open connection. */
  reach(from: MemoryTransport, to: PeerName): MemoryTransport | undefined
  names(): readonly PeerName[]
  readonly carry: Carry
  /** Runs a request whose signal is aborted when the link is cut. */
  during<T>(a: string, b: string, run: (signal: AbortSignal) => AsyncGenerator<T>): AsyncGenerator<T>
}

/** A host of a network in memory; made by its hub. */
export class MemoryTransport implements Transport {
  readonly self: PeerName
  readonly #wires: Wires
  readonly #tuning: Tuning
  readonly #scores: Scores
  readonly #now: () => number
  readonly #deadlines: CreateDeadline
  readonly #queues = new Map<Topic, VerdictQueue>()
  readonly #served = new Map<Protocol, Served>()
  /** When each message was seen, oldest first. */
  readonly #seen = new Map<string, number>()
  readonly #underWay = new Set<Deadline>()
  #state: 'new' | 'started' | 'stopped' = 'new'

  constructor(name: string, wires: Wires, tuning: Tuning) {
    this.self = name
    this.#wires = wires
    this.#tuning = tuning
    this.#now = tuning.now ?? Date.now
    this.#deadlines = deadlinesBy(tuning.setTimer ?? systemTimer)
    this.#scores = createScores(this.#now, tuning.scores)
  }

  addresses(): readonly string[] {
    return this.#state === 'started' ? [`/memory/${this.self}`] : []
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new NetworkError('stopped', 'a host starts once')
    if (this.#wires.names().includes(this.self)) {
      throw new NetworkError('address-in-use', `/memory/${this.self} is in use by another host`)
    }
    this.#state = 'started'
    this.#wires.join(this)
  }

  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#wires.leave(this)
    for (const deadline of this.#underWay) deadline.end(new NetworkError('stopped', 'the host stops'))
  }

  peers(): readonly Peer[] {
    return this.#connected().map(({ self }) => ({ id: self, addresses: [`/memory/${self}`] }))
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerName> {
    this.#assertStarted()
    const name = /^\/memory\/(.+)$/.exec(address)?.[1]
    if (name === undefined)
      throw new NetworkError('malformed', `${address}: not an address such as /memory/NAME`)
    await Promise.resolve()
    if (signal?.aborted) throw new NetworkError('aborted', `${address}: given up`)
    return this.#connection(name).self
  }

  subscribe(topic: Topic, handler: GossipHandler): void {
    this.#queues.set(
      topic,
      createVerdictQueue(handler, TOPIC_LIMITS[topic], () => undefined, this.#deadlines),
    )
  }

  async publish(topic: Topic, payload: Uint8Array): Promise<void> {
    this.#assertStarted()
    const limit = TOPIC_LIMITS[topic].payloadBytes
    if (payload.length > limit) {
      throw new NetworkError('too-large', `a message of topic ${topic} has at most ${limit} bytes`)
    }
    const id = idOf(topic, payload)
    if (this.#isNew(id)) this.#spread(topic, payload.slice(), id)
  }

  /** See {@link MemoryHub.whisper}; nothing where the other is out of reach. */
  whisper(to: PeerName, topic: Topic, payload: Uint8Array): void {
    if (this.#state !== 'started') return
    const other = this.#wires.reach(this, to)
    if (other !== undefined) this.#send(other, topic, payload.slice(), idOf(topic, payload))
  }

  handle(protocol: Protocol, handler: RequestHandler): void {
    const admission = createAdmission(protocolLimits(this.#tuning, protocol))
    this.#served.set(protocol, { handler, admission })
  }

  async *request(
    peer: PeerName,
    protocol: Protocol,
    request: Uint8Array,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    this.#assertStarted()
    const limits = protocolLimits(this.#tuning, protocol)
    const what = `${protocol} from ${peer}`
    if (request.length > limits.requestBytes) {
      throw new NetworkError('too-large', `${what}: a request has at most ${limits.requestBytes} bytes`)
    }
    const run = (link: AbortSignal): AsyncGenerator<Uint8Array> =>
      this.#within(this.#deadlines(limits.idleMs, what, link, signal), (deadline) => {
        const frames = this.#connection(peer).#answer(this.self, protocol, request.slice(), deadline.signal)
        return readAnswer(frames, limits, deadline)
      })
    try {
      yield* this.#wires.during(this.self, peer, run)
    } catch (error) {
      if (isTheirFault(error, request, limits)) this.penalise(peer, BROKEN_FRAME_POINTS, String(error))
      throw error
    }
  }

  penalise(peer: PeerName, points: number, _reason: string): void {
    this.#scores.penalise(peer, points)
  }

  /** Whether this transport takes no connection of the peer. */
  refuses(peer: PeerName): boolean {
    return this.#scores.isDenied(peer)
  }

  async *#answer(
    from: PeerName,
    protocol: Protocol,
    request: Uint8Array,
    gone: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const limits = protocolLimits(this.#tuning, protocol)
    const served = this.#served.get(protocol)
    if (served === undefined) {
      throw new NetworkError('refused', `${protocol}: the peer does not speak this protocol`)
    }
    const isAdmitted = served.admission.enter(from)
    const handler = isAdmitted ? served.handler : refuseBusy
    try {
      yield* this.#within(this.#deadlines(limits.idleMs, 'request', gone), (deadline) =>
        answerFrames(handler(from, request, deadline.signal), limits, deadline, () => undefined),
      )
    } finally {
      if (isAdmitted) served.admission.leave(from)
    }
  }

  /** Runs until the deadline or the stop of this host. */
  async *#within<T>(deadline: Deadline, run: (deadline: Deadline) => AsyncGenerator<T>): AsyncGenerator<T> {
    this.#underWay.add(deadline)
    try {
      yield* run(deadline)
    } finally {
      deadline.stop()
      this.#underWay.delete(deadline)
    }
  }

  #connected(): readonly MemoryTransport[] {
    if (this.#state !== 'started') return []
    return this.#wires.names().flatMap((name) => this.#wires.reach(this, name) ?? [])
  }

  #connection(peer: PeerName): MemoryTransport {
    if (this.refuses(peer)) {
      throw new NetworkError('refused', `${peer}: this peer is refused for breaking rules`)
    }
    const other = this.#wires.reach(this, peer)
    if (other === undefined) throw new NetworkError('unreachable', `${peer}: nobody listens there`)
    return other
  }

  #spread(topic: Topic, payload: Uint8Array, id: string, except?: PeerName): void {
    for (const other of this.#connected()) {
      if (other.self !== except) this.#send(other, topic, payload, id)
    }
  }

  #send(other: MemoryTransport, topic: Topic, payload: Uint8Array, id: string): void {
    // The link may have been cut, or its end stopped, while the message was on its way.
    this.#wires.carry(
      { from: this.self, to: other.self, topic, payload, id },
      () => this.#wires.reach(this, other.self) === other && other.#receive(this.self, topic, payload, id),
    )
  }

  /** Whether it is news here. */
  #receive(from: PeerName, topic: Topic, payload: Uint8Array, id: string): boolean {
    const queue = this.#queues.get(topic)
    if (queue === undefined || !this.#isNew(id)) return false
    const own = payload.slice()
    queue.judge(from, own).then((verdict) => {
      if (this.#state !== 'started') return
      if (verdict === 'accept') this.#spread(topic, own, id, from)
      if (verdict === 'reject') this.penalise(from, REJECTED_MESSAGE_POINTS, `rejected message on ${topic}`)
    })
    return true
  }

  #isNew(id: string): boolean {
    const seenAt = this.#seen.get(id)
    if (seenAt !== undefined && this.#now() - seenAt < SEEN_MS) return false
    this.#seen.delete(id)
    this.#seen.set(id, this.#now())
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.keys().next().value!)
    return true
  }

  #assertStarted(): void {
    if (this.#state !== 'started') throw new NetworkError('stopped', 'the host does not run')
  }
}

function idOf(topic: Topic, payload: Uint8Array): string {
  return toHex(sha256(concat(utf8(topic), Uint8Array.of(0), payload)))
}
