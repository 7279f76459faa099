/**
 * A deterministic network of validators around the core: virtual time, seeded faults, adversaries. One seed replays a run.
 *
 * Two phases: until `healAtMs` messages are dropped, delayed, reordered and doubled, validators crash and the network splits;
 * after that messages arrive within `HEALED_DELAY_MS` and every honest validator stays up. Agreement is checked all the time,
 * progress only after healing.
 */
import type {
  Certificate,
  Evidence,
  Message,
  Signed,
  StatementKind,
  StatementOf,
} from '../../consensus/index.ts'
import { signed } from './consensus/builders.ts'
import { type Checker, createChecker } from './consensus/checker.ts'
import { type Dice, dice } from './consensus/random.ts'
import { type Surroundings, Validator } from './consensus/validator.ts'

const HEALED_DELAY_MS = 30
const SYNC_EVERY_MS = 2500

/** One that may do anything except sign for others. It hears every message at once. */
export interface Adversary {
  readonly hear: (view: AdversaryView, message: Message) => void
}
export interface AdversaryView {
  readonly self: number
  readonly n: number
  readonly dice: Dice
  readonly sign: <K extends StatementKind>(statement: StatementOf<K>) => Signed<K>
  /** Delivered to these validators alone, after the usual delay. */
  readonly send: (to: readonly number[], message: Message) => void
  readonly buildBlock: (height: number, isValid?: boolean) => string
}

export interface Faults {
  readonly drop: number
  readonly double: number
  readonly maxDelayMs: number
  /** Probability a second that an honest validator crashes; it comes back within 3 s. */
  readonly crashPerSecond: number
  /** Probability a second that the network splits in two for up to 5 s. */
  readonly splitPerSecond: number
}

export interface NetworkOptions {
  readonly n: number
  readonly seed: number
  readonly adversaries?: ReadonlyMap<number, Adversary>
  readonly faults?: Faults
  readonly healAtMs?: number
}

export interface Network {
  readonly validators: ReadonlyMap<number, Validator>
  readonly evidence: readonly Evidence[]
  now(): number
  /** Runs until the condition holds or that much virtual time has passed; whether it holds. */
  runUntil(condition: () => boolean, limitMs: number): boolean
  /** Takes validators away or brings them back. */
  crash(index: number): void
  restart(index: number): void
}

interface Happening {
  readonly atMs: number
  readonly order: number
  readonly action: () => void
}

/** The network at time 0; every validator begins height 0. */
export function createNetwork(options: NetworkOptions): Network {
  return new SimulatedNetwork(options)
}

class SimulatedNetwork implements Network {
  readonly validators = new Map<number, Validator>()
  readonly evidence: Evidence[] = []
  readonly #options: NetworkOptions
  readonly #dice: Dice
  readonly #checker: Checker
  readonly #queue: Happening[] = []
  readonly #lives = new Map<number, number>()
  readonly #invalid = new Set<string>()
  readonly #views = new Map<number, AdversaryView>()
  #nowMs = 0
  #order = 0
  #blocks = 0
  /** Which side each validator is on while the network is split. */
  #sides: readonly boolean[] | undefined

  constructor(options: NetworkOptions) {
    this.#options = options
    this.#dice = dice(options.seed)
    this.#checker = createChecker(options.n)
    const world = this.#surroundings()
    for (let index = 0; index < options.n; index++) {
      if (options.adversaries?.has(index)) this.#views.set(index, this.#viewOf(index))
      else this.validators.set(index, new Validator(index, world))
    }
    for (const index of this.validators.keys()) this.#everySecond(index)
    this.#splitSometimes()
  }

  now(): number {
    return this.#nowMs
  }

  runUntil(condition: () => boolean, limitMs: number): boolean {
    const endMs = this.#nowMs + limitMs
    while (!condition()) {
      const next = this.#queue[0]
      if (next === undefined || next.atMs > endMs) {
        this.#nowMs = endMs
        return false
      }
      pop(this.#queue)
      this.#nowMs = next.atMs
      next.action()
    }
    return true
  }

  crash(index: number): void {
    const validator = this.validators.get(index)
    if (validator === undefined || validator.isDown) return
    this.#lives.set(index, this.#life(index) + 1)
    validator.crash()
  }

  restart(index: number): void {
    const validator = this.validators.get(index)
    if (validator?.isDown) validator.restart()
  }

  get #faults(): Faults | undefined {
    return this.#nowMs < (this.#options.healAtMs ?? 0) ? this.#options.faults : undefined
  }

  #life(index: number): number {
    return this.#lives.get(index) ?? 0
  }

  #surroundings(): Surroundings {
    const isHonest = (index: number): boolean => !this.#options.adversaries?.has(index)
    return {
      n: this.#options.n,
      dice: this.#dice,
      later: (index, afterMs, action) => {
        const life = this.#life(index)
        this.#at(afterMs, () => {
          if (this.#life(index) === life) action()
        })
      },
      broadcast: (from, message) => {
        for (const to of this.validators.keys()) if (to !== from) this.#transmit(from, to, message)
        this.#overhear(message)
      },
      signed: ({ signed }) => this.#checker.signed(signed, true),
      buildBlock: () => this.#newBlock(true),
      isValidBlock: (blockId) => !this.#invalid.has(blockId),
      finalised: (index: number, certificate: Certificate) => this.#checker.finalised(index, certificate),
      evidence: (evidence) => {
        this.#checker.evidence(evidence, isHonest)
        this.evidence.push(evidence)
      },
    }
  }

  #viewOf(self: number): AdversaryView {
    return {
      self,
      n: this.#options.n,
      dice: this.#dice,
      sign: (statement) => {
        const vote = signed(statement, self)
        this.#checker.signed(vote as Signed, false)
        return vote
      },
      send: (receivers, message) => {
        for (const to of receivers) this.#transmit(self, to, message)
        this.#overhear(message, self)
      },
      buildBlock: (_height, isValid = true) => this.#newBlock(isValid),
    }
  }

  /** Every adversary hears everything at once, and acts before anyone else does. */
  #overhear(message: Message, except?: number): void {
    for (const [index, view] of this.#views) {
      if (index === except) continue
      this.#at(0, () => this.#options.adversaries?.get(index)?.hear(view, message))
    }
  }

  #newBlock(isValid: boolean): string {
    const blockId = (++this.#blocks).toString(16).padStart(64, '0')
    if (!isValid) this.#invalid.add(blockId)
    return blockId
  }

  #transmit(from: number, to: number, message: Message): void {
    this.#checker.sent(message)
    const faults = this.#faults
    const copies = faults !== undefined && this.#dice.chance(faults.double) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      if (faults !== undefined && (this.#isSplit(from, to) || this.#dice.chance(faults.drop))) continue
      const delayMs = this.#dice.between(1, faults?.maxDelayMs ?? HEALED_DELAY_MS)
      this.#at(delayMs, () => this.validators.get(to)?.receive(message))
    }
  }

  #isSplit(a: number, b: number): boolean {
    return this.#sides !== undefined && this.#sides[a] !== this.#sides[b]
  }

  /** Crashes, and block synchronisation with one other validator. */
  #everySecond(index: number): void {
    const faults = this.#faults
    const validator = this.validators.get(index)
    if (faults !== undefined && this.#dice.chance(faults.crashPerSecond)) {
      this.crash(index)
      this.#at(this.#dice.between(1, 3000), () => this.restart(index))
    }
    const other = this.validators.get(this.#dice.pick([...this.validators.keys()]) ?? index)
    if (
      validator !== undefined &&
      other !== undefined &&
      !other.isDown &&
      !this.#isSplit(index, other.index)
    ) {
      if (!validator.isDown) for (const one of other.chain.slice(validator.height)) validator.adopt(one)
    }
    this.#at(faults === undefined ? SYNC_EVERY_MS : 1000, () => this.#everySecond(index))
  }

  #splitSometimes(): void {
    const faults = this.#faults
    if (faults === undefined) {
      this.#sides = undefined
      return
    }
    let lastsMs = 1000
    this.#sides = undefined
    if (this.#dice.chance(faults.splitPerSecond)) {
      this.#sides = Array.from({ length: this.#options.n }, () => this.#dice.chance(0.5))
      lastsMs = this.#dice.between(500, 5000)
    }
    this.#at(lastsMs, () => this.#splitSometimes())
  }

  #at(afterMs: number, action: () => void): void {
    push(this.#queue, { atMs: this.#nowMs + afterMs, order: this.#order++, action })
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/** A binary heap: the earliest happening is at its top. */
function push(heap: Happening[], item: Happening): void {
  let at = heap.length
  heap.push(item)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Happening
    if (!isBefore(item, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = item
}

function pop(heap: Happening[]): Happening | undefined {
  const top = heap[0]
  const item = heap.pop()
  if (top === undefined || item === undefined || heap.length === 0) return top
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    if (left >= heap.length) break
    const child =
      right < heap.length && isBefore(heap[right] as Happening, heap[left] as Happening) ? right : left
    const below = heap[child] as Happening
    if (!isBefore(below, item)) break
    heap[at] = below
    at = child
  }
  heap[at] = item
  return top
}
