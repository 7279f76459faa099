/** Elections of a network of nodes whose trustees are its daemons, and others that hang on a node from outside. */
import { strict as assert } from 'node:assert'
import {
  allTrustees,
  type Ceremony,
  type ElectionDraft,
  electionCeremony,
  type Phase,
} from '../../../ledger/index.ts'
import { createBallotArchive } from '../../../node/ballot-archive.ts'
import { type Logger, SILENT } from '../../../node/index.ts'
import { createChainBoard } from '../../../node/trustee/chain-board.ts'
import { Trustee } from '../../../node/trustee/trustee.ts'
import { openChainStore } from '../../../storage/index.ts'
import { aDraft, aPreparation, aRoll, seededRandom } from '../ledger-builders.ts'
import type { NodeNetwork } from '../node-network.ts'
import { seedOf } from './material.ts'
import type { Adversary } from './tampering.ts'

/** Some running node. */
export function anyNode({ running }: NodeNetwork): number {
  const [index] = running.keys()
  assert.ok(index !== undefined, 'a node runs')
  return index
}

/** A draft of an election that opens after so many milliseconds and is open for a second. */
export function aDraftFor(
  network: NodeNetwork,
  opensAfterMs: number,
  changes: Partial<ElectionDraft>,
): ElectionDraft {
  const opensAt = network.clock.now() + opensAfterMs
  return aDraft({ opensAt, closesAt: opensAt + 1000, ...changes })
}

/** Hands a draft in. */
export async function submitDraft(network: NodeNetwork, draft: ElectionDraft): Promise<void> {
  const { draft: transaction } = aPreparation(network.networkId, draft, aRoll(2))
  assert.equal(await network.submit(anyNode(network), transaction), 'accepted')
}

/** Drafts an election that opens after so many milliseconds, and waits until it is finalised. */
export async function draftIn(
  network: NodeNetwork,
  opensAfterMs: number,
  changes: Partial<ElectionDraft>,
): Promise<ElectionDraft> {
  const draft = aDraftFor(network, opensAfterMs, changes)
  await submitDraft(network, draft)
  const isThere = (): boolean => network.record(anyNode(network), draft.uuid) !== undefined
  await network.runUntil(isThere, 10_000, 'the draft')
  return draft
}

/** The registrars' part: publishes and signs the roll of two voters. */
export async function signRollIn(network: NodeNetwork, draft: ElectionDraft): Promise<void> {
  const through = anyNode(network)
  const { chunks, signatures } = aPreparation(network.networkId, draft, aRoll(2))
  for (const chunk of chunks) assert.equal(await network.submit(through, chunk), 'accepted')
  await network.runUntil(() => network.record(through, draft.uuid)?.rolls.length === 1, 10_000, 'the roll')
  for (const signature of signatures) assert.equal(await network.submit(through, signature), 'accepted')
  const hasRoll = (): boolean => network.record(through, draft.uuid)?.roll !== undefined
  await network.runUntil(hasRoll, 10_000, 'the signatures')
}

/** The ceremony as a running node has it. */
export function ceremonyIn(
  network: NodeNetwork,
  uuid: string,
  index: number = anyNode(network),
): Ceremony | undefined {
  const node = network.running.get(index)
  return node === undefined ? undefined : electionCeremony(node.node.chain.state(), uuid)
}

/** Where an election stands, in words that a test can compare. */
export interface Outcome {
  readonly phase: Phase | undefined
  readonly attempt: number | undefined
  /** Who takes part, by name. */
  readonly members: readonly string[]
  /** `1: B no-key`; of a complaint `1: B bad-share of C`. */
  readonly faults: readonly string[]
}

export function outcomeIn(
  network: NodeNetwork,
  draft: ElectionDraft,
  index: number = anyNode(network),
): Outcome {
  const ceremony = ceremonyIn(network, draft.uuid, index)
  const nameAt = (place: number): string => allTrustees(draft)[place]?.name ?? ''
  return {
    phase: network.record(index, draft.uuid)?.phase,
    attempt: ceremony?.attempt,
    members: ceremony?.members.map(({ place }) => nameAt(place)) ?? [],
    faults:
      ceremony?.faults.map(({ attempt, place, kind, other }) => {
        const about = other === undefined ? '' : ` ${nameAt(other)}`
        return `${attempt}: ${nameAt(place)} ${kind}${about}`
      }) ?? [],
  }
}

/** Lets time pass until some running node has the election in a phase. */
export async function untilPhase(
  network: NodeNetwork,
  { uuid }: ElectionDraft,
  phase: Phase,
  limitMs = 60_000,
): Promise<void> {
  await network.runUntil(() => network.record(anyNode(network), uuid)?.phase === phase, limitMs, phase)
}

/** Starts a trustee that is no validator over a node's chain and pool; dishonest where there is an adversary. */
export function attachTrustee(
  network: NodeNetwork,
  index: number,
  name: string,
  { adversary, logger = SILENT }: { readonly adversary?: Adversary; readonly logger?: Logger } = {},
): Trustee {
  const running = network.running.get(index)
  assert.ok(running, `validator ${index} runs`)
  const { chain, pool } = running.node
  const { networkId, clock } = network
  // What a store knows of its height is from its opening.
  const transaction = async (id: Uint8Array): Promise<Uint8Array | undefined> =>
    createBallotArchive(await openChainStore(network.disks[index]!.database, networkId)).transaction(id)
  const ballots = { transaction, ballot: () => assert.fail('a trustee reads no ballots') }
  const board = createChainBoard({ chain, pool, ballots })
  const trustee = new Trustee(
    { networkId, seed: seedOf(name) },
    {
      clock,
      random: seededRandom(`${name} at ${index}`),
      board: adversary?.({ networkId, name, board }) ?? board,
      logger,
      onFailure: (error) => assert.fail(String(error)),
    },
  )
  chain.onCommit(() => trustee.look())
  trustee.start()
  return trustee
}
