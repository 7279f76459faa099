/**
 * What an election's trustees have done and whom it waits for, in words for people and as values for programs: what `psephos status`,
 * `election show`, `election result` and the demo say. The rules themselves are the ledger's.
 */
import { assert, toHex } from '../../base/index.ts'
import {
  allTrustees,
  awaitedPlaces,
  awaitedTrustees,
  type CeremonyFault,
  type CeremonyStep,
  faultText,
  memberNumber,
  missingDecryptions,
  ownerOf,
  stepText,
} from '../../ledger/index.ts'
import type { Standing } from './duty.ts'

/** Names in a sentence before the rest is only counted. */
const NAMED = 8

/** How a trustee stands to an election's key: needed in any case, one of those of whom a threshold suffices, or out of the ceremony. */
export type TrusteeRole = 'mandatory' | 'member' | 'left-out'

/** One trustee of an election; programs get it as it is. */
export interface TrusteeView {
  readonly name: string
  /** Hexadecimal. */
  readonly publicKey: string
  readonly role: TrusteeRole
  /** Its number in the Belenios structure, from 1; none for whoever was left out. */
  readonly owner?: number
  /** Whether the election waits for it now. */
  readonly awaited: boolean
  readonly hasDecrypted: boolean
}

/** Why a trustee was left out. */
export interface FaultView {
  readonly trustee: string
  readonly kind: CeremonyFault['kind']
  readonly attempt: number
  /** The other party of a complaint. */
  readonly other?: string
  readonly text: string
}

/** How far a key ceremony is. */
export interface CeremonyView {
  readonly attempt: number
  readonly step: CeremonyStep
  /** ISO 8601; whoever is missing from then on is left out. None where nobody is awaited who can be. */
  readonly deadline?: string
  readonly faults: readonly FaultView[]
}

/** All trustees of an election, by place. */
export function trusteeViews(standing: Standing): readonly TrusteeView[] {
  const { record, ceremony } = standing
  const { draft } = record
  const awaited = new Set(awaitedTrustees(record, ceremony))
  const given = new Set(record.decryptions.map(({ owner }) => owner))
  return allTrustees(draft).map(({ name, publicKey }, place) => {
    const owner = ownerOf(draft, ceremony, place)
    return {
      name,
      publicKey: toHex(publicKey),
      role: roleOf(standing, place),
      ...(owner === undefined ? {} : { owner }),
      awaited: awaited.has(place),
      hasDecrypted: owner !== undefined && given.has(owner),
    }
  })
}

/** The names of those whom the election waits for. */
export function missingNames({ record, ceremony }: Standing): readonly string[] {
  return namesAt(record.draft, awaitedTrustees(record, ceremony))
}

/** The ceremony as programs get it. */
export function ceremonyView({ record, ceremony }: Standing): CeremonyView {
  const { attempt, step, deadline, faults } = ceremony
  const { others } = awaitedParts({ record, ceremony })
  return {
    attempt,
    step,
    ...(others.length === 0 ? {} : { deadline: isoTime(deadline) }),
    faults: faults.map((fault) => {
      const [trustee = '', other] = namesAt(record.draft, [fault.place, fault.other ?? -1])
      return {
        trustee,
        kind: fault.kind,
        attempt: fault.attempt,
        ...(other === undefined || other === '' ? {} : { other }),
        text: faultText(record.draft, fault),
      }
    }),
  }
}

/** What a trustee is to the election: `mandatory`, `2nd of the ceremony`, or why it was left out. */
export function roleText(standing: Standing, place: number): string {
  const { record, ceremony } = standing
  const role = roleOf(standing, place)
  if (role === 'mandatory') return 'mandatory'
  if (role === 'member') return `${ordinal((memberNumber(ceremony, place) ?? 0) + 1)} of the ceremony`
  const fault = ceremony.faults.find((one) => one.place === place)
  return fault === undefined
    ? 'left out'
    : `left out: ${faultText(record.draft, fault)} (attempt ${fault.attempt})`
}

/** What a trustee has published of what its election needs now; empty where nothing is to be said. */
export function partText(standing: Standing, place: number): string {
  const { record, ceremony } = standing
  const role = roleOf(standing, place)
  if (role === 'left-out' || record.phase === 'abandoned') return ''
  const isAwaited = awaitedTrustees(record, ceremony).includes(place)
  if (record.phase === 'decrypting' || record.phase === 'tallied') {
    const owner = ownerOf(record.draft, ceremony, place)
    if (record.decryptions.some((one) => one.owner === owner)) return 'has decrypted'
    return isAwaited ? 'partial decryption awaited' : 'not needed'
  }
  const part = role === 'mandatory' ? MANDATORY_PARTS[ceremony.step] : PARTS[ceremony.step]
  return part === undefined ? '' : `${part} ${isAwaited ? 'awaited' : 'published'}`
}

const MANDATORY_PARTS: Readonly<Partial<Record<CeremonyStep, string>>> = {
  commitments: 'commitment',
  dealings: 'key',
  keys: 'key',
  done: 'key',
}

const PARTS: Readonly<Record<CeremonyStep, string>> = {
  certificates: 'certificate',
  commitments: 'commitment',
  dealings: 'dealing',
  keys: 'key share',
  done: 'key share',
}

/** How many of how many threshold trustees decrypt: `any 3 of 4 trustees`, with mandatory ones `all of A, and any 2 of 3 others`. */
export function thresholdText({ record, ceremony }: Standing): string {
  const { mandatoryTrustees, trustees, trusteeThreshold } = record.draft
  const all = `all of ${listed(mandatoryTrustees.map(({ name }) => name))}`
  if (trustees.length === 0) return all
  const any = `any ${trusteeThreshold} of ${ceremony.members.length}`
  return mandatoryTrustees.length === 0 ? `${any} trustees` : `${all}, and ${any} others`
}

/** Whom the ceremony waits for: however long it takes, and until the deadline. */
function awaitedParts({ ceremony }: Standing): {
  readonly mandatory: readonly number[]
  readonly others: readonly number[]
} {
  const isMandatory = (place: number): boolean => place < ceremony.mandatory.length
  const awaited = awaitedPlaces(ceremony)
  return { mandatory: awaited.filter(isMandatory), others: awaited.filter((place) => !isMandatory(place)) }
}

/** Where the key ceremony is, and whom it waits for until when: mandatory trustees are waited for until the opening. */
export function ceremonyText(standing: Standing): string {
  const { record, ceremony } = standing
  const { step, attempt, deadline } = ceremony
  const which = attempt === 1 ? 'the key ceremony' : `the key ceremony (attempt ${attempt})`
  if (step === 'done') return `${which} is done`
  const where = `at ${stepText(ceremony)}`
  const { mandatory, others } = awaitedParts(standing)
  const { opensAt } = record.draft
  const whom = [
    ...(others.length === 0 ? [] : [`${namesText(standing, others)} until ${isoTime(deadline)}`]),
    ...(mandatory.length === 0
      ? []
      : [`${namesText(standing, mandatory)} (mandatory) until the opening at ${isoTime(opensAt)}`]),
  ]
  return `${which} is ${where}, waits for ${whom.join(', and for ')}`
}

/** What an election waits for from its trustees, and from whom; undefined where it waits for nothing of theirs. */
export function waitingText(standing: Standing): string | undefined {
  const { record, ceremony } = standing
  if (record.phase === 'decrypting') return decryptingText(standing)
  if (record.phase !== 'draft') return undefined
  return ceremony.step === 'done' ? undefined : ceremonyText(standing)
}

function decryptingText(standing: Standing): string {
  const { record, ceremony } = standing
  const { mandatory, members, needed } = missingDecryptions(record, ceremony)
  const of = `of: ${namesText(standing, members)}`
  if (mandatory.length === 0)
    return `waits for ${needed} more partial decryption${needed === 1 ? '' : 's'} ${of}`
  const plural = mandatory.length === 1 ? '' : 's'
  const first = `the partial decryption${plural} of ${namesText(standing, mandatory)} (mandatory)`
  return needed === 0 ? `waits for ${first}` : `waits for ${first}, and for ${needed} more ${of}`
}

function namesText({ record }: Standing, places: readonly number[]): string {
  return listed(namesAt(record.draft, places))
}

function roleOf({ record, ceremony }: Standing, place: number): TrusteeRole {
  if (place < record.draft.mandatoryTrustees.length) return 'mandatory'
  return memberNumber(ceremony, place) === undefined ? 'left-out' : 'member'
}

/** The names at these places; empty for a place that is none. */
function namesAt(draft: Standing['record']['draft'], places: readonly number[]): readonly string[] {
  const all = allTrustees(draft)
  return places.map((place) => all[place]?.name ?? '')
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMED
  return `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function ordinal(number: number): string {
  assert(number >= 1, 'ordinals count from one')
  const ending =
    number % 100 >= 11 && number % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')
  return `${number}${ending}`
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
