/**
 * A01 to A06: the archive, its files and its chain of events (specification 4.4), without a look into the payloads.
 *
 * Stricter than the official tool: heights count up from 0 without a gap, the types come in their one order, nothing follows the
 * Result, and every data file is referred to exactly once, by an event that stands after it. A file that no event needs is
 * as wrong as one that is missing: it could be told to be part of the board.
 */
import { equalBytes, fromHex, fromUtf8, toHex } from '../../base/index.ts'
import { type ArchiveFile, archiveDirectory, isNamedByItsHash } from '../archive.ts'
import { type BoardEvent, hasPayload, parseEvent } from '../events.ts'
import type { EventType } from '../types.ts'
import type { CheckId, Findings } from './findings.ts'

/** One event and where it stands. */
export interface PlacedEvent {
  readonly event: BoardEvent
  /** "event 3 (Ballot)", for findings. */
  readonly place: string
  /** Its place among the archive's files. */
  readonly index: number
}

/** A board whose structure has been looked at. */
export interface Board {
  readonly events: readonly PlacedEvent[]
  /** The text of a data file that an event refers to; A06 fails where it is missing, later, or referred to before. */
  take(hash: Uint8Array, by: PlacedEvent, what: string): string | undefined
  /** The text of a data file that was taken before. */
  read(hash: Uint8Array): string | undefined
  /** A06 fails for every data file that was never taken. */
  reportUnused(): void
}

/** Reads the structure of an archive; undefined where it is not an archive at all. */
export function openBoard(bytes: Uint8Array, findings: Findings): Board | undefined {
  const directory = archiveDirectory(bytes)
  if (!directory.ok) {
    findings.fail('A01', directory.error.detail)
    return undefined
  }
  const { files } = directory.value
  const events: PlacedEvent[] = []
  const data = new Map<string, number>()
  for (const [index, file] of files.entries()) {
    const name = `${file.hash}.${file.kind}.json`
    if (!isNamedByItsHash(file)) findings.fail('A02', `${name}: its content has another hash`)
    const json = fromUtf8(file.content)
    if (json === undefined) findings.fail('A02', `${name}: not UTF-8`)
    if (file.kind === 'data') {
      data.set(file.hash, index)
      continue
    }
    const event = parseEvent(json ?? '')
    if (!event.ok) findings.fail('A03', `${name}: ${event.error.detail}`)
    else
      events.push({ event: event.value, place: `event ${event.value.height} (${event.value.type})`, index })
  }
  checkChain(files, events, findings)
  checkOrder(events, findings)
  return { events, ...dataFiles(files, data, findings) }
}

function checkChain(files: readonly ArchiveFile[], events: readonly PlacedEvent[], findings: Findings): void {
  let parent: Uint8Array | undefined
  for (const [height, { event, place, index }] of events.entries()) {
    if (event.height !== height) findings.fail('A04', `${place}: its height should be ${height}`)
    const isChild =
      parent === undefined || event.parent === undefined
        ? parent === event.parent
        : equalBytes(parent, event.parent)
    if (!isChild) findings.fail('A04', `${place}: its parent is not the event before it`)
    parent = fromHex(files[index]!.hash)
  }
}

/** The order of types. Ballots and partial decryptions may repeat; the others come once. */
const RANKS: Readonly<Record<EventType, number>> = {
  Setup: 0,
  Ballot: 1,
  EndBallots: 2,
  EncryptedTally: 3,
  Shuffle: 4,
  EndShuffles: 5,
  PartialDecryption: 6,
  Result: 7,
}
const REPEATABLE: readonly EventType[] = ['Ballot', 'Shuffle', 'PartialDecryption']
/** What must have come before. */
const PREREQUISITES: Readonly<Partial<Record<EventType, EventType>>> = {
  EncryptedTally: 'EndBallots',
  PartialDecryption: 'EncryptedTally',
  Result: 'EncryptedTally',
}

/** What every election comes to in the end. */
const STAGES: readonly EventType[] = ['EndBallots', 'EncryptedTally', 'Result']

function checkOrder(events: readonly PlacedEvent[], findings: Findings): void {
  if (events[0]?.event.type !== 'Setup') findings.fail('A05', 'the first event is not Setup')
  const seen = new Set<EventType>()
  let last: EventType = 'Setup'
  for (const { event, place } of events) {
    const { type, payload } = event
    const fail = (what: string): void => findings.fail('A05', `${place}: ${what}`)
    if (type === 'Shuffle' || type === 'EndShuffles') fail('no question of this election is shuffled')
    if (RANKS[type] < RANKS[last]) fail(`stands after ${last}`)
    else last = type
    if (seen.has(type) && !REPEATABLE.includes(type)) fail('stands there a second time')
    const prerequisite = PREREQUISITES[type]
    if (prerequisite !== undefined && !seen.has(prerequisite)) fail(`stands before ${prerequisite}`)
    if ((payload !== undefined) !== hasPayload(type))
      fail(payload === undefined ? 'has no payload' : 'has a payload')
    seen.add(type)
  }
  const missing = STAGES.filter((type) => !seen.has(type))
  if (missing.length > 0) findings.note('A05', `not there yet: ${missing.join(', ')}`)
}

function dataFiles(
  files: readonly ArchiveFile[],
  data: ReadonlyMap<string, number>,
  findings: Findings,
): Omit<Board, 'events'> {
  const id: CheckId = 'A06'
  const takenBy = new Map<string, string>()
  const read = (hash: Uint8Array): string | undefined => {
    const index = data.get(toHex(hash))
    return index === undefined ? undefined : fromUtf8(files[index]!.content)
  }
  return {
    read,
    take: (hash, by, what) => {
      const name = toHex(hash)
      const index = data.get(name)
      const before = takenBy.get(name)
      if (index === undefined) findings.fail(id, `${by.place}: ${what} ${name} is missing`)
      else if (index > by.index) findings.fail(id, `${by.place}: ${what} ${name} stands after the event`)
      if (before !== undefined) findings.fail(id, `${by.place}: ${what} ${name} belongs to ${before}`)
      else if (index !== undefined) takenBy.set(name, by.place)
      return read(hash)
    },
    reportUnused: () => {
      for (const name of data.keys())
        if (!takenBy.has(name)) findings.fail(id, `${name}.data.json: no event refers to it`)
    },
  }
}
