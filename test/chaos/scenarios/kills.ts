/**
 * SIGKILL at random moments: one daemon after the other, also in the middle of its start, also two at once, so that the quorum is
 * lost and returns; some of these strike a proposer that has just spoken. Nobody lends a hand: a killed daemon is started again with
 * the same command, and that is all.
 */
import type { Figures, Scenario } from '../scenario.ts'
import { VALIDATORS, type World } from '../world.ts'

/** How often each kind of attack. The rest strikes one daemon. */
const TWO_AT_ONCE = 0.25
const WHILE_PROPOSING = 0.2
const DURING_START = 0.25
/** Between two attacks; a killed daemon stays away; a start is struck. */
const GAP_MS = [0, 1800] as const
const AWAY_MS = [0, 1500] as const
const START_MS = [0, 2000] as const

/** How long a kill and what follows it take on an idle machine, with some to spare: the load should last for all of them. */
const KILL_MS = 4500

/**
 * So many kills at least; those of a daemon in the middle of its start count. As the scenario is the last one, it goes on killing
 * until the election closes.
 */
export function kills(count: number): Scenario {
  return { name: 'kills', lastsMs: KILL_MS * count, run: (world) => run(world, count) }
}

async function run(world: World, count: number): Promise<Figures> {
  const dice = world.dice.fork('kills')
  let done = 0
  let duringStart = 0
  let losses = 0
  let starts = 0
  let underLoad = 0
  let whileProposing = 0

  const bringBack = async (place: number, awayMs: number): Promise<void> => {
    await world.pause(awayMs)
    if (dice.chance(DURING_START)) {
      done++
      duringStart++
      starts++
      world.daemon(place).launch()
      await world.pause(dice.between(...START_MS))
      await world.kill(place)
    }
    starts++
    await world.daemon(place).start()
  }

  for (let turn = 0; done < count || Date.now() < world.ballots.closesAt - KILL_MS; turn++) {
    await world.pause(dice.between(...GAP_MS))
    const first = turn % VALIDATORS
    const second = (first + dice.between(1, VALIDATORS - 1)) % VALIDATORS
    const isAimed = dice.chance(WHILE_PROPOSING)
    const isPair = isAimed || dice.chance(TWO_AT_ONCE)
    const victims = isPair ? [first, second] : [first]
    if (isAimed) await proposes(world, first)
    if (Date.now() < world.ballots.closesAt) underLoad = done + victims.length
    const { height } = world
    await Promise.all(victims.map((place) => world.kill(place)))
    done += victims.length
    if (isAimed) whileProposing++
    const names = victims.map((place) => `daemon ${place + 1}`).join(' and ')
    world.say(`kills: ${done} of ${count}, ${names} at height ${height}${isAimed ? ', proposing' : ''}`)
    // One after the other: the dice have to fall in the same order each time. Who was proposing is back while the others still wait.
    for (const place of victims) await bringBack(place, isAimed ? 0 : dice.between(...AWAY_MS))
    if (!isPair) continue
    losses++
    await world.goesOn(1)
  }
  for (let place = 0; place < VALIDATORS; place++) await world.catchesUp(place)
  await world.goesOn()
  return { kills: done, underLoad, duringStart, whileProposing, quorumLosses: losses, restarts: starts }
}

/** Waits until a validator has proposed a block that is not final yet: whoever forgets that now will contradict itself. */
async function proposes(world: World, place: number): Promise<void> {
  const isProposing = (): boolean => {
    const latest = world.statements.latestOf(place)
    return latest?.kind === 'proposal' && latest.height > world.height
  }
  await world.until(`daemon ${place + 1} proposes`, isProposing, 2)
}
