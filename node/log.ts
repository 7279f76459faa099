/**
 * The Logger port and its adapters. One constant message and structured fields a line; never a key, a choice, or what ties
 * a ballot to a connection (T38). error: an operator must act; info: a line a height; debug: a line a message.
 */
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

/** Values of a log line. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where a node tells what it does. */
export interface Logger {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** The same logger with fields on each of its lines. */
  child(fields: LogFields): Logger
}

/** Levels of the node's settings, from quiet to talkative. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** JSON lines by pino, to stderr unless told otherwise (stdout belongs to the commands). */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const stream = destination ?? pino.destination({ fd: 2, sync: true })
  return adapt(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream))
}

/** A logger that drops everything. */
export const SILENT: Logger = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => SILENT,
}

function adapt(logger: PinoLogger): Logger {
  return {
    error: (message, fields) => logger.error(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    child: (fields) => adapt(logger.child(fields)),
  }
}
