/** Options and texts that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { FINALITY_TIMEOUT_S, TIMEOUT_S_MAX } from '../limits.ts'

/** Gives the context of the command that begins. */
export type GetContext = () => Context

/** The options by which a command finds a network. */
export function network(command: Command): Command {
  // Only a home without a file of its peer id needs it; accepted everywhere, so that a script need not know.
  return peers(command).addOption(passphrase('of the keys in the home').hideHelp())
}

/** Like {@link network}, for a command that signs with an office's key. */
export function networkWithKey(command: Command, key: string): Command {
  return peers(command)
    .requiredOption('--key <file>', key)
    .addOption(passphrase('of the key, where it is encrypted'))
}

/** Where encrypted keys have their passphrase from; without it, it is asked for at a terminal. */
export function passphrase(of: string): Option {
  return new Option('--passphrase-file <file>', `a file with the passphrase ${of}, or - for standard input`)
}

function peers(command: Command): Command {
  return command
    .option('--home <dir>', "a node's home: its genesis file, its own address, the validators' addresses")
    .option('--genesis <file>', 'the genesis file, where there is no home')
    .option('--peer <multiaddr...>', 'peers to ask, instead of those of home or genesis file')
}

/** How much a process that runs on and on logs. */
export function logLevel(): Option {
  const levels = ['silent', 'error', 'warn', 'info', 'debug']
  return new Option('--log-level <level>', 'instead of the one in node.json').choices(levels)
}

/** For parent processes that take their children along. */
export function stopWithStdin(): Option {
  return new Option('--stop-with-stdin', 'stop when standard input ends').hideHelp()
}

/** How long a command waits for what it sent. */
export function timeout(): Option {
  return number('--timeout <seconds>', 'how long to wait for finality', FINALITY_TIMEOUT_S, 1, TIMEOUT_S_MAX)
}

/** A whole number in a range. */
export function number(
  flags: string,
  text: string,
  preset: number | undefined,
  min: number,
  max: number,
): Option {
  const option = new Option(flags, text).argParser((value) => {
    const read = /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(read >= min && read <= max))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    return read
  })
  return preset === undefined ? option : option.default(preset)
}

/** Example command lines at the end of a help text. */
export function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  $ ${command}`).join('\n')}`
}
