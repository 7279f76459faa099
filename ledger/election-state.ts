/**
 * One election inside the state: its record, and what the record only has the roots of. Immutable; a new version shares
 * everything that did not change. During a block the record's roots, counts and tally stay behind; `sealed` brings them up to date
 * once at the block's end.
 */
import { assert, equalBytes } from '../base/index.ts'
import {
  createElection,
  decodeTrusteeKey,
  type Election,
  type EncryptedTally,
  electionKey,
  encodeTally,
  type TrusteeKind,
  type TrusteePublicKey,
} from '../election/index.ts'
import { EMPTY_TRIE, type IdAt, type IdTrie, positionOf, withId } from './id-trie.ts'
import { BOARD_DEPTH, ROLL_DEPTH } from './limits.ts'
import { appended, type ListTree, listRoot, valueAt, withValue, zeroList } from './list-tree.ts'
import { isZero } from './merkle.ts'
import { type PendingRoll, progressOf } from './pending-roll.ts'
import type { Roll } from './roll.ts'
import type { ElectionDraft, ElectionRecord } from './types.ts'

/** One version of one election; immutable. */
export interface ElectionState {
  /** Place in the state's list of elections. */
  readonly index: number
  readonly record: ElectionRecord
  /** Decoded keys in the draft's order of trustees. */
  readonly trusteeKeys: readonly (TrusteePublicKey | undefined)[]
  /** Rolls being published, in order of their first chunk; empty once one is accepted. */
  readonly rolls: readonly PendingRoll[]
  /** The accepted roll. */
  readonly roll?: Roll
  /** From `frozen` on. */
  readonly election?: Election
  /** Ids in board order. */
  readonly ballots: ListTree
  /** Position on the board by id: every id ever seen, replaced ones included (T14). */
  readonly seen: IdTrie
  /** By place on the roll, the id of the ballot that counts; zeros: none. */
  readonly counting: ListTree
  /** Sum of the ballots that count; from `open` on. */
  readonly tally?: EncryptedTally
}

/** A new election at the end of the list. */
export function newElection(index: number, draft: ElectionDraft, administrator: Uint8Array): ElectionState {
  const ballots = zeroList(BOARD_DEPTH)
  const counting = zeroList(ROLL_DEPTH)
  const record: ElectionRecord = {
    draft,
    administrator,
    phase: 'draft',
    trusteeKeys: draft.trustees.map(() => undefined),
    rolls: [],
    ballotsRoot: listRoot(ballots),
    ballots: 0,
    countingRoot: listRoot(counting),
    voted: 0,
    votedWeight: 0n,
    decryptions: [],
  }
  const trusteeKeys = record.trusteeKeys.map(() => undefined)
  return { index, record, trusteeKeys, rolls: [], ballots, seen: EMPTY_TRIE, counting }
}

/** The election with another record. */
export function withRecord(election: ElectionState, fields: Partial<ElectionRecord>): ElectionState {
  return { ...election, record: { ...election.record, ...fields } }
}

/** The trustees of an election all of whose keys are there, as the Belenios structure. */
export function trusteesOf(election: ElectionState): readonly TrusteeKind[] {
  return election.trusteeKeys.map((key) => {
    assert(key !== undefined, 'a frozen election has all keys')
    return { kind: 'single', key }
  })
}

/** The Belenios election that a draft and its trustees' keys make; nobody asserts its key, it is computed. */
export function belenios(draft: ElectionDraft, trustees: readonly TrusteeKind[]): Election {
  const { administratorName, credentialAuthorityName } = draft
  return createElection({
    description: draft.description,
    name: draft.name,
    publicKey: electionKey(trustees),
    questions: draft.questions,
    uuid: draft.uuid,
    ...(administratorName === undefined ? {} : { administrator: administratorName }),
    ...(credentialAuthorityName === undefined ? {} : { credentialAuthority: credentialAuthorityName }),
  })
}

/** By the array of keys, which all later versions of a record share. */
const electionsByKeys = new WeakMap<ElectionRecord['trusteeKeys'], Election>()

/** The Belenios election of a record, from `frozen` on; undefined also where the record contradicts itself. */
export function electionOf(record: ElectionRecord): Election | undefined {
  const { draft, trusteeKeys, electionHash } = record
  if (electionHash === undefined) return undefined
  const known = electionsByKeys.get(trusteeKeys)
  if (known !== undefined && equalBytes(known.hash, electionHash)) return known
  const trustees: TrusteeKind[] = []
  for (const bytes of trusteeKeys) {
    const key = bytes === undefined ? undefined : decodeTrusteeKey(bytes)
    if (key === undefined || !key.ok) return undefined
    trustees.push({ kind: 'single', key: key.value })
  }
  const election = belenios(draft, trustees)
  if (!equalBytes(election.hash, electionHash)) return undefined
  electionsByKeys.set(trusteeKeys, election)
  return election
}

function idAt(election: ElectionState): IdAt {
  return (position) => valueAt(election.ballots, position)
}

/** A ballot's position on the board, or undefined. */
export function boardPosition(election: ElectionState, ballotId: Uint8Array): number | undefined {
  return positionOf(election.seen, ballotId, idAt(election))
}

/** The id of the ballot that counts for a place on the roll, or undefined. */
export function countingBallot(election: ElectionState, place: number): Uint8Array | undefined {
  const id = valueAt(election.counting, place)
  return isZero(id) ? undefined : id
}

/** The election with one more ballot at the end of its board, which from now on counts for that place. */
export function withBallot(election: ElectionState, ballotId: Uint8Array, place: number): ElectionState {
  return {
    ...election,
    ballots: appended(election.ballots, ballotId),
    seen: withId(election.seen, ballotId, election.ballots.length, idAt(election)),
    counting: withValue(election.counting, place, ballotId),
  }
}

/** The election with its record brought up to date: roots, counts, tally, rolls. */
export function sealed(election: ElectionState): ElectionState {
  return withRecord(election, {
    rolls: election.rolls.map(progressOf),
    ballotsRoot: listRoot(election.ballots),
    ballots: election.ballots.length,
    countingRoot: listRoot(election.counting),
    ...(election.tally === undefined ? {} : { tally: encodeTally(election.tally) }),
  })
}
