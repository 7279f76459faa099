/** `election draft`, `list`, `show`, `result`. */
import type { Command } from 'commander'
import { type GetContext, network, networkWithKey, timeout } from './options.ts'

/** Commands about elections. */
export function defineElection(program: Command, get: GetContext): void {
  const election = program
    .command('election')
    .description('draft, list, show elections; their results')
    .addHelpText('after', LIFE_OF_AN_ELECTION)

  networkWithKey(election.command('draft'), "an administrator's private key")
    .description('an administrator fixes everything about an election')
    .argument('<file>', 'the draft in JSON')
    .addOption(timeout())
    .addHelpText('after', DRAFT_HELP)
    .action(async (file: string, options) =>
      (await import('../election-draft.ts')).runElectionDraft(file, options, get()),
    )
  network(election.command('list'))
    .description('all elections of the network (as peers list them, uncertified)')
    .action(async (options) => (await import('../election-read.ts')).runElectionList(options, get()))
  network(election.command('show'))
    .description('one election, certified by a quorum')
    .argument('<uuid>')
    .action(async (uuid: string, options) =>
      (await import('../election-show.ts')).runElectionShow(uuid, options, get()),
    )
  network(election.command('result'))
    .description('the result, certified by a quorum, once there is one')
    .argument('<uuid>')
    .action(async (uuid: string, options) =>
      (await import('../election-read.ts')).runElectionResult(uuid, options, get()),
    )
}

const LIFE_OF_AN_ELECTION = `
The life of an election:
  draft       an administrator fixed questions, trustees, registrars and times; the trustees make the key, registrars publish the roll
  frozen      key and roll are there; nothing can change any more
  open        ballots are accepted: opensAt <= block time < closesAt
  decrypting  the trustees decrypt the encrypted sum, never a ballot; as many as the threshold, and every mandatory one
  tallied     the result is there
  abandoned   it could not open, with the reason
Trustees act by themselves as long as their processes run; while they are waited for, \`show\` and \`psephos status\` say for whom.

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
  trustees                 who makes the key together: names in the genesis file, or cards of others (default: all of the genesis file)
  trusteeThreshold         how many of them decrypt together (default: a quorum, such as 3 of 4 or 5 of 7)
  mandatoryTrustees        trustees who must decrypt in any case, each with a key of its own; not listed again (default: none)
  uuid                     14 or more base58 characters (default: a fresh one)

Trustees make the key in a ceremony of four steps before the opening; a step lasts a third of the time that is left (less once somebody
was left out), at most a day, and whoever misses one is left out. Mandatory trustees are waited for until the opening. Where fewer than
the threshold remain, or a mandatory trustee is missing then, the election is abandoned.
A card is what \`psephos trustee init\` prints.

Example:
  {
    "name": "Council of the town",
    "questions": [{"question": "Who shall sit on it?", "answers": ["Ada", "Bo", "Cy"], "blank": true, "min": 1, "max": 2}],
    "trustees": ["node-1", "node-2", {"name": "Notary", "publicKey": "5f1c..."}],
    "trusteeThreshold": 2,
    "opensAt": "+10m",
    "closesAt": "+2h"
  }

  $ psephos election draft election.json --key ./town/administrator.key --home ./town/node-1`
