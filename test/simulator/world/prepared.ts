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
  type ElectionDraft,
  electionCeremony,
  electionOf,
  electionRecord,
  encodeTransaction,
  type Genesis,
  genesisFile,
  networkIdOf,
  type Parameters,
  type Transaction,
} from '../../../ledger/index.ts'
import { createBallotArchive } from '../../../node/ballot-archive.ts'
import { Chain } from '../../../node/chain.ts'
import { Pool } from '../../../node/pool.ts'
import { act } from '../../../node/trustee/acts.ts'
import { createChainBoard } from '../../../node/trustee/chain-board.ts'
import { dutyOf } from '../../../node/trustee/duty.ts'
import { trusteePublicKey } from '../../../node/trustee-secrets.ts'
import { createInlineVerifier } from '../../../node/verifier.ts'
import { memoryDatabase, type Operation, openChainStore } from '../../../storage/index.ts'
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
  const clock = processClock(new VirtualClock(GENESIS_TIME), 0, () => false)
  const store = await openChainStore(database, networkId)
  const ballots = createBallotArchive(store)
  const verifier = createInlineVerifier({ clock })
  const chain = await Chain.open({ genesis, networkId }, { store, verifier, ballots, clock })
  const validators = Array.from({ length: n }, (_, index) => index)
  const extend = async (transactions: readonly Transaction[], time: number): Promise<void> => {
    const { block, rejected } = await chain.build(transactions, time)
    assert.equal(rejected.size, 0)
    const forBlock = { header: block.header, transactions: transactions.map(encodeTransaction) }
    await chain.commit(block, aCertificate(networkId, forBlock, validators))
  }
  const board = createChainBoard({ chain, ballots, pool: new Pool({}, { chain, verifier, clock }) })
  /** What the trustees do next, all at once. */
  const acts = async (): Promise<readonly Transaction[]> => {
    const standing = {
      record: electionRecord(chain.state(), draft.uuid)!,
      ceremony: electionCeremony(chain.state(), draft.uuid)!,
    }
    const made: Transaction[] = []
    for (const index of parties.keys()) {
      const seed = trusteeSeedAt(index)
      const duty = dutyOf(standing, trusteePublicKey(seed))
      if (duty === undefined) continue
      const random = seededRandom(`trustee ${index}: ${duty.kind}`)
      const transaction = (id: Uint8Array): Promise<Transaction | undefined> => board.transaction(id)
      const acted = await act({ networkId, seed, random, transaction, pause: async () => {} }, duty, standing)
      assert.ok(acted.ok)
      made.push(acted.value)
    }
    return made
  }
  const roll = aRoll(VOTERS)
  const preparation = aPreparation(networkId, draft, roll)
  let time = GENESIS_TIME + 1000
  await extend([preparation.draft], time)
  await extend([...preparation.chunks, ...preparation.signatures], (time += 1000))
  for (let todo = await acts(); todo.length > 0; todo = await acts()) await extend(todo, (time += 1000))
  await extend([], opensAt)
  const record = electionRecord(chain.state(), draft.uuid)
  const election = record === undefined ? undefined : electionOf(record)
  assert.ok(record?.phase === 'open' && election !== undefined, 'the election is open')
  const entries: Operation[] = []
  for await (const [key, value] of database.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255) })) {
    entries.push({ type: 'put', key, value })
  }
  const { head } = chain.state()
  return {
    genesis,
    networkId,
    draft,
    election,
    startHeight: head.height,
    startId: toHex(head.id),
    startTime: head.time,
    entries,
    trustees,
    credentials: roll.map(({ credential }) => credential),
    ballots: new BallotBox(election),
  }
}
