/**
 * Files that a crash or a disk has spoiled, in the homes of killed daemons. A torn end of the journal is what a power cut leaves: the
 * daemon starts. Anything else is damage: it is refused with one clear line, and what that line advises helps.
 */
import { copyFile, cp, readFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJournal, FRAME_HEADER_BYTES, HEADER_BYTES } from '../../../storage/journal-format.ts'
import { journalPath } from '../records.ts'
import type { Figures, Scenario } from '../scenario.ts'
import { VALIDATORS, type World } from '../world.ts'

const ATTEMPTS = 20

export const torn: Scenario = { name: 'torn', lastsMs: 34_000, run }

async function run(world: World): Promise<Figures> {
  const dice = world.dice.fork('torn')
  const victims = Array.from({ length: VALIDATORS }, (_, place) => place)
  const restored = dice.between(0, VALIDATORS - 1)
  await backUp(world, restored)
  for (const place of victims.slice(0, 2)) {
    const frames = await killWithFrames(world, place, 1)
    const last = frames.at(-1)!
    const cut = dice.between(last.start + 1, last.end - 1)
    world.say(`torn: the journal of daemon ${place + 1} ends at byte ${cut} of ${last.end}`)
    await truncate(journalPath(world.daemon(place).home), cut)
    await world.daemon(place).start()
    await world.catchesUp(place)
    await world.goesOn(1)
  }
  await refusesJournal(world, 2)
  await refusesLastSigned(world, 3)
  await restores(world, restored)
  await fetchesAnew(world, (restored + 1) % VALIDATORS)
  return { tornJournals: 2, refusals: 2, restored: 1, fetchedAnew: 1 }
}

interface Frame {
  readonly start: number
  readonly end: number
}

/** Kills a daemon, again and again, until its journal has so many frames. */
async function killWithFrames(world: World, place: number, count: number): Promise<readonly Frame[]> {
  const dice = world.dice.fork(`torn ${place}`)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await world.pause(dice.between(0, 700))
    const path = journalPath(world.daemon(place).home)
    // Most of the time a journal is short: strike while it is not.
    await world.until(
      `the journal of daemon ${place + 1} has ${count} frames`,
      async () => framesOf(await readFile(path)).length >= count,
      5,
    )
    await world.kill(place)
    const frames = framesOf(await readFile(path))
    if (frames.length >= count) return frames
    await world.daemon(place).start()
    await world.catchesUp(place)
  }
  throw new Error(`the journal of daemon ${place + 1} never had ${count} frames in ${ATTEMPTS} kills`)
}

/** A byte in the middle is wrong: refused, until the file is put back. */
async function refusesJournal(world: World, place: number): Promise<void> {
  const frames = await killWithFrames(world, place, 2)
  const path = journalPath(world.daemon(place).home)
  await copyFile(path, `${path}.kept`)
  await flip(path, frames[0]!.end - 1)
  await refuses(world, place, /^error: storage-damaged: .*journal: at byte \d+: /)
  await rename(`${path}.kept`, path)
  await world.daemon(place).start()
  await world.catchesUp(place)
}

async function refusesLastSigned(world: World, place: number): Promise<void> {
  await world.kill(place)
  const path = join(world.daemon(place).home, 'data', 'last-signed')
  await copyFile(path, `${path}.kept`)
  await flip(path, world.dice.fork('last-signed').between(2, (await readFile(path)).length - 3))
  await refuses(world, place, /^error: storage-damaged: .*last-signed: not a last-signed record/)
  await rename(`${path}.kept`, path)
  await world.daemon(place).start()
  await world.catchesUp(place)
}

function chainPath(world: World, place: number): string {
  return join(world.daemon(place).home, 'data', 'chain')
}

/** Copies a killed daemon's database. */
async function backUp(world: World, place: number): Promise<void> {
  await world.kill(place)
  const chain = chainPath(world, place)
  await cp(chain, `${chain}.backup`, { recursive: true })
  await world.daemon(place).start()
  await world.catchesUp(place)
}

/** The database comes from the backup, which is many heights old; journal and last-signed record are those of today. */
async function restores(world: World, place: number): Promise<void> {
  await world.kill(place)
  const chain = chainPath(world, place)
  await rename(chain, `${chain}.spoiled`)
  await rename(`${chain}.backup`, chain)
  world.say(`torn: daemon ${place + 1} goes on from an old copy of its database`)
  await world.daemon(place).start()
  await world.catchesUp(place)
  await world.goesOn(1)
}

/** The database is moved away, as messages about damage advise; journal and last-signed record stay. */
async function fetchesAnew(world: World, place: number): Promise<void> {
  await world.kill(place)
  const chain = chainPath(world, place)
  await rename(chain, `${chain}.away`)
  world.say(`torn: daemon ${place + 1} fetches ${world.height} heights anew`)
  await world.daemon(place).start()
  await world.catchesUp(place)
  await world.goesOn(1)
}

/** Starts it and expects one line of refusal; the others go on meanwhile. */
export async function refuses(world: World, place: number, line: RegExp): Promise<void> {
  const daemon = world.daemon(place)
  const { height } = world
  daemon.launch()
  const { code, signal, errors } = await daemon.expectEnd()
  world.say(`daemon ${place + 1} says: ${errors.join(' | ')}`)
  if (code !== 1 || signal !== null || errors.length !== 1 || !line.test(errors[0] ?? ''))
    world.convict(
      'refusals',
      `daemon ${place + 1} ended with ${code ?? signal} and ${JSON.stringify(errors)}, expected ${line}`,
    )
  await world.until('the others go on', () => world.height > height)
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] = bytes[at]! ^ 0x01
  await writeFile(path, bytes)
}

/** Where the frames of a journal lie; none where it is not intact. */
function framesOf(bytes: Uint8Array): readonly Frame[] {
  const content = decodeJournal(bytes)
  if (!content.ok) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const frames: Frame[] = []
  for (let start = HEADER_BYTES; start < content.intactBytes; ) {
    const end = start + FRAME_HEADER_BYTES + view.getUint32(start, true)
    frames.push({ start, end })
    start = end
  }
  return frames
}
