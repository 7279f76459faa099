/**
 * An election's bulletin board as the Belenios archive has it (specification 4.4): data and events in order, up to the
 * present. What is appended later only continues it (T25).
 */
import { assert, equalBytes, toHex } from '../base/index.ts'
import {
  type ArchiveEntry,
  type Ballot,
  type BoardHead,
  ballotId,
  ballotJson,
  decodePartialDecryption,
  type EventType,
  nextEvent,
  ownedDecryptionJson,
  partialDecryptionJson,
  payloadHash,
  resultJson,
  setupJson,
  sizedTallyJson,
  tallyJson,
  trusteesJson,
} from '../election/index.ts'
import type { ElectionState } from './election-state.ts'
import { valuesOf } from './list-tree.ts'
import { rollJson } from './roll.ts'
import { findElection, type State } from './state.ts'
import { trusteesOf } from './trustees.ts'
import type { ElectionRecord } from './types.ts'

/** The timestamp of an archive's header: the opening, in whole seconds since 1970. */
export function archiveTimestamp(record: ElectionRecord): number {
  return Math.floor(record.draft.opensAt / 1000)
}

/** Ballot ids in board order. */
export function boardIds(state: State, uuid: string): Iterable<Uint8Array> {
  const election = findElection(state, uuid)
  return election === undefined ? [] : valuesOf(election.ballots)
}

/** The whole board of an election as archive entries; `ballot` gives a ballot by id. Empty before it opens. */
export async function* boardEntries(
  state: State,
  uuid: string,
  ballot: (id: Uint8Array) => Promise<Ballot>,
): AsyncIterable<ArchiveEntry> {
  const found = findElection(state, uuid)
  if (found?.record.board === undefined) return
  const chain = eventChain()
  yield* setupEntries(found, chain)
  for (const id of valuesOf(found.ballots)) {
    const content = await ballot(id)
    assert(equalBytes(ballotId(content), id), `the ballot given is the one asked for: ${toHex(id)}`)
    yield data(ballotJson(content))
    yield chain.event('Ballot', id)
  }
  if (found.record.phase !== 'open') yield* tallyEntries(found, chain)
  const head = chain.head()
  assert(
    head !== undefined && equalBytes(head.hash, found.record.board.hash),
    'the board ends in the head that the record has',
  )
}

interface EventChain {
  event(type: EventType, payload?: Uint8Array): ArchiveEntry
  head(): BoardHead | undefined
}

function eventChain(): EventChain {
  let head: BoardHead | undefined
  return {
    event: (type, payload) => {
      const next = nextEvent(head, type, payload)
      head = next.head
      return { kind: 'event', json: next.json }
    },
    head: () => head,
  }
}

function data(json: string): ArchiveEntry {
  return { kind: 'data', json }
}

function* setupEntries(found: ElectionState, chain: EventChain): Iterable<ArchiveEntry> {
  const { election, roll, record, ceremony } = found
  assert(
    election !== undefined && roll !== undefined && record.roll !== undefined,
    'an election that was opened has its key and roll',
  )
  const trustees = trusteesJson(trusteesOf(record.draft, ceremony))
  yield data(election.json)
  yield data(trustees)
  yield data(rollJson(roll, record.roll.isWeighted))
  const setup = setupJson(election.hash, payloadHash(trustees), record.roll.hash)
  yield data(setup)
  yield chain.event('Setup', payloadHash(setup))
}

/** From the closing on: the tally, the partial decryptions that are there, the result if it is. */
function* tallyEntries({ record, tally }: ElectionState, chain: EventChain): Iterable<ArchiveEntry> {
  assert(tally !== undefined, 'an election that was closed has a tally')
  yield chain.event('EndBallots')
  const json = tallyJson(tally)
  yield data(json)
  const sized = sizedTallyJson(record.voted, record.votedWeight, payloadHash(json))
  yield data(sized)
  yield chain.event('EncryptedTally', payloadHash(sized))
  for (const { owner, decryption } of record.decryptions) {
    const decoded = decodePartialDecryption(decryption)
    assert(decoded.ok, 'a published decryption is well-formed')
    const partial = partialDecryptionJson(decoded.value)
    yield data(partial)
    const owned = ownedDecryptionJson(owner, payloadHash(partial))
    yield data(owned)
    yield chain.event('PartialDecryption', payloadHash(owned))
  }
  if (record.result === undefined) return
  const result = resultJson(record.result)
  yield data(result)
  yield chain.event('Result', payloadHash(result))
}
