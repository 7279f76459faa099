/**
 * An honest validator around the core, as the daemon is one: a journal that loses its unsynced end in a crash, a last-signed
 * record, a store of certificates, and recovery by replaying the journal.
 */
import assert from 'node:assert/strict'
import {
  type Certificate,
  createState,
  type Draft,
  type Effect,
  type Evidence,
  type Input,
  type Message,
  type State,
  step,
} from '../../../consensus/index.ts'
import { messageOf, someValidators, TIMING } from './builders.ts'
import { textOf } from './checker.ts'
import type { Dice } from './random.ts'

/** What a validator may do to the world around it. */
export interface Surroundings {
  readonly n: number
  readonly dice: Dice
  /** Runs later, unless the validator crashes before. */
  readonly later: (validator: number, afterMs: number, action: () => void) => void
  /** To all others, by gossip. */
  readonly broadcast: (validator: number, message: Message) => void
  readonly signed: (message: Message) => void
  readonly buildBlock: (validator: number, height: number) => string
  readonly isValidBlock: (blockId: string) => boolean
  readonly finalised: (validator: number, certificate: Certificate) => void
  readonly evidence: (evidence: Evidence) => void
}

const STEPS = { roundChange: 0, proposal: 1, prepare: 2, commit: 3 } as const

export class Validator {
  readonly index: number
  readonly chain: Certificate[] = []
  isDown = false
  state: State
  readonly #world: Surroundings
  #journal: Input[] = []
  #durable = 0
  #lastSigned: { readonly slot: readonly number[]; readonly text: string } | undefined
  #timer = 0
  /** Messages of the next heights, which the core would refuse; bounded as the runner's buffer is. */
  #early: Message[] = []

  constructor(index: number, world: Surroundings) {
    this.index = index
    this.#world = world
    this.state = this.#fresh()
    this.#workLater()
  }

  get height(): number {
    return this.chain.length
  }

  receive(message: Message): void {
    if (this.isDown) return
    const { height } = message.signed.statement
    if (height > this.height) {
      if (this.#early.length < 2000) this.#early.push(message)
      return
    }
    if (height === this.height) this.#feed({ type: 'message', message: message as never })
  }

  /** Block synchronisation: takes a certificate that another validator has. */
  adopt(certificate: Certificate): void {
    if (!this.isDown && certificate.height === this.height) this.#append(certificate)
  }

  crash(): void {
    this.isDown = true
    this.#early = []
    const kept = this.#world.dice.between(this.#durable, this.#journal.length)
    this.#journal = this.#journal.slice(0, kept)
    this.#durable = kept
  }

  /** Replays the journal and carries out again what may have been cut off; the last-signed record stops what must not be. */
  restart(): void {
    this.isDown = false
    this.state = this.#fresh()
    const effects: Effect[] = []
    for (const input of this.#journal) {
      const next = step(this.state, input)
      this.state = next.state
      effects.push(...next.effects)
    }
    const built = new Set(
      this.#journal.flatMap((input) => (input.type === 'blockBuilt' ? [input.round] : [])),
    )
    const checked = new Set(
      this.#journal.flatMap((input) => (input.type === 'blockChecked' ? [input.blockId] : [])),
    )
    const timer = effects.findLast((effect) => effect.type === 'setTimer')
    for (const effect of effects) {
      if (effect.type === 'setTimer' && effect !== timer) continue
      if (effect.type === 'buildBlock' && built.has(effect.round)) continue
      if (effect.type === 'checkBlock' && checked.has(effect.blockId)) continue
      if (effect.type === 'resend' || effect.type === 'evidence' || effect.type === 'refuse') continue
      this.#carryOut(effect)
    }
    this.#workLater()
  }

  #fresh(): State {
    const { index, height } = this
    return createState({ height, validators: someValidators(this.#world.n), self: index, timing: TIMING })
  }

  #workLater(): void {
    const { height } = this
    this.#world.later(this.index, this.#world.dice.between(0, 100), () => {
      if (this.height === height) this.#feed({ type: 'work' })
    })
  }

  #feed(input: Input): void {
    this.#journal.push(input)
    const before = this.state
    const { state, effects } = step(before, input)
    this.state = state
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: Effect): void {
    const { index, height } = this
    const { dice, later } = this.#world
    const answer = (input: Input): void => {
      later(index, dice.between(0, 20), () => {
        if (this.height === height) this.#feed(input)
      })
    }
    switch (effect.type) {
      case 'buildBlock':
        answer({ type: 'blockBuilt', round: effect.round, blockId: this.#world.buildBlock(index, height) })
        return
      case 'checkBlock': {
        const { blockId } = effect
        answer({ type: 'blockChecked', blockId, isValid: this.#world.isValidBlock(blockId) })
        return
      }
      case 'sign':
        this.#sign(effect.draft, answer)
        return
      case 'resend':
        this.#world.broadcast(index, effect.message)
        return
      case 'setTimer':
        this.#startTimer(effect.round, effect.afterMs)
        return
      case 'finalise':
        this.#durable = this.#journal.length
        this.#append(effect.certificate)
        return
      case 'evidence':
        this.#world.evidence(effect.evidence)
        return
      case 'refuse':
        return
    }
  }

  #sign(draft: Draft, answer: (input: Input) => void): void {
    this.#durable = this.#journal.length
    const { height, round, kind } = draft.statement
    const slot = [height, round, STEPS[kind]]
    const text = textOf(draft.statement)
    const last = this.#lastSigned
    if (last !== undefined && last.text !== text && compareSlots(slot, last.slot) <= 0) return
    this.#lastSigned = { slot, text }
    const message = messageOf(draft, this.index)
    this.#world.signed(message)
    this.#world.broadcast(this.index, message)
    answer({ type: 'message', message })
  }

  #startTimer(round: number, afterMs: number): void {
    const { height } = this
    const timer = ++this.#timer
    this.#world.later(this.index, afterMs, () => {
      if (timer === this.#timer && this.height === height) this.#feed({ type: 'timeout', round })
    })
  }

  #append(certificate: Certificate): void {
    assert.equal(certificate.height, this.height)
    this.#world.finalised(this.index, certificate)
    this.chain.push(certificate)
    this.#journal = []
    this.#durable = 0
    this.#timer++
    this.state = this.#fresh()
    this.#workLater()
    const early = this.#early
    this.#early = []
    for (const message of early) this.receive(message)
  }
}

function compareSlots(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
