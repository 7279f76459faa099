/** `load prepare`, `load run`. */
import type { Command } from 'commander'
import { LOAD_RATE_MAX, LOAD_S_MAX, MAX_PREPARED_BALLOTS } from '../limits.ts'
import { examples, type GetContext, network, number } from './options.ts'

/** Commands of operators who rehearse. */
export function defineLoad(program: Command, get: GetContext): void {
  const load = program
    .command('load')
    .description('rehearse an election: cast prepared ballots at a rate, and see what becomes of them')
    .addHelpText('after', LOAD_HELP)

  network(load.command('prepare'))
    .description('make ballots with random choices, one for each private credential, on all cores')
    .argument('<uuid>')
    .requiredOption('--credentials <file>', 'the credentials.csv of `credentials generate`')
    .addOption(
      number(
        '--count <n>',
        'ballots, for the first so many credentials (default: all)',
        undefined,
        1,
        MAX_PREPARED_BALLOTS,
      ),
    )
    .requiredOption('--out <file>', 'where the ballots go')
    .addHelpText(
      'after',
      `
The election must have its key and roll (phase frozen or open). Whoever has the file can cast the ballots in it.
${examples('psephos load prepare UUID --credentials ./letters/credentials.csv --out load.ballots --home ./town/node-1')}`,
    )
    .action(async (uuid: string, options) =>
      (await import('../load-prepare.ts')).runLoadPrepare(uuid, options, get()),
    )

  network(load.command('run'))
    .description('cast prepared ballots at a fixed rate: EVERY BALLOT COUNTS')
    .argument('<uuid>')
    .requiredOption('--ballots <file>', 'the file of `load prepare`')
    .addOption(
      number(
        '--rate <n>',
        'ballots a second, all peers together',
        undefined,
        1,
        LOAD_RATE_MAX,
      ).makeOptionMandatory(),
    )
    .addOption(number('--seconds <s>', 'how long is measured', 60, 1, LOAD_S_MAX))
    .addOption(number('--warm-up <s>', 'how long the load goes on before that', 5, 0, LOAD_S_MAX))
    .addOption(
      number('--settle <s>', 'ballots not final so long after the last one count as lost', 30, 1, LOAD_S_MAX),
    )
    .addOption(
      number(
        '--skip <n>',
        'pass over so many ballots of the file: those of an earlier run',
        0,
        0,
        MAX_PREPARED_BALLOTS,
      ),
    )
    .addHelpText('after', RUN_HELP)
    .action(async (uuid: string, options) =>
      (await import('../load-run.ts')).runLoadRun(uuid, options, get()),
    )
}

const LOAD_HELP = `
A load is a rehearsal, for a test network. The ballots are real ones: in any network EVERY ONE OF THEM COUNTS, and takes the place of
what its voter has cast before.

Examples:
  $ psephos load prepare UUID --credentials ./letters/credentials.csv --out load.ballots --home ./town/node-1
  $ psephos load run UUID --ballots load.ballots --rate 100 --seconds 30 --home ./town/node-1`

const RUN_HELP = `
Every ballot counts: run this against a test network, in an election made for it.

Each ballot is due at a fixed time, whatever the network answers: where it falls behind, the ballots' waiting is part of the figures. They
go to the peers in turn, in batches of what is due; a ballot that a peer is too busy for, or does not answer about, goes to another one. That
a ballot is final is seen in the blocks that one peer serves, each certified by a quorum.

  offered     ballots that were due          busy       a peer said: come again (and they did)
  accepted    taken by a peer, or final      refused    by code; "known" was cast before this load
  finalised   in a certified block           lost       accepted, and in no block when the time to settle was over
                                             untaken    still being offered then

Ballots finalised a second, and the times to finality, are those of the window after the warm-up. Without --peer all validators take
ballots whose addresses are known. Exit code 1 where ballots were lost or none became final.
${examples(
  'psephos load run UUID --ballots load.ballots --rate 100 --seconds 30 --home ./town/node-1',
  'psephos load run UUID --ballots load.ballots --skip 3500 --rate 200 --seconds 10 --home ./town/node-1 --json',
)}`
