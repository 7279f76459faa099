/**
 * Adversaries of the simulator in a network of whole nodes: a validator whose mouth and ears one of them owns. Its transport passes on
 * nothing of others; what the adversary says goes to chosen seats alone.
 */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { sign } from '../../crypto/index.ts'
import { ballotId } from '../../election/index.ts'
import {
  buildBlock,
  decodeBlock,
  decodeTransaction,
  encodeBlock,
  encodeTransaction,
  neededBallots,
  type State,
} from '../../ledger/index.ts'
import type { Transport } from '../../network/index.ts'
import type { Clock, RunningNode } from '../../node/index.ts'
import { readOwn } from '../simulator/adversaries/speech.ts'
import { createDice } from '../simulator/dice.ts'
import type { Adversary, Hands, MadeBallot, Sending } from '../simulator/types.ts'
import { withWholeBlock } from '../simulator/world/whole.ts'
import { aBallot, cast, privateKeyOf } from './ledger-builders.ts'
import {
  aDisk,
  electionAt,
  heedless,
  type NodeNetwork,
  nameOf,
  type TestNode,
  validatorKey,
} from './node-network.ts'

/** What an adversary does between two words of its puppet. */
const TICK_MS = 500
const TWIN_LEAD_MS = 7

export interface PuppetOptions {
  readonly index: number
  readonly adversary: Adversary
  readonly seed?: string
  /** A second node with the same key: has this name, and a disk of its own. */
  readonly twin?: string
  /** The election whose ballots it forges. */
  readonly uuid?: string
}

/** Starts a validator as a puppet. It must not run yet, unless it gets a twin. */
export async function startPuppet(network: NodeNetwork, options: PuppetOptions): Promise<TestNode> {
  const { index, adversary, twin } = options
  const name = twin ?? nameOf(index)
  let puppet: TestNode | undefined
  const others = new Set([...network.genesis.validators.map((validator) => validator.name), nameOf(index)])
  others.delete(name)
  const hands = handsOf(network, options, name, [...others], () => {
    assert.ok(puppet, 'a puppet speaks once it runs')
    return puppet.node.chain.state()
  })
  const owned = ownedBy(adversary, network, hands, () => puppet?.node)
  const disk = twin === undefined ? network.disks[index]! : aDisk()
  puppet = await network.start(index, {
    ...disk,
    lastSigned: heedless(disk.lastSigned),
    transport: owned,
    ...(twin === undefined ? {} : { clock: aheadOf(network.clock) }),
  })
  const tick = (): void => {
    network.clock.setTimer(TICK_MS, () => {
      if (network.running.get(index) !== puppet && twin === undefined) return
      void Promise.resolve(adversary.tick?.(hands) ?? []).then(hands.send)
      tick()
    })
  }
  tick()
  return puppet
}

/** Two machines never have quite the same time; with the same one, twins would propose the same blocks. */
function aheadOf(clock: Clock): Clock {
  return {
    now: () => clock.now() + TWIN_LEAD_MS,
    setTimer: (afterMs, callback) => clock.setTimer(afterMs, callback),
    pause: () => clock.pause(),
  }
}

/** The transport of a puppet: the adversary decides what leaves and what is heard. */
function ownedBy(
  adversary: Adversary,
  network: NodeNetwork,
  hands: Hands,
  node: () => RunningNode | undefined,
): Transport {
  const inner = network.hub.transport(hands.self.name)
  return {
    self: inner.self,
    addresses: () => inner.addresses(),
    start: () => inner.start(),
    stop: () => inner.stop(),
    peers: () => inner.peers(),
    dial: (address, signal) => inner.dial(address, signal),
    subscribe: (topic, handler) =>
      inner.subscribe(topic, async (from, payload) => {
        const message = { topic, payload: withWholeBlock(topic, payload, node()) }
        const isOwn = readOwn(message, hands) !== undefined
        if (!isOwn && (adversary.hear?.(from, message, hands) ?? true)) await handler(from, payload)
        return 'ignore'
      }),
    publish: async (topic, payload) => {
      const message = { topic, payload: withWholeBlock(topic, payload, node()) }
      hands.send((await adversary.say?.(message, hands)) ?? [{ ...message, to: hands.others }])
    },
    handle: (protocol, handler) => inner.handle(protocol, handler),
    // What others heard of its own index, a puppet does not hear either.
    request: (peer, protocol, request, signal) =>
      protocol === 'statement' ? nothing() : inner.request(peer, protocol, request, signal),
    penalise: () => {
      // A faulty node does not do its neighbours the honour.
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function handsOf(
  network: NodeNetwork,
  { index, seed = 'a seed', uuid }: PuppetOptions,
  name: string,
  others: readonly string[],
  state: () => State,
): Hands {
  const { genesis, networkId, clock, hub } = network
  const forgedBlock = async (
    transactions: readonly Uint8Array[],
    timeMs: number,
  ): Promise<Uint8Array | undefined> => {
    const candidates = transactions.flatMap((bytes) => {
      const decoded = decodeTransaction(bytes)
      return decoded.ok ? [decoded.value] : []
    })
    // Ballots that replace others would need those.
    if (timeMs <= state().head.time || neededBallots(state(), candidates).length > 0) return undefined
    const inputs = { isVerified: () => true, ballots: new Map<string, never>() }
    const { block } = buildBlock(state(), candidates, timeMs, inputs)
    return block.transactions.length === transactions.length ? encodeBlock(block) : undefined
  }
  return {
    self: { name, index, role: 'puppet' },
    n: genesis.validators.length,
    networkId,
    validatorKeys: genesis.validators.map((_, validator) => validatorKey(validator)),
    timing: genesis.parameters,
    others,
    dice: createDice(`${seed}, ${name}`),
    nowMs: () => clock.now(),
    height: () => state().head.height,
    sign: (bytes) => sign(bytes, privateKeyOf(nameOf(index))),
    otherBlock: async (bytes) => {
      const block = decodeBlock(bytes)
      if (!block.ok || block.value.header.height !== state().head.height + 1) return undefined
      return forgedBlock(block.value.transactions, block.value.header.time + 1)
    },
    forgedBlock,
    forgedBallot: () => aForgedBallot(network, uuid),
    send: (sendings: readonly Sending[]) => {
      for (const { topic, payload, to, afterMs = 0 } of sendings) {
        const leave = (): void => {
          for (const each of to) hub.whisper(name, each, topic, payload)
        }
        if (afterMs > 0) clock.setTimer(afterMs, leave)
        else leave()
      }
    },
  }
}

/** A ballot with one proof that does not hold; where there is no election, bytes that are no ballot. */
function aForgedBallot(network: NodeNetwork, uuid: string | undefined): MadeBallot {
  const [reader] = network.running.keys()
  if (uuid === undefined || reader === undefined) {
    return { id: '', credential: '', answers: [], isValid: false, bytes: new Uint8Array(100) }
  }
  const good = aBallot(electionAt(network, reader, uuid), 0, [[0, 1]], 'forged')
  const [answer, ...others] = good.answers
  const [proofs, ...rest] = answer!.individualProofs
  const [proof, ...more] = proofs!
  const individualProofs = [[{ ...proof!, response: proof!.response + 1n }, ...more], ...rest]
  const ballot = { ...good, answers: [{ ...answer!, individualProofs }, ...others] }
  return {
    id: toHex(ballotId(ballot)),
    credential: toHex(ballot.credential),
    answers: [0, 1],
    isValid: false,
    bytes: encodeTransaction(cast(ballot)),
  }
}
