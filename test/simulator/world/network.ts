/**
 * The network of a run: what happens to each message between two seats. Messages are late by the dice, so they overtake each other;
 * they are lost, doubled and held up; the network splits; some do not hear statements of a kind; requests fail before their answer
 * or in the middle of it. After `heal` everything arrives, within HEALED_DELAY_MS.
 */

import { decodeMessage, type StatementKind } from '../../../consensus/index.ts'
import { decodeEnvelope, type Passing } from '../../../network/index.ts'
import type { NetworkPlan } from '../plan.ts'
import type { Dice, Reaches } from '../types.ts'
import type { VirtualClock } from './clock.ts'
import type { Tally } from './tally.ts'
import type { Trace } from './trace.ts'

/** How long a message takes at most when the network is well. */
export const HEALED_DELAY_MS = 50
/** How long a message is held up: longer than rounds, and at times longer than gossip remembers what it has seen. */
const HELD_UP_MS = [400, 20_000] as const
/** How much later a repetition comes. */
const REPEATED_AFTER_MS = [1, 16_000] as const

/** Whether something does not pass from one to the other. */
export type Obstacle = (from: string, to: string, kind: () => StatementKind | undefined) => boolean

export interface NetworkParts {
  readonly clock: VirtualClock
  readonly trace: Trace
  readonly tally: Tally
  readonly dice: Dice
}

/** What becomes of a request, or of the next part of its answer. */
export type Journey = { readonly afterMs: number; readonly arrives: boolean }

export class Network {
  readonly #plan: NetworkPlan
  readonly #parts: NetworkParts
  readonly #obstacles = new Set<Obstacle>()
  readonly #kinds = new WeakMap<Uint8Array, StatementKind | 'none'>()
  #isHealed = false

  constructor(plan: NetworkPlan, parts: NetworkParts, reaches: readonly Reaches[] = []) {
    this.#plan = plan
    this.#parts = parts
    for (const each of reaches) this.#obstacles.add((from, to) => !each(from, to, parts.clock.now()))
  }

  /** From now on something does not pass; call what it gives to end that. */
  obstruct(obstacle: Obstacle): () => void {
    this.#obstacles.add(obstacle)
    return () => void this.#obstacles.delete(obstacle)
  }

  heal(): void {
    this.#isHealed = true
    this.#obstacles.clear()
  }

  /** The way of a gossip message: see `Carry` of the hub in memory. */
  carry(passing: Passing, arrive: () => boolean): void {
    const { dice, tally } = this.#parts
    const { dropped, repeated, heldUp } = this.#plan
    const { from, to } = passing
    if (this.#isHealed) return this.#arrive(passing, dice.between(1, HEALED_DELAY_MS), arrive)
    if (this.#isObstructed(from, to, () => this.#kindOf(passing)) || dice.chance(dropped)) {
      tally.faults.dropped++
      return
    }
    const isHeldUp = dice.chance(heldUp)
    if (isHeldUp) tally.faults.heldUp++
    this.#arrive(passing, isHeldUp ? dice.between(...HELD_UP_MS) : this.#delay(), arrive)
    if (!dice.chance(repeated)) return
    tally.faults.repeated++
    this.#arrive(passing, dice.between(...REPEATED_AFTER_MS), arrive)
  }

  /** The way of a request, or of a part of its answer. */
  journey(from: string, to: string): Journey {
    const { dice, tally } = this.#parts
    if (this.#isHealed) return { afterMs: dice.between(1, HEALED_DELAY_MS), arrives: true }
    const isLost = this.#isObstructed(from, to, () => undefined) || dice.chance(this.#plan.failedRequests)
    if (isLost) tally.faults.failedRequests++
    return { afterMs: this.#delay(), arrives: !isLost }
  }

  #delay(): number {
    const { dice, tally } = this.#parts
    const [low, high] = this.#plan.delayMs
    // Mostly quick, at times slow: two throws, the smaller counts.
    const delay = Math.min(dice.between(low, high), dice.between(low, high))
    if (delay > HEALED_DELAY_MS) tally.faults.delayed++
    return delay
  }

  #arrive({ from, to, topic, id }: Passing, afterMs: number, arrive: () => boolean): void {
    const { clock, trace } = this.#parts
    clock.after(afterMs, () => {
      trace.delivery(clock.now(), from, to, `${topic} ${id}`)
      return arrive()
    })
  }

  #isObstructed(from: string, to: string, kind: () => StatementKind | undefined): boolean {
    for (const obstacle of this.#obstacles) if (obstacle(from, to, kind)) return true
    return false
  }

  #kindOf({ topic, payload }: Passing): StatementKind | undefined {
    if (topic !== 'consensus') return undefined
    let kind = this.#kinds.get(payload)
    if (kind === undefined) {
      const envelope = decodeEnvelope(payload)
      const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
      kind = message.ok ? message.value.kind : 'none'
      this.#kinds.set(payload, kind)
    }
    return kind === 'none' ? undefined : kind
  }
}
