/**
 * Executing blocks. Time first (openings, closings, elections that were not ready), then the transactions in order, each of which
 * must be good: one bad transaction and the whole block is refused, so that nothing gets onto the chain that a validator
 * has not verified itself (T09).
 */
import { assert, equalBytes, ok, type Result, refuse, toHex, unreachable } from '../base/index.ts'
import { addBallots, type Ballot, ballotId, type WeightedBallot } from '../election/index.ts'
import {
  applyBallot,
  applyCeremonyStep,
  applyDecryption,
  applyRollChunk,
  applyRollSignature,
} from './apply.ts'
import { blockId, checkArrangement, checkHeader, decodeTransactions } from './block.ts'
import { countedMs } from './ceremony.ts'
import { encodeCeremony } from './ceremony-ssz.ts'
import { checkIn, type Find } from './check.ts'
import { atTime } from './clock.ts'
import type { Decoded } from './decoded.ts'
import { countingBallot, type ElectionState, newElection, sealed } from './election-state.ts'
import { convict } from './evidence.ts'
import { type ChangeLog, ceremonyKey, changeLog, headCodec, headKey, recordKey } from './image.ts'
import { encodeRecord } from './record.ts'
import { placeOf } from './roll.ts'
import { findElection, type State, stateRoot, withElection } from './state.ts'
import type {
  Block,
  BlockHeader,
  BlockRejection,
  Change,
  ExecutionInputs,
  Rejection,
  Transaction,
} from './types.ts'
import { elementAt } from './vector.ts'
import { verifyIn } from './verify.ts'
import type { WholeBlock } from './whole-block.ts'

export interface Execution {
  readonly state: State
  readonly changes: readonly Change[]
}

/** A block half executed: mutable, lives as long as the execution. */
export interface Workspace {
  readonly time: number
  readonly inputs: ExecutionInputs
  /** The state before the block, with the elections drafted and the validators convicted in it. */
  state: State
  /** Elections that are ahead of `state`, by index. */
  readonly touched: Map<number, ElectionState>
  /** Ballots of this block by id: a later one may replace them. */
  readonly ballots: Map<string, Ballot>
  /** By election, what its tally is to be changed by when the block ends: all at once is cheaper. */
  readonly counted: Map<number, WeightedBallot[]>
  readonly log: ChangeLog
}

/** Begins the execution of a block at `time`: what time alone does is done when it returns. */
export function openWorkspace(state: State, time: number, inputs: ExecutionInputs): Workspace {
  const workspace: Workspace = {
    time,
    inputs,
    state,
    touched: new Map(),
    ballots: new Map(),
    counted: new Map(),
    log: changeLog(),
  }
  const stalledMs = Math.max(0, time - state.head.time - countedMs(state.genesis.parameters))
  for (const index of state.inside.live) {
    const before = elementAt(state.inside.elections, index)
    const after = atTime(before, { time, stalledMs }, workspace.log)
    if (after !== before) workspace.touched.set(index, after)
  }
  return workspace
}

function finder(workspace: Workspace): Find {
  return (uuid) => {
    const election = findElection(workspace.state, uuid)
    return election === undefined ? undefined : (workspace.touched.get(election.index) ?? election)
  }
}

/** Checks, verifies and applies one transaction; a refused one leaves the workspace as it was. */
export function admit(workspace: Workspace, { transaction, id, hash }: Decoded): Result<void, Rejection> {
  const find = finder(workspace)
  const checked = checkIn(workspace.state, find, transaction, workspace.time)
  if (!checked.ok) return checked
  // What a partial decryption's proofs say depends on the tally, hence on the block before: never remembered.
  const isVerified = transaction.kind !== 'partialDecryption' && workspace.inputs.isVerified(id)
  const verified = isVerified ? checked : verifyIn(workspace.state, find, transaction)
  if (!verified.ok) return verified
  if (transaction.kind === 'draft') {
    const { draft, administrator } = transaction
    const index = workspace.state.inside.elections.length
    const election = sealed(newElection(index, draft, administrator, workspace.time))
    workspace.state = withElection(workspace.state, election)
    workspace.touched.set(election.index, election)
    workspace.log.put(ceremonyKey(index), encodeCeremony(election.ceremony))
    return ok(undefined)
  }
  if (transaction.kind === 'evidence') {
    workspace.state = convict(workspace.state, transaction, hash, workspace.log)
    return ok(undefined)
  }
  const election = find(transaction.kind === 'ballot' ? transaction.ballot.uuid : transaction.uuid)
  assert(election !== undefined, 'a checked transaction belongs to an election')
  const applied = apply(workspace, election, transaction, { id, hash })
  if (!applied.ok) return applied
  workspace.touched.set(election.index, applied.value)
  return ok(undefined)
}

function apply(
  workspace: Workspace,
  election: ElectionState,
  transaction: Exclude<Transaction, { kind: 'draft' | 'evidence' }>,
  { id, hash }: Pick<Decoded, 'id' | 'hash'>,
): Result<ElectionState, Rejection> {
  const { log, time } = workspace
  switch (transaction.kind) {
    case 'rollChunk':
      return applyRollChunk(election, transaction, log)
    case 'rollSignature':
      return applyRollSignature(election, transaction, log)
    case 'ballot': {
      const { ballot } = transaction
      const counted = workspace.counted.get(election.index) ?? []
      workspace.counted.set(election.index, counted)
      const applied = applyBallot(
        election,
        ballot,
        (id) => replacedBallot(workspace, id),
        (ballot, weight) => counted.push({ ballot, weight }),
        log,
      )
      if (applied.ok) workspace.ballots.set(id, ballot)
      return applied
    }
    case 'partialDecryption':
      return applyDecryption(election, transaction)
    case 'trusteeKey':
    case 'ceremonyCertificate':
    case 'ceremonyCommitment':
    case 'ceremonyDealing':
    case 'ceremonyKey':
    case 'ceremonyComplaint':
      return applyCeremonyStep(election, transaction, { id: hash, time, log })
    default:
      return unreachable(transaction)
  }
}

function replacedBallot(workspace: Workspace, id: string): Ballot {
  const ballot = workspace.ballots.get(id) ?? workspace.inputs.ballots.get(id)
  assert(ballot !== undefined, 'the ballots that neededBallots named are among the inputs')
  assert(toHex(ballotId(ballot)) === id, 'a ballot among the inputs is the one it is filed as')
  return ballot
}

/** Ends the execution: the state with every touched record brought up to date, its head still the parent. */
export function closeWorkspace(workspace: Workspace): State {
  let { state } = workspace
  for (const [index, election] of [...workspace.touched].sort(([a], [b]) => a - b)) {
    const done = sealed(tallied(election, workspace.counted.get(index) ?? []))
    const before = elementAt(state.inside.elections, index).ceremony
    state = withElection(state, done)
    workspace.log.put(recordKey(index), encodeRecord(done.record))
    if (done.ceremony !== before) workspace.log.put(ceremonyKey(index), encodeCeremony(done.ceremony))
  }
  return state
}

function tallied(election: ElectionState, ballots: readonly WeightedBallot[]): ElectionState {
  if (ballots.length === 0) return election
  assert(election.tally !== undefined, 'an open election has a tally')
  return { ...election, tally: addBallots(election.tally, ballots) }
}

/** The finished execution: the state with the block as its head, and all changes to the durable image. */
export function finished(workspace: Workspace, state: State, header: BlockHeader): Execution {
  const head = { height: header.height, id: blockId(header), time: header.time }
  const elections = state.inside.elections.length
  workspace.log.put(headKey(), headCodec.encode({ ...head, stateRoot: header.stateRoot, elections }))
  return { state: { ...state, head }, changes: workspace.log.all() }
}

/** Executes a block: time first (openings, closings), then its transactions, each of which must be good. */
export function executeBlock(
  state: State,
  block: Block,
  inputs: ExecutionInputs,
): Result<Execution, BlockRejection> {
  const header = checkHeader(state, block.header)
  if (!header.ok) return header
  const decoded = decodeTransactions(block)
  return decoded.ok ? executed(state, block, decoded.value, inputs) : decoded
}

/** The same of a block whose transactions are decoded, and known to be those of its header. */
export function executeWholeBlock(
  state: State,
  block: WholeBlock,
  inputs: ExecutionInputs,
): Result<Execution, BlockRejection> {
  const header = checkHeader(state, block.header)
  if (!header.ok) return header
  const arranged = checkArrangement(block.transactions)
  return arranged.ok ? executed(state, block, block.transactions, inputs) : arranged
}

function executed(
  state: State,
  block: { readonly header: BlockHeader },
  transactions: readonly Decoded[],
  inputs: ExecutionInputs,
): Result<Execution, BlockRejection> {
  const workspace = openWorkspace(state, block.header.time, inputs)
  for (const [i, decoded] of transactions.entries()) {
    const admitted = admit(workspace, decoded)
    if (!admitted.ok) {
      const { code, detail } = admitted.error
      return refuse(
        'rejected-transaction',
        `transaction ${i} (${decoded.transaction.kind} ${decoded.id}): ${code}: ${detail}`,
      )
    }
  }
  const next = closeWorkspace(workspace)
  if (!equalBytes(stateRoot(next), block.header.stateRoot))
    return refuse('wrong-state-root', `execution gives ${toHex(stateRoot(next))}`)
  return ok(finished(workspace, next, block.header))
}

/** Ids of the ballots on the board that these transactions would replace: execution must take them out of the tally. */
export function neededBallots(state: State, transactions: readonly Transaction[]): readonly Uint8Array[] {
  const needed = new Map<string, Uint8Array>()
  for (const transaction of transactions) {
    if (transaction.kind !== 'ballot') continue
    const { uuid, credential } = transaction.ballot
    const election = findElection(state, uuid)
    const place = election?.roll === undefined ? undefined : placeOf(election.roll, credential)
    if (election === undefined || place === undefined) continue
    const id = countingBallot(election, place)
    if (id !== undefined) needed.set(toHex(id), id)
  }
  return [...needed.values()]
}
