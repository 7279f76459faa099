/**
 * The command line: what can be said and how each command explains itself. Bodies are loaded when they run, so that `--help`
 * is quick. Each group of commands has a file in `commands/`.
 */
import { Command } from 'commander'
import { defineCredentials } from './commands/credentials.ts'
import { defineElection } from './commands/election.ts'
import { defineKeys } from './commands/keys.ts'
import { defineLoad } from './commands/load.ts'
import type { GetContext } from './commands/options.ts'
import { defineRunning } from './commands/running.ts'
import { defineTrustee } from './commands/trustee.ts'
import { defineAuditing, defineVoting } from './commands/voting.ts'
import type { Context } from './context.ts'

/** The program; `context` is made when a command begins, from the options that all commands share. */
export function createProgram(version: string, context: (options: GlobalOptions) => Context): Command {
  const program = new Command('psephos')
    .description(
      'A distributed, verifiable voting network: Belenios ballots on a Byzantine fault tolerant ledger.',
    )
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print exactly one JSON object on stdout, progress on stderr')
    .option('--debug', 'print the stack of an unexpected error')
    .showHelpAfterError(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', OVERVIEW)
  const get: GetContext = () => context(program.opts<GlobalOptions>())
  defineRunning(program, get)
  defineElection(program, get)
  defineCredentials(program, get)
  defineVoting(program, get)
  defineAuditing(program, get)
  defineLoad(program, get)
  defineKeys(program, get)
  defineTrustee(program, get)
  return program
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly debug?: boolean
}

const OVERVIEW = `
Begin with a whole election on this machine:
  $ psephos demo

Or step by step, each with its own --help:
  $ psephos testnet ./town                       keys and homes of a local network
  $ psephos start --home ./town/node-1           a daemon (one terminal each)
  $ psephos election draft election.json ...     an administrator fixes an election
  $ psephos credentials generate ...             a registrar makes credentials
  $ psephos roll publish UUID roll.json ...      and publishes the roll
  $ psephos vote UUID --credential FILE ...      voters vote
  $ psephos export UUID --out election.bel ...   anyone takes the archive
  $ psephos audit election.bel                   and recounts it, alone

A rehearsal, on a test network:
  $ psephos load prepare UUID ...                makes ballots beforehand
  $ psephos load run UUID --rate N ...           casts them, and says how fast they become final

Keys at rest:
  $ psephos keys protect --home DIR ...          puts a node's keys under a passphrase

Trustees that are no validators:
  $ psephos trustee init --home DIR ...          a home, and the card that goes into drafts
  $ psephos trustee run --home DIR ...           takes part in key ceremonies and decrypts

Exit codes: 0 done, 1 refused or a check failed, 2 wrong usage.`
