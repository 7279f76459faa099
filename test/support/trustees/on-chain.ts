/** The daemon's trustees over a chain in memory that grows when the test says so, with whatever waits in its pool. */
import { strict as assert } from 'node:assert'
import { countedMs } from '../../../ledger/ceremony.ts'
import {
  type Ceremony,
  type ElectionDraft,
  type ElectionRecord,
  electionCeremony,
  electionRecord,
  type Transaction,
  trusteePlace,
} from '../../../ledger/index.ts'
import { type Logger, SILENT } from '../../../node/index.ts'
import { createChainBoard } from '../../../node/trustee/chain-board.ts'
import type { Standing } from '../../../node/trustee/duty.ts'
import { Trustee } from '../../../node/trustee/trustee.ts'
import { aDraft, aPreparation, aRoll, seededRandom } from '../ledger-builders.ts'
import type { NodeChain } from '../node-chain.ts'
import { seedOf, trusteeNamed } from './material.ts'
import type { Adversary } from './tampering.ts'

/** What a test may replace of a trustee's surroundings. */
export interface TrusteeChanges {
  /** What makes its board, given the true one, another. */
  readonly adversary?: Adversary
  readonly start?: string
  readonly logger?: Logger
  readonly onFailure?: (error: unknown) => void
}

/** Starts a trustee over the chain; its secrets follow from its name, its randomness from which start it is. */
export function startTrusteeOn(on: NodeChain, name: string, changes: TrusteeChanges = {}): Trustee {
  const { clock, networkId, chain } = on
  const board = createChainBoard(on)
  const trustee = new Trustee(
    { networkId, seed: seedOf(name) },
    {
      clock,
      random: seededRandom(`${name}, ${changes.start ?? 'first'} start`),
      board: changes.adversary?.({ networkId, name, board }) ?? board,
      logger: changes.logger ?? SILENT,
      onFailure: changes.onFailure ?? ((error) => assert.fail(String(error))),
    },
  )
  chain.onCommit(() => trustee.look())
  trustee.start()
  return trustee
}

/** Drafts an election; registrars do their part in {@link finaliseWaiting}' next block. Gives the draft and the registrars' transactions. */
export async function aDraftOn(
  on: NodeChain,
  changes: Partial<ElectionDraft>,
): Promise<{ readonly draft: ElectionDraft; readonly registrars: readonly Transaction[] }> {
  const draft = aDraft({
    opensAt: on.clock.now() + 60_000,
    closesAt: on.clock.now() + 120_000,
    ...changes,
  })
  const { draft: first, chunks, signatures } = aPreparation(on.networkId, draft, aRoll(2))
  await on.extend([first])
  await on.clock.settle()
  return { draft, registrars: [...chunks, ...signatures] }
}

/** What waits in the pool. */
export function waitingOn(on: NodeChain): readonly Transaction[] {
  return [...on.pool.entries()].map(({ transaction }) => transaction)
}

/** The kinds of what waits, and by which of the draft's trustees: `ceremonyKey by B`. */
export function waitingParts(on: NodeChain, draft: ElectionDraft): readonly string[] {
  const all = [...draft.mandatoryTrustees, ...draft.trustees]
  return waitingOn(on).map((transaction) => {
    const place = 'trustee' in transaction ? trusteePlace(draft, transaction.trustee) : undefined
    return `${transaction.kind} by ${all[place ?? -1]?.name ?? 'nobody'}`
  })
}

/** What a named trustee has waiting, one transaction. */
export function waitingOf(on: NodeChain, name: string): Transaction {
  const { publicKey } = trusteeNamed(name)
  const [found, ...others] = waitingOn(on).filter(
    (one) => 'trustee' in one && Buffer.compare(one.trustee, publicKey) === 0,
  )
  assert.ok(found !== undefined && others.length === 0, `one transaction of ${name} waits`)
  return found
}

/** The pool forgets everything, as at a restart. */
export function forgetWaiting(on: NodeChain): void {
  const rejection = { code: 'malformed', detail: '' } as const
  on.pool.drop(new Map([...on.pool.entries()].map(({ id }) => [id, rejection])))
}

/** Finalises what waits and what is given, and lets the trustees see it. */
export async function finaliseWaiting(on: NodeChain, others: readonly Transaction[] = []): Promise<void> {
  await on.clock.settle()
  await on.extend([...waitingOn(on), ...others])
  await on.clock.settle()
}

/** Empty blocks, each as late as counts for deadlines, up to the deadline of the present step. */
export async function passDeadline(on: NodeChain, uuid: string): Promise<void> {
  const most = countedMs(on.genesis.parameters)
  const { deadline } = ceremonyOn(on, uuid)
  for (let time = on.chain.state().head.time; time < deadline; ) {
    time = Math.min(deadline, time + most)
    await passTo(on, time)
  }
}

/** An empty block at a time, and what trustees make of it. */
export async function passTo(on: NodeChain, time: number): Promise<void> {
  await on.extend([], time)
  await on.clock.settle()
}

export function recordOn(on: NodeChain, uuid: string): ElectionRecord {
  const record = electionRecord(on.chain.state(), uuid)
  assert.ok(record, `no election ${uuid}`)
  return record
}

export function ceremonyOn(on: NodeChain, uuid: string): Ceremony {
  const ceremony = electionCeremony(on.chain.state(), uuid)
  assert.ok(ceremony, `no election ${uuid}`)
  return ceremony
}

export function standingOn(on: NodeChain, uuid: string): Standing {
  return { record: recordOn(on, uuid), ceremony: ceremonyOn(on, uuid) }
}
