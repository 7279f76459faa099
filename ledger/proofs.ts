/**
 * What a node proves to a client that trusts nothing but a certified state root: an election's record, that a ballot is on its
 * board, which ballot counts for a credential (T26), and which validators are convicted. Verifiers take hostile values.
 */
import { equalBytes, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { ceremonyRoot, decodeCeremony, encodeCeremony } from './ceremony-ssz.ts'
import { boardPosition } from './election-state.ts'
import { type Conviction, convictionsRoot, decodeConvictions, encodeConvictions } from './evidence-ssz.ts'
import { BOARD_DEPTH, ELECTIONS_DEPTH, ROLL_DEPTH } from './limits.ts'
import { listBranch, valueAt } from './list-tree.ts'
import { isBranch, isInList, isZero, rootOfBranch } from './merkle.ts'
import { decodeRecord, encodeRecord, recordRoot } from './record.ts'
import { isOnRoll, placeOf, rollBranch, rollEntry } from './roll.ts'
import { convictionsBranch, findElection, recordBranch, type State } from './state.ts'
import type {
  BoardProof,
  Ceremony,
  ConvictionsProof,
  CountingProof,
  ElectionRecord,
  RecordProof,
} from './types.ts'

/** Levels above the state's five fields, and where in them the lists of elections and convictions lie. */
const STATE_DEPTH = 3
const ELECTIONS_FIELD = 3
const CONVICTIONS_FIELD = 4
/** Siblings from a record's root to the state root: in the list, its length, above the field. */
const RECORD_BRANCH_LENGTH: number = ELECTIONS_DEPTH + 1 + STATE_DEPTH

/** An election's record with its branch to `stateRoot`, or undefined where there is no such election. */
export function proveRecord(state: State, uuid: string): RecordProof | undefined {
  const election = findElection(state, uuid)
  if (election === undefined) return undefined
  const { index, record } = election
  return { record: encodeRecord(record), index, branch: recordBranch(state, index) }
}

/** The record, if this state root commits to it. */
export function verifyRecord(
  stateRoot: Uint8Array,
  proof: RecordProof,
): Result<ElectionRecord, Refusal<'bad-proof'>> {
  const { index, branch } = proof
  const record = decodeRecord(proof.record)
  if (!record.ok) return refuse('bad-proof', `the record is malformed: ${record.error.detail}`)
  if (!Number.isSafeInteger(index) || index < 0 || index >= 2 ** ELECTIONS_DEPTH)
    return refuse('bad-proof', 'no such place in the list of elections')
  if (!isBranch(branch, RECORD_BRANCH_LENGTH)) return refuse('bad-proof', 'the branch has a wrong form')
  const list = rootOfBranch(recordRoot(record.value), index, branch.slice(0, ELECTIONS_DEPTH))
  const root = rootOfBranch(list, ELECTIONS_FIELD * 2, branch.slice(ELECTIONS_DEPTH))
  return equalBytes(root, stateRoot)
    ? ok(record.value)
    : refuse('bad-proof', 'the state root does not commit to this record')
}

/** All convictions with their branch to the state root: also proves who is not convicted. */
export function proveConvictions(state: State): ConvictionsProof {
  return {
    convictions: encodeConvictions(state.inside.convictions.list),
    branch: convictionsBranch(state),
  }
}

/** The convictions, if this state root commits to them. */
export function verifyConvictions(
  stateRoot: Uint8Array,
  { convictions: bytes, branch }: ConvictionsProof,
): Result<readonly Conviction[], Refusal<'bad-proof'>> {
  const convictions = decodeConvictions(bytes)
  if (!convictions.ok)
    return refuse('bad-proof', `the convictions are malformed: ${convictions.error.detail}`)
  if (!isBranch(branch, STATE_DEPTH)) return refuse('bad-proof', 'the branch has a wrong form')
  const root = rootOfBranch(convictionsRoot(convictions.value), CONVICTIONS_FIELD, branch)
  return equalBytes(root, stateRoot)
    ? convictions
    : refuse('bad-proof', 'the state root does not commit to these convictions')
}

/** The ceremony of an election as it travels beside its record, or undefined where there is no such election. */
export function proveCeremony(state: State, uuid: string): Uint8Array | undefined {
  const election = findElection(state, uuid)
  return election === undefined ? undefined : encodeCeremony(election.ceremony)
}

/** The ceremony, if a verified record commits to it. */
export function verifyCeremony(
  record: ElectionRecord,
  bytes: Uint8Array,
): Result<Ceremony, Refusal<'bad-proof'>> {
  const ceremony = decodeCeremony(bytes)
  if (!ceremony.ok) return refuse('bad-proof', `the ceremony is malformed: ${ceremony.error.detail}`)
  return equalBytes(ceremonyRoot(ceremony.value), record.ceremonyRoot)
    ? ceremony
    : refuse('bad-proof', 'the record does not commit to this ceremony')
}

/** A ballot's place on its board, replaced or not; undefined where it is not there. */
export function proveOnBoard(state: State, uuid: string, ballotId: Uint8Array): BoardProof | undefined {
  const election = findElection(state, uuid)
  const position = election && boardPosition(election, ballotId)
  if (election === undefined || position === undefined) return undefined
  return { ballotId, position, branch: listBranch(election.ballots, position) }
}

/** Whether a verified record commits to this ballot being on the board. */
export function verifyOnBoard(record: ElectionRecord, proof: BoardProof): Result<void, Refusal<'bad-proof'>> {
  const { ballotId, position, branch } = proof
  return position < record.ballots && isInList(record.ballotsRoot, BOARD_DEPTH, position, ballotId, branch)
    ? ok(undefined)
    : refuse('bad-proof', 'the record does not commit to this ballot at this position')
}

/** Which ballot counts for a credential, or that none does; undefined where the credential is not on an accepted roll. */
export function proveCounting(state: State, uuid: string, credential: Uint8Array): CountingProof | undefined {
  const election = findElection(state, uuid)
  const place = election?.roll === undefined ? undefined : placeOf(election.roll, credential)
  if (election?.roll === undefined || place === undefined) return undefined
  return {
    entry: rollEntry(election.roll, place),
    place,
    rollBranch: rollBranch(election.roll, place),
    ballotId: valueAt(election.counting, place),
    countingBranch: listBranch(election.counting, place),
  }
}

/** Whether a verified record commits to this entry of the roll and to this ballot (zeros: none) counting for it. */
export function verifyCounting(
  record: ElectionRecord,
  proof: CountingProof,
): Result<void, Refusal<'bad-proof'>> {
  const { roll, countingRoot } = record
  const { entry, place, rollBranch, ballotId, countingBranch } = proof
  if (roll === undefined || place >= roll.voters)
    return refuse('bad-proof', 'the record has no such place on its roll')
  if (!isOnRoll(roll.root, entry, place, rollBranch))
    return refuse('bad-proof', 'the record does not commit to this entry of the roll')
  return isInList(countingRoot, ROLL_DEPTH, place, ballotId, countingBranch)
    ? ok(undefined)
    : refuse(
        'bad-proof',
        isZero(ballotId)
          ? 'some ballot may count for this voter'
          : 'this ballot does not count for this voter',
      )
}
