/** The daemon's log as lines that a test can read. */
import { Writable } from 'node:stream'
import { createLogger, type Logger } from '../../node/index.ts'

export interface CollectedLog {
  readonly logger: Logger
  /** JSON, as an operator would find them. */
  readonly lines: readonly string[]
}

/** A logger at level `debug`, by the adapter of the daemon. */
export function aCollectedLog(): CollectedLog {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, next) => {
      lines.push(String(chunk))
      next()
    },
  })
  return { logger: createLogger('debug', stream), lines }
}
