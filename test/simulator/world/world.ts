/**
 * The world of one run: machines, their network, adversaries and voters, on one virtual clock. It carries out the events of the plan
 * and tells what happens; it judges nothing.
 */
import { createMemoryHub, type MemoryHub } from '../../../network/index.ts'
import { createDice } from '../dice.ts'
import type { Event, Plan } from '../plan.ts'
import type { AdversaryKind, CreateAdversary, Dice } from '../types.ts'
import type { VirtualClock } from './clock.ts'
import { Disk } from './disk.ts'
import { type Happened, Machine, type Surroundings } from './machine.ts'
import { Network, type Obstacle } from './network.ts'
import type { Prepared } from './prepared.ts'
import { strings } from './puppet.ts'
import type { Tally } from './tally.ts'
import type { Trace } from './trace.ts'

/** How often it is looked at how full the queues are. */
const FILL_EVERY_MS = 1000
/** How long a node that its disk stopped stays down after the disk is well. */
const REPAIR_MS = 400

export interface WorldParts {
  readonly plan: Plan
  readonly prepared: Prepared
  readonly clock: VirtualClock
  readonly trace: Trace
  readonly tally: Tally
  readonly kinds: Readonly<Record<string, AdversaryKind>>
  readonly tell: (happened: Happened) => void
}

export class World {
  readonly machines: ReadonlyMap<string, Machine>
  readonly #parts: WorldParts
  readonly #network: Network
  readonly #startMs: number
  /** Those that have not arrived yet. */
  readonly #awaited: Set<string>
  #isHealed = false

  private constructor(parts: WorldParts, network: Network, machines: ReadonlyMap<string, Machine>) {
    this.#parts = parts
    this.#network = network
    this.machines = machines
    this.#startMs = parts.clock.now()
    this.#awaited = new Set(
      parts.plan.events.flatMap((event) => (event.type === 'arrive' ? [event.seat] : [])),
    )
  }

  static async create(parts: WorldParts): Promise<World> {
    const { plan, prepared, clock, trace, tally, kinds, tell } = parts
    const dice = createDice(`psephos ${plan.seed}/world`)
    const conspiracies = conspire(plan, kinds, dice)
    const reaches = [...conspiracies.values()].flatMap((create) => create.reaches ?? [])
    const network = new Network(plan.network, { clock, trace, tally, dice: dice.fork('network') }, reaches)
    const hub: MemoryHub = createMemoryHub({}, (passing, arrive) => network.carry(passing, arrive))
    const around: Surroundings = { clock, hub, network, trace, tally, prepared, dice, tell }
    const machines = new Map<string, Machine>()
    for (const seat of plan.seats) {
      const isNew = seat.role === 'observer'
      const disk = await Disk.with(isNew ? [] : prepared.entries)
      const kind = seat.role === 'puppet' ? plan.adversaries.get(seat.index!) : undefined
      const wrap = kind === undefined ? undefined : strings(seat, plan.seats, conspiracies.get(kind)!, around)
      const height = isNew ? 0 : prepared.startHeight
      const skewMs = plan.skewsMs.get(seat.name) ?? 0
      machines.set(seat.name, new Machine(seat, disk, height, skewMs, around, wrap))
    }
    return new World(parts, network, machines)
  }

  /** Starts everybody, and lets the events come. */
  begin(): void {
    const { plan, clock } = this.#parts
    for (const { name } of plan.seats) if (!this.#awaited.has(name)) this.#machine(name).start()
    for (const event of plan.events) clock.at(this.#startMs + event.atMs, () => this.#carryOut(event))
    this.#lookLater()
  }

  /** Faults end: everybody correct is up, everything arrives. */
  heal(): void {
    this.#isHealed = true
    this.#network.heal()
    for (const machine of this.machines.values()) {
      machine.ail(undefined)
      machine.start()
    }
  }

  /** Correct nodes and observers: who runs, and who should. */
  correct(): readonly Machine[] {
    return [...this.machines.values()].filter(({ seat }) => seat.role !== 'puppet')
  }

  /** Hands a ballot to a node, if it runs. */
  cast(name: string, voter: number, version: number): void {
    const { prepared, tally, tell } = this.#parts
    const pool = this.#machine(name).node?.pool
    if (pool === undefined) return
    const ballot = prepared.ballots.valid(voter, version)
    tally.ballots++
    void pool.add(ballot.bytes, `voter ${voter}`, true).then(({ code }) => {
      tell({ type: 'cast', seat: name, ballot, outcome: code })
    })
  }

  /** Ends every process, so that nothing of this world happens any more. */
  end(): void {
    for (const machine of this.machines.values()) machine.kill('kill')
  }

  #machine(name: string): Machine {
    const machine = this.machines.get(name)
    if (machine === undefined) throw new Error(`nobody is called ${name}`)
    return machine
  }

  #carryOut(event: Event): void {
    const { clock, trace, tally } = this.#parts
    if (this.#isHealed && event.type !== 'cast') return
    if (event.type !== 'cast') trace.fault(clock.now(), JSON.stringify(event))
    switch (event.type) {
      case 'cast':
        return this.cast(event.seat, event.voter, event.version)
      case 'arrive':
        this.#awaited.delete(event.seat)
        return this.#machine(event.seat).start()
      case 'kill':
      case 'powerCut':
        return this.#machine(event.seat).killAfter(event.moments, event.type, () =>
          this.#startLater(event.seat, event.downMs),
        )
      case 'ailment':
        return this.#ail(event)
      case 'partition':
        tally.faults.partitions++
        return this.#forAWhile(event.forMs, this.#network.obstruct(partition(event)))
      case 'deafness':
        tally.faults.deafness++
        return this.#forAWhile(event.forMs, this.#network.obstruct(deafness(event, this.#dice(event))))
    }
  }

  #ail({ seat, ailment, forMs }: Event & { readonly type: 'ailment' }): void {
    const machine = this.#machine(seat)
    machine.ail(ailment)
    this.#parts.clock.after(forMs, () => {
      if (this.#isHealed) return
      machine.ail(undefined)
      this.#startLater(seat, REPAIR_MS)
    })
  }

  #startLater(name: string, afterMs: number): void {
    this.#parts.clock.after(afterMs, () => {
      if (!this.#awaited.has(name)) this.#machine(name).start()
    })
  }

  #forAWhile(ms: number, end: () => void): void {
    this.#parts.clock.after(ms, () => {
      end()
      return false
    })
  }

  #dice(event: Event): Dice {
    return createDice(`psephos ${this.#parts.plan.seed}/${JSON.stringify(event)}`)
  }

  #lookLater(): void {
    this.#parts.clock.after(FILL_EVERY_MS, () => {
      for (const { seat, node } of this.correct()) {
        if (node !== undefined) this.#parts.tell({ type: 'fill', seat: seat.name, queues: node.queues() })
      }
      this.#lookLater()
      return false
    })
  }
}

function conspire(
  plan: Plan,
  kinds: Readonly<Record<string, AdversaryKind>>,
  dice: Dice,
): ReadonlyMap<string, CreateAdversary> {
  const names = [...new Set(plan.adversaries.values())]
  return new Map(names.map((name) => [name, kinds[name]!.conspire(dice.fork(`adversaries ${name}`))]))
}

function partition({ members, isMutual }: Event & { readonly type: 'partition' }): Obstacle {
  const inside = new Set(members)
  return (from, to) => (inside.has(to) ? !inside.has(from) : isMutual && inside.has(from))
}

function deafness({ kinds, members, percent }: Event & { readonly type: 'deafness' }, dice: Dice): Obstacle {
  const deaf = new Set(members)
  return (_, to, kind) => deaf.has(to) && kinds.includes(kind() ?? '') && dice.chance(percent / 100)
}
