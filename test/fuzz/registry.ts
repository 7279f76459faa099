/**
 * Every decoder of the product that takes foreign bytes or text. `test/property/fuzz.test.ts` looks for exported functions whose
 * names say that they decode, and fails for one that is neither here nor among the exceptions.
 */
import { accelerators } from './targets/accelerators.ts'
import { archives } from './targets/boards.ts'
import { ceremonyMessages } from './targets/ceremony.ts'
import { boardFiles, compactForms } from './targets/election.ts'
import { openedHomes } from './targets/homes.ts'
import { chainDecoders, paperDecoders, stateDecoders } from './targets/ledger.ts'
import { answers, gossip } from './targets/network.ts'
import { commandFiles, homeFiles, preparedBallots, reports } from './targets/node.ts'
import { basePieces, consensusPieces, cryptoPieces } from './targets/pieces.ts'
import { repaired } from './targets/repair.ts'
import { signedThings } from './targets/signed.ts'
import { databaseDecoders, journalDecoders } from './targets/storage.ts'
import { streams } from './targets/streams.ts'
import type { Target } from './types.ts'

/** Functions that are named like decoders and are exercised by the targets of others, and why. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'crypto/kernel/checks.ts decodeChecked': 'inside decodePoint and pointRefusals',
  'election/json.ts decodeJson': 'the way into all JSON of the board: each of its shapes is a target',
  'election/json.ts parseJson': 'inside decodeJson, and for explanations after it',
}

/**
 * Functions whose names begin as those of readers do, and that read nothing foreign themselves: they ask a peer or open a file and
 * hand the bytes to a decoder that is a target.
 */
export const READERS: Readonly<Record<string, string>> = {
  'election/ceremony/share.ts openShare': 'shareWithin',
  'client/blocks.ts readBlocks': 'decodeCertifiedBlock, decodeBlock, verifyHead',
  'client/reads.ts readElection': 'verifyElectionAnswer',
  'client/reads.ts readTransaction': 'decodeTransaction',
  'client/reads.ts readBallot': 'verifyBallotAnswer',
  'node/keys.ts readKeyFile': 'openKey',
  'election/audit/board.ts openBoard': 'auditArchive',
  'ledger/execute.ts openWorkspace': 'nothing: a state that is there already',
  'storage/level-database.ts openLevelDatabase':
    "LevelDB's own files, which it checks; what is in them, openChainStore",
  'node/home.ts openHome': 'readHome, openKey',
  'node/repair/repair.ts openRepair': 'checkChain, signedAccordingTo, readLastSigned',
  'node/cli/observe.ts openObserver': 'parseGenesis',
  'node/cli/files.ts readInput': 'bytes with a limit, as they are',
  'node/cli/files.ts readText': 'fromUtf8',
  'node/cli/files.ts readJson': 'JSON.parse, then each reader of a file',
  'node/cli/files.ts readSecret': 'isCredential, openKey',
  'node/cli/roll.ts readRoll': 'parsePublicCredentials',
  'node/cli/network.ts readTrust': 'parseGenesis',
}

let made: Promise<readonly Target[]> | undefined

/** All targets, in the order of the folders; made once. */
export function allTargets(): Promise<readonly Target[]> {
  made ??= make()
  return made
}

async function make(): Promise<readonly Target[]> {
  return [
    ...basePieces(),
    ...cryptoPieces(),
    ...compactForms(),
    ...accelerators(),
    ...boardFiles(),
    ...archives(),
    ...ceremonyMessages(),
    ...chainDecoders(),
    ...stateDecoders(),
    ...paperDecoders(),
    ...consensusPieces(),
    ...gossip(),
    ...answers(),
    ...streams(),
    ...signedThings(),
    ...journalDecoders(),
    ...(await databaseDecoders()),
    ...(await repaired()),
    ...homeFiles(),
    ...(await openedHomes()),
    ...commandFiles(),
    await preparedBallots(),
    ...(await reports()),
  ]
}
