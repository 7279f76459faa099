/** The Belenios protocol, version 1, group Ed25519. Pure; knows no chain. */
import type { AuditReport } from './types.ts'

export type * from './types.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

// ---- ballots ------------------------------------------------------------------------------------------------------
export { ballotId, tracker } from './ballot.ts'
export { ballotJson, parseBallot } from './ballot-json.ts'
export { decodeBallot, encodeBallot } from './ballot-ssz.ts'
export { createBallot } from './create-ballot.ts'
// ---- credentials --------------------------------------------------------------------------------------------------
export { createCredential, credentialSecret, isCredential, publicCredential } from './credentials.ts'
// ---- elections and questions -------------------------------------------------------------------------------------
export { createElection, createUuid, isUuid, parseElection } from './election.ts'
export { choiceCount, parseQuestions, questionsJson } from './questions.ts'
export { compareCredentials, parsePublicCredentials, publicCredentialsJson } from './roll.ts'
export { verifyBallot } from './verify-ballot.ts'

// ---- trustees -----------------------------------------------------------------------------------------------------
export {
  createTrusteeKey,
  decodeTrusteeKey,
  electionKey,
  encodeTrusteeKey,
  parseTrustees,
  trusteesJson,
  verificationKeys,
  verifyTrusteeKey,
  verifyTrustees,
} from './trustees.ts'
// ---- tally --------------------------------------------------------------------------------------------------------
export {
  createPartialDecryption,
  decodePartialDecryption,
  encodePartialDecryption,
  partialDecryptionJson,
  verifyPartialDecryption,
} from './decryption.ts'
export { canCombine, computeResult, resultJson } from './result.ts'
export { addToTally, decodeTally, emptyTally, encodeTally, sizedTallyJson, tallyJson } from './tally.ts'
// ---- the board and its archive -------------------------------------------------------------------------------------
export { type ArchiveEntry, readArchive, writeArchive } from './archive.ts'
export { compareArchives } from './compare.ts'
export { nextEvent, ownedDecryptionJson, payloadHash, setupJson } from './events.ts'
/** Verifies an archive, complete or still growing, and reports every failing check with its place. */
export function auditArchive(
  _bytes: Uint8Array,
  _onProgress?: (ballotsVerified: number, ballots: number) => void,
): AuditReport {
  return notYet()
}
