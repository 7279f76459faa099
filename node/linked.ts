/**
 * Signals that end with others. Not `AbortSignal.any`: in Node.js 20 that leaves something behind in a parent that lives as long as the
 * node does, each time; here whoever is done lets go.
 */

/** A controller that is aborted with its parents, too. */
export interface Linked {
  readonly signal: AbortSignal
  abort(): void
  /** Parents abort it no more, and forget it. */
  letGo(): void
}

/** Ends with any of the parents, at once where one has ended. */
export function linkedTo(...parents: readonly (AbortSignal | undefined)[]): Linked {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const letGo = (): void => {
    for (const parent of parents) parent?.removeEventListener('abort', abort)
  }
  for (const parent of parents) {
    if (parent?.aborted === true) abort()
    else parent?.addEventListener('abort', abort, { once: true })
  }
  return { signal: controller.signal, abort, letGo }
}
