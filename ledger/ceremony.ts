/**
 * The threshold key ceremony as a state machine (Belenios specification 4.6, which calls it "Pedersen"), with a commitment
 * before the reveal and with complaints that anyone can check. The trustees' daemons run it by transactions, no person takes part,
 * and nobody ever has the whole key.
 *
 *   certificates  every member publishes the keys of this attempt, signed and bound to group, size, threshold and own number
 *   commitments   every member commits to the hash of its coefficients, and every mandatory trustee to the hash of its key, so that the
 *                 last one to reveal cannot choose (T17), and nobody can pass for the owner of another's key
 *   dealings      every member reveals the coefficients it committed to, and an encrypted share for each member; mandatory
 *                 trustees reveal their keys
 *   keys          every member has checked its shares, and publishes its public key share with a proof; or complains
 *   done          the sub-key is the product of the constant coefficients; the ledger computes it (T16)
 *
 * A step ends when all have done it; the block that brings the last part begins the next step. A step that is not complete
 * at its deadline, by block time, ends for the members who are missing: they are left out, by name, and the others begin a new attempt with
 * new keys. Mandatory trustees cannot be left out; they are waited for. Where there are no others, the ceremony has the two middle
 * steps only. A complaint ends the attempt at once, and leaves out the dealer or the accuser, whoever the proof shows to be at fault
 * (T18). Where fewer members remain than the threshold, the election is abandoned. Each attempt has fewer members than the one
 * before, so there is an end.
 *
 * Deadlines: in the first attempt a step has a third of the time that is left until the opening. From the second on, what is left is shared
 * evenly by all steps that may still come, so that members who delay each step until its last moment and then fall silent, one after
 * the other, cannot leave the honest ones without time. Time in which no block came does not count: a network that stood still
 * blames nobody for it.
 *
 * Beyond the specification: the commitment round (version 1 of Belenios lets the last dealer choose the key; 4.0 mends it), complaints
 * (Belenios' trustees stop and talk), and encrypted-to-self copies of the polynomial, which nobody needs here, are left out.
 *
 * What it cannot prevent: a dealer who has seen the others' coefficients can still fall silent instead of revealing. It is out,
 * by name, and the key is drawn anew; it cannot choose, but it had one look. See docs/threat-model.md, T17.
 */
import { assert, concat, utf8 } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { CeremonyContext } from '../election/index.ts'
import { FIRST_ATTEMPT_FRACTION, MAX_CEREMONY_STEP_MS, TRUSTEES_DEPTH } from './limits.ts'
import { type ListTree, listBranch, listOf, listRoot } from './list-tree.ts'
import { allTrustees, missingDecryptions } from './trustees.ts'
import type {
  Ceremony,
  CeremonyFault,
  CeremonyFaultKind,
  CeremonyMember,
  CeremonyStep,
  ElectionDraft,
  ElectionRecord,
  MandatoryPart,
  Parameters,
} from './types.ts'

/** The steps in order; also their numbers in the encoding. */
export const STEPS: readonly CeremonyStep[] = ['certificates', 'commitments', 'dealings', 'keys', 'done']
/** How many steps an attempt has. */
const LAST_STEP: number = STEPS.length - 1

type Part = 'certificate' | 'commitment' | 'dealing' | 'key'

/** What each step awaits of mandatory trustees. */
const MANDATORY_PARTS: Readonly<Partial<Record<CeremonyStep, keyof MandatoryPart>>> = {
  commitments: 'commitment',
  dealings: 'key',
}

const PARTS: Readonly<Record<Exclude<CeremonyStep, 'done'>, Part>> = {
  certificates: 'certificate',
  commitments: 'commitment',
  dealings: 'dealing',
  keys: 'key',
}
const SILENCES: Readonly<Record<Exclude<CeremonyStep, 'done'>, CeremonyFaultKind>> = {
  certificates: 'no-certificate',
  commitments: 'no-commitment',
  dealings: 'no-dealing',
  keys: 'no-key',
}

/** A ceremony that goes on, or the reason why it cannot. */
export interface CeremonyOutcome {
  readonly ceremony: Ceremony
  readonly failure?: string
}

/** The ceremony of a draft that was accepted at `time`. */
export function newCeremony(draft: ElectionDraft, time: number): Ceremony {
  const mandatory = draft.mandatoryTrustees.length
  const places = draft.trustees.map((_, i) => mandatory + i)
  return { ...attemptOf(draft, places, 1, time), faults: [] }
}

function attemptOf(
  draft: ElectionDraft,
  places: readonly number[],
  attempt: number,
  time: number,
): Omit<Ceremony, 'faults'> {
  const step = places.length === 0 ? 'commitments' : 'certificates'
  return {
    attempt,
    step,
    deadline: deadlineOf(draft, { attempt, step, size: places.length }, time),
    members: places.map((place) => ({ place })),
    mandatory: draft.mandatoryTrustees.map(() => ({})),
  }
}

/** When a step that begins at `time` ends: see the head of this module. At most a day, at least a millisecond later. */
function deadlineOf(
  { trusteeThreshold, opensAt }: ElectionDraft,
  { attempt, step, size }: { readonly attempt: number; readonly step: CeremonyStep; readonly size: number },
  time: number,
): number {
  const left = Math.max(0, opensAt - time)
  const stepsOfThis = LAST_STEP - STEPS.indexOf(step)
  const stepsOfOthers = LAST_STEP * Math.max(0, size - trusteeThreshold)
  const share = attempt === 1 ? FIRST_ATTEMPT_FRACTION : stepsOfThis + stepsOfOthers + 1
  return time + Math.max(1, Math.min(MAX_CEREMONY_STEP_MS, Math.floor(left / share)))
}

/**
 * How much of the time between two blocks counts for deadlines at most: a heartbeat, and the round that a dead proposer costs. What
 * goes beyond is a standstill, in which no trustee could have spoken. Milliseconds.
 */
export function countedMs({ heartbeatMs, roundTimeoutMs }: Parameters): number {
  return heartbeatMs + roundTimeoutMs
}

/** A place's number among the members, from 0; undefined for mandatory trustees and for whoever was left out. */
export function memberNumber({ members }: Ceremony, place: number): number | undefined {
  const number = members.findIndex((member) => member.place === place)
  return number < 0 ? undefined : number
}

/** What all certificates of the present attempt say. */
export function contextOf({ trusteeThreshold }: ElectionDraft, { members }: Ceremony): CeremonyContext {
  return { size: members.length, threshold: trusteeThreshold }
}

/** The places that the present step waits for. */
export function awaitedPlaces({ step, members, mandatory }: Ceremony): readonly number[] {
  if (step === 'done') return []
  const [part, mandatoryPart] = [PARTS[step], MANDATORY_PARTS[step]]
  return [
    ...mandatory.flatMap((one, place) =>
      mandatoryPart !== undefined && one[mandatoryPart] === undefined ? [place] : [],
    ),
    ...members.filter((member) => member[part] === undefined).map(({ place }) => place),
  ]
}

/** The ceremony with what a trustee has published in the present step; the last one begins the next step, at `time`. */
export function withPart(
  draft: ElectionDraft,
  ceremony: Ceremony,
  place: number,
  part: Omit<CeremonyMember, 'place'>,
  time: number,
): Ceremony {
  const members = ceremony.members.map((member) => (member.place === place ? { ...member, ...part } : member))
  const mandatory = ceremony.mandatory.map((one, at) => (at === place ? { ...one, ...part } : one))
  const next: Ceremony = { ...ceremony, members, mandatory }
  if (awaitedPlaces(next).length > 0) return next
  const following = STEPS[STEPS.indexOf(ceremony.step) + 1]
  assert(following !== undefined, 'nothing is published after the last step')
  const step = following === 'keys' && members.length === 0 ? 'done' : following
  const at = { attempt: ceremony.attempt, step, size: members.length }
  return { ...next, step, deadline: step === 'done' ? 0 : deadlineOf(draft, at, time) }
}

/**
 * The ceremony at `time`: whoever kept it waiting beyond the deadline is left out. `stalledMs`: so much of the time since the last block
 * does not count. The same value where time moves nothing.
 */
export function atDeadline(
  draft: ElectionDraft,
  ceremony: Ceremony,
  { time, stalledMs }: { readonly time: number; readonly stalledMs: number },
): CeremonyOutcome {
  const { step, attempt } = ceremony
  if (step === 'done') return { ceremony }
  const moved = stalledMs === 0 ? ceremony : { ...ceremony, deadline: ceremony.deadline + stalledMs }
  if (time < moved.deadline) return { ceremony: moved }
  const faults = awaitedPlaces(ceremony)
    .filter((place) => place >= ceremony.mandatory.length)
    .map((place) => ({ place, attempt, kind: SILENCES[step] }))
  return faults.length === 0 ? { ceremony: moved } : leaveOut(draft, moved, faults, time)
}

/** A new attempt without those at fault, if enough remain. */
export function leaveOut(
  draft: ElectionDraft,
  ceremony: Ceremony,
  faults: readonly CeremonyFault[],
  time: number,
): CeremonyOutcome {
  assert(faults.length > 0, 'somebody is left out')
  const out = new Set(faults.map(({ place }) => place))
  const remaining = ceremony.members.map(({ place }) => place).filter((place) => !out.has(place))
  const all = [...ceremony.faults, ...faults]
  if (remaining.length < draft.trusteeThreshold) {
    const failure =
      `the key ceremony needs ${draft.trusteeThreshold} of ${draft.trustees.length} trustees and ` +
      `${remaining.length} remain: ${all.map((fault) => faultText(draft, fault)).join('; ')}`
    return { ceremony: { ...ceremony, faults: all }, failure }
  }
  const next = attemptOf(draft, remaining, ceremony.attempt + 1, time)
  return { ceremony: { ...ceremony, ...next, faults: all } }
}

/** A fault in words. */
export function faultText(draft: ElectionDraft, { place, kind, other }: CeremonyFault): string {
  const nameOf = (at: number | undefined): string => allTrustees(draft)[at ?? -1]?.name ?? 'somebody'
  switch (kind) {
    case 'no-certificate':
      return `${nameOf(place)} published no certificate`
    case 'no-commitment':
      return `${nameOf(place)} published no commitment`
    case 'no-dealing':
      return `${nameOf(place)} published no dealing that opens its commitment`
    case 'no-key':
      return `${nameOf(place)} neither published its key share nor complained`
    case 'bad-share':
      return `${nameOf(place)} dealt ${nameOf(other)} a bad share`
    case 'false-complaint':
      return `${nameOf(place)} complained falsely of ${nameOf(other)}`
  }
}

/** The places of the trustees that an election waits for at present; nobody while it waits for time, voters or registrars. */
export function awaitedTrustees(record: ElectionRecord, ceremony: Ceremony): readonly number[] {
  if (record.phase === 'draft') return awaitedPlaces(ceremony)
  if (record.phase !== 'decrypting') return []
  const { mandatory, members } = missingDecryptions(record, ceremony)
  return [...mandatory, ...members]
}

/** The present step in words: `step 2 of 4 (commitments)`; a ceremony of mandatory trustees alone has the two middle steps. */
export function stepText({ step, members }: Ceremony): string {
  const steps = members.length === 0 ? STEPS.slice(1, 3) : STEPS.slice(0, LAST_STEP)
  return `step ${steps.indexOf(step) + 1} of ${steps.length} (${step})`
}

/** Names in a sentence before the rest is only counted. */
const NAMED = 4

/** What the trustees still owe before an election can be frozen, as a phrase; empty where nothing is missing. */
export function missingTrusteeParts(draft: ElectionDraft, ceremony: Ceremony): readonly string[] {
  const all = allTrustees(draft)
  const named = (places: readonly number[]): string => {
    const names = places.slice(0, NAMED).map((place) => all[place]?.name ?? '')
    return `${names.join(', ')}${places.length > NAMED ? ` and ${places.length - NAMED} more` : ''}`
  }
  const { step, attempt } = ceremony
  if (step === 'done') return []
  const where = `${stepText(ceremony)}${attempt > 1 ? `, attempt ${attempt}` : ''}`
  return [`the key ceremony waits at ${where} for ${named(awaitedPlaces(ceremony))}`]
}

/** What makes a commitment somebody's, in one attempt at one election's ceremony in one network. */
export interface CommitmentPlace {
  readonly networkId: Uint8Array
  readonly uuid: string
  readonly attempt: number
  readonly trustee: Uint8Array
}

const COMMITMENT_DOMAIN = utf8('psephos/ceremony-commitment/1')

/**
 * The hash by which a trustee binds itself to the points that it will reveal (a dealer's coefficients, a mandatory trustee's key;
 * encoded, one after the other) before it sees those of others. It names the trustee, so that nobody can repeat another's.
 */
export function commitmentTo(
  { networkId, uuid, attempt, trustee }: CommitmentPlace,
  points: Uint8Array,
): Uint8Array {
  const uuidHash = sha256(uuid)
  const number = Uint8Array.of(attempt & 0xff, (attempt >> 8) & 0xff)
  return sha256(concat(COMMITMENT_DOMAIN, networkId, uuidHash, number, trustee, points))
}

/** The list whose root a dealing leaves in the state: the SHA-256 of each encrypted share, in the order of the members. */
function sharesList(shares: readonly Uint8Array[]): ListTree {
  return listOf(
    TRUSTEES_DEPTH,
    shares.map((share) => sha256(share)),
  )
}

/** What the state keeps of a dealing's encrypted shares, at most 256 of them: the SSZ root of the list of their SHA-256. */
export function sharesRoot(shares: readonly Uint8Array[]): Uint8Array {
  return listRoot(sharesList(shares))
}

/** The branch of a member's share (its number from 0) to {@link sharesRoot}. */
export function proveShare(shares: readonly Uint8Array[], number: number): readonly Uint8Array[] {
  return listBranch(sharesList(shares), number)
}
