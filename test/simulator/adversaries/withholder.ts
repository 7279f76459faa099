/**
 * Says what a correct validator says, but not to everybody (T30; M. Yin et al., *HotStuff*, 2019, on livelessness with two phases: one
 * validator alone sees a certificate, and the others move on without it). Each height has its favourites and a habit:
 *
 * - `favour`: its commits reach the favourites only, and at once, so that some finalise and others change rounds;
 * - `hide`: its proposals reach the favourites only, so that the others vote on, or finalise, a block that they never saw;
 * - `starve`: the favourites alone get anything;
 * - `strand`: its round changes reach the favourites only, so that rounds lack support.
 *
 * Withholders of one run have the same favourites. They hope that a final block is forgotten by those who go on, or that somebody waits
 * for ever.
 */
import type { StatementKind } from '../../../consensus/index.ts'
import type { Adversary, AdversaryKind, Dice, Gossiped, Hands, Sending } from '../types.ts'
import { setBounded } from './recollection.ts'
import { commit, readOwn, send, write } from './speech.ts'

type Habit = 'favour' | 'hide' | 'starve' | 'strand'
const HABITS: readonly Habit[] = ['favour', 'favour', 'hide', 'starve', 'strand']
const WITHHELD: Readonly<Record<Habit, readonly StatementKind[]>> = {
  favour: ['commit'],
  hide: ['proposal'],
  starve: ['proposal', 'prepare', 'commit', 'roundChange'],
  strand: ['roundChange'],
}
/** Heights whose habit is remembered. */
const MAX_HEIGHTS = 8

interface Plan {
  readonly habit: Habit
  readonly favourites: readonly string[]
}

export const withholder: AdversaryKind = {
  describe: 'says its part to some only: commits, proposals, round changes or all',
  seatsPerIndex: 1,
  conspire: (dice) => {
    const plans = new Map<number, Plan>()
    const planOf = (height: number, hands: Hands): Plan => {
      const plan = plans.get(height) ?? aPlan(dice.fork(`height ${height}`), hands)
      setBounded(plans, height, plan, MAX_HEIGHTS)
      return plan
    }
    return (): Adversary => ({ say: (message, hands) => withheld(message, hands, planOf) })
  },
}

function aPlan(dice: Dice, hands: Hands): Plan {
  const count = dice.between(1, Math.max(1, hands.others.length - 1))
  const ranked = [...hands.others].sort()
  const favourites: string[] = []
  while (favourites.length < count) {
    favourites.push(...ranked.splice(dice.between(0, ranked.length - 1), 1))
  }
  return { habit: dice.pick(HABITS), favourites }
}

function withheld(
  message: Gossiped,
  hands: Hands,
  planOf: (height: number, hands: Hands) => Plan,
): readonly Sending[] {
  const own = readOwn(message, hands)?.message
  if (own === undefined) return [send(hands.others, message)]
  const { kind, height, round } = own.signed.statement
  const { habit, favourites } = planOf(height, hands)
  const chosen = favourites.filter((name) => hands.others.includes(name))
  const sendings = [send(WITHHELD[habit].includes(kind) ? chosen : hands.others, message)]
  if (habit === 'favour' && own.kind === 'prepare') {
    const { blockId } = own.signed.statement
    sendings.push(send(chosen, write(commit(hands, { height, round, blockId }))))
  }
  return sendings
}
