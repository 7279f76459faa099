/** The life of one process: from its start until it is killed. What it waits for then never comes. */
import { never } from './clock.ts'
import type { Moments } from './files.ts'

export class Life implements Moments {
  readonly #seek: () => Promise<void>
  #isDead = false
  #left = Number.POSITIVE_INFINITY
  #onEnd: () => void = () => {}

  /** `seek`: how long the process waits for its disk each time; no time unless given. */
  constructor(seek: () => Promise<void> = async () => {}) {
    this.#seek = seek
  }

  get isDead(): boolean {
    return this.#isDead
  }

  end(): void {
    this.#isDead = true
  }

  /** Calls `onEnd`, which ends it, at one of the moments to come. */
  endAfter(moments: number, onEnd: () => void): void {
    this.#left = moments
    this.#onEnd = onEnd
  }

  async moment(): Promise<void> {
    if (!this.#isDead && this.#left-- === 0) this.#onEnd()
    await this.whileAlive()
  }

  async seek(): Promise<void> {
    await this.#seek()
    await this.whileAlive()
  }

  /** Resolves only in a process that lives. */
  async whileAlive(): Promise<void> {
    if (this.#isDead) await never()
  }
}
