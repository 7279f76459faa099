/**
 * The replicated state and its commitment.
 *
 * A state is an immutable value; executing a block makes a new one that shares structure with the old, so that several proposals
 * can be executed side by side and dropped. Nothing here grows by copying: elections are in a persistent vector, their boards in
 * persistent trees.
 *
 * `stateRoot` is the SSZ root of
 *   State { validators, administrators, registrars: List[Bytes32]; elections: List[ElectionRecord root, 2^20];
 *           convictions: List[Conviction, 256] }
 * so that a record is proved by one branch.
 */
import { ListCompositeType } from '@chainsafe/ssz'
import { assert, codec, equalBytes } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { boardPosition, type ElectionState } from './election-state.ts'
import { type Conviction, type Convictions, NO_CONVICTIONS, withConviction } from './evidence-ssz.ts'
import { EMPTY_TRIE, type IdTrie, positionOf, withId } from './id-trie.ts'
import { ELECTIONS_DEPTH, MAX_LIVE_ELECTIONS, MAX_PARTIES, MAX_VALIDATORS } from './limits.ts'
import { appended, type ListTree, listBranch, listRoot, withValue, zeroList } from './list-tree.ts'
import { hashPair, ZERO_ROOT } from './merkle.ts'
import { recordRoot } from './record.ts'
import { BYTES32 } from './ssz.ts'
import type { Ceremony, ElectionRecord, Genesis } from './types.ts'
import { elementAt, elementsOf, emptyVector, type Vector, withElement } from './vector.ts'

/** Immutable; versions share their structure, so that speculative execution costs only what it changes. */
export interface State {
  readonly networkId: Uint8Array
  readonly genesis: Genesis
  /** The last executed block; the genesis at height 0 (its id is the network id). */
  readonly head: { readonly height: number; readonly id: Uint8Array; readonly time: number }
  /** Opaque outside this folder. */
  readonly inside: Inside
}

/** What a state holds beside its head. */
export interface Inside {
  readonly elections: Vector<ElectionState>
  /** Place by SHA-256 of the uuid. */
  readonly places: IdTrie
  /** Root of each record. */
  readonly records: ListTree
  /** Places of elections that are neither tallied nor abandoned, ascending: the ones that time can move. */
  readonly live: readonly number[]
  /** Roots of the three lists of keys: hash(validators, administrators) and the registrars'. */
  readonly keyRoots: { readonly left: Uint8Array; readonly registrars: Uint8Array }
  /** Validators that contradicted themselves. */
  readonly convictions: Convictions
}

/** The node above two leaves without a field. */
const NO_FIELDS: Uint8Array = hashPair(ZERO_ROOT, ZERO_ROOT)

const validatorKeys = codec(new ListCompositeType(BYTES32, MAX_VALIDATORS), 32 * MAX_VALIDATORS)
const partyKeys = codec(new ListCompositeType(BYTES32, MAX_PARTIES), 32 * MAX_PARTIES)

/** SSZ root of a list of validator keys. */
export function validatorsRoot(keys: readonly Uint8Array[]): Uint8Array {
  return validatorKeys.root([...keys])
}

/** The state before the first block. */
export function genesisState(genesis: Genesis, networkId: Uint8Array): State {
  assert(networkId.length === 32, 'a network id has 32 bytes')
  const keys = (parties: Genesis['registrars']): Uint8Array[] => parties.map((party) => party.publicKey)
  return {
    networkId,
    genesis,
    head: { height: 0, id: networkId, time: genesis.time },
    inside: {
      elections: emptyVector(),
      places: EMPTY_TRIE,
      records: zeroList(ELECTIONS_DEPTH),
      live: [],
      keyRoots: {
        left: hashPair(
          validatorsRoot(keys(genesis.validators)),
          partyKeys.root(keys(genesis.administrators)),
        ),
        registrars: partyKeys.root(keys(genesis.registrars)),
      },
      convictions: NO_CONVICTIONS,
    },
  }
}

/** The 32 bytes that a block's header certifies: the SSZ root of the state. */
export function stateRoot(state: State): Uint8Array {
  return hashPair(firstFields(state), lastFields(state))
}

/** The branch of a record's root to the state root: inside the list, its length, the registrars, the other keys, the convictions. */
export function recordBranch(state: State, index: number): readonly Uint8Array[] {
  const { keyRoots, records } = state.inside
  return [...listBranch(records, index), keyRoots.registrars, keyRoots.left, lastFields(state)]
}

/** The branch of the root of all convictions to the state root. */
export function convictionsBranch(state: State): readonly Uint8Array[] {
  return [ZERO_ROOT, NO_FIELDS, firstFields(state)]
}

/** Of a container's eight leaves, the state's five fields and three zeros: the node above the first four. */
function firstFields({ inside: { keyRoots, records } }: State): Uint8Array {
  return hashPair(keyRoots.left, hashPair(keyRoots.registrars, listRoot(records)))
}

/** The node above the other four. */
function lastFields({ inside: { convictions } }: State): Uint8Array {
  return hashPair(hashPair(convictions.root, ZERO_ROOT), NO_FIELDS)
}

/** Keys of uuids, which are asked for several times a ballot; forgotten all at once when they are many. Only speed depends on it. */
const uuidKeys = new Map<string, Uint8Array>()

function uuidKey(uuid: string): Uint8Array {
  const known = uuidKeys.get(uuid)
  if (known !== undefined) return known
  const key = sha256(uuid)
  if (uuidKeys.size >= MAX_LIVE_ELECTIONS) uuidKeys.clear()
  uuidKeys.set(uuid, key)
  return key
}

/** An election by uuid. */
export function findElection(state: State, uuid: string): ElectionState | undefined {
  const { elections, places } = state.inside
  const at = positionOf(places, uuidKey(uuid), (place) =>
    uuidKey(elementAt(elections, place).record.draft.uuid),
  )
  return at === undefined ? undefined : elementAt(elections, at)
}

/** The state with a sealed election instead of its former version, or with one more at the end. */
export function withElection(state: State, election: ElectionState): State {
  const { elections, places, records, live } = state.inside
  const { index, record } = election
  const isNew = index === elections.length
  const root = recordRoot(record)
  const isLive = record.phase !== 'tallied' && record.phase !== 'abandoned'
  const wasLive = live.includes(index)
  const inside: Inside = {
    ...state.inside,
    elections: withElement(elections, index, election),
    places: isNew
      ? withId(places, uuidKey(record.draft.uuid), index, (place) =>
          uuidKey(elementAt(elections, place).record.draft.uuid),
        )
      : places,
    records: isNew ? appended(records, root) : withValue(records, index, root),
    live:
      isLive === wasLive
        ? live
        : isLive
          ? [...live, index].sort((a, b) => a - b)
          : live.filter((other) => other !== index),
  }
  return { ...state, inside }
}

/** The state with one more validator convicted. */
export function withConvicted(state: State, conviction: Conviction): State {
  const { inside } = state
  return { ...state, inside: { ...inside, convictions: withConviction(inside.convictions, conviction) } }
}

/** The records of all elections, in order of their drafts. */
export function elections(state: State): readonly ElectionRecord[] {
  return [...elementsOf(state.inside.elections)].map((election) => election.record)
}

/** The record of one election. */
export function electionRecord(state: State, uuid: string): ElectionRecord | undefined {
  return findElection(state, uuid)?.record
}

/** The ceremony that makes an election's key. */
export function electionCeremony(state: State, uuid: string): Ceremony | undefined {
  return findElection(state, uuid)?.ceremony
}

/** Whether a ballot is on an election's board, replaced or not. */
export function isOnBoard(state: State, uuid: string, ballotId: Uint8Array): boolean {
  const election = findElection(state, uuid)
  return election !== undefined && boardPosition(election, ballotId) !== undefined
}

/** Whether a key is among the parties. */
export function isRegistered(parties: Genesis['registrars'], key: Uint8Array): boolean {
  return parties.some((party) => equalBytes(party.publicKey, key))
}
