/** What time alone does to an election: opening, being abandoned, closing. Runs at the start of each block, at the block's time. */
import { assert } from '../base/index.ts'
import {
  emptyTally,
  nextEvent,
  payloadHash,
  setupJson,
  sizedTallyJson,
  tallyJson,
  trusteesJson,
} from '../election/index.ts'
import { missingParts, removeChunks } from './apply.ts'
import { type ElectionState, trusteesOf, withRecord } from './election-state.ts'
import type { ChangeLog } from './image.ts'

/** The election as it is at `time`; the same value where time moves nothing. */
export function atTime(
  election: ElectionState,
  time: number,
  nameOf: (place: number) => string,
  log: ChangeLog,
): ElectionState {
  const { phase, draft } = election.record
  if (phase === 'draft' && time >= draft.opensAt) return abandoned(election, nameOf, log)
  const opened = phase === 'frozen' && time >= draft.opensAt ? open(election) : election
  return opened.record.phase === 'open' && time >= draft.closesAt ? close(opened) : opened
}

function abandoned(
  election: ElectionState,
  nameOf: (place: number) => string,
  log: ChangeLog,
): ElectionState {
  for (const roll of election.rolls) removeChunks(election, roll, log)
  const reason = `not ready at its opening: ${missingParts(election, nameOf)}`
  return withRecord({ ...election, rolls: [] }, { phase: 'abandoned', reason })
}

/** The Setup event: from here on nothing about the election can change (T12). */
function open(election: ElectionState): ElectionState {
  const { record, election: belenios } = election
  assert(belenios !== undefined && record.roll !== undefined, 'a frozen election has its key and roll')
  const setup = setupJson(belenios.hash, payloadHash(trusteesJson(trusteesOf(election))), record.roll.hash)
  return withRecord(
    { ...election, tally: emptyTally(record.draft.questions) },
    { phase: 'open', board: nextEvent(undefined, 'Setup', payloadHash(setup)).head },
  )
}

/** The EndBallots and EncryptedTally events; the tally was kept with every ballot. */
function close(election: ElectionState): ElectionState {
  const { record, tally } = election
  assert(tally !== undefined, 'an open election has a tally')
  const sized = sizedTallyJson(record.voted, record.votedWeight, payloadHash(tallyJson(tally)))
  const ended = nextEvent(record.board, 'EndBallots').head
  return withRecord(election, {
    phase: 'decrypting',
    board: nextEvent(ended, 'EncryptedTally', payloadHash(sized)).head,
  })
}
