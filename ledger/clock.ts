/** What time alone does to an election: deadlines of its ceremony, opening, being abandoned, closing. Runs at the start of each block, at the block's time. */
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
import { abandoned, afterAttempt, missingParts } from './apply.ts'
import { atDeadline } from './ceremony.ts'
import { type ElectionState, withRecord } from './election-state.ts'
import type { ChangeLog } from './image.ts'
import { trusteesOf } from './trustees.ts'

/** A block's time, and how much of the time since the block before does not count for deadlines. Milliseconds. */
export interface Moment {
  readonly time: number
  readonly stalledMs: number
}

/** The election at a moment; the same value where time moves nothing. */
export function atTime(election: ElectionState, moment: Moment, log: ChangeLog): ElectionState {
  const { time } = moment
  const { phase, draft } = election.record
  if (phase === 'draft') {
    if (time >= draft.opensAt)
      return abandoned(election, `not ready at its opening: ${missingParts(election)}`, log)
    const outcome = atDeadline(draft, election.ceremony, moment)
    return outcome.ceremony === election.ceremony ? election : afterAttempt(election, outcome, log)
  }
  const opened = phase === 'frozen' && time >= draft.opensAt ? open(election) : election
  return opened.record.phase === 'open' && time >= draft.closesAt ? close(opened) : opened
}

/** The Setup event: from here on nothing about the election can change (T12). */
function open(election: ElectionState): ElectionState {
  const { record, ceremony, election: belenios } = election
  assert(belenios !== undefined && record.roll !== undefined, 'a frozen election has its key and roll')
  const trustees = payloadHash(trusteesJson(trusteesOf(record.draft, ceremony)))
  const setup = setupJson(belenios.hash, trustees, record.roll.hash)
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
