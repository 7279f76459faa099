/**
 * What makes an answer credible: header <- certificate of a quorum of the genesis file's validators; record <- Merkle branch
 * to the header's state root; ballots <- Merkle branches to the record's roots. Everything else a peer says is hearsay.
 *
 * Assumes a fixed set of validators, the genesis file's; a header that announces another set is refused.
 */
import { equalBytes, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { decodeCertificate, verifyCertificate } from '../consensus/index.ts'
import type { Election } from '../election/index.ts'
import {
  type BlockHeader,
  type BoardProof,
  blockId,
  type Ceremony,
  type CountingProof,
  decodeHeader,
  type ElectionRecord,
  electionOf,
  validatorsRoot,
  verifyCeremony,
  verifyCounting,
  verifyOnBoard,
  verifyRecord,
} from '../ledger/index.ts'
import type {
  BallotAnswer,
  CertifiedHead,
  CertifiedRecord,
  ElectionAnswer,
  RecordAnswer,
} from '../network/index.ts'
import type { Trust } from './types.ts'

/** Why a peer's answer, or a receipt, proves nothing. */
export type ProofRefusal = Refusal<'malformed' | 'wrong-network' | 'no-quorum' | 'bad-proof'>

/** A header that a quorum signed. */
export interface VerifiedHead {
  readonly header: BlockHeader
  /** 64 hexadecimal digits. */
  readonly blockId: string
}

/** A certified head, and an election's record under it where the answer brought one. */
export interface VerifiedAnswer {
  readonly head: VerifiedHead
  readonly record?: ElectionRecord
}

/** The head, if it belongs to this network and a quorum of its validators signed it. */
export function verifyHead(head: CertifiedHead, trust: Trust): Result<VerifiedHead, ProofRefusal> {
  const header = decodeHeader(head.header)
  if (!header.ok) return refuse('malformed', `header: ${header.error.detail}`)
  const certificate = decodeCertificate(head.certificate)
  if (!certificate.ok) return refuse('malformed', `certificate: ${certificate.error.detail}`)
  if (!equalBytes(header.value.networkId, trust.networkId))
    return refuse('wrong-network', `of network ${toHex(header.value.networkId)}`)
  const keys = trust.genesis.validators.map((validator) => validator.publicKey)
  const root = validatorsRoot(keys)
  if (!equalBytes(header.value.validatorsRoot, root) || !equalBytes(header.value.nextValidatorsRoot, root))
    return refuse('no-quorum', 'the header names other validators than the genesis file')
  const id = toHex(blockId(header.value))
  if (certificate.value.blockId !== id || certificate.value.height !== header.value.height)
    return refuse('no-quorum', 'the certificate is for another block')
  const signed = verifyCertificate(certificate.value, { keys }, trust.networkId)
  if (!signed.ok) return refuse('no-quorum', `certificate: ${signed.error.detail}`)
  return ok({ header: header.value, blockId: id })
}

/** The record of `uuid` under a verified head; its election must be the one that the record's own hash names. */
export function verifyElectionRecord(
  head: VerifiedHead,
  proof: CertifiedRecord,
  uuid: string,
): Result<ElectionRecord, ProofRefusal> {
  const record = verifyRecord(head.header.stateRoot, proof)
  if (!record.ok) return refuse('bad-proof', `record: ${record.error.detail}`)
  if (record.value.draft.uuid !== uuid)
    return refuse('bad-proof', `the record is of election ${record.value.draft.uuid}`)
  const derived = derivedElection(record.value)
  return derived.ok ? record : derived
}

/** The Belenios election that a record determines, undefined before it is frozen; checked against the record's hash. */
export function derivedElection(record: ElectionRecord): Result<Election | undefined, ProofRefusal> {
  const election = electionOf(record)
  const { electionHash } = record
  if (electionHash === undefined) return ok(undefined)
  if (election === undefined || !equalBytes(election.hash, electionHash))
    return refuse('bad-proof', 'the election that follows from the record has another hash than the record')
  return ok(election)
}

/** An answer about an election: with the record comes the ceremony that it commits to. */
export interface VerifiedElection extends VerifiedAnswer {
  readonly ceremony?: Ceremony
}

/** Head, record and ceremony of an answer about `uuid`. */
export function verifyElectionAnswer(
  answer: ElectionAnswer,
  uuid: string,
  trust: Trust,
): Result<VerifiedElection, ProofRefusal> {
  const verified = verifyAnswer(answer, uuid, trust)
  if (!verified.ok || verified.value.record === undefined) return verified
  if (answer.ceremony === undefined) return refuse('bad-proof', 'a record without its ceremony')
  const ceremony = verifyCeremony(verified.value.record, answer.ceremony)
  return ceremony.ok
    ? ok({ ...verified.value, ceremony: ceremony.value })
    : refuse('bad-proof', `ceremony: ${ceremony.error.detail}`)
}

/** Head and record of an answer about `uuid`. */
export function verifyAnswer(
  answer: RecordAnswer,
  uuid: string,
  trust: Trust,
): Result<VerifiedAnswer, ProofRefusal> {
  const head = verifyHead(answer.head, trust)
  if (!head.ok) return head
  if (answer.record === undefined) return ok({ head: head.value })
  const record = verifyElectionRecord(head.value, answer.record, uuid)
  return record.ok ? ok({ head: head.value, record: record.value }) : record
}

/** What an answer proves about a ballot and a credential; absence is never proved. */
export interface VerifiedBallotAnswer extends VerifiedAnswer {
  readonly onBoard?: BoardProof
  readonly counting?: CountingProof
}

/** All proofs of an answer about a ballot and a credential of `uuid`. */
export function verifyBallotAnswer(
  answer: BallotAnswer,
  asked: { readonly uuid: string; readonly ballotId?: Uint8Array; readonly credential?: Uint8Array },
  trust: Trust,
): Result<VerifiedBallotAnswer, ProofRefusal> {
  const verified = verifyAnswer(answer, asked.uuid, trust)
  if (!verified.ok) return verified
  const { record } = verified.value
  const { onBoard } = answer
  if (onBoard !== undefined) {
    if (asked.ballotId === undefined || !equalBytes(onBoard.ballotId, asked.ballotId))
      return refuse('bad-proof', 'the answer is about another ballot')
    if (record === undefined) return refuse('bad-proof', 'a ballot without a record')
    const proved = verifyOnBoard(record, onBoard)
    if (!proved.ok) return refuse('bad-proof', `board: ${proved.error.detail}`)
  }
  const counting = countingProof(answer)
  if (counting !== undefined) {
    if (asked.credential === undefined || !equalBytes(counting.entry.credential, asked.credential))
      return refuse('bad-proof', 'the answer is about another credential')
    if (record === undefined) return refuse('bad-proof', 'a credential without a record')
    const proved = verifyCounting(record, counting)
    if (!proved.ok) return refuse('bad-proof', `roll: ${proved.error.detail}`)
  }
  return ok({
    ...verified.value,
    ...(onBoard === undefined ? {} : { onBoard }),
    ...(counting === undefined ? {} : { counting }),
  })
}

function countingProof({ counting }: BallotAnswer): CountingProof | undefined {
  if (counting === undefined) return undefined
  const { credential, weight, place, rollBranch, ballotId, countingBranch } = counting
  return { entry: { credential, weight }, place, rollBranch, ballotId, countingBranch }
}
