/** The bench of judges: every checker hears everything; the first broken promise ends the run. */
import type { Checker, CreateChecker, Facts, Happening, Violation } from './types.ts'

/** What a node's own assertions, and whatever escapes, are held against. */
const NOTHING_ESCAPES = 'crash'

export class Bench {
  readonly #checkers: readonly (readonly [string, Checker])[]
  readonly #clock: { now(): number }
  #violation: Violation | undefined

  constructor(checkers: Readonly<Record<string, CreateChecker>>, facts: Facts, clock: { now(): number }) {
    this.#clock = clock
    this.#checkers = Object.entries(checkers).map(
      ([name, create]) => [name, create(facts, (detail) => this.convict(name, detail))] as const,
    )
  }

  /** The first broken promise. */
  get violation(): Violation | undefined {
    return this.#violation
  }

  get isOver(): boolean {
    return this.#violation !== undefined
  }

  observe(happening: Happening): void {
    for (const [name, checker] of this.#checkers) {
      try {
        checker.observe(happening)
      } catch (error) {
        this.convict(name, `it could not judge a ${happening.type}: ${textOf(error)}`)
      }
    }
  }

  convict(checker: string, detail: string): void {
    this.#violation ??= { checker, detail, atMs: this.#clock.now() }
  }

  /** Carries out a run; what it or any promise in it throws is a violation, too. */
  async guard(work: () => Promise<void>): Promise<void> {
    const onEscape = (error: unknown): void => this.convict(NOTHING_ESCAPES, textOf(error))
    process.on('unhandledRejection', onEscape)
    try {
      await work()
    } catch (error) {
      onEscape(error)
    } finally {
      process.off('unhandledRejection', onEscape)
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
