/**
 * A full disk: the daemon stops with one clear line and the others go on; as long as the disk is full it refuses to start, with one
 * line again; with room it starts, catches up, and has nothing half-written.
 */
import type { Ending } from '../daemon.ts'
import type { Figures, Scenario } from '../scenario.ts'
import { smallDisk } from '../small-disk.ts'
import { VALIDATORS, type World } from '../world.ts'

/** Times that the disk fills up: each with another amount of room, so that another write is the one that fails. */
const TIMES = 3
const LINE = /^error: storage-failed: /

export const disk: Scenario = { name: 'disk', lastsMs: 30_000, run }

async function run(world: World): Promise<Figures> {
  const dice = world.dice.fork('disk')
  const place = dice.between(0, VALIDATORS - 1)
  const daemon = world.daemon(place)
  await daemon.stop()
  const small = await smallDisk(daemon)
  if (small === undefined) {
    world.say('disk: SKIPPED: this system grants neither user namespaces with tmpfs nor prlimit')
    await daemon.start()
    return { fullDisks: 0, skipped: 'neither user namespaces nor prlimit' }
  }
  world.say(`disk: the data of daemon ${place + 1} lie on a small disk (${small.kind})`)
  world.fullDisks.add(place)
  try {
    for (let i = 0; i < TIMES; i++) {
      await daemon.start({ within: small.within })
      await world.catchesUp(place)
      await world.pause(dice.between(0, 1000))
      const ending = daemon.expectEnd()
      const room = dice.between(0, 30_000)
      await small.fill(daemon, room)
      world.say(`disk: ${room} bytes of room are left`)
      await ends(world, place, 'on a full disk', ending)
      const { height } = world
      if (i === 0) {
        daemon.launch({ within: small.withinFull })
        await ends(world, place, 'started on a full disk', daemon.expectEnd())
      }
      await world.until('the others go on', () => world.height > height)
      await small.empty()
    }
    await daemon.start({ within: small.within })
    await world.catchesUp(place)
    await daemon.stop()
  } finally {
    if (daemon.isRunning) await daemon.kill()
    await small.close()
  }
  world.fullDisks.delete(place)
  await daemon.start()
  await world.catchesUp(place)
  await world.goesOn(1)
  return { fullDisks: TIMES, disk: small.kind }
}

/** Expects that it stops, with exit code 1 and one line. */
async function ends(world: World, place: number, how: string, ending: Promise<Ending>): Promise<void> {
  let ended: Ending | undefined
  void ending.then((value) => {
    ended = value
  })
  await world.until(`daemon ${place + 1}, ${how}, stops`, () => ended !== undefined)
  world.say(`disk: ${how}: ${JSON.stringify(ended)}`)
  const isClear = ended?.code === 1 && ended.errors.length === 1 && LINE.test(ended.errors[0] ?? '')
  if (!isClear)
    world.convict(
      'disk',
      `daemon ${place + 1}, ${how}, ended with ${JSON.stringify(ended)}, expected ${LINE}`,
    )
}
