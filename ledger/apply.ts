/**
 * What each accepted transaction does to its election. Expects what `check.ts` and `verify.ts` have accepted; the little that
 * only shows here (the hash of a completed roll, another trustee's key) is refused here.
 */
import { assert, equalBytes, ok, type Result, refuse, toHex, unreachable } from '../base/index.ts'
import { encodePoint, POINT_BYTES } from '../crypto/index.ts'
import {
  type Ballot,
  ballotId,
  computeResult,
  decodePartialDecryption,
  electionKey,
  nextEvent,
  ownedDecryptionJson,
  partialDecryptionJson,
  payloadHash,
  resultJson,
} from '../election/index.ts'
import { type CeremonyOutcome, leaveOut, missingTrusteeParts, sharesRoot, withPart } from './ceremony.ts'
import type { CeremonyTransaction } from './check-ceremony.ts'
import { belenios, countingBallot, type ElectionState, withBallot, withRecord } from './election-state.ts'
import { boardEntry, boardKey, type ChangeLog, chunkKey } from './image.ts'
import { MAX_REASON_BYTES, ROLL_DEPTH } from './limits.ts'
import { zeroList } from './list-tree.ts'
import { newPendingRoll, type PendingRoll, withChunk } from './pending-roll.ts'
import { flatEntries, placeOf, weightAt } from './roll.ts'
import { cutText } from './ssz.ts'
import {
  areDecryptionsComplete,
  areTrusteesReady,
  ownerOf,
  structureFault,
  trusteeName,
  trusteePlace,
  trusteesOf,
} from './trustees.ts'
import type { CeremonyMember, Rejection, TransactionOf } from './types.ts'
import { convictedBy } from './verify-ceremony.ts'

type Applied = Result<ElectionState, Rejection>

/** Adds what a trustee published to the ceremony; the last missing part freezes the election; `id` is the transaction's. A complaint ends the attempt. */
export function applyCeremonyStep(
  election: ElectionState,
  transaction: CeremonyTransaction,
  { id, time, log }: { readonly id: Uint8Array; readonly time: number; readonly log: ChangeLog },
): Applied {
  const { record, ceremony } = election
  const place = trusteePlace(record.draft, transaction.trustee)
  assert(place !== undefined, 'a checked step of a ceremony is by a trustee')
  const add = (part: Omit<CeremonyMember, 'place'>): Applied =>
    ok(frozen({ ...election, ceremony: withPart(record.draft, ceremony, place, part, time) }))
  switch (transaction.kind) {
    case 'ceremonyCertificate': {
      const { certificate } = transaction
      const twin = ceremony.members.find((other) => hasSameSigner(other.certificate, certificate))
      return twin === undefined
        ? add({ certificate })
        : refuse('ceremony-invalid', `the verification key of ${trusteeName(record.draft, twin.place)}`)
    }
    case 'ceremonyCommitment':
      return add({ commitment: transaction.commitment })
    case 'ceremonyDealing': {
      const { polynomial, shares } = transaction
      return add({ dealing: { polynomial, sharesRoot: sharesRoot(shares), transaction: id } })
    }
    case 'trusteeKey':
    case 'ceremonyKey':
      return add({ key: transaction.key })
    case 'ceremonyComplaint': {
      const fault = convictedBy(election, transaction)
      return ok(afterAttempt(election, leaveOut(record.draft, ceremony, [fault], time), log))
    }
    default:
      return unreachable(transaction)
  }
}

/**
 * Whether two certificates have the same verification key: one party with two seats, since its signature shows that it knows the
 * private part. Encryption keys may repeat. Nothing shows that they are known, so whoever published another's first would keep
 * the owner out; and it gains nothing by it (election/ceremony/certificate.ts).
 */
function hasSameSigner(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && equalBytes(one.subarray(0, POINT_BYTES), other.subarray(0, POINT_BYTES))
}

/** The election after an attempt failed: with the next one, or abandoned. */
export function afterAttempt(
  election: ElectionState,
  { ceremony, failure }: CeremonyOutcome,
  log: ChangeLog,
): ElectionState {
  const next = { ...election, ceremony }
  return failure === undefined ? next : abandoned(next, failure, log)
}

/** The election, given up; what was published of its rolls is forgotten. */
export function abandoned(election: ElectionState, reason: string, log: ChangeLog): ElectionState {
  for (const roll of election.rolls) removeChunks(election, roll, log)
  return withRecord(
    { ...election, rolls: [] },
    { phase: 'abandoned', reason: cutText(reason, MAX_REASON_BYTES) },
  )
}

/** Adds a chunk to its roll; a new hash replaces the same registrar's unfinished roll. */
export function applyRollChunk(
  election: ElectionState,
  chunk: TransactionOf<'rollChunk'>,
  log: ChangeLog,
): Applied {
  const before = election.rolls.find(({ registrar }) => equalBytes(registrar, chunk.registrar))
  const isSame = before !== undefined && equalBytes(before.hash, chunk.rollHash)
  const bytes = flatEntries(chunk.entries)
  const next = withChunk(isSame ? before : newPendingRoll(chunk), chunk.index, bytes)
  if (!next.ok) return next
  if (before !== undefined && !isSame) removeChunks(election, before, log)
  log.put(chunkKey(election.index, chunk.registrar, chunk.index), bytes)
  const rolls = isSame
    ? election.rolls.map((roll) => (roll === before ? next.value : roll))
    : [...election.rolls.filter((roll) => roll !== before), next.value]
  return ok({ ...election, rolls })
}

/** Forgets the chunks of a roll that will not be accepted. */
export function removeChunks(election: ElectionState, roll: PendingRoll, log: ChangeLog): void {
  for (const index of roll.chunks.keys()) log.remove(chunkKey(election.index, roll.registrar, index))
}

/** Counts a registrar's signature; with enough of them the roll is accepted, and never changes again (T11, T12). */
export function applyRollSignature(
  election: ElectionState,
  { registrar, rollHash }: TransactionOf<'rollSignature'>,
  log: ChangeLog,
): Applied {
  const pending = election.rolls.find(({ roll, hash }) => roll !== undefined && equalBytes(hash, rollHash))
  assert(pending?.roll !== undefined, 'a checked signature is under a complete roll')
  const signers = [...pending.signers, registrar]
  if (signers.length < election.record.draft.registrarThreshold) {
    const rolls = election.rolls.map((other) => (other === pending ? { ...pending, signers } : other))
    return ok({ ...election, rolls })
  }
  for (const other of election.rolls) if (other !== pending) removeChunks(election, other, log)
  const { hash, isWeighted, roll } = pending
  const { root, voters, totalWeight } = roll
  const accepted = withRecord(
    { ...election, rolls: [], roll, counting: zeroList(ROLL_DEPTH, voters) },
    { roll: { registrar: pending.registrar, hash, root, isWeighted, voters, totalWeight, signers } },
  )
  return ok(frozen(accepted))
}

/** The election, frozen if nothing is missing any more: its key and hash are computed from what is there (T16). */
function frozen(election: ElectionState): ElectionState {
  const { roll, ceremony, record } = election
  if (roll === undefined || !areTrusteesReady(ceremony)) return election
  const fault = structureFault(record.draft, ceremony)
  // Only trustees who collude get there: their election ends, the network goes on.
  if (fault !== undefined) return withRecord(election, { phase: 'abandoned', reason: fault })
  const publicKey = electionKey(trusteesOf(record.draft, ceremony))
  const computed = belenios(record.draft, publicKey)
  return withRecord(
    { ...election, election: computed },
    { phase: 'frozen', electionKey: encodePoint(publicKey), electionHash: computed.hash },
  )
}

/**
 * Puts a ballot on the board. It counts from now on, and what counted before for its credential does no more (T13: the last one
 * by chain order). `ballotOf` gives the ballot that it replaces; `count` is told what the tally will have to be changed by.
 */
export function applyBallot(
  election: ElectionState,
  ballot: Ballot,
  ballotOf: (id: string) => Ballot,
  count: (ballot: Ballot, weight: bigint) => void,
  log: ChangeLog,
): Applied {
  const { roll, record } = election
  assert(roll !== undefined, 'an open election has a roll')
  const place = placeOf(roll, ballot.credential)
  assert(place !== undefined, "a checked ballot's credential is on the roll")
  const id = ballotId(ballot)
  const weight = weightAt(roll, place)
  const replaced = countingBallot(election, place)
  if (replaced !== undefined) count(ballotOf(toHex(replaced)), -weight)
  count(ballot, weight)
  // The record still has the number of ballots before this block.
  log.add(boardKey(election.index, record.ballots), boardEntry(id, place))
  return ok(
    withRecord(withBallot(election, id, place), {
      board: nextEvent(record.board, 'Ballot', id).head,
      voted: record.voted + (replaced === undefined ? 1 : 0),
      votedWeight: record.votedWeight + (replaced === undefined ? weight : 0n),
    }),
  )
}

/** Publishes a partial decryption; the last one needed yields the result, which nobody announces. */
export function applyDecryption(
  election: ElectionState,
  { trustee, decryption }: TransactionOf<'partialDecryption'>,
): Applied {
  const { draft } = election.record
  const place = trusteePlace(draft, trustee)
  const owner = place === undefined ? undefined : ownerOf(draft, election.ceremony, place)
  const decoded = decodePartialDecryption(decryption)
  assert(owner !== undefined && decoded.ok, 'a checked decryption is well-formed and from a trustee')
  const payload = payloadHash(ownedDecryptionJson(owner, payloadHash(partialDecryptionJson(decoded.value))))
  return ok(
    withResult(
      withRecord(election, {
        decryptions: [...election.record.decryptions, { owner, decryption }],
        board: nextEvent(election.record.board, 'PartialDecryption', payload).head,
      }),
    ),
  )
}

function withResult(election: ElectionState): ElectionState {
  const { record, tally, ceremony } = election
  assert(tally !== undefined, 'an election is decrypted after its tally')
  if (!areDecryptionsComplete(record, ceremony)) return election
  const decryptions = record.decryptions.map(({ owner, decryption }) => {
    const decoded = decodePartialDecryption(decryption)
    assert(decoded.ok, 'a published decryption is well-formed')
    return { owner, decryption: decoded.value }
  })
  const result = computeResult(trusteesOf(record.draft, ceremony), tally, decryptions, record.votedWeight)
  // Every proof was verified, so this cannot happen; should it, one election ends and the network goes on.
  if (!result.ok)
    return withRecord(election, { phase: 'abandoned', reason: `no result: ${result.error.detail}` })
  return withRecord(election, {
    phase: 'tallied',
    result: result.value,
    board: nextEvent(record.board, 'Result', payloadHash(resultJson(result.value))).head,
  })
}

/** Why an election cannot be frozen yet, in words; undefined where nothing is missing. */
export function missingParts({ record, ceremony, roll, rolls }: ElectionState): string | undefined {
  const parts: string[] = [...missingTrusteeParts(record.draft, ceremony)]
  if (roll === undefined) {
    const threshold = record.draft.registrarThreshold
    const complete = rolls.filter((pending) => pending.roll !== undefined)
    const signatures = Math.max(0, ...complete.map(({ signers }) => signers.length))
    if (complete.length > 0) parts.push(`the roll is signed by ${signatures} of ${threshold} registrars`)
    else parts.push(rolls.length > 0 ? 'no roll is complete' : 'there is no roll')
  }
  return parts.length === 0 ? undefined : parts.join('; ')
}
