/**
 * The threshold key ceremony as a state machine (Belenios specification 4.6, which calls it "Pedersen"), with a commitment
 * before the reveal and with complaints that anyone can check. The trustees' daemons run it by transactions, no person takes part,
 * and nobody ever has the whole key.
 *
 *   certificates  every member publishes the keys of this attempt, signed and bound to group, size, threshold and own number
 *   commitments   every member commits to the hash of its coefficients, so that the last one to reveal cannot choose (T17)
 *   dealings      every member reveals the coefficients it committed to, and an encrypted share for each member
 *   keys          every member has checked its shares, and publishes its public key share with a proof; or complains
 *   done          the sub-key is the product of the constant coefficients; the ledger computes it (T16)
 *
 * A step ends when all members have done it; the block that brings the last part begins the next step. A step that is not complete
 * at its deadline, by block time, ends for those who are missing: they are left out, by name, and the others begin a new attempt with new
 * keys. A complaint ends the attempt at once, and leaves out the dealer or the accuser, whoever the proof shows to be at fault
 * (T18). Where fewer members remain than the threshold, the election is abandoned. Each attempt has fewer members than the one
 * before, so there is an end.
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
import { CEREMONY_STEP_FRACTION, MAX_CEREMONY_STEP_MS, TRUSTEES_DEPTH } from './limits.ts'
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
} from './types.ts'

/** The steps in order, and what each of them adds to a member; also their numbers in the encoding. */
export const STEPS: readonly CeremonyStep[] = ['certificates', 'commitments', 'dealings', 'keys', 'done']

type Part = 'certificate' | 'commitment' | 'dealing' | 'key'

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
  const mandatoryKeys = draft.mandatoryTrustees.map(() => undefined)
  if (places.length === 0)
    return { attempt: 1, step: 'done', deadline: 0, members: [], faults: [], mandatoryKeys }
  return { ...attemptOf(draft, places, 1, time), faults: [], mandatoryKeys }
}

function attemptOf(
  draft: ElectionDraft,
  places: readonly number[],
  attempt: number,
  time: number,
): Pick<Ceremony, 'attempt' | 'step' | 'deadline' | 'members'> {
  return {
    attempt,
    step: 'certificates',
    deadline: deadlineAfter(time, draft.opensAt),
    members: places.map((place) => ({ place })),
  }
}

/** When a step that begins at `time` ends: a fraction of what is left until the opening, at most a day. */
export function deadlineAfter(time: number, opensAt: number): number {
  const left = Math.max(0, opensAt - time)
  return time + Math.max(1, Math.min(MAX_CEREMONY_STEP_MS, Math.floor(left / CEREMONY_STEP_FRACTION)))
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
export function awaitedPlaces({ step, members }: Ceremony): readonly number[] {
  if (step === 'done') return []
  const part = PARTS[step]
  return members.filter((member) => member[part] === undefined).map(({ place }) => place)
}

/** The ceremony with what a member has published in the present step; the last one begins the next step, at `time`. */
export function withPart(
  draft: ElectionDraft,
  ceremony: Ceremony,
  place: number,
  part: Omit<CeremonyMember, 'place'>,
  time: number,
): Ceremony {
  const members = ceremony.members.map((member) => (member.place === place ? { ...member, ...part } : member))
  const next: Ceremony = { ...ceremony, members }
  if (awaitedPlaces(next).length > 0) return next
  const step = STEPS[STEPS.indexOf(ceremony.step) + 1]
  assert(step !== undefined, 'nothing is published after the last step')
  return { ...next, step, deadline: step === 'done' ? 0 : deadlineAfter(time, draft.opensAt) }
}

/** The ceremony at `time`: whoever kept it waiting beyond the deadline is left out. The same value where time moves nothing. */
export function atDeadline(draft: ElectionDraft, ceremony: Ceremony, time: number): CeremonyOutcome {
  const { step, deadline, attempt } = ceremony
  if (step === 'done' || time < deadline) return { ceremony }
  const faults = awaitedPlaces(ceremony).map((place) => ({ place, attempt, kind: SILENCES[step] }))
  return leaveOut(draft, ceremony, faults, time)
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

/** The places of mandatory trustees who have published no key yet. */
function keylessPlaces({ mandatoryKeys }: Ceremony): readonly number[] {
  return mandatoryKeys.flatMap((key, place) => (key === undefined ? [place] : []))
}

/** The places of the trustees that an election waits for at present; nobody while it waits for time, voters or registrars. */
export function awaitedTrustees(record: ElectionRecord, ceremony: Ceremony): readonly number[] {
  if (record.phase === 'draft') return [...keylessPlaces(ceremony), ...awaitedPlaces(ceremony)]
  if (record.phase !== 'decrypting') return []
  const { mandatory, members } = missingDecryptions(record, ceremony)
  return [...mandatory, ...members]
}

/** Names in a sentence before the rest is only counted. */
const NAMED = 4

/** What the trustees still owe before an election can be frozen, a phrase each; empty where nothing is missing. */
export function missingTrusteeParts(draft: ElectionDraft, ceremony: Ceremony): readonly string[] {
  const all = allTrustees(draft)
  const named = (places: readonly number[]): string => {
    const names = places.slice(0, NAMED).map((place) => all[place]?.name ?? '')
    return `${names.join(', ')}${places.length > NAMED ? ` and ${places.length - NAMED} more` : ''}`
  }
  const parts: string[] = []
  const keyless = keylessPlaces(ceremony)
  if (keyless.length > 0) parts.push(`no key of ${named(keyless)}`)
  const { step, attempt } = ceremony
  if (step !== 'done') {
    const number = STEPS.indexOf(step) + 1
    const where = `step ${number} of 4 (${step})${attempt > 1 ? `, attempt ${attempt}` : ''}`
    parts.push(`the key ceremony waits at ${where} for ${named(awaitedPlaces(ceremony))}`)
  }
  return parts
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
 * The hash by which a dealer binds itself to its coefficients (their encoded points, one after the other) before it sees those of
 * others. It names the dealer, so that nobody can repeat another's.
 */
export function commitmentTo(
  { networkId, uuid, attempt, trustee }: CommitmentPlace,
  coefficients: Uint8Array,
): Uint8Array {
  const uuidHash = sha256(uuid)
  const number = Uint8Array.of(attempt & 0xff, (attempt >> 8) & 0xff)
  return sha256(concat(COMMITMENT_DOMAIN, networkId, uuidHash, number, trustee, coefficients))
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
