/**
 * The chain that every run begins on, made once a process for each number of validators: an election whose key a few of the
 * validators' trustees have made, with a published roll, open; finalised with genuine certificates. A run copies its entries.
 *
 * One correct trustee more than there may be adversaries is needed to decrypt: two of `f + 2`, so that two of them are correct.
 */
import { strict as assert } from 'node:assert'
import { toHex } from '../../../base/index.ts'
import { maxFaulty } from '../../../consensus/index.ts'
import type { Election } from '../../../election/index.ts'
import {
  decodeTransaction,
  type ElectionDraft,
  electionCeremony,
  electionOf,
  electionRecord,
  encodeTransaction,
  type Genesis,
  genesisFile,
  identified,
  networkIdOf,
  type Parameters,
  type Transaction,
} from '../../../ledger/index.ts'
import { type BallotArchive, createBallotArchive } from '../../../node/ballot-archive.ts'
import { Chain } from '../../../node/chain.ts'
import { act } from '../../../node/trustee/acts.ts'
import { dutyOf } from '../../../node/trustee/duty.ts'
import { trusteePublicKey } from '../../../node/trustee-secrets.ts'
import { createInlineVerifier } from '../../../node/verifier.ts'
import { type Database, memoryDatabase, type Operation, openChainStore } from '../../../storage/index.ts'
import { aCertificate } from '../../support/forged-blocks.ts'
import {
  aDraft,
  aGenesis,
  aPreparation,
  aRoll,
  GENESIS_TIME,
  seededRandom,
} from '../../support/ledger-builders.ts'
import { trusteeAt, trusteeSeedAt } from '../../support/node-network.ts'
import { VOTERS } from '../plan.ts'
import { BallotBox } from './ballots.ts'
import { processClock, VirtualClock } from './clock.ts'

/** Short, so that a run of half a minute has many heights and rounds. */
export const TIMING: Parameters = {
  blockIntervalMs: 100,
  heartbeatMs: 1000,
  roundTimeoutMs: 500,
  roundTimeoutStepMs: 250,
  roundTimeoutCapMs: 2000,
}

const OPENS_AFTER_MS = 60_000
const OPEN_FOR_MS = 4 * 3_600_000

export interface Prepared {
  readonly genesis: Genesis
  readonly networkId: Uint8Array
  readonly draft: ElectionDraft
  readonly election: Election
  readonly startHeight: number
  /** Of the block at that height; hexadecimal. */
  readonly startId: string
  readonly startTime: number
  /** What a database has then. */
  readonly entries: readonly Operation[]
  /** Whose trustees hold the election's key. */
  readonly trustees: number
  /** Of the roll. */
  readonly credentials: readonly Uint8Array[]
  readonly ballots: BallotBox
}

const known = new Map<number, Promise<Prepared>>()

/** For n validators. */
export function prepared(n: number): Promise<Prepared> {
  const found = known.get(n) ?? prepare(n)
  known.set(n, found)
  return found
}

async function prepare(n: number): Promise<Prepared> {
  const trustees = maxFaulty(n) + 2
  const parties = Array.from({ length: trustees }, (_, index) => trusteeAt(index))
  const genesis: Genesis = {
    ...aGenesis({ network: `simulated network of ${n}`, validators: n, trustees: parties }),
    parameters: TIMING,
  }
  const networkId = networkIdOf(genesisFile(genesis))
  const opensAt = GENESIS_TIME + OPENS_AFTER_MS
  const draft = aDraft({
    mandatoryTrustees: [],
    trustees: parties,
    trusteeThreshold: 2,
    opensAt,
    closesAt: opensAt + OPEN_FOR_MS,
  })
  const database = memoryDatabase()
  const roll = aRoll(VOTERS)
  const ground = await openGround(genesis, networkId, database)
  const preparation = aPreparation(networkId, draft, roll)
  await ground.extend([preparation.draft])
  await ground.extend([...preparation.chunks, ...preparation.signatures])
  for (;;) {
    const acts = await ceremonyActs(ground, draft.uuid, networkId, trustees)
    if (acts.length === 0) break
    await ground.extend(acts)
  }
  await ground.extend([], opensAt)
  const state = ground.chain.state()
  const record = electionRecord(state, draft.uuid)
  const election = record === undefined ? undefined : electionOf(record)
  assert.ok(record?.phase === 'open' && election !== undefined, 'the election is open')
  return {
    genesis,
    networkId,
    draft,
    election,
    startHeight: state.head.height,
    startId: toHex(state.head.id),
    startTime: state.head.time,
    entries: await entriesOf(database),
    trustees,
    credentials: roll.map(({ credential }) => credential),
    ballots: new BallotBox(election),
  }
}

/** A chain that grows without agreement, under certificates of all validators. */
interface Ground {
  readonly chain: Chain
  readonly ballots: BallotArchive
  /** One more block with all of these transactions, a second after the one before unless at a given time. */
  extend(transactions: readonly Transaction[], time?: number): Promise<void>
}

async function openGround(genesis: Genesis, networkId: Uint8Array, database: Database): Promise<Ground> {
  const clock = processClock(new VirtualClock(GENESIS_TIME), 0, () => false)
  const store = await openChainStore(database, networkId)
  const ballots = createBallotArchive(store)
  const verifier = createInlineVerifier({ clock })
  const chain = await Chain.open({ genesis, networkId }, { store, verifier, ballots, clock })
  return {
    chain,
    ballots,
    extend: async (transactions, time = Math.max(GENESIS_TIME, chain.state().head.time) + 1000) => {
      const { block, rejected } = await chain.build(transactions.map(identified), time)
      assert.equal(rejected.size, 0)
      const forBlock = { header: block.header, transactions: transactions.map(encodeTransaction) }
      await chain.commit(block, aCertificate(networkId, forBlock, [...genesis.validators.keys()]))
    },
  }
}

/** What the trustees do next in the key ceremony, all at once; nothing when it is over. */
async function ceremonyActs(
  { chain, ballots }: Ground,
  uuid: string,
  networkId: Uint8Array,
  trustees: number,
): Promise<readonly Transaction[]> {
  const record = electionRecord(chain.state(), uuid)
  const ceremony = electionCeremony(chain.state(), uuid)
  assert.ok(record !== undefined && ceremony !== undefined, 'the election is drafted')
  const acts: Transaction[] = []
  for (let index = 0; index < trustees; index++) {
    const seed = trusteeSeedAt(index)
    const duty = dutyOf({ record, ceremony }, trusteePublicKey(seed))
    if (duty === undefined) continue
    const actor = {
      networkId,
      seed,
      random: seededRandom(`trustee ${index}: ${duty.kind}`),
      transaction: async (id: Uint8Array) => {
        const decoded = decodeTransaction((await ballots.transaction(id)) ?? new Uint8Array(0))
        return decoded.ok ? decoded.value : undefined
      },
      pause: async () => {},
    }
    const acted = await act(actor, duty, { record, ceremony })
    assert.ok(acted.ok, 'an honest trustee does its duty')
    acts.push(acted.value)
  }
  return acts
}

async function entriesOf(database: Database): Promise<readonly Operation[]> {
  const entries: Operation[] = []
  for await (const [key, value] of database.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255) })) {
    entries.push({ type: 'put', key, value })
  }
  return entries
}
