/**
 * While a run lasts, the real clock, real timers and real chance are out of reach: whoever asks for them is told so, and the run fails.
 * A run that depended on how fast the machine is would not replay.
 */

interface Outside {
  readonly owner: object
  readonly name: string
}

const OUTSIDE: readonly Outside[] = [
  { owner: globalThis, name: 'setTimeout' },
  { owner: globalThis, name: 'setInterval' },
  { owner: globalThis, name: 'setImmediate' },
  { owner: Date, name: 'now' },
  { owner: performance, name: 'now' },
  { owner: Math, name: 'random' },
  { owner: AbortSignal, name: 'timeout' },
]

/** Does work in a world that is closed to the outside. */
export async function hermetic<T>(work: () => Promise<T>): Promise<T> {
  const before = OUTSIDE.map(({ owner, name }) => Object.getOwnPropertyDescriptor(owner, name))
  for (const { owner, name } of OUTSIDE) {
    const value = (): never => {
      throw new Error(
        `${name} was called in a simulated world: use the Clock, the timers and the Random that were given`,
      )
    }
    Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  }
  try {
    return await work()
  } finally {
    for (const [index, { owner, name }] of OUTSIDE.entries()) {
      const descriptor = before[index]
      if (descriptor === undefined) Reflect.deleteProperty(owner, name)
      else Object.defineProperty(owner, name, descriptor)
    }
  }
}
