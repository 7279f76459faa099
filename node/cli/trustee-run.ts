/** `psephos trustee run --home DIR`: a trustee without a validator, until SIGINT or SIGTERM. */
import { toHex } from '../../base/index.ts'
import { createLogger, type LogLevel, openHome, startTrustee } from '../index.ts'
import type { Context } from './context.ts'
import { genesisPeers } from './network.ts'
import { type PassphraseOptions, presentPassphrase } from './passphrase.ts'
import { atEnd, refuseStdinTwice } from './start.ts'

export interface TrusteeRunOptions extends PassphraseOptions {
  readonly home: string
  readonly peer?: readonly string[]
  /** Seconds between two looks at the elections. */
  readonly poll: number
  readonly logLevel?: LogLevel
  /** Stop when standard input ends: a parent process that dies takes its trustees along. */
  readonly stopWithStdin?: boolean
}

/** Resolves once the trustee has stopped in order; prints one line when it is at work. */
export async function runTrusteeRun(options: TrusteeRunOptions, context: Context): Promise<void> {
  const { output } = context
  refuseStdinTwice(options)
  const passphrase = presentPassphrase(options.passphraseFile, context, { of: `the keys in ${options.home}` })
  const home = await openHome(options.home, passphrase)
  const { genesis, settings } = home
  const given = options.peer ?? []
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal(), stop.signal])
  if (options.stopWithStdin === true) void atEnd(context.stdin).then(() => stop.abort())
  const trustee = await startTrustee({
    home,
    peers: given.length > 0 ? given : [...settings.peers, ...genesisPeers(genesis)],
    pollMs: options.poll * 1000,
    logger: createLogger(options.logLevel ?? settings.logLevel),
    signal,
  })
  const publicKey = toHex(trustee.publicKey)
  output.say(`The trustee ${settings.name} is at work: ${publicKey}`)
  output.end({ ok: true, ready: true, name: settings.name, trustee: publicKey })
  await trustee.done
}
