/** What a command gets from the process that runs it. */
import type { Output } from './output.ts'

/** A person at the other end of standard input. */
export interface Terminal {
  /** The line that is typed after the question, shown or not; rejects with `interrupted` where nothing more is typed. */
  ask(question: string, typing: 'shown' | 'hidden'): Promise<string>
}

/** The process around a command. */
export interface Context {
  readonly output: Output
  /** Standard input, read only where a command was told to. */
  readonly stdin: AsyncIterable<Uint8Array | string>
  /** Undefined where nobody can be asked. */
  readonly terminal?: Terminal
  /** What new keystores cost (scrypt's n), where a test wants another cost than the default. */
  readonly scryptN?: number
  /** Aborted by SIGINT or SIGTERM; asking for it takes over the handling of both. */
  signal(): AbortSignal
  /** How to run this program again: executable and its first arguments. */
  readonly self: readonly string[]
}
