/** The replicated state machine: transactions, blocks, state, its commitment and proofs. Pure. */
export {
  blockId,
  decodeBlock,
  decodeHeader,
  encodeBlock,
  encodeHeader,
  transactionsRoot,
} from './block.ts'
export { archiveTimestamp, boardEntries, boardIds } from './board.ts'
export { type Built, buildBlock, buildWholeBlock } from './build.ts'
export {
  awaitedPlaces,
  awaitedTrustees,
  commitmentTo,
  contextOf,
  faultText,
  memberNumber,
  missingTrusteeParts,
  proveShare,
  sharesRoot,
  stepText,
} from './ceremony.ts'
export { checkTransaction } from './check.ts'
export { type Decoded, decodeWithId, identified } from './decoded.ts'
export { checkDraft, parseDraft } from './draft.ts'
export { electionOf } from './election-state.ts'
export { convictionOf, convictions } from './evidence.ts'
export type { Conviction, SignedContent, StatementSlot } from './evidence-ssz.ts'
export { type Execution, executeBlock, executeWholeBlock, neededBallots } from './execute.ts'
export { DEFAULT_PARAMETERS, genesisFile, networkIdOf, parseGenesis } from './genesis.ts'
export {
  MAX_BLOCK_BYTES,
  MAX_BLOCK_TRANSACTIONS,
  MAX_CEREMONY_BYTES,
  MAX_GENESIS_BYTES,
  MAX_RECORD_BYTES,
  MAX_TRANSACTION_BYTES,
  MAX_VALIDATORS,
  STATEMENT_CONTENT_BYTES,
} from './limits.ts'
export { loadState, loadStateFrom } from './load.ts'
export { splitRoll } from './pending-roll.ts'
export {
  proveCeremony,
  proveConvictions,
  proveCounting,
  proveOnBoard,
  proveRecord,
  verifyCeremony,
  verifyConvictions,
  verifyCounting,
  verifyOnBoard,
  verifyRecord,
} from './proofs.ts'
export { decodeRecord, encodeRecord } from './record.ts'
export {
  decodeReferring,
  encodeReferring,
  missingFrom,
  type ReferringBlock,
  resolve,
} from './referring-block.ts'
export { signTransaction } from './sign.ts'
export {
  electionCeremony,
  electionRecord,
  elections,
  genesisState,
  isOnBoard,
  type State,
  stateRoot,
  validatorsRoot,
} from './state.ts'
export {
  decodeTransaction,
  encodedBallot,
  encodeTransaction,
  transactionId,
  type Unsigned,
} from './transaction-ssz.ts'
export {
  allTrustees,
  certificateOf,
  type MissingDecryptions,
  missingDecryptions,
  neededOwners,
  ownerOf,
  placeOfOwner,
  polynomialOf,
  trusteePlace,
} from './trustees.ts'
export type * from './types.ts'
export { verifyTransaction } from './verify.ts'
export { decodeWholeBlock, transactionIn, type WholeBlock, wholeBlock } from './whole-block.ts'
