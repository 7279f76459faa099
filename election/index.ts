/** The Belenios protocol, version 1, group Ed25519. Pure; knows no chain. */

// ---- accelerators -------------------------------------------------------------------------------------------------
export { accelerateBallot, acceleratorBytes } from './accelerator.ts'
// ---- the board and its archive -------------------------------------------------------------------------------------
export { type ArchiveEntry, readArchive, writeArchive } from './archive.ts'
// ---- the audit ----------------------------------------------------------------------------------------------------
export { auditArchive } from './audit/audit.ts'
export { type BallotsSeen, goodBallots, verifierOf } from './audit/part.ts'
// ---- ballots ------------------------------------------------------------------------------------------------------
export { ballotId, tracker } from './ballot.ts'
export { ballotJson, parseBallot } from './ballot-json.ts'
export { decodeBallot, encodeBallot } from './ballot-ssz.ts'
// ---- the threshold key ceremony -----------------------------------------------------------------------------------
export {
  createCertificate,
  decodeTrusteeCertificate,
  encodeTrusteeCertificate,
  verifyCertificate,
} from './ceremony/certificate.ts'
export {
  coefficientBytes,
  coefficientPoints,
  combinedCoefficients,
  polynomialAt,
} from './ceremony/coefficients.ts'
export { createComplaint, decodeComplaint, encodeComplaint, judgeComplaint } from './ceremony/complaint.ts'
export { ceremonyKeys, trusteeSeedOf } from './ceremony/keys.ts'
export {
  createMemberKey,
  decodeMemberKey,
  encodeMemberKey,
  type MemberKeyPlace,
  verifyMemberKey,
} from './ceremony/member-key.ts'
export { type CeremonyMember, thresholdParameters } from './ceremony/parameters.ts'
export {
  createPublicPolynomial,
  decodePublicPolynomial,
  encodePublicPolynomial,
  verifyPublicPolynomial,
} from './ceremony/polynomial.ts'
export { createShare, decodeShare, encodeShare, openShare, type ShareRefusal } from './ceremony/share.ts'
export type * from './ceremony/types.ts'
export { compareArchives } from './compare.ts'
export { type AcceleratedBallot, createAcceleratedBallot, createBallot } from './create-ballot.ts'
// ---- credentials --------------------------------------------------------------------------------------------------
export { createCredential, credentialSecret, isCredential, publicCredential } from './credentials.ts'
// ---- tally --------------------------------------------------------------------------------------------------------
export {
  createPartialDecryption,
  decodePartialDecryption,
  encodePartialDecryption,
  partialDecryptionJson,
  verifyPartialDecryption,
} from './decryption.ts'
// ---- elections and questions -------------------------------------------------------------------------------------
export { createElection, createUuid, isUuid, parseElection } from './election.ts'
export { hasPayload, nextEvent, ownedDecryptionJson, payloadHash, setupJson } from './events.ts'
export { choiceCount, parseQuestions, questionsJson } from './questions.ts'
export { canCombine, computeResult, resultJson } from './result.ts'
export { compareCredentials, parsePublicCredentials, publicCredentialsJson } from './roll.ts'
export {
  addBallots,
  addToTally,
  decodeTally,
  emptyTally,
  encodeTally,
  sizedTallyJson,
  tallyJson,
  type WeightedBallot,
} from './tally.ts'
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
export type * from './types.ts'
export {
  type BallotOutcome,
  type BatchTools,
  type SentBallot,
  verifyAccelerated,
  verifySentBallots,
} from './verify-accelerated.ts'
export { verifyBallot, verifyBallots } from './verify-ballot.ts'
