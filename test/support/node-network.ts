/**
 * Whole nodes in one process: the code of the daemon over a manual clock, a network in memory and disks in memory that
 * survive a node's stop. Time passes only through `run` and `runUntil`.
 */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { quorum } from '../../consensus/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { ballotId, type Election, type RollEntry } from '../../election/index.ts'
import {
  type ElectionDraft,
  type ElectionRecord,
  electionOf,
  electionRecord,
  encodeTransaction,
  type Genesis,
  genesisFile,
  networkIdOf,
  type Party,
  stateRoot,
  type Transaction,
} from '../../ledger/index.ts'
import { createMemoryHub, type MemoryHub, type Passing, type Transport } from '../../network/index.ts'
import {
  createManualClock,
  type Logger,
  type ManualClock,
  type NodePorts,
  type RunningNode,
  SILENT,
  startNode,
  trusteePublicKey,
} from '../../node/index.ts'
import {
  type Database,
  type Journal,
  type LastSigned,
  memoryDatabase,
  memoryJournal,
  memoryLastSigned,
} from '../../storage/index.ts'
import {
  aBallot,
  aDraft,
  aGenesis,
  aPreparation,
  aRoll,
  cast,
  GENESIS_TIME,
  keyOf,
  privateKeyOf,
  seededRandom,
} from './ledger-builders.ts'

/** What a node keeps when it stops. */
export interface Disk {
  readonly database: Database
  readonly journal: Journal
  readonly lastSigned: LastSigned
}

/** An empty disk. Closing does nothing, so that the next run of the node finds everything. */
export function aDisk(): Disk {
  const database = memoryDatabase()
  const journal = memoryJournal()
  const lastSigned = memoryLastSigned()
  const close = async (): Promise<void> => {}
  return {
    database: {
      get: (key) => database.get(key),
      write: (batch) => database.write(batch),
      entries: (range) => database.entries(range),
      close,
    },
    journal: {
      height: () => journal.height(),
      records: () => journal.records(),
      append: (record) => journal.append(record),
      sync: () => journal.sync(),
      reset: (height) => journal.reset(height),
      close,
    },
    lastSigned: {
      sign: (slot, bytes, sign) => lastSigned.sign(slot, bytes, sign),
      last: () => lastSigned.last(),
      close,
    },
  }
}

/** The name of a validator's transport, and of its key. */
export function nameOf(index: number): string {
  return `validator ${index + 1}`
}

/** The seed of the trustee in a validator's daemon. */
export function trusteeSeedAt(index: number): Uint8Array {
  return sha256(`trustee seed of ${nameOf(index)}`)
}

/** The trustee in a validator's daemon, as drafts name it. */
export function trusteeAt(index: number): Party {
  return { name: nameOf(index), publicKey: trusteePublicKey(trusteeSeedAt(index)) }
}

export interface TestNode {
  readonly node: RunningNode
  readonly transport: Transport
  /** The errors that made it stop; a test of honest nodes expects none. */
  readonly failures: readonly unknown[]
}

export interface NodeNetwork {
  readonly genesis: Genesis
  readonly networkId: Uint8Array
  readonly clock: ManualClock
  readonly hub: MemoryHub
  readonly disks: readonly Disk[]
  /** Those that run, by index. */
  readonly running: Map<number, TestNode>
  /** Starts validator `index` on its disk, with some ports replaced. */
  start(index: number, ports?: Partial<NodePorts>): Promise<TestNode>
  stop(index: number): Promise<void>
  stopAll(): Promise<void>
  run(ms: number): Promise<void>
  /** Lets time pass until the condition holds; fails after that much time. */
  runUntil(condition: () => boolean, limitMs: number, what: string): Promise<void>
  /** Offers a transaction to a running node, as its own client would. */
  submit(index: number, transaction: Transaction): Promise<string>
  height(index: number): number
  root(index: number): string
  record(index: number, uuid: string): ElectionRecord | undefined
}

/** How long a gossip message is on its way at a time; undefined: it never arrives. */
export type Travel = (passing: Passing, nowMs: number) => number | undefined

/** A network of `n` validators, none of which runs yet. Gossip takes no time, unless `travel` says otherwise. */
export function aNodeNetwork(n: number, logger: Logger = SILENT, travel?: Travel): NodeNetwork {
  const trustees = Array.from({ length: n }, (_, index) => trusteeAt(index))
  const genesis = aGenesis({ validators: n, trustees })
  const networkId = networkIdOf(genesisFile(genesis))
  const clock = createManualClock(GENESIS_TIME + 1000)
  const hub = createMemoryHub(
    { now: () => clock.now() },
    travel &&
      ((passing, arrive) => {
        const afterMs = travel(passing, clock.now())
        if (afterMs !== undefined) clock.setTimer(afterMs, arrive)
      }),
  )
  const disks = Array.from({ length: n }, aDisk)
  const running = new Map<number, TestNode>()
  const runner = (index: number): TestNode => {
    const found = running.get(index)
    assert.ok(found, `validator ${index} runs`)
    return found
  }
  let starts = 0
  return {
    genesis,
    networkId,
    clock,
    hub,
    disks,
    running,
    start: async (index, ports = {}) => {
      const name = nameOf(index)
      const transport = ports.transport ?? hub.transport(name)
      const failures: unknown[] = []
      const node = await startNode(
        {
          name,
          genesis,
          networkId,
          keys: { validator: privateKeyOf(name), trusteeSeed: trusteeSeedAt(index) },
        },
        {
          clock,
          transport,
          random: seededRandom(`${name}, start ${starts++}`),
          logger,
          ...disks[index]!,
          ...ports,
        },
        (error) => failures.push(error),
      )
      const started = { node, transport, failures }
      running.set(index, started)
      return started
    },
    stop: async (index) => {
      const { node } = runner(index)
      running.delete(index)
      await node.stop()
    },
    stopAll: async () => {
      for (const { node } of running.values()) await node.stop()
      running.clear()
    },
    run: (ms) => clock.advance(ms),
    runUntil: async (condition, limitMs, what) => {
      const until = clock.now() + limitMs
      for (await clock.settle(); !condition(); ) {
        const next = clock.nextTimer()
        assert.ok(next !== undefined && next <= until, `in time: ${what}`)
        await clock.advance(next - clock.now())
      }
    },
    submit: async (index, transaction) =>
      (await runner(index).node.pool.add(encodeTransaction(transaction), undefined, true)).code,
    height: (index) => runner(index).node.chain.height(),
    root: (index) => toHex(stateRoot(runner(index).node.chain.state())),
    record: (index, uuid) => electionRecord(runner(index).node.chain.state(), uuid),
  }
}

/** A network of `n` validators that all run and have their first block. */
export async function aRunningNetwork(n: number, logger?: Logger): Promise<NodeNetwork> {
  const network = aNodeNetwork(n, logger)
  for (let index = 0; index < n; index++) await network.start(index)
  const hasBegun = (): boolean => [...network.running.keys()].every((index) => network.height(index) > 0)
  await network.runUntil(hasBegun, 10_000, 'the first block')
  return network
}

/** The least height of the running nodes. */
export function leastHeight(network: NodeNetwork): number {
  return Math.min(...[...network.running.keys()].map((index) => network.height(index)))
}

/** An election under way in a network of nodes. */
export interface NodeElection {
  readonly uuid: string
  readonly draft: ElectionDraft
}

/**
 * Drafts an election through a node, with so many validators as trustees (all, unless said otherwise; a quorum of them decrypts), and
 * brings it to `open`. `voters`: how many, or the roll.
 */
export async function anOpenElection(
  network: NodeNetwork,
  voters: number | ((uuid: string) => readonly RollEntry[]),
  trusteeCount: number = network.genesis.trustees.length,
): Promise<NodeElection> {
  const through = 0
  const now = network.clock.now()
  const draft = aDraft({
    mandatoryTrustees: [],
    trustees: network.genesis.trustees.slice(0, trusteeCount),
    trusteeThreshold: quorum(trusteeCount),
    opensAt: now + 12_000,
    closesAt: now + 42_000,
  })
  const { uuid } = draft
  const record = (): ElectionRecord | undefined => network.record(through, uuid)
  const roll = typeof voters === 'number' ? aRoll(voters) : voters(uuid)
  const preparation = aPreparation(network.networkId, draft, roll)
  assert.equal(await network.submit(through, preparation.draft), 'accepted')
  await network.runUntil(() => record() !== undefined, 20_000, 'the draft')
  for (const chunk of preparation.chunks) assert.equal(await network.submit(through, chunk), 'accepted')
  await network.runUntil(() => record()?.rolls.length === 1, 20_000, 'the roll')
  for (const signature of preparation.signatures) {
    assert.equal(await network.submit(through, signature), 'accepted')
  }
  await network.runUntil(() => record()?.phase === 'frozen', 20_000, 'the trustees and registrars')
  await network.runUntil(() => record()?.phase === 'open', 60_000, 'the opening')
  return { uuid, draft }
}

/** The Belenios election as a node has it. */
export function electionAt(network: NodeNetwork, index: number, uuid: string): Election {
  const record = network.record(index, uuid)
  const election = record === undefined ? undefined : electionOf(record)
  assert.ok(election, 'the election is frozen')
  return election
}

/** Casts a ballot of a voter through a node; its id in hexadecimal. */
export async function castThrough(
  network: NodeNetwork,
  index: number,
  uuid: string,
  voter: number,
  answers: readonly (readonly number[])[],
  seed?: string,
): Promise<string> {
  const ballot = aBallot(electionAt(network, index, uuid), voter, answers, seed)
  assert.equal(await network.submit(index, cast(ballot)), 'accepted')
  return toHex(ballotId(ballot))
}

/** The public key of a validator. */
export function validatorKey(index: number): Uint8Array {
  return keyOf(nameOf(index))
}
