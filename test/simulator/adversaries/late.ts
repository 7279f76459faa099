/**
 * Says what a correct validator says, but late, at the edge of the timeouts (T30; Y. Amir et al., *Prime: Byzantine replication under
 * attack*, 2011: a proposer that is as slow as it may be; A. Clement et al., *Making Byzantine fault tolerant systems tolerate Byzantine
 * faults*, 2009). It hopes that a vote which arrives when the round has just ended at one validator and not yet at another divides
 * them: one is prepared or final, the others have left; or that votes for a past round count where they must not.
 *
 * How late is decided for each height: at the edge of its round, in the middle, rounds later, or anew for each message, so that they
 * overtake each other.
 */
import type { Timing } from '../../../consensus/index.ts'
import type { AdversaryKind, Dice } from '../types.ts'
import { readOwn, send } from './speech.ts'

type Habit = 'edge' | 'middle' | 'rounds later' | 'shuffled'
const HABITS: readonly Habit[] = ['edge', 'edge', 'middle', 'rounds later', 'shuffled']
/** How near to the timeout the edge is. */
const EDGE_MS = 60
/** Transactions and blocks are held back for at most this long. */
const MAX_OTHER_DELAY_MS = 1000

export const late: AdversaryKind = {
  describe: 'says everything late, at the edge of the timeouts',
  seatsPerIndex: 1,
  conspire: () => () => {
    const habits = new Map<number, Habit>()
    return {
      say: (message, hands) => {
        const said = readOwn(message, hands)
        if (said === undefined) {
          return [send(hands.others, message, hands.dice.between(0, MAX_OTHER_DELAY_MS))]
        }
        const { height, round } = said.message.signed.statement
        const habit = habits.get(height) ?? hands.dice.pick(HABITS)
        // One height at a time: what was the habit before is of no use.
        if (!habits.has(height)) habits.clear()
        habits.set(height, habit)
        return hands.others.map((to) =>
          send([to], message, delayOf(habit, timeoutOf(hands.timing, round), hands.dice)),
        )
      },
    }
  },
}

function delayOf(habit: Habit, timeoutMs: number, dice: Dice): number {
  switch (habit) {
    case 'edge':
      return Math.max(0, timeoutMs + dice.between(-EDGE_MS, EDGE_MS))
    case 'middle':
      return Math.round(timeoutMs / 2)
    case 'rounds later':
      return timeoutMs * dice.between(2, 4)
    case 'shuffled':
      return dice.between(0, timeoutMs)
  }
}

/** How long a round lasts [R22]. */
export function timeoutOf(timing: Timing, round: number): number {
  const { roundTimeoutMs, roundTimeoutStepMs, roundTimeoutCapMs } = timing
  return Math.min(roundTimeoutMs + round * roundTimeoutStepMs, roundTimeoutCapMs)
}
