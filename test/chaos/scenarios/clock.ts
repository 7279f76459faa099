/**
 * A clock that jumps: one daemon's wall clock goes minutes forward, back, minutes backward and back, once also across a restart. It
 * must not stop the others, and nothing of its future may become final; when its clock is right again it takes part again.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { statusOf } from '../../e2e/town.ts'
import type { Figures, Scenario } from '../scenario.ts'
import { VALIDATORS, type World } from '../world.ts'

const PRELOAD = new URL('../shifted-clock.mjs', import.meta.url).href
const MINUTE_MS = 60_000
/** A few heights of its own pass in this time. */
const SHIFTED_MS = 8000
/** Between two looks at two clocks there are a command and a request. */
const TOLERANCE_MS = 30_000

export const clock: Scenario = { name: 'clock', lastsMs: 42_000, run }

async function run(world: World): Promise<Figures> {
  const dice = world.dice.fork('clock')
  const place = dice.between(0, VALIDATORS - 1)
  const daemon = world.daemon(place)
  const file = join(world.directory, 'clock')
  const options = { environment: { NODE_OPTIONS: `--import ${PRELOAD}`, PSEPHOS_CHAOS_CLOCK: file } }
  const shift = async (ms: number): Promise<void> => {
    world.say(`clock: daemon ${place + 1} is ${ms / 1000} s off`)
    await writeFile(file, String(ms))
  }
  /** The others go on, whatever this one does. */
  const othersGoOn = async (): Promise<void> => {
    const before = world.height
    await world.pause(SHIFTED_MS)
    await world.until('the others go on', () => world.height > before)
  }
  /** A clock that nobody managed to shift would prove nothing. */
  const shows = async (offset: number): Promise<void> => {
    const offBy = (await statusOf(daemon.home)).now - Date.now()
    if (Math.abs(offBy - offset) > TOLERANCE_MS)
      throw new Error(`the clock of daemon ${place + 1} is ${offBy} ms off, and ${offset} were meant`)
  }
  const takesPart = async (): Promise<void> => {
    const { height } = world
    await world.until(
      `daemon ${place + 1} takes part above height ${height}`,
      () => (world.statements.latestOf(place)?.height ?? 0) > height + 1,
    )
    await world.catchesUp(place)
  }

  await daemon.stop()
  await shift(0)
  world.wrongClocks.add(place)
  await daemon.start(options)
  await takesPart()
  const forward = dice.between(2, 10) * MINUTE_MS
  const backward = -dice.between(2, 10) * MINUTE_MS
  for (const offset of [forward, backward]) {
    await shift(offset)
    await othersGoOn()
    await shows(offset)
    await shift(0)
    await takesPart()
  }
  // Restarted while it is wrong, and put right while it runs.
  for (const offset of [forward, backward]) {
    await world.kill(place)
    await shift(offset)
    await daemon.start(options)
    await othersGoOn()
    await shows(offset)
    await shift(0)
    await takesPart()
  }
  await daemon.stop()
  world.wrongClocks.delete(place)
  await daemon.start()
  await takesPart()
  return { jumps: 8, forwardMs: forward, backwardMs: backward }
}
