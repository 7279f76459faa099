/** Decoders of an operator's and a voter's files: keys, backups, cards, settings, drafts, lists of voters, answers. */

import { concatAll, toHex, utf8 } from '../../../base/index.ts'
import { createCredential } from '../../../election/index.ts'
import { encodeTransaction } from '../../../ledger/index.ts'
import type { OfferedTransaction } from '../../../network/index.ts'
import { readDemoElection } from '../../../node/cli/demo/questions.ts'
import { readDraft, readTime } from '../../../node/cli/draft-file.ts'
import { readTrustees, type TrusteeFields } from '../../../node/cli/draft-trustees.ts'
import { CommandError } from '../../../node/cli/error.ts'
import { decodeBallotFile, encodeBallotFile, type Purpose } from '../../../node/cli/load/ballot-file.ts'
import { readReport } from '../../../node/cli/status.ts'
import { parseAnswers } from '../../../node/cli/vote.ts'
import { readCredentials, readVoters } from '../../../node/cli/voters-file.ts'
import { NodeError } from '../../../node/error.ts'
import { parseSettings } from '../../../node/home.ts'
import { openKey } from '../../../node/keys.ts'
import { decodeKeystore } from '../../../node/keystore.ts'
import { encodeFile } from '../../../node/sealing.ts'
import { decodeBackup } from '../../../node/trustee-backup.ts'
import { cardFile, parseCard, trusteeCard } from '../../../node/trustee-card.ts'
import {
  aBallot,
  aChain,
  aGenesis,
  anOpenElection,
  aTrustee,
  beleniosOf,
  cast,
  keyOf,
  seededRandom,
} from '../../support/ledger-builders.ts'
import { aRunningNetwork } from '../../support/node-network.ts'
import { vectors } from '../recordings.ts'
import { declared, declaredLater, ofBytes, ofJson, ofText } from '../target.ts'
import type { Target } from '../types.ts'

/** What the keystore's own compactness leaves out: the newline at the end may be missing. */
const withoutNewline = (file: Uint8Array): Uint8Array => file.subarray(0, -1)

const CREDENTIALS = [1, 2].map((i) => createCredential(seededRandom(`fuzz credential ${i}`)))

/** Ballots that were prepared for a load. */
export async function preparedBallots(): Promise<Target> {
  const chain = aChain()
  const uuid = anOpenElection(chain)
  const election = beleniosOf(chain, uuid)
  const purpose = { networkId: chain.networkId, uuid, electionHash: election.hash }
  const ballots = [0, 1]
    .map((voter) => encodeTransaction(cast(aBallot(election, voter))))
    .map((bytes, i) => (i === 0 ? { bytes } : { bytes, accelerator: bytes.slice(0, 64) }))
  return {
    name: 'prepared ballots',
    covers: ['node/cli/load/ballot-file.ts decodeBallotFile'],
    form: 'bytes',
    samples: [await ballotFile(purpose, ballots), await ballotFile(purpose, [])],
    take: async (input) => {
      const read = decodeBallotFile(input)
      if (!read.ok) return { isTaken: false, why: read.error.detail }
      return { isTaken: true, again: await ballotFile(read.value, read.value.ballots) }
    },
  }
}

async function ballotFile(purpose: Purpose, ballots: readonly OfferedTransaction[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of encodeBallotFile(purpose, ballots.length, [ballots])) pieces.push(piece)
  return concatAll(pieces)
}

/** Files of a home. Nothing is opened: what scrypt costs has its own limits and tests. */
export function homeFiles(): readonly Target[] {
  const keystores = Object.values(vectors<Readonly<Record<string, string>>>('node/keystore.json')).slice(0, 2)
  const { version, ...sealed } = JSON.parse(keystores[0]!) as { readonly version: number }
  const about = { name: 'Notary', network: 'ab'.repeat(32), publicKey: toHex(keyOf('Notary')) }
  const backup = encodeFile({ version, backup: 'trustee', ...about, ...sealed })
  const settings = { name: 'Bar association', listen: ['/ip4/0.0.0.0/tcp/7000'], peers: [], logLevel: 'info' }
  const card = cardFile(trusteeCard('Notary', new Uint8Array(32).fill(3)))
  return [
    ofBytes(
      {
        name: 'keystore',
        covers: ['node/keystore.ts decodeKeystore', 'node/sealing.ts decodeFile'],
        form: 'json',
        samples: keystores.map((text) => withoutNewline(utf8(text))),
      },
      decodeKeystore,
    ),
    ofBytes(
      {
        name: "trustee's backup",
        covers: 'node/trustee-backup.ts decodeBackup',
        form: 'json',
        samples: [withoutNewline(backup)],
      },
      decodeBackup,
    ),
    ofBytes(
      { name: "trustee's card", covers: 'node/trustee-card.ts parseCard', form: 'json', samples: [card] },
      parseCard,
    ),
    ofText(
      {
        name: 'settings',
        covers: 'node/home.ts parseSettings',
        samples: [JSON.stringify(settings), '{"name":"x","listen":[]}'],
      },
      (text) => declared(NodeError, () => parseSettings(text, 'node.json')),
    ),
    {
      name: 'key file without a passphrase',
      covers: ['node/keys.ts openKey'],
      form: 'text',
      samples: [utf8(`${'0f'.repeat(32)}\n`)],
      take: (input) =>
        declaredLater(NodeError, async () => {
          await openKey('a.key', input, 'network', undefined)
          return undefined
        }),
    },
  ]
}

/** What `psephos status` reads of a node. */
export async function reports(): Promise<readonly Target[]> {
  const network = await aRunningNetwork(4)
  const samples = [...network.running.values()].map(({ node }) => utf8(JSON.stringify(node.diagnostics())))
  await network.stopAll()
  return [
    {
      name: "node's report",
      covers: ['node/cli/status.ts readReport'],
      form: 'json',
      samples,
      take: (input) => {
        try {
          readReport(input)
          return { isTaken: true }
        } catch (error) {
          // The two things that it says of a report that it cannot read.
          if (error instanceof Error && error.message.startsWith('its report '))
            return { isTaken: false, why: error.message }
          throw error
        }
      },
    },
  ]
}

/** Files and words of commands. */
export function commandFiles(): readonly Target[] {
  const trustees = [1, 2, 3, 4].map((i) => aTrustee(`trustee ${i}`))
  const genesis = aGenesis({ validators: 3, registrars: 3, trustees })
  const surroundings = { genesis, now: Date.UTC(2027, 4, 1, 12), newUuid: () => 'aaaaaaaaaaaaaa' }
  const notary = { name: 'Notary', publicKey: toHex(keyOf('Notary')) }
  const questions = [{ question: 'Who?', answers: ['Ada', 'Bo'], blank: true, min: 1, max: 1 }]
  const draft = { name: 'Council', questions, opensAt: '+10m', closesAt: '2027-05-01T18:00:00+02:00' }
  const full = {
    ...draft,
    uuid: 'bbbbbbbbbbbbbb',
    description: 'd',
    registrars: ['registrar 2'],
    registrarThreshold: 1,
    trustees: ['trustee 3', notary],
    trusteeThreshold: 2,
    mandatoryTrustees: ['trustee 1'],
    administrator: 'Ada',
    credentialAuthority: 'Bo',
  }
  const fields = [
    { trustees: full.trustees, trusteeThreshold: 2, mandatoryTrustees: full.mandatoryTrustees },
    {},
  ]
  return [
    ofJson(
      { name: 'draft file', covers: 'node/cli/draft-file.ts readDraft', samples: [draft, full] },
      (json) => readDraft(json, surroundings),
    ),
    ofText(
      {
        name: 'time of a draft',
        covers: 'node/cli/draft-file.ts readTime',
        form: 'text',
        samples: ['+10m', draft.closesAt],
      },
      (text) => readTime('opensAt', text, surroundings.now),
    ),
    ofJson(
      { name: 'trustees of a draft', covers: 'node/cli/draft-trustees.ts readTrustees', samples: fields },
      (json) =>
        // Its schema is readDraft's; here what got past it.
        readTrustees(fieldsOf(json), genesis),
    ),
    ofJson(
      {
        name: 'election of a demo',
        covers: 'node/cli/demo/questions.ts readDemoElection',
        samples: [questions, { name: 'Trees', questions, weights: [1, 2] }],
      },
      readDemoElection,
    ),
    ofText(
      {
        name: 'list of voters',
        covers: 'node/cli/voters-file.ts readVoters',
        form: 'text',
        samples: ['name,weight\nAda,2\r\n"Bo ""the"" Builder",1\n', 'Ada\nBo\n\nCy', 'weight;id\n3;"a;b"\n'],
      },
      readVoters,
    ),
    ofText(
      {
        name: 'list of credentials',
        covers: 'node/cli/voters-file.ts readCredentials',
        form: 'text',
        samples: [
          `name,credential\n"Bo ""the"" Builder",${CREDENTIALS[0]}\r\nAda,${CREDENTIALS[1]}\n`,
          `Ada,${CREDENTIALS[0]},3\n`,
        ],
      },
      readCredentials,
    ),
    ofText(
      { name: 'answers', covers: 'node/cli/vote.ts parseAnswers', samples: ['[[1,0],[0,0,1]]', '[]'] },
      (text) => declared(CommandError, () => parseAnswers(text)),
    ),
  ]
}

function fieldsOf(json: unknown): TrusteeFields {
  const { trustees, trusteeThreshold, mandatoryTrustees } = (json ?? {}) as Readonly<Record<string, unknown>>
  const items = (value: unknown): TrusteeFields['trustees'] =>
    Array.isArray(value)
      ? value.filter(
          (item): item is string | typeof item =>
            typeof item === 'string' ||
            (typeof item?.name === 'string' && typeof item?.publicKey === 'string'),
        )
      : undefined
  return {
    trustees: items(trustees),
    trusteeThreshold: Number.isSafeInteger(trusteeThreshold) ? (trusteeThreshold as number) : undefined,
    mandatoryTrustees: items(mandatoryTrustees),
  }
}
