/**
 * The command line: what can be said and how each command explains itself. Bodies are loaded when they run, so that `--help`
 * is quick.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from './context.ts'
import {
  DEMO_VALIDATORS_MAX,
  DEMO_VOTERS_MAX,
  FINALITY_TIMEOUT_S,
  POLL_S,
  POLL_S_MAX,
  TESTNET_REGISTRARS_MAX,
  TESTNET_VALIDATORS_MAX,
  TIMEOUT_S_MAX,
} from './limits.ts'

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
  const get = (): Context => context(program.opts<GlobalOptions>())
  defineRunning(program, get)
  defineElection(program, get)
  defineCredentials(program, get)
  defineVoting(program, get)
  defineAuditing(program, get)
  defineTrusteeRun(program, get)
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

Exit codes: 0 done, 1 refused or a check failed, 2 wrong usage.`

type Get = () => Context

function defineRunning(program: Command, get: Get): void {
  program
    .command('demo')
    .description('run a whole election on daemons of its own, on this machine, and audit it')
    .addOption(number('--validators <n>', 'daemons, each a process', 4, 1, DEMO_VALIDATORS_MAX))
    .addOption(number('--voters <n>', 'voters on the roll', 25, 1, DEMO_VOTERS_MAX))
    .option('--election <file>', 'questions in JSON instead of the default one')
    .option('--out <dir>', 'where keys, logs and the archive go', './psephos-demo')
    .addHelpText(
      'after',
      `
FILE is a list of questions in Belenios' form, or an object with name, description, questions and weights:
  {"name":"Council","weights":true,"questions":[{"question":"Who?","answers":["Ada","Bo"],"blank":true,"min":1,"max":1}]}
"weights": true gives the voters weights 1, 2, 3, 1, 2, 3, ...; a list gives each voter the own one.

Examples:
  $ psephos demo
  $ psephos demo --validators 7 --voters 10 --json`,
    )
    .action(async (options) => (await import('./demo.ts')).runDemo(options, get()))

  program
    .command('testnet')
    .description('write genesis file, node homes, administrator and registrar keys of a local network')
    .argument('<dir>', 'a directory without a network')
    .addOption(number('--validators <n>', 'nodes', 4, 1, TESTNET_VALIDATORS_MAX))
    .addOption(number('--registrars <n>', 'registrars', 1, 1, TESTNET_REGISTRARS_MAX))
    .addOption(
      number(
        '--base-port <port>',
        'TCP port of the first node (default: free ones)',
        undefined,
        1024,
        65_535,
      ),
    )
    .option('--name <name>', "the network's name", 'psephos testnet')
    .addHelpText(
      'after',
      examples('psephos testnet ./town --validators 4', 'psephos start --home ./town/node-1'),
    )
    .action(async (dir: string, options) => (await import('./testnet.ts')).runTestnet(dir, options, get()))

  program
    .command('start')
    .description(
      'run a daemon until SIGINT or SIGTERM: validator, trustee or observer, according to its keys',
    )
    .requiredOption('--home <dir>', "the node's home directory")
    .addOption(logLevel())
    .addOption(stopWithStdin())
    .addHelpText(
      'after',
      `
When it is ready it prints one line (with --json an object with its addresses); logs go to stderr, a JSON line each.
${examples('psephos start --home ./town/node-1', 'psephos start --home ./town/node-1 --log-level debug 2> node-1.log')}`,
    )
    .action(async (options) => (await import('./start.ts')).runStart(options, get()))

  network(program.command('status'))
    .description('height, peers, round, validators last heard, whether and why a node waits')
    .addHelpText(
      'after',
      examples('psephos status --home ./town/node-1', 'psephos status --home ./town/node-1 --json'),
    )
    .action(async (options) => (await import('./status.ts')).runStatus(options, get()))
}

function defineElection(program: Command, get: Get): void {
  const election = program
    .command('election')
    .description('draft, list, show elections; their results')
    .addHelpText('after', LIFE_OF_AN_ELECTION)

  network(election.command('draft'))
    .description('an administrator fixes everything about an election')
    .argument('<file>', 'the draft in JSON')
    .requiredOption('--key <file>', "an administrator's private key")
    .addOption(timeout())
    .addHelpText('after', DRAFT_HELP)
    .action(async (file: string, options) =>
      (await import('./election-draft.ts')).runElectionDraft(file, options, get()),
    )
  network(election.command('list'))
    .description('all elections of the network (as peers list them, uncertified)')
    .action(async (options) => (await import('./election-read.ts')).runElectionList(options, get()))
  network(election.command('show'))
    .description('one election, certified by a quorum')
    .argument('<uuid>')
    .action(async (uuid: string, options) =>
      (await import('./election-show.ts')).runElectionShow(uuid, options, get()),
    )
  network(election.command('result'))
    .description('the result, certified by a quorum, once there is one')
    .argument('<uuid>')
    .action(async (uuid: string, options) =>
      (await import('./election-read.ts')).runElectionResult(uuid, options, get()),
    )
}

function defineCredentials(program: Command, get: Get): void {
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
      (await import('./credentials-generate.ts')).runCredentialsGenerate(options, get()),
    )

  const roll = program.command('roll').description('publish and co-sign the roll of an election')
  network(roll.command('publish'))
    .description('put the public credentials on the chain and sign them')
    .argument('<uuid>')
    .argument('<file>', 'the roll.json of `credentials generate`')
    .requiredOption('--key <file>', "a registrar's private key")
    .addOption(timeout())
    .addHelpText(
      'after',
      examples(
        'psephos roll publish UUID ./letters/roll.json --key ./town/registrar-1.key --home ./town/node-1',
      ),
    )
    .action(async (uuid: string, file: string, options) =>
      (await import('./roll.ts')).runRollPublish(uuid, file, options, get()),
    )
  network(roll.command('sign'))
    .description('co-sign a roll that another registrar published')
    .argument('<uuid>')
    .argument('<file>', 'the same roll, as this registrar got and checked it')
    .requiredOption('--key <file>', "a registrar's private key")
    .addOption(timeout())
    .action(async (uuid: string, file: string, options) =>
      (await import('./roll.ts')).runRollSign(uuid, file, options, get()),
    )
}

function defineVoting(program: Command, get: Get): void {
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
    .action(async (uuid: string, options) => (await import('./vote.ts')).runVote(uuid, options, get()))

  program
    .command('receipt')
    .description('what voters keep')
    .command('verify')
    .description('check a receipt offline, against the genesis file alone')
    .argument('<file>')
    .requiredOption('--genesis <file>', 'the genesis file of the network')
    .action(async (file: string, options) =>
      (await import('./receipt-verify.ts')).runReceiptVerify(file, options, get()),
    )
}

function defineAuditing(program: Command, get: Get): void {
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
    .action(async (uuid: string, options) => (await import('./export.ts')).runExport(uuid, options, get()))

  program
    .command('audit')
    .description(
      'verify any Belenios archive (version 1, Ed25519), ours or not: every proof, every hash, the count',
    )
    .argument('<file>', 'a .bel archive')
    .addHelpText(
      'after',
      `
Reports every failing check with its place, and exits with 1 when there is one. Needs no network and trusts nobody.
${examples('psephos audit election.bel', 'psephos audit election.bel --json')}`,
    )
    .action(async (file: string) => (await import('./audit.ts')).runAudit(file, get()))
}

function defineTrusteeRun(program: Command, get: Get): void {
  const trustee =
    program.commands.find((command) => command.name() === 'trustee') ??
    program.command('trustee').description('trustees that are no validators')
  trustee
    .command('run')
    .description(
      'run a trustee without a validator until SIGINT or SIGTERM: key ceremonies, then partial decryptions',
    )
    .requiredOption('--home <dir>', "the trustee's home directory")
    .option('--peer <multiaddr...>', 'peers to ask, instead of those of the home and its genesis file')
    .addOption(number('--poll <seconds>', 'between two looks at the elections', POLL_S, 1, POLL_S_MAX))
    .addOption(logLevel())
    .addOption(stopWithStdin())
    .addHelpText(
      'after',
      `
It does by itself what each election whose draft names its key asks of it, and keeps running in between. It acts upon nothing but
what a quorum of the validators signed, asks two peers each time, and tries again for as long as no peer answers. Two validators
that signed different chains (a fork) end it.

A home has one process: where a daemon (psephos start) runs in it, that is the trustee already.
When it is at work it prints one line (with --json an object with its public key); logs go to stderr, a JSON line each.
${examples('psephos trustee run --home ./notary', 'psephos trustee run --home ./notary --poll 10 2>> notary.log')}`,
    )
    .action(async (options) => (await import('./trustee-run.ts')).runTrusteeRun(options, get()))
}

function logLevel(): Option {
  return new Option('--log-level <level>', 'instead of the one in node.json').choices([
    'silent',
    'error',
    'warn',
    'info',
    'debug',
  ])
}

function stopWithStdin(): Option {
  return new Option('--stop-with-stdin', 'stop when standard input ends').hideHelp()
}

/** The options by which a command finds a network. */
function network(command: Command): Command {
  return command
    .option('--home <dir>', "a node's home: its genesis file, its own address, the validators' addresses")
    .option('--genesis <file>', 'the genesis file, where there is no home')
    .option('--peer <multiaddr...>', 'peers to ask, instead of those of home or genesis file')
}

function timeout(): Option {
  return number('--timeout <seconds>', 'how long to wait for finality', FINALITY_TIMEOUT_S, 1, TIMEOUT_S_MAX)
}

/** A whole number in a range. */
function number(flags: string, text: string, preset: number | undefined, min: number, max: number): Option {
  const option = new Option(flags, text).argParser((value) => {
    const read = /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(read >= min && read <= max))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    return read
  })
  return preset === undefined ? option : option.default(preset)
}

function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  $ ${command}`).join('\n')}`
}

const LIFE_OF_AN_ELECTION = `
The life of an election:
  draft       an administrator fixed questions, trustees, registrars and times; trustees publish keys, registrars the roll
  frozen      keys and roll are there; nothing can change any more
  open        ballots are accepted: opensAt <= block time < closesAt
  decrypting  the trustees decrypt the encrypted sum, never a ballot
  tallied     the result is there
  abandoned   it could not open, with the reason

Examples:
  $ psephos election draft election.json --key ./town/administrator.key --home ./town/node-1
  $ psephos election show UUID --home ./town/node-1
  $ psephos election result UUID --genesis genesis.json --peer /dns4/vote.example.org/tcp/4001/p2p/12D3Koo...`

const DRAFT_HELP = `
FILE is a JSON object; fields it does not know are refused:
  name, questions          what is asked; questions in Belenios' form
  opensAt, closesAt        2027-05-02T08:00:00+02:00, or +10m for ten minutes from now (s, m, h, d)
  description, administrator, credentialAuthority      texts for voters (optional)
  registrars               names in the genesis file (default: all)
  registrarThreshold       how many of them must sign the roll (default: more than half)
  trustees                 names of validators who hold a key (default: all)
  uuid                     14 or more base58 characters (default: a fresh one)

Example:
  {
    "name": "Council of the town",
    "questions": [{"question": "Who shall sit on it?", "answers": ["Ada", "Bo", "Cy"], "blank": true, "min": 1, "max": 2}],
    "opensAt": "+10m",
    "closesAt": "+2h"
  }

  $ psephos election draft election.json --key ./town/administrator.key --home ./town/node-1`
