/** `credentials generate`, `roll publish`, `roll sign`. */
import type { Command } from 'commander'
import { examples, type GetContext, networkWithKey, timeout } from './options.ts'

/** Commands of registrars. */
export function defineCredentials(program: Command, get: GetContext): void {
  program
    .command('credentials')
    .description("make voters' private credentials")
    .command('generate')
    .description('a private credential for each voter, and the public roll (offline)')
    .requiredOption('--voters <file>', 'CSV: name or id, optionally a weight, a voter a line')
    .requiredOption('--election <uuid>', 'the election they are for')
    .requiredOption('--out <dir>', 'where credentials and roll go')
    .addHelpText(
      'after',
      `
The first column is the voter's name or id, the second an optional weight (a whole number of at least 1). A first line whose
first cell is name, id or voter is a heading. A voter who is there twice is refused, with the line.

Nothing is sent anywhere: this can run on a machine without a network.
${examples('psephos credentials generate --voters voters.csv --election UUID --out ./letters')}`,
    )
    .action(async (options) =>
      (await import('../credentials-generate.ts')).runCredentialsGenerate(options, get()),
    )

  const roll = program.command('roll').description('publish and co-sign the roll of an election')
  networkWithKey(roll.command('publish'), "a registrar's private key")
    .description('put the public credentials on the chain and sign them')
    .argument('<uuid>')
    .argument('<file>', 'the roll.json of `credentials generate`')
    .addOption(timeout())
    .addHelpText(
      'after',
      examples(
        'psephos roll publish UUID ./letters/roll.json --key ./town/registrar-1.key --home ./town/node-1',
      ),
    )
    .action(async (uuid: string, file: string, options) =>
      (await import('../roll.ts')).runRollPublish(uuid, file, options, get()),
    )
  networkWithKey(roll.command('sign'), "a registrar's private key")
    .description('co-sign a roll that another registrar published')
    .argument('<uuid>')
    .argument('<file>', 'the same roll, as this registrar got and checked it')
    .addOption(timeout())
    .action(async (uuid: string, file: string, options) =>
      (await import('../roll.ts')).runRollSign(uuid, file, options, get()),
    )
}
