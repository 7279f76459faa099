/** `demo`, `testnet`, `start`, `status`. */
import type { Command } from 'commander'
import {
  DEMO_VALIDATORS_MAX,
  DEMO_VOTERS_MAX,
  TESTNET_REGISTRARS_MAX,
  TESTNET_VALIDATORS_MAX,
} from '../limits.ts'
import { examples, type GetContext, logLevel, network, number, passphrase, stopWithStdin } from './options.ts'

/** Commands that make and run networks. */
export function defineRunning(program: Command, get: GetContext): void {
  defineLocal(program, get)
  defineNode(program, get)
}

function defineLocal(program: Command, get: GetContext): void {
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
    .action(async (options) => (await import('../demo.ts')).runDemo(options, get()))

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
    .addOption(passphrase('that all keys are encrypted with'))
    .addHelpText(
      'after',
      `
Without --passphrase-file all keys lie unencrypted in DIR: for tests on this machine only.
${examples('psephos testnet ./town --validators 4', 'psephos start --home ./town/node-1')}`,
    )
    .action(async (dir: string, options) => (await import('../testnet.ts')).runTestnet(dir, options, get()))
}

function defineNode(program: Command, get: GetContext): void {
  program
    .command('start')
    .description(
      'run a daemon until SIGINT or SIGTERM: validator, trustee or observer, according to its keys',
    )
    .requiredOption('--home <dir>', "the node's home directory")
    .option('--observe', 'run without a vote, whatever keys are in the home')
    .option('--genesis <file>', 'with --observe: the genesis file, for the first start')
    .option('--peer <multiaddr...>', 'with --observe: addresses of nodes of the network, any of them will do')
    .option('--listen <multiaddr...>', 'with --observe, for the first start: where to listen')
    .option('--name <name>', 'with --observe, for the first start: what status shows')
    .addOption(passphrase('of its keys, where they are encrypted'))
    .addOption(logLevel())
    .addOption(stopWithStdin())
    .addHelpText(
      'after',
      `
When it is ready it prints one line (with --json an object with its addresses); logs go to stderr, a JSON line each.
The passphrase of encrypted keys is asked for at a terminal; a service gives --passphrase-file.

Anybody may run a node: --observe follows the chain, verifies all of it, and serves it to voters and auditors. The first
start makes the home DIR out of the genesis file: a network key of its own, settings, and a free port on all interfaces, unless
--listen says otherwise; later ones need --home alone, and --peer adds to the peers of that run. In a validator's home it reads
neither the validator's key nor the trustee's, and signs nothing; stop the validator before.
${examples(
  'psephos start --home ./town/node-1',
  'psephos start --home ./town/node-1 --log-level debug 2> node-1.log',
  'psephos start --observe --home ./observer --genesis genesis.json --peer /ip4/192.0.2.1/tcp/7000/p2p/12D3KooW...',
  'psephos start --observe --home ./observer',
)}`,
    )
    .action(async (options) => (await import('../start.ts')).runStart(options, get()))

  network(program.command('status'))
    .description('height, peers, round, validators last heard, whether and why a node waits')
    .addHelpText(
      'after',
      examples('psephos status --home ./town/node-1', 'psephos status --home ./town/node-1 --json'),
    )
    .action(async (options) => (await import('../status.ts')).runStatus(options, get()))
}
