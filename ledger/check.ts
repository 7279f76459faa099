/**
 * Everything cheap about a transaction: registered author, phase, roll, duplicates. No signature and no proof is looked at
 * here (T10: cheap checks first); `verify.ts` does those.
 */
import { equalBytes, ok, type Result, refuse, toHex, unreachable } from '../base/index.ts'
import { type Ballot, ballotId, tracker } from '../election/index.ts'
import { type CeremonyTransaction, checkCeremonyStep } from './check-ceremony.ts'
import { checkDraft } from './draft.ts'
import { boardPosition, type ElectionState } from './election-state.ts'
import { checkEvidence } from './evidence.ts'
import { MAX_BALLOTS, MAX_ELECTIONS, MAX_LIVE_ELECTIONS } from './limits.ts'
import { checkChunk, checkNextChunk } from './pending-roll.ts'
import { phaseAt } from './phase.ts'
import { placeOf } from './roll.ts'
import { findElection, isRegistered, type State } from './state.ts'
import { neededOwners, ownerOf, trusteeName, trusteePlace } from './trustees.ts'
import type { ElectionRecord, Phase, Rejection, Transaction, TransactionOf } from './types.ts'

/** How to find an election: in a state, or in a block half executed. */
export type Find = (uuid: string) => ElectionState | undefined

type Checked = Result<void, Rejection>

/** Everything cheap about a transaction, for the pool: form, phase at `time`, authorship, roll, duplicates. No proofs. */
export function checkTransaction(state: State, transaction: Transaction, time: number): Checked {
  return checkIn(state, (uuid) => findElection(state, uuid), transaction, time)
}

/** The same against elections that are ahead of the state. */
export function checkIn(state: State, find: Find, transaction: Transaction, time: number): Checked {
  if (transaction.kind === 'draft') return checkNewDraft(state, find, transaction, time)
  if (transaction.kind === 'evidence') return checkEvidence(state, transaction)
  const uuid = transaction.kind === 'ballot' ? transaction.ballot.uuid : transaction.uuid
  const election = find(uuid)
  if (election === undefined) return refuse('unknown-election', `no election ${uuid.slice(0, 64)}`)
  switch (transaction.kind) {
    case 'rollChunk':
      return checkRollChunk(election, transaction, time)
    case 'rollSignature':
      return checkRollSignature(election, transaction, time)
    case 'ballot':
      return checkBallot(election, transaction.ballot, time)
    case 'partialDecryption':
      return checkDecryption(election, transaction)
    case 'trusteeKey':
    case 'ceremonyCertificate':
    case 'ceremonyCommitment':
    case 'ceremonyDealing':
    case 'ceremonyKey':
    case 'ceremonyComplaint':
      return checkCeremony(election, transaction, time)
    default:
      return unreachable(transaction)
  }
}

function checkNewDraft(
  state: State,
  find: Find,
  { draft, administrator }: TransactionOf<'draft'>,
  time: number,
): Checked {
  const { genesis, inside } = state
  if (!isRegistered(genesis.administrators, administrator))
    return refuse('unknown-administrator', `no administrator has the key ${toHex(administrator)}`)
  const checked = checkDraft(draft)
  if (!checked.ok) return checked
  if (find(draft.uuid) !== undefined) return refuse('election-exists', `there is an election ${draft.uuid}`)
  const stranger = draft.registrars.find((key) => !isRegistered(genesis.registrars, key))
  if (stranger !== undefined)
    return refuse('unknown-registrar', `no registrar has the key ${toHex(stranger)}`)
  if (draft.opensAt <= time) return refuse('draft-invalid', 'opensAt must be in the future')
  if (inside.elections.length >= MAX_ELECTIONS || inside.live.length >= MAX_LIVE_ELECTIONS)
    return refuse('draft-invalid', `the network has as many elections as it can hold`)
  return ok(undefined)
}

function checkPhase(record: ElectionRecord, time: number, wanted: Phase): Checked {
  const phase = phaseAt(record, time)
  return phase === wanted
    ? ok(undefined)
    : refuse('wrong-phase', `the election is in phase ${phase}, this belongs to ${wanted}`)
}

function checkCeremony(election: ElectionState, transaction: CeremonyTransaction, time: number): Checked {
  const phase = checkPhase(election.record, time, 'draft')
  return phase.ok ? checkCeremonyStep(election, transaction) : phase
}

function checkRegistrar(election: ElectionState, registrar: Uint8Array): Checked {
  return election.record.draft.registrars.some((key) => equalBytes(key, registrar))
    ? ok(undefined)
    : refuse('unknown-registrar', `the election has no registrar with the key ${toHex(registrar)}`)
}

function checkRollChunk(election: ElectionState, chunk: TransactionOf<'rollChunk'>, time: number): Checked {
  const registrar = checkRegistrar(election, chunk.registrar)
  if (!registrar.ok) return registrar
  if (election.roll !== undefined)
    return refuse('roll-exists', 'the roll is accepted and cannot change any more')
  const phase = checkPhase(election.record, time, 'draft')
  if (!phase.ok) return phase
  const form = checkChunk(chunk)
  if (!form.ok) return form
  const complete = election.rolls.find(
    ({ roll, hash }) => roll !== undefined && equalBytes(hash, chunk.rollHash),
  )
  if (complete !== undefined) return refuse('roll-exists', 'this roll is complete')
  const pending = election.rolls.find(
    ({ registrar, hash }) => equalBytes(registrar, chunk.registrar) && equalBytes(hash, chunk.rollHash),
  )
  return pending === undefined ? ok(undefined) : checkNextChunk(pending, chunk)
}

function checkRollSignature(
  election: ElectionState,
  { registrar, rollHash }: TransactionOf<'rollSignature'>,
  time: number,
): Checked {
  const known = checkRegistrar(election, registrar)
  if (!known.ok) return known
  if (election.roll !== undefined) return refuse('roll-exists', 'the roll is accepted already')
  const phase = checkPhase(election.record, time, 'draft')
  if (!phase.ok) return phase
  const pending = election.rolls.find(({ roll, hash }) => roll !== undefined && equalBytes(hash, rollHash))
  if (pending === undefined)
    return refuse('roll-incomplete', `no complete roll has the hash ${toHex(rollHash)}`)
  return pending.signers.some((key) => equalBytes(key, registrar))
    ? refuse('already-signed', 'this registrar has signed this roll already')
    : ok(undefined)
}

function checkBallot(election: ElectionState, ballot: Ballot, time: number): Checked {
  const { record, roll } = election
  const phase = phaseAt(record, time)
  if (phase !== 'open')
    return refuse('not-open', `the election is in phase ${phase}: ballots are taken while it is open`)
  if (record.electionHash === undefined || !equalBytes(record.electionHash, ballot.electionHash))
    return refuse('wrong-election', 'the ballot was made for another election')
  if (roll === undefined || placeOf(roll, ballot.credential) === undefined)
    return refuse('unknown-credential', `the credential ${toHex(ballot.credential)} is not on the roll`)
  const id = ballotId(ballot)
  if (boardPosition(election, id) !== undefined)
    return refuse('ballot-exists', `the ballot ${tracker(id)} has been on the board before`)
  if (election.ballots.length >= MAX_BALLOTS)
    return refuse('board-full', `the board has ${MAX_BALLOTS} ballots and takes no more`)
  return ok(undefined)
}

function checkDecryption(
  { record, ceremony }: ElectionState,
  { trustee }: TransactionOf<'partialDecryption'>,
): Checked {
  const { draft, phase, decryptions } = record
  const place = trusteePlace(draft, trustee)
  if (place === undefined)
    return refuse('unknown-trustee', `the election has no trustee with the key ${toHex(trustee)}`)
  if (phase !== 'decrypting')
    return refuse('wrong-phase', `the election is in phase ${phase}, this belongs to decrypting`)
  const owner = ownerOf(draft, ceremony, place)
  if (owner === undefined)
    return refuse(
      'trustee-excluded',
      `${trusteeName(draft, place)} was left out of the ceremony and has no share`,
    )
  if (decryptions.some((given) => given.owner === owner))
    return refuse(
      'decryption-exists',
      `${trusteeName(draft, place)} has published a partial decryption already`,
    )
  return neededOwners(record, ceremony).includes(owner)
    ? ok(undefined)
    : refuse(
        'decryption-exists',
        `${draft.trusteeThreshold} partial decryptions are there; no more are needed`,
      )
}
