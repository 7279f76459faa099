/**
 * States an invariant. A failure is a programmer's mistake, never bad input (bad input is a `Result`); it stays on in
 * production, because a node that has lost an invariant must stop.
 */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new AssertionFailure(invariant)
}

/** Thrown by {@link assert}; the message is the invariant that does not hold. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

/** Marks a place that an exhaustive switch cannot reach. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable value ${JSON.stringify(value)}`)
}
