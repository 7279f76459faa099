/**
 * The ground that all scenarios share: four daemons, one open election under a steady load of ballots, and everybody who looks on from
 * outside (who is ready, what is final, what is said over the wire). A scenario does something to the daemons; the world goes on.
 */
import { strict as assert } from 'node:assert'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { unwrap } from '../../base/index.ts'
import { quorum } from '../../consensus/index.ts'
import { electionOf } from '../../ledger/index.ts'
import type { Transport } from '../../network/index.ts'
import { aRoll, DRAFT, draft, type Offices, someOffices } from '../e2e/town.ts'
import type { Dice } from '../simulator/types.ts'
import { Daemon, type LogLine } from './daemon.ts'
import type { Sighting, Violation } from './facts.ts'
import { Load } from './load.ts'
import { readJournal } from './records.ts'
import { Statements, startEavesdropper } from './statements.ts'
import { Watcher } from './watcher.ts'

export const VALIDATORS = 4
export const QUORUM: number = quorum(VALIDATORS)
const VOTERS = 60
/** Whoever has to wait longer than this waits for ever. No judgement about speed: machines are slow, and shared. */
export const PATIENCE_MS = 180_000
/** A daemon start takes so long on an idle machine with two cores, four at once. */
const IDLE_START_MS = 4000
const MAX_SLOWNESS = 4
/** Ceremony and roll have to be done by then: on an idle machine, and in times of the start. */
const OPENS_IN_MS = 15_000
const OPENS_IN_STARTS = 6
const LEVEL_WARN = 40
const LEVEL_ERROR = 50

export interface WorldOptions {
  readonly directory: string
  readonly dice: Dice
  readonly signal: AbortSignal
  /** How long the scenarios take on an idle machine: the election's closing time is fixed beforehand. */
  readonly lastsMs: number
  readonly say: (line: string) => void
}

/** Made by {@link openWorld}. */
export class World {
  readonly directory: string
  readonly dice: Dice
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly offices: Offices
  readonly daemons: readonly Daemon[]
  readonly statements: Statements = new Statements()
  readonly sightings: Sighting[] = []
  readonly violations: Violation[] = []
  /** Warnings in the logs: how often each. */
  readonly warnings: Map<string, number> = new Map()
  /** Daemons whose clock is wrong: nobody learns from them when something was final. */
  readonly wrongClocks: Set<number> = new Set()
  /** Daemons whose disk is full: they may log errors. */
  readonly fullDisks: Set<number> = new Set()
  readonly #heads: number[]
  #ballots: Ballots | undefined

  constructor(options: Omit<WorldOptions, 'lastsMs'>, offices: Offices) {
    this.directory = options.directory
    this.dice = options.dice
    this.signal = options.signal
    this.say = options.say
    this.offices = offices
    this.#heads = offices.homes.map(() => 0)
    this.daemons = offices.homes.map(
      (home, place) =>
        new Daemon(
          { place, home, logFile: join(options.directory, `daemon-${place + 1}.log`) },
          {
            onReady: () => this.#see({ at: Date.now(), place, type: 'ready' }),
            onGone: () => this.#see({ at: Date.now(), place, type: 'gone' }),
            onLine: (line) => this.#onLine(place, line),
            onUnexpectedEnd: (ending) =>
              this.convict('daemons', `daemon ${place + 1} ended by itself: ${JSON.stringify(ending)}`),
          },
        ),
    )
  }

  /** Whether it came to an election. */
  get isOpen(): boolean {
    return this.#ballots !== undefined
  }

  /** The election and who votes in it. */
  get ballots(): Ballots {
    assert.ok(this.#ballots !== undefined, 'the election is open')
    return this.#ballots
  }

  set ballots(ballots: Ballots) {
    this.#ballots = ballots
  }

  /** The highest height that any daemon's log has reported final. */
  get height(): number {
    return Math.max(...this.#heads)
  }

  /** Where a daemon's log says that it stands. */
  headOf(place: number): number {
    return this.#heads[place] ?? 0
  }

  convict(judge: string, detail: string): void {
    if (this.signal.aborted) return
    this.violations.push({ judge, detail })
    this.say(`VIOLATION (${judge}): ${detail}`)
  }

  daemon(place: number): Daemon {
    const daemon = this.daemons[place]
    assert.ok(daemon !== undefined, `there is no daemon ${place}`)
    return daemon
  }

  /** SIGKILL, and a look at the journal that is left. */
  async kill(place: number): Promise<void> {
    const daemon = this.daemon(place)
    await daemon.kill()
    await readJournal(daemon.home, this.statements)
  }

  /** Waits; rejects when the run is called off. */
  async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.signal })
  }

  /** Asks again and again; fails after {@link PATIENCE_MS}. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, everyMs = 100): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS} ms`)
      await this.pause(everyMs)
    }
  }

  /** Waits until new heights become final. */
  async goesOn(heights = 2): Promise<void> {
    const target = this.height + heights
    await this.until(`height ${target} becomes final`, () => this.height >= target)
  }

  /** Waits until a daemon has reached what is final now. */
  async catchesUp(place: number): Promise<void> {
    const target = this.height
    await this.until(`daemon ${place + 1} reaches height ${target}`, () => this.headOf(place) >= target)
  }

  #see(sighting: Sighting): void {
    this.sightings.push(sighting)
  }

  #onLine(place: number, { level, msg, ...fields }: LogLine): void {
    if (msg === 'started') this.#heads[place] = Number(fields.height)
    if (msg === 'finalised') {
      const height = Number(fields.height)
      this.#heads[place] = height
      if (!this.wrongClocks.has(place))
        this.#see({ at: Date.now(), place, type: 'finalised', height, round: Number(fields.round) })
    }
    if (level === LEVEL_WARN) this.warnings.set(msg, (this.warnings.get(msg) ?? 0) + 1)
    if (level < LEVEL_ERROR) return
    const said = `daemon ${place + 1} logs: ${msg} ${JSON.stringify(fields)}`
    if (msg === 'a validator contradicted itself') this.convict('evidence', said)
    else if (!this.fullDisks.has(place)) this.convict('daemons', said)
  }
}

/** The election under way. */
export interface Ballots {
  readonly uuid: string
  readonly closesAt: number
  readonly load: Load
  readonly watcher: Watcher
  readonly eavesdropper: Transport
}

/** Makes the network, starts the daemons, opens the election, and lets voters vote. Whatever was begun is on `onWorld`'s world. */
export async function openWorld(options: WorldOptions, onWorld: (world: World) => void): Promise<World> {
  const { directory, dice, say } = options
  const offices = await someOffices(join(directory, 'network'), VALIDATORS, [
    '--base-port',
    String(await freeBasePort(VALIDATORS)),
  ])
  const world = new World(options, offices)
  onWorld(world)
  const startedAt = Date.now()
  await Promise.all(world.daemons.map((daemon) => daemon.start()))
  await world.until('the first block is final everywhere', () =>
    world.daemons.every(({ place }) => world.headOf(place) > 0),
  )
  const tookMs = Date.now() - startedAt
  say(`four daemons run after ${(tookMs / 1000).toFixed(1)} s`)
  const eavesdropper = await startEavesdropper(offices.trust, offices.addresses, world.statements)
  // The times of an election are fixed beforehand: a slow machine gets more of it. Scenarios wait more than they compute.
  const slowness = Math.min(MAX_SLOWNESS, Math.max(1, tookMs / IDLE_START_MS))
  const opensInMs = Math.max(OPENS_IN_MS, OPENS_IN_STARTS * tookMs)
  const at = (ms: number): string => new Date(Date.now() + ms).toISOString()
  const closesInMs = opensInMs + options.lastsMs * Math.sqrt(slowness)
  const closesAt = Date.now() + closesInMs
  const uuid = await draft(offices, { ...DRAFT, opensAt: at(opensInMs), closesAt: at(closesInMs) })
  const { credentials } = await aRoll(offices, uuid, VOTERS)
  const { record } = unwrap(await offices.client.waitFor(uuid, ({ phase }) => phase === 'open', PATIENCE_MS))
  const election = electionOf(record)
  assert.ok(election !== undefined, 'an open election has a key')
  const load = new Load({ offices, election, credentials, dice: dice.fork('load') })
  const { daemons } = world
  const { addresses, transport } = offices
  const onFork = (detail: string): void => world.convict('watcher', detail)
  const watcher = new Watcher({ daemons, addresses, transport, uuid, onFork })
  world.ballots = { uuid, closesAt, load, watcher, eavesdropper }
  await load.start()
  watcher.start()
  say(`the election is open until ${new Date(closesAt).toISOString()}`)
  return world
}

/** Ends everything, by force where it has not ended yet. */
export async function closeWorld(world: World): Promise<void> {
  if (world.isOpen) {
    const { load, watcher, eavesdropper } = world.ballots
    await Promise.all([load.stop(), watcher.stop()])
    await eavesdropper.stop()
  }
  await Promise.all(world.daemons.map((daemon) => daemon.close()))
  await world.offices.transport.stop()
}

/**
 * The first of so many free ports in a row, below those that the system gives to outgoing connections: while a daemon is dead,
 * no connection of another one may take its port.
 */
async function freeBasePort(count: number): Promise<number> {
  for (let base = 20_000 + (process.pid % 1000) * 10; base < 32_000; base += count) {
    const isFree = await Promise.all(Array.from({ length: count }, (_, i) => canListen(base + i)))
    if (isFree.every((free) => free)) return base
  }
  throw new Error('no free ports between 20000 and 32000')
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
