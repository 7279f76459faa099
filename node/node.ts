/**
 * A node over ports: clock, transport, storage, randomness, logger. The daemon gives it the real ones; tests and simulators
 * give it a manual clock and memory adapters, and it is the same code.
 */
import { equalBytes, toHex } from '../base/index.ts'
import { decodeCertificate, type ValidatorSet } from '../consensus/index.ts'
import { createSigner, type Random } from '../crypto/index.ts'
import type { Decoded, Genesis } from '../ledger/index.ts'
import type { Transport } from '../network/index.ts'
import {
  type Database,
  type Journal,
  type LastSigned,
  MAX_JOURNAL_BYTES,
  openChainStore,
} from '../storage/index.ts'
import { Assembly } from './assembly.ts'
import { createBallotArchive } from './ballot-archive.ts'
import { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import { type Diagnostics, diagnose } from './diagnostics.ts'
import { Witness } from './evidence.ts'
import { Gossip } from './gossip.ts'
import type { NodeKeys } from './keys.ts'
import { LastWords } from './last-words.ts'
import { MAX_VERIFIER_JOBS } from './limits.ts'
import type { Logger } from './log.ts'
import { OwnKey } from './own-key.ts'
import { Pace } from './pace.ts'
import { Pool } from './pool.ts'
import { Proposer } from './proposer.ts'
import type { QueueFill } from './queues.ts'
import { Recheck } from './recheck.ts'
import { Responder } from './responder.ts'
import { Runner } from './runner.ts'
import { Sync } from './sync.ts'
import { createChainBoard } from './trustee/chain-board.ts'
import { Trustee, type TrusteeDependencies } from './trustee/trustee.ts'
import { type BallotVerifier, createInlineVerifier } from './verifier.ts'
import type { Self } from './voice.ts'

/** What makes this node the one it is. */
export interface NodeOptions {
  readonly name: string
  readonly genesis: Genesis
  readonly networkId: Uint8Array
  readonly keys: Pick<NodeKeys, 'validator' | 'trusteeSeed'>
}

/** The world, as ports. The node owns them from `startNode` on and closes them when it stops. */
export interface NodePorts {
  readonly clock: Clock
  /** Not started. */
  readonly transport: Transport
  readonly database: Database
  readonly journal: Journal
  readonly lastSigned: LastSigned
  readonly random: Random
  readonly logger: Logger
  /** In this thread unless given. */
  readonly verifier?: BallotVerifier
}

/** A node that runs. */
export interface RunningNode {
  diagnostics(): Diagnostics
  readonly chain: Chain
  readonly pool: Pool
  /** How full everything is that is bounded. */
  queues(): readonly QueueFill[]
  /** Stops in the reverse order of starting and closes the ports. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts a node; rejects, with the ports closed, when it cannot. `onFailure` is told once when it cannot go on later; the
 * caller then stops it.
 */
export async function startNode(
  options: NodeOptions,
  ports: NodePorts,
  onFailure: (error: unknown) => void,
): Promise<RunningNode> {
  let failure: { readonly error: unknown } | undefined
  let isStarted = false
  const fail = (error: unknown): void => {
    if (failure !== undefined) return
    failure = { error }
    if (isStarted) onFailure(error)
  }
  try {
    const node = await assemble(options, ports, fail)
    if (failure !== undefined) {
      await node.stop()
      throw failure.error
    }
    isStarted = true
    return node
  } catch (error) {
    const closing = [
      ports.transport.stop(),
      ports.verifier?.stop(),
      ports.lastSigned.close(),
      ports.journal.close(),
    ]
    for (const port of closing) {
      await port?.catch(() => undefined)
    }
    await ports.database.close().catch(() => undefined)
    throw error
  }
}

/** The composition root: everything is made, then started, in order. */
async function assemble(
  options: NodeOptions,
  ports: NodePorts,
  onFailure: (error: unknown) => void,
): Promise<RunningNode> {
  const { genesis, networkId } = options
  const { clock, transport, journal, lastSigned, random } = ports
  const logger = ports.logger.child({ node: options.name })
  const self = selfOf(options)
  const validators: ValidatorSet = { keys: genesis.validators.map(({ publicKey }) => publicKey) }
  const verifier = ports.verifier ?? createInlineVerifier({ clock, giveWay: () => runner.idle() })
  const store = await openChainStore(ports.database, networkId)
  const ballots = createBallotArchive(store)
  const chain = await Chain.open({ genesis, networkId }, { store, verifier, ballots, clock })
  const ownKey = new OwnKey(
    { networkId, validators, self: self?.index },
    { lastSigned, transport, logger, onFailure: (error) => runner.halt(error) },
  )
  const lastWords = new LastWords((signed) => ownKey.hear(signed))
  const pool = new Pool({}, { chain, verifier, clock })
  const proposer = new Proposer(genesis.parameters, { chain, pool, clock })
  const pace = new Pace(genesis.parameters, {
    clock,
    chain,
    hasWork: () => pool.size > 0,
    onWork: (height) => runner.work(height),
  })
  const witness = new Witness(
    { networkId, validators, self: self?.index },
    { chain, pool, logger, onFailure },
  )
  const runner: Runner = new Runner(
    { networkId, validators, timing: genesis.parameters, self },
    {
      clock,
      chain,
      journal,
      lastSigned,
      logger,
      build: () => {
        gossip.flush()
        return proposer.propose()
      },
      publish: (envelope) => gossip.publish(envelope),
      onMissingBlock: (height) => sync.wantBlock(height),
      onEvidence: (evidence) => {
        witness.tell(evidence)
        ownKey.hearEvidence(evidence)
      },
      onHeight: (height) => pace.begin(height),
      onFailure,
    },
  )
  const sync: Sync = new Sync(
    { networkId, validators, isValidator: self !== undefined },
    {
      clock,
      chain,
      transport,
      logger,
      onCaughtUp: (isCaughtUp) => {
        runner.allow(isCaughtUp)
        recheck.allow(isCaughtUp)
        trustee?.allow(isCaughtUp)
      },
      onNode: (peer, signal) => ownKey.ask(peer, signal),
      onFailure,
    },
  )
  const onDone = (): void => trustee?.look()
  const recheck = new Recheck({ clock, chain, store, verifier, logger, onDone, onFailure })
  const find = (id: string): Decoded | undefined => pool.find(id) ?? runner.transaction(id)
  const nodes = (): readonly string[] =>
    transport
      .peers()
      .map(({ id }) => id)
      .filter((peer) => sync.isNode(peer))
  const assembly = new Assembly({ clock, transport, logger, find, nodes, onFailure })
  const gossip: Gossip = new Gossip(
    { networkId, validators, self: self?.index },
    { clock, chain, pool, runner, sync, ownKey, lastWords, assembly, transport, logger, onFailure },
  )
  const trustee = createTrustee(options, { clock, random, chain, pool, ballots, logger, onFailure })
  const { name } = options
  const isTrustee = trustee !== undefined
  const diagnostics = (): Diagnostics =>
    diagnose({
      name,
      genesis,
      self: self?.index,
      isTrustee,
      clock,
      chain,
      pool,
      runner,
      sync,
      transport,
    })
  const responder = new Responder({
    clock,
    chain,
    store,
    ballots,
    pool,
    lastWords,
    find,
    transport,
    diagnostics,
  })

  pool.onAdded(() => pace.reconsider())
  chain.onCommit(({ height, block, round }) => {
    const transactions = block.transactions.length
    logger.info('finalised', { height, blockId: block.id, round, transactions })
  })
  chain.onCommit(({ certificate }) => {
    const decoded = decodeCertificate(certificate)
    if (decoded.ok) lastWords.noteCertificate(decoded.value)
  })
  responder.start()
  gossip.start()
  await lastWords.recall(store, journal)
  await runner.start()
  await transport.start()
  logger.info('started', {
    role: self === undefined ? 'observer' : 'validator',
    height: chain.height(),
    networkId: toHex(networkId),
    addresses: transport.addresses(),
  })
  sync.start()
  trustee?.start()

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await trustee?.stop()
    await sync.stop()
    await recheck.stop()
    pace.stop()
    gossip.stop()
    assembly.stop()
    await runner.stop()
    await transport.stop()
    await verifier.stop()
    await chain.stop()
    await lastSigned.close()
    await journal.close()
    await store.close()
    logger.info('stopped', { height: chain.height() })
  }
  return {
    diagnostics,
    chain,
    pool,
    queues: () => [
      ...pool.queues(),
      { queue: 'verifier', length: verifier.pending(), limit: MAX_VERIFIER_JOBS },
      ...gossip.queues(),
      ...assembly.queues(),
      ...runner.queues(),
      { queue: 'journal bytes', length: bytesOf(journal.records()), limit: MAX_JOURNAL_BYTES },
    ],
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

function bytesOf(records: readonly Uint8Array[]): number {
  return records.reduce((sum, record) => sum + record.length, 0)
}

/** Which validator our key makes us; an observer has none, or one that is not registered. */
function selfOf({ genesis, keys }: NodeOptions): Self | undefined {
  if (keys.validator === undefined) return undefined
  const signer = createSigner(keys.validator)
  const index = genesis.validators.findIndex(({ publicKey }) => equalBytes(publicKey, signer.publicKey))
  return index < 0 ? undefined : { index, signer }
}

function createTrustee(
  { networkId, keys: { trusteeSeed: seed } }: NodeOptions,
  {
    chain,
    pool,
    ballots,
    ...others
  }: Omit<TrusteeDependencies, 'board'> & Parameters<typeof createChainBoard>[0],
): Trustee | undefined {
  if (seed === undefined) return undefined
  const board = createChainBoard({ chain, pool, ballots })
  const trustee = new Trustee({ networkId, seed }, { ...others, board })
  // Until the node has caught up: see `onCaughtUp`.
  trustee.allow(false)
  chain.onCommit(() => trustee.look())
  return trustee
}
