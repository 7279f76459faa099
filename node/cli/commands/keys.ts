/** `keys protect`, `keys unprotect`. */
import { type Command, Option } from 'commander'
import { examples, type GetContext, passphrase } from './options.ts'

/** Commands about keys at rest. */
export function defineKeys(program: Command, get: GetContext): void {
  const keys = program
    .command('keys')
    .description('put keys under a passphrase, change it, take it away')
    .addHelpText('after', KEYS_HELP)

  places(keys.command('protect'))
    .description('encrypt keys, or change their passphrase')
    .addOption(passphrase('that the keys have now, where they are encrypted'))
    .option('--new-passphrase-file <file>', 'a file with the new passphrase, or - for standard input')
    .addHelpText(
      'after',
      `
Without these options the passphrases are asked for at a terminal. Each file is replaced whole, and a key that is under the
new passphrase already stays as it is: after a power cut, give the same command again. A running node has read its keys and
is not disturbed.

Earlier copies are beyond reach: backups of the directory, and what the disk has not overwritten yet. A key that others may
have seen is not mended by a passphrase.
${examples(
  'psephos keys protect --home ./home --new-passphrase-file /run/secrets/psephos',
  'psephos keys protect --home ./home --passphrase-file OLD --new-passphrase-file NEW',
  'psephos keys protect --key registrar.key --office registrar',
)}`,
    )
    .action(async (options) => (await import('../keys-protect.ts')).runKeysProtect(options, get()))

  places(keys.command('unprotect'))
    .description('decrypt keys: whoever reads the files afterwards has the keys')
    .addOption(passphrase('that the keys have now'))
    .addHelpText('after', examples('psephos keys unprotect --home ./home --passphrase-file OLD'))
    .action(async (options) => (await import('../keys-protect.ts')).runKeysUnprotect(options, get()))
}

function places(command: Command): Command {
  return command
    .option('--home <dir>', "a node's or trustee's home: all its keys")
    .option('--key <file>', 'one key outside a home')
    .addOption(
      new Option('--office <office>', 'whose the one key is').choices(['administrator', 'registrar']),
    )
}

const KEYS_HELP = `
A key file is plain (64 hexadecimal digits), or a keystore: encrypted with AES-256-GCM under a key that scrypt makes of a
passphrase. Every command that opens keys takes --passphrase-file, or asks at a terminal. Key files that group or others
may touch are refused.`
