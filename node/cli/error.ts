/** What a command fails with, and how any failure becomes one line. */
import type { Refusal, Result } from '../../base/index.ts'

/** 1: refused, or a check failed. 2: wrong usage. */
export type ExitCode = 1 | 2

/** A failure with a stable code; `message` says what is wrong and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: string
  readonly exitCode: ExitCode
  constructor(code: string, message: string, exitCode: ExitCode = 1, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.exitCode = exitCode
  }
}

/** A command line that means nothing. */
export function usageError(message: string): CommandError {
  return new CommandError('usage', message, 2)
}

/** The value, or the refusal as a failure of the command. */
export function orFail<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value
  throw new CommandError(result.error.code, result.error.detail)
}

/** A failure as people and programs see it. */
export interface Failure {
  readonly code: string
  /** One line. */
  readonly detail: string
  readonly exitCode: ExitCode
}

/** Classes of operating errors at the edges of this project: each has a stable code and a message for people. */
const KNOWN_ERRORS: ReadonlySet<string> = new Set(['NodeError', 'StorageError', 'NetworkError'])

/** One line for anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError)
    return { code: error.code, detail: oneLine(error.message), exitCode: error.exitCode }
  if (error instanceof Error && KNOWN_ERRORS.has(error.name) && 'code' in error)
    return { code: String(error.code), detail: oneLine(error.message), exitCode: 1 }
  const detail = error instanceof Error ? error.message : String(error)
  return {
    code: 'internal',
    detail: `${oneLine(detail)}; this is a defect of psephos, run again with --debug and report it`,
    exitCode: 1,
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim()
}
