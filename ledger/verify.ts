/**
 * The costly rest about a transaction: signatures and zero-knowledge proofs (T09). Expects what `check.ts` has accepted. Apart
 * from partial decryptions the answer depends only on the transaction, the network id (a ballot names its election by hash) and,
 * in a ceremony, on what cannot change any more, so that a node may remember it: nodes that remember and nodes that do not
 * must agree.
 */
import { equalBytes, ok, type Result, refuse, toHex, unreachable } from '../base/index.ts'
import { encodePoint, IDENTITY, pointRefusals } from '../crypto/index.ts'
import {
  decodePartialDecryption,
  type Place,
  verifyBallot,
  verifyPartialDecryption,
} from '../election/index.ts'
import type { Find } from './check.ts'
import { verifyEvidence } from './evidence.ts'
import { verifyAuthor } from './sign.ts'
import { findElection, type State } from './state.ts'
import { ownerOf, trusteeName, trusteePlace, verificationKeyOf } from './trustees.ts'
import type { Rejection, Transaction, TransactionOf } from './types.ts'
import { verifyCeremonyStep } from './verify-ceremony.ts'

type Verified = Result<void, Rejection>

const NEUTRAL = encodePoint(IDENTITY)

/** The costly rest: a signature, a proof of knowledge, a ballot's proofs, a decryption's proofs. */
export function verifyTransaction(state: State, transaction: Transaction): Verified {
  return verifyIn(state, (uuid) => findElection(state, uuid), transaction)
}

/** The same against elections that are ahead of the state. */
export function verifyIn(state: State, find: Find, transaction: Transaction): Verified {
  if (transaction.kind === 'ballot') return verifyVoter(find, transaction)
  if (transaction.kind === 'evidence') return verifyEvidence(state.networkId, transaction)
  const author = verifyAuthor(state.networkId, transaction)
  if (!author.ok) return author
  switch (transaction.kind) {
    case 'draft':
    case 'rollSignature':
      return author
    case 'rollChunk':
      return verifyChunk(transaction)
    case 'partialDecryption':
      return verifyDecryption(find, transaction)
    case 'trusteeKey':
    case 'ceremonyCertificate':
    case 'ceremonyCommitment':
    case 'ceremonyDealing':
    case 'ceremonyKey':
    case 'ceremonyComplaint': {
      const election = find(transaction.uuid)
      return election === undefined
        ? refuse('unknown-election', `no election ${transaction.uuid}`)
        : verifyCeremonyStep(state.networkId, election, transaction)
    }
    default:
      return unreachable(transaction)
  }
}

function verifyVoter(find: Find, { ballot }: TransactionOf<'ballot'>): Verified {
  const election = find(ballot.uuid)?.election
  if (election === undefined) return refuse('not-open', 'the election has no key yet')
  const verified = verifyBallot(election, ballot)
  if (verified.ok) return ok(undefined)
  const { code, detail, place } = verified.error
  return refuse('ballot-invalid', `${code}: ${detail}${inWords(place)}`)
}

/** A place in a ballot or decryption, counted from 1 for people. */
function inWords({ question, choice, proof }: Place): string {
  const words = [
    question === undefined ? '' : `question ${question + 1}`,
    choice === undefined ? '' : `choice ${choice + 1}`,
    proof === undefined ? '' : `proof ${proof}`,
  ].filter((word) => word !== '')
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

function verifyChunk({ index, entries }: TransactionOf<'rollChunk'>): Verified {
  const refusals = pointRefusals(entries.map(({ credential }) => credential))
  for (const [i, { credential }] of entries.entries()) {
    const fault =
      refusals[i]?.detail ?? (equalBytes(credential, NEUTRAL) ? 'the neutral element is nobody' : undefined)
    if (fault !== undefined)
      return refuse('roll-invalid', `entry ${i} of chunk ${index}: ${toHex(credential)}: ${fault}`)
  }
  return ok(undefined)
}

function verifyDecryption(find: Find, transaction: TransactionOf<'partialDecryption'>): Verified {
  const found = find(transaction.uuid)
  if (found?.election === undefined || found.tally === undefined)
    return refuse('wrong-phase', 'the election has no tally yet')
  const { record, ceremony } = found
  const place = trusteePlace(record.draft, transaction.trustee)
  const owner = place === undefined ? undefined : ownerOf(record.draft, ceremony, place)
  if (place === undefined || owner === undefined)
    return refuse('unknown-trustee', `the election has no trustee ${toHex(transaction.trustee)}`)
  const author = trusteeName(record.draft, place)
  const decoded = decodePartialDecryption(transaction.decryption)
  if (!decoded.ok) return refuse('decryption-invalid', `of ${author}: ${decoded.error.detail}`)
  const key = verificationKeyOf(record.draft, ceremony, owner)
  const verified = verifyPartialDecryption(found.election, found.tally, key, decoded.value)
  if (verified.ok) return ok(undefined)
  const { code, detail, place: where } = verified.error
  return refuse('decryption-invalid', `of ${author}: ${code}: ${detail}${inWords(where)}`)
}
