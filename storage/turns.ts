/** Turns: asynchronous work carried out one piece after the other, in the order in which it was asked for. */
export class Turns {
  #tail: Promise<unknown> = Promise.resolve()

  /** Runs the work when all earlier work has ended, well or badly; settles as the work does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work, work)
    this.#tail = turn.catch(() => undefined)
    return turn
  }
}
