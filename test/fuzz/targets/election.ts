/** Decoders of the Belenios protocol: JSON of the board, compact forms, ceremonies. */
import { parsePartialDecryption } from '../../../election/decryption.ts'
import {
  archiveHeaderJson,
  parseArchiveHeader,
  parseEvent,
  parseOwned,
  parseSetup,
  setupJson,
} from '../../../election/events.ts'
import * as election from '../../../election/index.ts'
import { ownedDecryptionJson } from '../../../election/index.ts'
import { decodeProof, encodeProof } from '../../../election/proof-bytes.ts'
import { parseResult, resultJson } from '../../../election/result.ts'
import { parseSizedTally, parseTally, sizedTallyJson, tallyJson } from '../../../election/tally.ts'
import { SIX_CIPHERTEXTS } from '../../support/election/builders.ts'
import { hexBytes, recordings, vectors } from '../recordings.ts'
import { ofBytes, ofJson, ofText } from '../target.ts'
import type { Target } from '../types.ts'
import { archiveOf } from './boards.ts'

/** The files of a board. */
export function boardFiles(): readonly Target[] {
  const { whole, weighted, textsOf } = recordings()
  const both = [whole, weighted]
  const events = textsOf('event', () => true)
  const setup = setupJson(hash(1), hash(2), hash(3))
  return [
    ofText(
      { name: 'event of the board', covers: 'election/events.ts parseEvent', samples: events.slice(0, 8) },
      parseEvent,
    ),
    ofText(
      { name: 'setup', covers: 'election/events.ts parseSetup', samples: [setup] },
      parseSetup,
      ({ election: e, trustees: t, credentials: c }) => setupJson(e, t, c),
    ),
    ofText(
      {
        name: 'owned payload',
        covers: 'election/events.ts parseOwned',
        samples: [ownedDecryptionJson(2, hash(4))],
      },
      parseOwned,
      ({ owner, payload }) => ownedDecryptionJson(owner, payload),
    ),
    ofText(
      {
        name: 'header of an archive',
        covers: 'election/events.ts parseArchiveHeader',
        samples: [archiveHeaderJson(1_800_000_000), archiveHeaderJson(5)],
      },
      parseArchiveHeader,
    ),
    ofText(
      {
        name: 'election',
        covers: 'election/election.ts parseElection',
        samples: both.map((one) => one.election.json),
      },
      election.parseElection,
      ({ json }) => json,
    ),
    ofJson(
      {
        name: 'questions',
        covers: 'election/questions.ts parseQuestions',
        samples: both.map((one) => JSON.parse(election.questionsJson(one.election.questions))),
      },
      election.parseQuestions,
    ),
    ofText(
      {
        name: 'ballot in JSON',
        covers: 'election/ballot-json.ts parseBallot',
        samples: whole.ballots.map(election.ballotJson),
      },
      election.parseBallot,
      election.ballotJson,
    ),
    ofText(
      { name: 'tally in JSON', covers: 'election/tally.ts parseTally', samples: [tallyJson(whole.tally)] },
      parseTally,
      tallyJson,
    ),
    ofText(
      {
        name: 'size of a tally',
        covers: 'election/tally.ts parseSizedTally',
        samples: [sizedTallyJson(3, 3n, hash(1)), sizedTallyJson(3, 2n ** 40n, hash(1))],
      },
      parseSizedTally,
    ),
    ofText(
      {
        name: 'partial decryption in JSON',
        covers: 'election/decryption.ts parsePartialDecryption',
        samples: whole.decryptions.map(election.partialDecryptionJson),
      },
      parsePartialDecryption,
      election.partialDecryptionJson,
    ),
    ofText(
      {
        name: 'result',
        covers: 'election/result.ts parseResult',
        samples: both.map(({ result }) => resultJson(result!)),
      },
      parseResult,
      resultJson,
    ),
    ofText(
      {
        name: 'roll',
        covers: 'election/roll.ts parsePublicCredentials',
        samples: [
          election.publicCredentialsJson(whole.roll, false),
          election.publicCredentialsJson(weighted.roll, true),
        ],
      },
      election.parsePublicCredentials,
      ({ entries, weighted: isWeighted }) => election.publicCredentialsJson(entries, isWeighted),
    ),
    ofText(
      {
        name: 'trustees',
        covers: 'election/trustees.ts parseTrustees',
        samples: [...both.map(({ trustees }) => election.trusteesJson(trustees)), thresholdTrustees()],
      },
      election.parseTrustees,
      election.trusteesJson,
    ),
    ofText(
      {
        name: 'credential',
        covers: 'election/credentials.ts isCredential',
        form: 'text',
        samples: whole.voters.map(({ credential }) => credential),
      },
      (text) => election.isCredential(text) || undefined,
    ),
  ]
}

/** Trustees with a threshold, from a board of the official tool. */
function thresholdTrustees(): string {
  const read = election.readArchive(archiveOf('threshold-and-mandatory.bel'))
  const entry = read.ok
    ? read.value.entries.find(({ kind, json }) => kind === 'data' && json.includes('"Pedersen"'))
    : undefined
  if (entry === undefined) throw new Error('the archive of the official tool has no threshold trustees')
  return entry.json
}

/** Compact forms: what transactions carry. */
export function compactForms(): readonly Target[] {
  const { whole } = recordings()
  const [single] = whole.trustees
  if (single?.kind !== 'single') throw new Error('the recorded election has single trustees')
  const bytes = vectors<Readonly<Record<string, string>>>('ceremony/bytes.json')
  const pinned = (name: string): readonly Uint8Array[] => [hexBytes(bytes[name]!)]
  const ciphertexts =
    whole.election.questions === SIX_CIPHERTEXTS ? SIX_CIPHERTEXTS : whole.election.questions
  return [
    ofBytes(
      {
        name: 'ballot',
        covers: 'election/ballot-ssz.ts decodeBallot',
        samples: whole.ballots.map(election.encodeBallot),
      },
      election.decodeBallot,
      election.encodeBallot,
    ),
    ofBytes(
      {
        name: 'tally',
        covers: 'election/tally.ts decodeTally',
        samples: [election.encodeTally(whole.tally)],
      },
      (input) => election.decodeTally(ciphertexts, input),
      election.encodeTally,
    ),
    ofBytes(
      {
        name: 'partial decryption',
        covers: 'election/decryption.ts decodePartialDecryption',
        samples: whole.decryptions.map(election.encodePartialDecryption),
      },
      election.decodePartialDecryption,
      election.encodePartialDecryption,
    ),
    ofBytes(
      {
        name: "trustee's key",
        covers: 'election/trustees.ts decodeTrusteeKey',
        samples: [election.encodeTrusteeKey(single.key)],
      },
      election.decodeTrusteeKey,
      election.encodeTrusteeKey,
    ),
    ofBytes(
      {
        name: 'proof',
        covers: 'election/proof-bytes.ts decodeProof',
        form: 'bytes',
        samples: [encodeProof({ challenge: 5n, response: 7n })],
      },
      decodeProof,
      encodeProof,
    ),
    ofBytes(
      {
        name: 'certificate of a ceremony',
        covers: 'election/ceremony/certificate.ts decodeTrusteeCertificate',
        form: 'bytes',
        samples: pinned('certificate'),
      },
      election.decodeTrusteeCertificate,
      election.encodeTrusteeCertificate,
    ),
    ofBytes(
      {
        name: 'polynomial',
        covers: 'election/ceremony/polynomial.ts decodePublicPolynomial',
        form: 'bytes',
        samples: pinned('polynomial'),
      },
      election.decodePublicPolynomial,
      election.encodePublicPolynomial,
    ),
    ofBytes(
      {
        name: 'share',
        covers: 'election/ceremony/share.ts decodeShare',
        form: 'bytes',
        samples: pinned('share'),
      },
      election.decodeShare,
      election.encodeShare,
    ),
    ofBytes(
      {
        name: 'complaint',
        covers: 'election/ceremony/complaint.ts decodeComplaint',
        form: 'bytes',
        samples: pinned('complaint'),
      },
      election.decodeComplaint,
      election.encodeComplaint,
    ),
    ofBytes(
      {
        name: "member's key",
        covers: 'election/ceremony/member-key.ts decodeMemberKey',
        form: 'bytes',
        samples: pinned('member key'),
      },
      election.decodeMemberKey,
      election.encodeMemberKey,
    ),
  ]
}

const hash = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
