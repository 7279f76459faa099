/** `vote`, `receipt verify`, `export`, `audit`. */
import type { Command } from 'commander'
import { THREADS_MAX } from '../limits.ts'
import { examples, type GetContext, network, number, timeout } from './options.ts'

/** Commands of voters. */
export function defineVoting(program: Command, get: GetContext): void {
  network(program.command('vote'))
    .description('encrypt a ballot here, submit it to several peers, wait until it is final')
    .argument('<uuid>')
    .requiredOption('--credential <file>', 'a file with the private credential, or - for standard input')
    .requiredOption('--answers <json>', 'a list of 0 and 1 for each question, or @FILE with it')
    .option('--receipt <file>', 'where the receipt goes')
    .addOption(timeout())
    .addHelpText(
      'after',
      `
Answers have a number for each choice, in the order of the questions; where blank is allowed the first one stands for blank.
Other users of the machine see a command's arguments: @FILE keeps the answers out of them.
${examples(
  "psephos vote UUID --credential voter.txt --answers '[[1,0]]' --receipt receipt.json --home ./town/node-1",
  'psephos receipt verify receipt.json --genesis ./town/genesis.json',
)}`,
    )
    .action(async (uuid: string, options) => (await import('../vote.ts')).runVote(uuid, options, get()))

  program
    .command('receipt')
    .description('what voters keep')
    .command('verify')
    .description('check a receipt offline, against the genesis file alone')
    .argument('<file>')
    .requiredOption('--genesis <file>', 'the genesis file of the network')
    .action(async (file: string, options) =>
      (await import('../receipt-verify.ts')).runReceiptVerify(file, options, get()),
    )
}

/** Commands of anyone who checks. */
export function defineAuditing(program: Command, get: GetContext): void {
  network(program.command('export'))
    .description('write the Belenios archive of an election, its last event certified by a quorum')
    .argument('<uuid>')
    .requiredOption(
      '--out <file>',
      'the archive; an earlier archive there must be a beginning of the new one',
    )
    .addHelpText(
      'after',
      examples('psephos export UUID --out election.bel --home ./town/node-1', 'psephos audit election.bel'),
    )
    .action(async (uuid: string, options) => (await import('../export.ts')).runExport(uuid, options, get()))

  program
    .command('audit')
    .description(
      'verify any Belenios archive (version 1, Ed25519), ours or not: every proof, every hash, the count',
    )
    .argument('<file>', 'a .bel archive')
    .addOption(number('--threads <n>', 'cores that verify; all by default', undefined, 1, THREADS_MAX))
    .addHelpText(
      'after',
      `
Reports every failing check with its place, and exits with 1 when there is one. Needs no network and trusts nobody.
${examples('psephos audit election.bel', 'psephos audit election.bel --json')}`,
    )
    .action(async (file: string, options: { readonly threads?: number }) =>
      (await import('../audit.ts')).runAudit(file, options, get()),
    )
}
