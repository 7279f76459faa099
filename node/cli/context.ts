/** What a command gets from the process that runs it. */
import type { Output } from './output.ts'

/** The process around a command. */
export interface Context {
  readonly output: Output
  /** Standard input, read only where a command was told to. */
  readonly stdin: AsyncIterable<Uint8Array | string>
  /** Aborted by SIGINT or SIGTERM; asking for it takes over the handling of both. */
  signal(): AbortSignal
  /** How to run this program again: executable and its first arguments. */
  readonly self: readonly string[]
}
