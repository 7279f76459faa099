/**
 * Agreement on an opaque block id a height, QBFT-shaped. The rules are numbered in README.md beside this file.
 */
export { authenticate } from './authenticate.ts'
export {
  decodeCertificate,
  encodeCertificate,
  MAX_CERTIFICATE_BYTES,
  verifyCertificate,
} from './certificate.ts'
export { decodeEvidence, EVIDENCE_BYTES, encodeEvidence, verifyEvidence } from './evidence.ts'
export {
  MAX_BLOCKS_REMEMBERED,
  MAX_HEIGHT,
  MAX_ROUND,
  MAX_ROUNDS_AHEAD,
  MAX_ROUNDS_BEHIND,
  MAX_TIMEOUT_MS,
  MAX_VALIDATORS,
} from './limits.ts'
export { decodeMessage, encodeMessage, MAX_MESSAGE_BYTES } from './message.ts'
export { maxFaulty, proposerOf, quorum } from './quorum.ts'
export { report } from './report.ts'
export { RULES, type Rule } from './rule.ts'
export { createState, type State } from './state.ts'
export { decodeStatement, encodeStatement, STATEMENT_DOMAIN, statementBytes } from './statement.ts'
export { step } from './step.ts'
export type * from './types.ts'
