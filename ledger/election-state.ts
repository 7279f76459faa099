/**
 * One election inside the state: its record, and what the record only has the roots of. Immutable; a new version shares
 * everything that did not change. During a block the record's roots, counts and tally stay behind; `sealed` brings them up to date
 * once at the block's end.
 */
import { equalBytes } from '../base/index.ts'
import { decodePoint, type Point } from '../crypto/index.ts'
import { createElection, type Election, type EncryptedTally, encodeTally } from '../election/index.ts'
import { newCeremony } from './ceremony.ts'
import { ceremonyRoot } from './ceremony-ssz.ts'
import { EMPTY_TRIE, type IdAt, type IdTrie, positionOf, withId } from './id-trie.ts'
import { BOARD_DEPTH, ROLL_DEPTH } from './limits.ts'
import { appended, type ListTree, listRoot, valueAt, withValue, zeroList } from './list-tree.ts'
import { isZero } from './merkle.ts'
import { type PendingRoll, progressOf } from './pending-roll.ts'
import type { Roll } from './roll.ts'
import type { Ceremony, ElectionDraft, ElectionRecord } from './types.ts'

/** One version of one election; immutable. */
export interface ElectionState {
  /** Place in the state's list of elections. */
  readonly index: number
  readonly record: ElectionRecord
  /** How the election's key comes about. */
  readonly ceremony: Ceremony
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

/** A new election at the end of the list, drafted at `time`. */
export function newElection(
  index: number,
  draft: ElectionDraft,
  administrator: Uint8Array,
  time: number,
): ElectionState {
  const ballots = zeroList(BOARD_DEPTH)
  const counting = zeroList(ROLL_DEPTH)
  const ceremony = newCeremony(draft, time)
  const record: ElectionRecord = {
    draft,
    administrator,
    phase: 'draft',
    ceremonyRoot: ceremonyRoot(ceremony),
    rolls: [],
    ballotsRoot: listRoot(ballots),
    ballots: 0,
    countingRoot: listRoot(counting),
    voted: 0,
    votedWeight: 0n,
    decryptions: [],
  }
  return { index, record, ceremony, rolls: [], ballots, seen: EMPTY_TRIE, counting }
}

/** The election with another record. */
export function withRecord(election: ElectionState, fields: Partial<ElectionRecord>): ElectionState {
  return { ...election, record: { ...election.record, ...fields } }
}

/** The Belenios election that a draft and the election key make. */
export function belenios(draft: ElectionDraft, publicKey: Point): Election {
  const { administratorName, credentialAuthorityName } = draft
  return createElection({
    description: draft.description,
    name: draft.name,
    publicKey,
    questions: draft.questions,
    uuid: draft.uuid,
    ...(administratorName === undefined ? {} : { administrator: administratorName }),
    ...(credentialAuthorityName === undefined ? {} : { credentialAuthority: credentialAuthorityName }),
  })
}

/** By the draft, which all later versions of a record share. */
const electionsByDraft = new WeakMap<ElectionDraft, Election>()

/** The Belenios election of a record, from `frozen` on; undefined also where the record contradicts itself. */
export function electionOf(record: ElectionRecord): Election | undefined {
  const { draft, electionKey, electionHash } = record
  if (electionHash === undefined || electionKey === undefined) return undefined
  const known = electionsByDraft.get(draft)
  if (known !== undefined && equalBytes(known.hash, electionHash)) return known
  const key = decodePoint(electionKey)
  if (!key.ok || key.value.is0()) return undefined
  const election = belenios(draft, key.value)
  if (!equalBytes(election.hash, electionHash)) return undefined
  electionsByDraft.set(draft, election)
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
    ceremonyRoot: ceremonyRoot(election.ceremony),
    rolls: election.rolls.map(progressOf),
    ballotsRoot: listRoot(election.ballots),
    ballots: election.ballots.length,
    countingRoot: listRoot(election.counting),
    ...(election.tally === undefined ? {} : { tally: encodeTally(election.tally) }),
  })
}
