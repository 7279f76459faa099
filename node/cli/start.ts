/** `psephos start --home DIR`: runs a daemon until SIGINT or SIGTERM; with `--observe` one without a vote. */
import { toHex } from '../../base/index.ts'
import { createLogger, type LogLevel, openHome, startDaemon } from '../index.ts'
import type { Context } from './context.ts'
import { usageError } from './error.ts'
import { type ObserveOptions, openObserver, refuseObserveOptions } from './observe.ts'
import { type PassphraseOptions, presentPassphrase } from './passphrase.ts'

export interface StartOptions extends PassphraseOptions, ObserveOptions {
  /** Whether to run without a vote, whatever keys are there. */
  readonly observe?: boolean
  readonly logLevel?: LogLevel
  /** Stop when standard input ends: a parent process that dies takes its daemons along. */
  readonly stopWithStdin?: boolean
}

/** Resolves once the daemon has stopped in order; prints one line when it is ready. */
export async function runStart(options: StartOptions, context: Context): Promise<void> {
  const { output } = context
  refuseStdinTwice(options)
  const passphrase = presentPassphrase(options.passphraseFile, context, { of: `the keys in ${options.home}` })
  if (options.observe !== true) refuseObserveOptions(options)
  const home =
    options.observe === true
      ? await openObserver(options, output, passphrase)
      : await openHome(options.home, passphrase)
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal(), stop.signal])
  if (options.stopWithStdin === true) void atEnd(context.stdin).then(() => stop.abort())
  const daemon = await startDaemon({
    home,
    logger: createLogger(options.logLevel ?? home.settings.logLevel),
    signal,
  })
  const addresses = daemon.addresses()
  output.say(`${home.settings.name} is ready: ${addresses.join(' ')}`)
  output.end({
    ok: true,
    ready: true,
    name: home.settings.name,
    network: toHex(home.networkId),
    pid: process.pid,
    addresses,
  })
  await daemon.done
}

/** Standard input cannot both hold a passphrase and say, by its end, when to stop. */
export function refuseStdinTwice(options: Pick<StartOptions, 'stopWithStdin' | 'passphraseFile'>): void {
  if (options.stopWithStdin === true && options.passphraseFile === '-')
    throw usageError(
      'a passphrase that comes from standard input ends it: --stop-with-stdin would stop at once',
    )
}

/** Resolves when a stream has ended. */
export async function atEnd(stdin: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _ of stdin);
  } catch {
    // A broken pipe is an end, too.
  }
}
