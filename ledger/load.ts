/**
 * The state out of its durable image. Nothing in the image is believed: every root is computed again from the lists and
 * compared with the record's, and the state's with the head's; what does not add up is `state-damaged`.
 */
import { equalBytes, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { decodeTally, type EncryptedTally } from '../election/index.ts'
import { ceremonyRoot, decodeCeremony } from './ceremony-ssz.ts'
import { checkDraft } from './draft.ts'
import { type ElectionState, electionOf, newElection, sealed } from './election-state.ts'
import { convictionOf } from './evidence.ts'
import { decodeConviction } from './evidence-ssz.ts'
import { EMPTY_TRIE, type IdTrie, positionOf, withId } from './id-trie.ts'
import { Damage, damaged, type ElectionParts, ImageParts } from './image-parts.ts'
import { BOARD_DEPTH, CHUNK_ENTRIES, MAX_TOTAL_WEIGHT, ROLL_DEPTH } from './limits.ts'
import { listFrom } from './list-tree.ts'
import { newPendingRoll, type PendingRoll, withChunk } from './pending-roll.ts'
import { decodeRecord, recordRoot } from './record.ts'
import { buildRoll, ENTRY_BYTES, hashedChunk, type Roll, weightIn } from './roll.ts'
import { genesisState, isRegistered, type State, stateRoot, withConvicted, withElection } from './state.ts'
import { areTrusteesReady } from './trustees.ts'
import type { Ceremony, ElectionRecord, Genesis, RollProgress } from './types.ts'

type Loaded = Result<State, Refusal<'state-damaged'>>

/** The state out of its durable image: all changes of all finalised blocks, last value a key. */
export function loadState(
  genesis: Genesis,
  networkId: Uint8Array,
  entries: Iterable<readonly [Uint8Array, Uint8Array]>,
): Loaded {
  const parts = new ImageParts()
  try {
    for (const [key, value] of entries) parts.take(key, value)
    return ok(load(genesis, networkId, parts))
  } catch (error) {
    return refusalOf(error)
  }
}

/** The same of entries that come one by one, so that the image is not in memory whole. An error of theirs passes through. */
export async function loadStateFrom(
  genesis: Genesis,
  networkId: Uint8Array,
  entries: AsyncIterable<readonly [Uint8Array, Uint8Array]>,
): Promise<Loaded> {
  const parts = new ImageParts()
  try {
    for await (const [key, value] of entries) parts.take(key, value)
    return ok(load(genesis, networkId, parts))
  } catch (error) {
    return refusalOf(error)
  }
}

function refusalOf(error: unknown): Loaded {
  if (error instanceof Damage) return refuse('state-damaged', error.message)
  throw error
}

function load(genesis: Genesis, networkId: Uint8Array, { head, elections, convicted }: ImageParts): State {
  let state = genesisState(genesis, networkId)
  if (head === undefined) {
    if (elections.size > 0 || convicted.size > 0) damaged('there are elections or convictions and no head')
    return state
  }
  for (let index = 0; index < head.elections; index++) {
    const parts = elections.get(index) ?? damaged(`election ${index} is missing`)
    state = withElection(state, loadElection(index, parts))
  }
  if (elections.size !== head.elections) damaged(`${elections.size} elections, not ${head.elections}`)
  state = loadConvictions(state, convicted)
  const { height, id, time } = head
  if (height < 1 || time <= genesis.time) damaged('the head is not after the genesis')
  if (!equalBytes(stateRoot(state), head.stateRoot))
    damaged(`the state root is ${toHex(stateRoot(state))}, not ${toHex(head.stateRoot)}`)
  return { ...state, head: { height, id, time } }
}

/** Evidence was verified when it was accepted, and the state root covers what came of it. */
function loadConvictions(state: State, convicted: ReadonlyMap<number, Uint8Array>): State {
  let next = state
  for (let place = 0; place < convicted.size; place++) {
    const conviction = decodeConviction(convicted.get(place) ?? damaged(`conviction ${place} is missing`))
    if (!conviction.ok) return damaged(`conviction ${place}: ${conviction.error.detail}`)
    const { validator } = conviction.value
    if (!isRegistered(state.genesis.validators, validator) || convictionOf(next, validator) !== undefined)
      damaged(`conviction ${place} is of nobody, or of somebody who is convicted already`)
    next = withConvicted(next, conviction.value)
  }
  return next
}

function loadElection(index: number, parts: ElectionParts): ElectionState {
  const place = `election ${index}`
  const record = decodeRecord(parts.record ?? damaged(`${place}: no record`))
  if (!record.ok) return damaged(`${place}: ${record.error.detail}`)
  const { draft, administrator } = record.value
  const checked = checkDraft(draft)
  if (!checked.ok) return damaged(`${place}: the draft: ${checked.error.detail}`)
  const rolls = loadRolls(record.value, parts, place)
  const base: ElectionState = {
    ...newElection(index, draft, administrator, 0),
    record: record.value,
    ceremony: loadCeremony(record.value, parts, place),
    ...rolls,
    ...loadBoard(rolls.roll, parts, place),
  }
  const keyed = withBelenios(base, place)
  const tally = loadTally(record.value, place)
  const loaded = tally === undefined ? keyed : { ...keyed, tally }
  // The record of a sealed election follows from the rest: this compares every root and count at once.
  if (!equalBytes(recordRoot(sealed(loaded).record), recordRoot(record.value)))
    damaged(`${place}: the record does not follow from the lists`)
  return loaded
}

function loadCeremony(record: ElectionRecord, parts: ElectionParts, place: string): Ceremony {
  const ceremony = decodeCeremony(parts.ceremony ?? damaged(`${place}: no ceremony`))
  if (!ceremony.ok) return damaged(`${place}: the ceremony: ${ceremony.error.detail}`)
  // Everything in it was verified when it was accepted, and the state root covers it.
  return equalBytes(ceremonyRoot(ceremony.value), record.ceremonyRoot)
    ? ceremony.value
    : damaged(`${place}: the ceremony has another root`)
}

function loadRolls(
  record: ElectionRecord,
  parts: ElectionParts,
  place: string,
): { readonly rolls: readonly PendingRoll[]; readonly roll?: Roll } {
  const expected = (record.roll === undefined ? 0 : 1) + record.rolls.length
  if (parts.chunks.size !== expected) damaged(`${place}: ${parts.chunks.size} rolls, not ${expected}`)
  const rolls = record.rolls.map((progress) => loadPending(progress, parts, place))
  if (record.roll === undefined) return { rolls }
  const { registrar, isWeighted } = record.roll
  const chunks = parts.chunks.get(toHex(registrar)) ?? damaged(`${place}: the roll is missing`)
  const ordered = Array.from(
    { length: chunks.size },
    (_, i) => chunks.get(i) ?? damaged(`${place}: chunk ${i} of the roll is missing`),
  )
  for (const [i, chunk] of ordered.entries())
    checkChunk(chunk, i, { count: ordered.length, isWeighted }, place)
  const roll = buildRoll(ordered.map(hashedChunk))
  if (!equalBytes(roll.root, record.roll.root)) damaged(`${place}: the roll has another root`)
  return { rolls, roll }
}

/** Chunk `index` of `count`: full, or the last one and not empty; with weights that the ledger would have taken. */
function checkChunk(
  bytes: Uint8Array,
  index: number,
  { count, isWeighted }: { readonly count: number; readonly isWeighted: boolean },
  place: string,
): void {
  const { length } = bytes
  const full = CHUNK_ENTRIES * ENTRY_BYTES
  const isLast = index === count - 1 && length > 0 && length < full && length % ENTRY_BYTES === 0
  if (index >= count || !(length === full || isLast))
    damaged(`${place}: chunk ${index} of ${count} of a roll has ${length} bytes`)
  const most = isWeighted ? MAX_TOTAL_WEIGHT : 1n
  for (let entry = 0; entry < length / ENTRY_BYTES; entry++) {
    const weight = weightIn(bytes, entry)
    if (weight < 1n || weight > most) damaged(`${place}: a weight of ${weight} on a roll`)
  }
}

function loadPending(progress: RollProgress, parts: ElectionParts, place: string): PendingRoll {
  const { registrar, hash, isWeighted, chunks: count, signers } = progress
  const found = parts.chunks.get(toHex(registrar)) ?? damaged(`${place}: a roll without chunks`)
  let pending: PendingRoll = { ...newPendingRoll({ registrar, rollHash: hash, isWeighted, count }), signers }
  for (const [index, bytes] of found) {
    checkChunk(bytes, index, { count, isWeighted }, place)
    const next = withChunk(pending, index, bytes)
    pending = next.ok ? next.value : damaged(`${place}: ${next.error.detail}`)
  }
  return pending
}

function loadBoard(
  roll: Roll | undefined,
  { board }: ElectionParts,
  place: string,
): Pick<ElectionState, 'ballots' | 'seen' | 'counting'> {
  const voters = roll?.voters ?? 0
  /** By place on the roll, one more than the position of the last ballot; 0: none. */
  const last = new Uint32Array(voters)
  const ballots = listFrom(BOARD_DEPTH, board.length(), (position) => {
    const ballot = board.at(position) ?? damaged(`${place}: ballot ${position} is missing`)
    if (ballot.place >= voters) damaged(`${place}: a ballot is from nobody on the roll`)
    last[ballot.place] = position + 1
    return ballot.id
  })
  const idAt = (position: number): Uint8Array => board.at(position)!.id
  let seen: IdTrie = EMPTY_TRIE
  for (let position = 0; position < board.length(); position++) {
    const id = idAt(position)
    if (positionOf(seen, id, idAt) !== undefined)
      damaged(`${place}: ballot ${position} is on the board twice`)
    seen = withId(seen, id, position, idAt)
  }
  const counting = listFrom(ROLL_DEPTH, voters, (voter) =>
    last[voter] === 0 ? undefined : idAt(last[voter]! - 1),
  )
  return { ballots, seen, counting }
}

function withBelenios(election: ElectionState, place: string): ElectionState {
  const { record, roll, ceremony } = election
  if (record.electionHash === undefined) return election
  if (roll === undefined || !areTrusteesReady(ceremony))
    damaged(`${place}: frozen without all keys and the roll`)
  return { ...election, election: electionOf(record) ?? damaged(`${place}: another election hash`) }
}

function loadTally(record: ElectionRecord, place: string): EncryptedTally | undefined {
  if (record.tally === undefined) return undefined
  const decoded = decodeTally(record.draft.questions, record.tally)
  return decoded.ok ? decoded.value : damaged(`${place}: the tally is malformed`)
}
