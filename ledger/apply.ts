/**
 * What each accepted transaction does to its election. Expects what `check.ts` and `verify.ts` have accepted; the little that
 * only shows here (the hash of a completed roll, another trustee's key) is refused here.
 */
import { assert, equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import {
  addToTally,
  type Ballot,
  ballotId,
  canCombine,
  computeResult,
  decodePartialDecryption,
  decodeTrusteeKey,
  nextEvent,
  ownedDecryptionJson,
  partialDecryptionJson,
  payloadHash,
  resultJson,
} from '../election/index.ts'
import { trusteePlace } from './check.ts'
import {
  belenios,
  countingBallot,
  type ElectionState,
  trusteesOf,
  withBallot,
  withRecord,
} from './election-state.ts'
import { boardKey, type ChangeLog, chunkKey, countingKey } from './image.ts'
import { ROLL_DEPTH } from './limits.ts'
import { zeroList } from './list-tree.ts'
import { newPendingRoll, type PendingRoll, withChunk } from './pending-roll.ts'
import { flatEntries, placeOf, weightAt } from './roll.ts'
import type { Rejection, TransactionOf } from './types.ts'

type Applied = Result<ElectionState, Rejection>

/** Publishes a trustee's key; the last missing part freezes the election. */
export function applyTrusteeKey(
  election: ElectionState,
  { trustee, key }: TransactionOf<'trusteeKey'>,
): Applied {
  const place = trusteePlace(election, trustee)
  const decoded = decodeTrusteeKey(key)
  assert(place !== undefined && decoded.ok, 'a checked key is well-formed and from a trustee')
  const { publicKey } = decoded.value
  const twin = election.trusteeKeys.findIndex((other) => other?.publicKey.equals(publicKey))
  if (twin >= 0) return refuse('key-exists', `this is the key of trustee ${twin + 1}`)
  const trusteeKeys = election.trusteeKeys.with(place, decoded.value)
  const records = election.record.trusteeKeys.with(place, key)
  return ok(frozen(withRecord({ ...election, trusteeKeys }, { trusteeKeys: records })))
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

/** The election, frozen if nothing is missing any more: its key and hash are computed from what is there. */
function frozen(election: ElectionState): ElectionState {
  if (election.roll === undefined || election.trusteeKeys.includes(undefined)) return election
  const computed = belenios(election.record.draft, trusteesOf(election))
  return withRecord({ ...election, election: computed }, { phase: 'frozen', electionHash: computed.hash })
}

/**
 * Puts a ballot on the board. It counts from now on, and what counted before for its credential does no more (T13: the last one
 * by chain order). `ballotOf` gives the ballot that it replaces.
 */
export function applyBallot(
  election: ElectionState,
  ballot: Ballot,
  ballotOf: (id: string) => Ballot,
  log: ChangeLog,
): Applied {
  const { roll, tally, record } = election
  assert(roll !== undefined && tally !== undefined, 'an open election has a roll and a tally')
  const place = placeOf(roll, ballot.credential)
  assert(place !== undefined, "a checked ballot's credential is on the roll")
  const id = ballotId(ballot)
  const weight = weightAt(roll.bytes, place)
  const replaced = countingBallot(election, place)
  const without = replaced === undefined ? tally : addToTally(tally, ballotOf(toHex(replaced)), -weight)
  log.put(boardKey(election.index, election.ballots.length), id)
  log.put(countingKey(election.index, place), id)
  const next = withBallot({ ...election, tally: addToTally(without, ballot, weight) }, id, place)
  return ok(
    withRecord(next, {
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
  const place = trusteePlace(election, trustee)
  const decoded = decodePartialDecryption(decryption)
  assert(place !== undefined && decoded.ok, 'a checked decryption is well-formed and from a trustee')
  const owner = place + 1
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
  const { record, tally } = election
  const trustees = trusteesOf(election)
  assert(tally !== undefined, 'an election is decrypted after its tally')
  if (!canCombine(trustees, new Set(record.decryptions.map(({ owner }) => owner)))) return election
  const decryptions = record.decryptions.map(({ owner, decryption }) => {
    const decoded = decodePartialDecryption(decryption)
    assert(decoded.ok, 'a published decryption is well-formed')
    return { owner, decryption: decoded.value }
  })
  const result = computeResult(trustees, tally, decryptions, record.votedWeight)
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
export function missingParts(election: ElectionState, nameOf: (place: number) => string): string | undefined {
  const NAMED = 4
  const missing = election.trusteeKeys.flatMap((key, place) => (key === undefined ? [place] : []))
  const parts: string[] = []
  if (missing.length > 0) {
    const names = missing.slice(0, NAMED).map(nameOf)
    const rest = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ''
    parts.push(`no key of ${names.join(', ')}${rest}`)
  }
  if (election.roll === undefined) {
    const threshold = election.record.draft.registrarThreshold
    const complete = election.rolls.filter(({ roll }) => roll !== undefined)
    const signatures = Math.max(0, ...complete.map(({ signers }) => signers.length))
    if (complete.length > 0) parts.push(`the roll is signed by ${signatures} of ${threshold} registrars`)
    else parts.push(election.rolls.length > 0 ? 'no roll is complete' : 'there is no roll')
  }
  return parts.length === 0 ? undefined : parts.join('; ')
}
