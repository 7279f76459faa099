/**
 * SIGSTOP for 1 to 20 seconds at random, then SIGCONT: a machine that hangs and comes back with its connections, timers and
 * everything it meant to say. Once it is the proposer; once two, so that the quorum is gone; once long enough to be left far behind.
 */
import { proposerOf } from '../../../consensus/index.ts'
import type { Figures, Scenario } from '../scenario.ts'
import { VALIDATORS, type World } from '../world.ts'

const ROUNDS = 6
const LONG_MS = 20_000

export const stops: Scenario = { name: 'stops', lastsMs: 65_000, run }

async function run(world: World): Promise<Figures> {
  const dice = world.dice.fork('stops')
  let missed = 0
  const freeze = async (places: readonly number[], ms: number, what: string): Promise<void> => {
    const before = world.height
    world.say(`stops: ${what}: daemon ${places.map((place) => place + 1).join(' and ')} for ${ms} ms`)
    for (const place of places) world.daemon(place).freeze()
    await world.pause(ms)
    for (const place of places) {
      missed = Math.max(missed, world.height - world.headOf(place))
      world.daemon(place).thaw()
    }
    if (places.length === 1 && ms >= LONG_MS && world.height === before)
      world.convict('stops', `nothing became final in ${ms} ms although three of four daemons ran`)
    for (const place of places) await world.catchesUp(place)
    await world.goesOn(1)
  }

  for (let i = 0; i < ROUNDS; i++)
    await freeze([dice.between(0, VALIDATORS - 1)], dice.between(1000, 6000), 'one of four')
  await freeze([proposerOf(world.height + 1, 0, VALIDATORS)], dice.between(2000, 6000), 'the next proposer')
  const first = dice.between(0, VALIDATORS - 1)
  const second = (first + dice.between(1, VALIDATORS - 1)) % VALIDATORS
  await freeze([first, second], dice.between(3000, 8000), 'no quorum')
  await freeze([dice.between(0, VALIDATORS - 1)], LONG_MS, 'left behind')
  return { stops: ROUNDS + 4, blocksMissedAtMost: missed }
}
