/** `trustee init`, `trustee run`, `trustee backup`, `trustee restore`. */
import type { Command } from 'commander'
import { POLL_S, POLL_S_MAX } from '../limits.ts'
import { examples, type GetContext, logLevel, number, passphrase, stopWithStdin } from './options.ts'

/** Commands of trustees, above all of those that are no validators. */
export function defineTrustee(program: Command, get: GetContext): void {
  const trustee = program
    .command('trustee')
    .description("a trustee's home, its work, its backup, and its move to another machine")
    .addHelpText('after', TRUSTEE_HELP)
  defineInit(trustee, get)
  defineRun(trustee, get)
  defineBackup(trustee, get)
  defineRestore(trustee, get)
}

function defineInit(trustee: Command, get: GetContext): void {
  protection(
    trustee
      .command('init')
      .description('make the home of a trustee that is no validator, and its card')
      .requiredOption('--home <dir>', 'the new home')
      .requiredOption('--name <name>', "the trustee's name, as drafts and auditors will see it")
      .requiredOption('--genesis <file>', 'the genesis file of the network')
      .option('--peer <multiaddr...>', "peers beside the genesis file's validators, with their peer ids"),
  )
    .addHelpText(
      'after',
      `
The card goes to the administrator, who puts it into the "trustees" of a draft. It is public; make sure that it arrives unchanged.
${examples('psephos trustee init --home ./notary --name "Notary of Athens" --genesis genesis.json --passphrase-file FILE')}`,
    )
    .action(async (options) => (await import('../trustee-init.ts')).runTrusteeInit(options, get()))
}

function defineRun(trustee: Command, get: GetContext): void {
  trustee
    .command('run')
    .description('run a trustee without a validator until SIGINT or SIGTERM')
    .requiredOption('--home <dir>', "the trustee's home")
    .option('--peer <multiaddr...>', 'peers to ask, instead of those of the home and its genesis file')
    .addOption(number('--poll <seconds>', 'between two looks at the elections', POLL_S, 1, POLL_S_MAX))
    .addOption(passphrase('of its keys, where they are encrypted'))
    .addOption(logLevel())
    .addOption(stopWithStdin())
    .addHelpText(
      'after',
      `
It does by itself what each election whose draft names it asks of it, first in the key ceremony, then when the ballots are counted, so
leave it running. It acts upon nothing but what a quorum of the validators signed, asks two peers each time, and goes on trying while
no peer answers. It ends with an error when validators have signed two different chains (a fork).

A home has one process: where a daemon runs in it (psephos start), that is the trustee already.
When it is at work it prints one line (with --json an object with its public key); logs go to stderr, a JSON line each.
${examples('psephos trustee run --home ./notary --passphrase-file FILE', 'psephos trustee run --home ./notary --poll 10 2>> notary.log')}`,
    )
    .action(async (options) => (await import('../trustee-run.ts')).runTrusteeRun(options, get()))
}

function defineBackup(trustee: Command, get: GetContext): void {
  trustee
    .command('backup')
    .description("write a trustee's seed to one file, always encrypted")
    .requiredOption('--home <dir>', 'a home with a trustee')
    .requiredOption('--out <file>', 'the backup; not written over another file')
    .addOption(passphrase('of the keys in the home, where they are encrypted'))
    .option(
      '--backup-passphrase-file <file>',
      'a file with the passphrase of the backup, or - for standard input',
    )
    .addHelpText(
      'after',
      `
One backup serves for all elections, those to come too. Keep file and passphrase in different places: whoever has both has
the trustee's keys. A backup is not for running the same trustee on two machines.
${examples('psephos trustee backup --home ./notary --out notary.backup')}`,
    )
    .action(async (options) => (await import('../trustee-backup.ts')).runTrusteeBackup(options, get()))
}

function defineRestore(trustee: Command, get: GetContext): void {
  protection(
    trustee
      .command('restore')
      .description('bring a trustee to this machine out of its backup')
      .argument('<file>', 'the backup')
      .requiredOption('--home <dir>', 'a new home, or one without a trustee')
      .option('--genesis <file>', 'the genesis file of the network, for a new home')
      .option('--peer <multiaddr...>', "peers beside the genesis file's validators, for a new home")
      .option(
        '--backup-passphrase-file <file>',
        'a file with the passphrase of the backup, or - for standard input',
      )
      .option('--old-is-stopped', 'the trustee runs nowhere else any more, and never will'),
  )
    .addHelpText(
      'after',
      `
STOP THE OLD MACHINE'S TRUSTEE FOR GOOD FIRST. Two machines with one seed contradict each other, which can spoil an election.
Where a validator stays behind on the old machine, delete keys/trustee.seed from its home and restart it.

A seed that is there is never overwritten. A home whose keys are encrypted gets the seed under the same passphrase.
${examples(
  'psephos trustee restore notary.backup --home ./notary --genesis genesis.json --old-is-stopped --passphrase-file FILE',
  'psephos trustee restore notary.backup --home ./node --old-is-stopped --passphrase-file FILE',
)}`,
    )
    .action(async (file: string, options) =>
      (await import('../trustee-restore.ts')).runTrusteeRestore(file, options, get()),
    )
}

/** How the keys of a home will lie: one of both has to be said, or typed at a terminal. */
function protection(command: Command): Command {
  return command
    .addOption(passphrase('that the keys in the home are encrypted with'))
    .option('--unencrypted', 'leave the keys in the home unencrypted')
}

const TRUSTEE_HELP = `
A trustee holds a share of the key of each election whose draft names it. Everything secret that it has is one seed of 32 bytes
(keys/trustee.seed): keys and shares of each election follow from the seed and the finalised chain, so that a trustee that lost
everything but its seed, or its backup, has lost nothing.`
